"""Products among what can be found: by title, lead and text, for those to whom the shop sells."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef

from qunluo.conversation.ports import Asking, Findable, Shown, Source
from qunluo.conversation.queries import answers, excerpt, highlight, touches
from qunluo.market.models import Product, Shop
from qunluo.market.queries.products import State, buyer_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

# What can be bought in a shop that has begun to sell; drafts and what is paused nobody finds.
SOUGHT = {"state": State.ON_SALE}
PREPARING = Shop.State.PREPARING


def _documents(ids: Sequence[int]) -> Iterable[Findable]:
    for product in Product.objects.filter(pk__in=ids, **SOUGHT):
        yield Findable(product.pk, product.title, f"{product.lead}\n{product.text}")


def products_after(last: int, limit: int) -> list[int]:
    """Return the ids of the next products on sale, for work that goes through all of them."""
    found = Product.objects.filter(pk__gt=last, **SOUGHT).order_by("pk")
    return list(found.values_list("pk", flat=True)[:limit])


def _open_to(asking: Asking) -> "QuerySet[Product]":
    """Return what is sold to somebody at this moment in the communities."""
    shops = Shop.objects.filter(community__in=asking.communities).exclude(state=PREPARING)
    sold = [shop.community_id for shop in shops if _sells_to(shop, asking)]
    return Product.objects.filter(community__in=sold, **SOUGHT)


def _sells_to(shop: Shop, asking: Asking) -> bool:
    if shop.audience != Shop.Audience.MEMBERS:
        return True
    community = next(one for one in asking.communities if one.pk == shop.community_id)
    buyer = buyer_of(asking.viewer, community, tiers=False)
    return buyer.member or buyer.manages


def _within(documents: Any, asking: Asking) -> Any:
    """Narrow documents to products that are sold to whoever asks."""
    return documents.filter(Exists(_open_to(asking).filter(pk=OuterRef("target"))))


def _show(asking: Asking, ids: Sequence[int]) -> list[Shown]:
    """Return products that answer as they are now; those by title come first."""
    asked, found = asking.question, _open_to(asking).select_related("community").in_bulk(ids)
    shown: list[tuple[bool, Shown]] = []
    for pk in ids:
        product = found.get(pk)
        if product is None or not answers(asked, product.title, product.lead, product.text):
            continue
        about = next((t for t in (product.lead, product.text) if touches(asked, t)), product.lead)
        url = f"/c/{product.community.slug}/shop/p/{product.uid}/"
        title = highlight(asked, product.title)
        one = Shown(pk, title, excerpt(asked, about) if about else "", url)
        shown.append((not answers(asked, product.title), one))
    return [one for _elsewhere, one in sorted(shown, key=lambda pair: pair[0])]


PRODUCTS = Source(
    name="product",
    label={"en": "Products", "zh": "商品"},
    documents=_documents,
    after=products_after,
    within=_within,
    show=_show,
    for_strangers=True,
)
