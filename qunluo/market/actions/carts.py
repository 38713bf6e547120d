"""Putting things into a cart and taking them out; nothing is set aside by it."""

from typing import TYPE_CHECKING

from qunluo.kernel.clock import now
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, queries
from qunluo.market.models import Address, CartItem, Order, Product, Shop, Variant
from qunluo.market.rules.pricing import MOST_QUANTITY
from qunluo.market.rules.wishes import MOST_LINES, PLAIN_KINDS

if TYPE_CHECKING:
    from qunluo.people.models import Person

MOST_ADDRESSES = 10


@write_tx
def put_in_cart(*, actor: "Person", shop: Shop, variant: int, quantity: int) -> int:
    """Have so many of a variant in one's cart, 0 for none; return how many things it holds.

    MembersOnlyShop, NoCart, ProductNotFound, NotOnSale, SoldApart, TooMuch, InvalidOrder.
    """
    if shop.audience == Shop.Audience.DEALERS:
        raise errors.NoCart
    if type(quantity) is not int or not 0 <= quantity <= MOST_QUANTITY:
        raise errors.InvalidOrder(fields={"quantity": [_("Give a number from 1 on.")]})
    mine = CartItem.objects.filter(person=actor, community_id=shop.community_id)
    if quantity == 0:
        mine.filter(variant=variant).delete()
        return queries.cart_count(actor, shop.community)
    found = Variant.objects.filter(
        pk=variant, active=True, product__community_id=shop.community_id
    ).select_related("product")
    wanted = found.first()
    if wanted is None:
        raise errors.ProductNotFound
    buyer = queries.buyer_of(actor, shop.community, tiers=False)
    queries.get_product(shop, wanted.product.uid, buyer)
    if wanted.product.state != Product.State.ON_SALE:
        raise errors.NotOnSale(title=wanted.product.title)
    if wanted.product.kind not in PLAIN_KINDS:
        raise errors.SoldApart(title=wanted.product.title)
    if not mine.filter(variant=variant).exists() and mine.count() >= MOST_LINES:
        raise errors.TooMuch
    CartItem.objects.update_or_create(
        person=actor,
        variant=wanted,
        defaults={"quantity": quantity, "community": shop.community, "added_at": now()},
    )
    return queries.cart_count(actor, shop.community)


@write_tx
def empty_cart(*, actor: "Person", order: Order) -> None:
    """Take out of a cart what has been ordered."""
    ordered = order.lines.values_list("variant", flat=True)
    CartItem.objects.filter(person=actor, variant__in=list(ordered)).delete()


@write_tx
def keep_address(*, actor: "Person", address: dict[str, str]) -> Address:
    """Keep an address for the next order; the oldest go. InvalidOrder."""
    checked = queries.checked_address(address)
    kept, made = Address.objects.get_or_create(person=actor, **checked, defaults={"used_at": now()})
    if not made:
        kept.used_at = now()
        kept.save(update_fields=["used_at"])
    old = Address.objects.filter(person=actor).order_by("-used_at", "-pk")[MOST_ADDRESSES:]
    Address.objects.filter(pk__in=[one.pk for one in old]).delete()
    return kept


@write_tx
def forget_address(*, actor: "Person", pk: int) -> None:
    """Keep an address no longer."""
    Address.objects.filter(person=actor, pk=pk).delete()
