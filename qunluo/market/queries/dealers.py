"""Where products are sold outside, and which were registered by their codes. T03."""

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from qunluo.community import queries as communities
from qunluo.market import errors
from qunluo.market.models import CodeBatch, Dealer, Product, ProductCode, Shop
from qunluo.market.rules.cards import digest
from qunluo.market.rules.permissions import MANAGE

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.market.queries.shop import Viewer
    from qunluo.people.models import Person


def dealers(shop: Shop, product: Product | None = None) -> list[Dealer]:
    """Return where to buy: a product, or anything. Nothing where the community itself sells."""
    if shop.audience != Shop.Audience.DEALERS:
        return []
    found = Dealer.objects.filter(community=shop.community_id)
    if product is not None:
        found = found.filter(Q(product=product) | Q(product=None))
    return list(found.select_related("product").order_by("at", "pk"))


def managed_dealers(community: "Community", *, viewer: "Viewer") -> list[Dealer]:
    """Return all dealers, for who runs the shop. PermissionMissing."""
    communities.require(viewer, community, MANAGE)
    found = Dealer.objects.filter(community=community).select_related("product", "community")
    return list(found.order_by("at", "pk"))


def get_dealer(community: "Community", pk: int, *, viewer: "Viewer") -> Dealer:
    """Return a dealer, for who runs the shop. PermissionMissing, DealerNotFound."""
    for one in managed_dealers(community, viewer=viewer):
        if one.pk == pk:
            return one
    raise errors.DealerNotFound


def find_code(community: "Community", code: str) -> ProductCode | None:
    """Return a code of a community, however it was typed, used or not."""
    found = ProductCode.objects.filter(batch__community=community, digest=digest(code[:80]))
    return found.select_related("batch__product").first()


def own_products(community: "Community", person: "Person") -> list[ProductCode]:
    """Return the products that somebody registered by a code, the last first."""
    mine = ProductCode.objects.filter(batch__community=community, used_by=person)
    return list(mine.select_related("batch__product").order_by("-used_at")[:200])


def code_batches(community: "Community", *, viewer: "Viewer") -> "QuerySet[CodeBatch, Any]":
    """Return the codes that were made, with how many were `used`. PermissionMissing."""
    communities.require(viewer, community, MANAGE)
    found = CodeBatch.objects.filter(community=community).select_related("product", "community")
    used = Count("codes", filter=Q(codes__used_by__isnull=False))
    return found.annotate(used=used).order_by("-pk")


def get_batch(community: "Community", uid: str, *, viewer: "Viewer") -> CodeBatch:
    """Return codes that were made, for who runs the shop. PermissionMissing, BatchNotFound."""
    found: CodeBatch | None = code_batches(community, viewer=viewer).filter(uid=uid).first()
    if found is None:
        raise errors.BatchNotFound
    return found


def code_uses(batch: CodeBatch, limit: int = 100) -> list[ProductCode]:
    """Return who used codes of a batch and when, the last first."""
    used = batch.codes.filter(used_by__isnull=False).select_related("used_by")
    return list(used.order_by("-used_at")[:limit])
