"""What belongs to a shop, one by one, for who runs it; and the addresses of a buyer."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qunluo.community import queries as communities
from qunluo.kernel.prepared import objects
from qunluo.market.errors import MerchantNotFound, PlaceNotFound, ProductNotFound
from qunluo.market.models import (
    Address,
    DeliveryRate,
    MerchantAccount,
    PickupPoint,
    Picture,
    Product,
    Stock,
    Variant,
)
from qunluo.market.queries.products import price_rules
from qunluo.market.queries.providers import account_with
from qunluo.market.rules.permissions import MANAGE
from qunluo.market.rules.pricing import Rule

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.market.queries.shop import Viewer
    from qunluo.people.models import Person


@dataclass(frozen=True)
class KeptVariant:
    """A variant as it is kept: all its prices, and its stock by pick-up point (None: in all)."""

    variant: Variant
    rules: tuple[Rule, ...]
    stock: tuple[tuple[int | None, int], ...]


def managed_variants(products: Collection[int]) -> dict[int, list[KeptVariant]]:
    """Return the variants of products that the caller runs, in use or not, by product."""
    variants = list(Variant.objects.filter(product__in=products).order_by("place", "pk"))
    rules = price_rules([one.pk for one in variants])
    stock: dict[int, list[tuple[int | None, int]]] = defaultdict(list)
    rows = Stock.objects.filter(variant__in=variants, campaign=None).order_by("pk")
    for pk, point, amount in rows.values_list("variant", "point", "amount"):
        stock[pk].append((point, amount))
    kept: dict[int, list[KeptVariant]] = defaultdict(list)
    for one in variants:
        known = KeptVariant(one, tuple(rules.get(one.pk, ())), tuple(stock[one.pk]))
        kept[one.product_id].append(known)
    return kept


def managed_variant(product: Product, pk: int, *, viewer: "Viewer") -> Variant:
    """Return a variant of a product. PermissionMissing, ProductNotFound."""
    communities.require(viewer, product.community, MANAGE)
    found = Variant.objects.filter(product=product, pk=pk).select_related("product__community")
    if one := found.first():
        return one
    raise ProductNotFound


def managed_picture(product: Product, pk: int, *, viewer: "Viewer") -> Picture:
    """Return a picture of a product. PermissionMissing, ProductNotFound."""
    communities.require(viewer, product.community, MANAGE)
    found = Picture.objects.filter(product=product, pk=pk).select_related("product__community")
    if one := found.first():
        return one
    raise ProductNotFound


def managed_point(community: "Community", pk: int, *, viewer: "Viewer") -> PickupPoint:
    """Return a pick-up point. PermissionMissing, PlaceNotFound."""
    communities.require(viewer, community, MANAGE)
    if one := PickupPoint.objects.filter(community=community, pk=pk).first():
        return one
    raise PlaceNotFound


def managed_rate(community: "Community", pk: int, *, viewer: "Viewer") -> DeliveryRate:
    """Return what sending costs somewhere. PermissionMissing, PlaceNotFound."""
    communities.require(viewer, community, MANAGE)
    if one := DeliveryRate.objects.filter(community=community, pk=pk).first():
        return one
    raise PlaceNotFound


def managed_merchant(community: "Community", provider: str, *, viewer: "Viewer") -> MerchantAccount:
    """Return the account in use with a provider. PermissionMissing, MerchantNotFound."""
    communities.require(viewer, community, MANAGE)
    if one := account_with(community, provider):
        return one
    raise MerchantNotFound


def addresses(person: "Person") -> list[Address]:
    """Return where somebody had things sent to, the last one first."""
    return objects("", _addresses, [person.pk])


def _addresses(given: Sequence[int]) -> "QuerySet[Address]":
    return Address.objects.filter(person_id=given[0]).order_by("-used_at", "-pk")


def get_address(pk: int, *, person: "Person") -> Address:
    """Return an address of one's own. PlaceNotFound."""
    if one := Address.objects.filter(person=person, pk=pk).first():
        return one
    raise PlaceNotFound
