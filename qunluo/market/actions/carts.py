"""Putting things into a cart and taking them out; nothing is set aside by it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection

from qunluo.kernel.clock import now
from qunluo.kernel.prepared import first
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, queries
from qunluo.market.models import Address, CartItem, Order, Product, Shop, Variant
from qunluo.market.rules.pricing import MOST_QUANTITY
from qunluo.market.rules.wishes import ADDRESS, MOST_LINES, PLAIN_KINDS

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.people.models import Person

MOST_ADDRESSES = 10
PUT = """INSERT INTO market_cartitem (community_id, person_id, variant_id, quantity, added_at)
VALUES (%s, %s, %s, %s, %s) ON CONFLICT (person_id, variant_id)
DO UPDATE SET quantity = excluded.quantity, added_at = excluded.added_at"""
USED = "UPDATE market_address SET used_at = %s WHERE id = %s"
EMPTY = """DELETE FROM market_cartitem WHERE person_id = %s
AND variant_id IN (SELECT variant_id FROM market_orderline WHERE order_id = %s)"""


@write_tx
def put_in_cart(*, actor: "Person", shop: Shop, variant: int, quantity: int) -> int:
    """Have so many of a variant in one's cart, 0 for none; return how many things it holds.

    MembersOnlyShop, NoCart, ProductNotFound, NotOnSale, SoldApart, TooMuch, InvalidOrder.
    """
    if shop.audience == Shop.Audience.DEALERS:
        raise errors.NoCart
    if type(quantity) is not int or not 0 <= quantity <= MOST_QUANTITY:
        raise errors.InvalidOrder(fields={"quantity": [_("Give a number from 1 on.")]})
    if quantity == 0:
        mine = CartItem.objects.filter(person=actor, community_id=shop.community_id)
        mine.filter(variant=variant).delete()
        return queries.cart_count(actor, shop.community)
    wanted: Variant | None = first("", _wanted, [variant, shop.community_id])
    if wanted is None:
        raise errors.ProductNotFound
    buyer = queries.buyer_of(actor, shop.community, tiers=False)
    queries.require_sight(shop, wanted.product, buyer)
    if wanted.product.state != Product.State.ON_SALE:
        raise errors.NotOnSale(title=wanted.product.title)
    if wanted.product.kind not in PLAIN_KINDS:
        raise errors.SoldApart(title=wanted.product.title)
    had = queries.in_cart(actor, shop.community)
    if variant not in had and len(had) >= MOST_LINES:
        raise errors.TooMuch
    at = connection.ops.adapt_datetimefield_value(now())
    with connection.cursor() as cursor:
        cursor.execute(PUT, [shop.community_id, actor.pk, variant, quantity, at])
    return sum((had | {variant: quantity}).values())


def _wanted(given: Sequence[int]) -> "QuerySet[Variant]":
    found = Variant.objects.filter(pk=given[0], active=True, product__community_id=given[1])
    return found.select_related("product")


@write_tx
def empty_cart(*, actor: "Person", order: Order, address: dict[str, str] | None = None) -> None:
    """Take out of a cart what has been ordered, and keep the address for the next order."""
    if address is not None:
        keep_address(actor=actor, address=address)
    with connection.cursor() as cursor:
        cursor.execute(EMPTY, [actor.pk, order.pk])


@write_tx
def keep_address(*, actor: "Person", address: dict[str, str]) -> Address:
    """Keep an address for the next order; the oldest go. InvalidOrder."""
    checked = queries.checked_address(address)
    known: Address | None = first("", _kept, [actor.pk, *checked.values()])
    if known is not None:
        known.used_at = now()
        at = connection.ops.adapt_datetimefield_value(known.used_at)
        with connection.cursor() as cursor:
            cursor.execute(USED, [at, known.pk])
        return known
    kept = Address.objects.create(person=actor, **checked, used_at=now())
    old = Address.objects.filter(person=actor).order_by("-used_at", "-pk")[MOST_ADDRESSES:]
    Address.objects.filter(pk__in=[one.pk for one in old]).delete()
    return kept


def _kept(given: Sequence[Any]) -> "QuerySet[Address]":
    person_id, *said = given
    named = dict(zip(ADDRESS, said, strict=True))
    return Address.objects.filter(person_id=person_id, **named).order_by("pk")


@write_tx
def forget_address(*, actor: "Person", pk: int) -> None:
    """Keep an address no longer."""
    Address.objects.filter(person=actor, pk=pk).delete()
