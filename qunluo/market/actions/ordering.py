"""Placing an order: what it asks for is set aside at once, and the database decides who gets it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError

from qunluo.kernel.clock import now
from qunluo.kernel.ids import short_code
from qunluo.kernel.outbox import publish, publish_all
from qunluo.kernel.prepared import first, insert
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events, queries
from qunluo.market.actions.advancing import advance
from qunluo.market.actions.coupon_counts import use_coupon
from qunluo.market.actions.expiring import expire_orders_holding, expire_orders_with
from qunluo.market.actions.guide import checked_source
from qunluo.market.actions.places import enter
from qunluo.market.actions.taking import count, take
from qunluo.market.models import Order, OrderLine, Product, Shop, Taken
from qunluo.market.queries.quotes import LARGEST, Quote, QuotedLine
from qunluo.market.rules.coupons import folded
from qunluo.market.rules.wishes import PLAIN_KINDS, Delivery, Wish, digest

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.people.models import Person

KEY_LENGTH = 80
WANTING = (errors.SoldOut, errors.CouponGone, errors.CouponUsed)


def place_order(
    *,
    actor: "Person",
    shop: Shop,
    wishes: Sequence[Wish],
    delivery: Delivery,
    key: str,
    total: int | None = None,
    note: str = "",
    source: tuple[str, str] = ("", ""),
    coupon: str = "",
    confirmed: bool = False,
) -> Order:
    """Order something: it is set aside until the time to pay is over.

    `total` is what the buyer saw, in whole minor units; `coupon` as for a quote; `confirmed` that
    they know what cannot be returned. The same key with the same wishes returns the first order.
    PriceChanged, ReturnUnconfirmed, TooManyForOne, OrderKeyReused and all that a quote refuses.
    """
    require_key(key)
    coupon = folded(coupon)
    marked = digest(wishes, delivery, coupon)
    if first := first_order(actor, key, marked):
        return first
    if not confirmed:
        require_returnable([one.variant for one in wishes])
    given = (actor, shop, wishes, delivery, key, marked, total, note, source, coupon)
    try:
        return _attempt(*given)
    except WANTING as error:
        if not freed(error, shop, wishes, coupon):
            raise
        return _attempt(*given)


def freed(error: Exception, shop: Shop, wishes: Sequence[Wish], coupon: str) -> bool:
    """Tell whether what was refused is free now: what was not paid for in time is, by the clock."""
    if isinstance(error, errors.SoldOut):
        return bool(expire_orders_holding([one.variant for one in wishes]))
    return bool(expire_orders_with(shop, coupon))


def require_key(key: str) -> None:
    """Refuse what cannot name an order. OrderKeyReused."""
    if not 1 <= len(key) <= KEY_LENGTH or "\0" in key:
        raise errors.OrderKeyReused


def _attempt(
    actor: "Person",
    shop: Shop,
    wishes: Sequence[Wish],
    delivery: Delivery,
    key: str,
    marked: str,
    total: int | None,
    note: str,
    source: tuple[str, str],
    coupon: str,
) -> Order:
    made = queries.quote(shop, wishes, delivery, viewer=actor, coupon=coupon)
    order = seen_order(actor, made, key, marked, total, note, source)
    try:
        with write_tx():
            write_order(order, made)
    except IntegrityError:
        if first := first_order(actor, key, marked):
            return first
        raise
    return order


def seen_order(
    actor: "Person", made: Quote, key: str, marked: str, total: int | None, note: str,
    source: tuple[str, str],
) -> Order:  # fmt: skip
    """Return an order, not written yet, that costs what was seen. PriceChanged, UnknownSource."""
    if total is not None and made.total != total:
        raise errors.PriceChanged
    if any(source):
        named = [line.product for line in made.lines]
        source = checked_source(actor, made.shop.community, named, source)
    return order_of(actor, made, key, marked, note, source)


def order_of(
    actor: "Person", made: Quote, key: str, marked: str, note: str,
    source: tuple[str, str] = ("", ""),
) -> Order:  # fmt: skip
    """Return an order that is not written yet."""
    moment = now()
    return Order(
        community_id=made.shop.community_id,
        uid=short_code(10),
        buyer=actor,
        key=key,
        digest=marked,
        currency=made.shop.currency,
        goods=made.goods,
        delivery=made.fee,
        discount=made.discount,
        total=made.total,
        member=made.member,
        method=made.delivery.method,
        address=dict(made.delivery.address),
        point=made.point,
        pickup_code=short_code(6) if made.point else "",
        note=note.replace("\0", "").strip()[:400],
        gives=made.gives,
        source_type=source[0][:20],
        source_id=source[1][:64],
        placed_at=moment,
        expires_at=moment + timedelta(minutes=made.shop.pay_minutes),
    )


def write_order(order: Order, made: Quote, place: Callable[[Order], None] | None = None) -> None:
    """Write everything; the rows for which buyers contend come last, in one order for all.

    `place` takes the order's place in a campaign; inside a transaction.
    """
    note_source(order, made)
    insert_order(order, made)
    publish(placed_event(order))
    if place:
        place(order)
    if not order.total:
        enter(order)
        publish_all(advance(order, "paid"))
    set_aside(order, made)


def note_source(order: Order, made: Quote) -> None:
    """Note the last post from which its buyer came to any of an order, unless it was said."""
    if not order.source_type:
        named = [line.product.pk for line in made.lines]
        found = queries.last_touch(order.buyer_id, order.community_id, named)
        order.source_type, order.source_id = found


def insert_order(order: Order, made: Quote) -> None:
    """Write the rows of an order."""
    insert([order])
    insert([_line(order, place, line) for place, line in enumerate(made.lines)])


def placed_event(order: Order) -> events.OrderPlaced:
    """Return what is told of an order that was placed."""
    return events.OrderPlaced(
        community_id=order.community_id,
        actor_id=order.buyer_id,
        person_id=order.buyer_id,
        order_id=order.pk,
        total=order.total,
        currency=order.currency,
        member=order.member,
        source_type=order.source_type,
        source_id=order.source_id,
    )


def set_aside(order: Order, made: Quote) -> None:
    """Count and take what an order is of, last of all and in one order. TooManyForOne, SoldOut."""
    if made.coupon:
        use_coupon(order, made.coupon)
    for line in sorted(made.lines, key=lambda one: one.variant.pk):
        if line.variant.most is not None:
            _count(order, line, line.variant.most)
    for line in sorted(made.lines, key=lambda one: one.stock.pk if one.stock else 0):
        if line.stock is not None and not take(line.stock.pk, line.quantity):
            raise errors.SoldOut(title=line.product.title, left=0)


def require_returnable(variants: Sequence[int]) -> None:
    """Refuse what cannot be returned, since nobody confirmed that they know. ReturnUnconfirmed."""
    wanted = [pk for pk in variants if 0 < pk <= LARGEST]
    one = Product.objects.filter(variants__in=wanted, returnable=False).order_by("pk").first()
    if one is not None:
        raise errors.ReturnUnconfirmed(title=one.title, why=one.no_return)


def _count(order: Order, line: QuotedLine, most: int) -> None:
    if count(line.variant.pk, order.buyer_id, line.quantity, most):
        return
    mine = Taken.objects.filter(variant=line.variant, person_id=order.buyer_id)
    have = mine.values_list("amount", flat=True).first() or 0
    raise errors.TooManyForOne(title=line.product.title, most=most, have=have)


def _line(order: Order, place: int, line: QuotedLine) -> OrderLine:
    royalty = (line.amount - line.discount) * line.product.royalty_percent // 100
    return OrderLine(
        order=order,
        product=line.product,
        variant=line.variant,
        stock=line.stock,
        title=line.product.title,
        variant_name=line.variant.name,
        price=line.priced.price,
        quantity=line.quantity,
        amount=line.amount,
        discount=line.discount,
        royalty=royalty,
        royalty_to=line.product.royalty_to if royalty else "",
        symbol=line.product.symbol if royalty else "",
        # What has rules of its own is not sent back: how its money goes back, they say.
        returnable=line.product.returnable and line.product.kind in PLAIN_KINDS,
        no_return="" if line.product.returnable else line.product.no_return,
        limited=line.variant.most is not None,
        tolerance=line.tolerance,
        place=place,
    )


def first_order(actor: "Person", key: str, marked: str) -> Order | None:
    """Return the order that a key stands for already. OrderKeyReused for another."""
    found: Order | None = first("", _keyed, [actor.pk, key])
    if found and found.digest != marked:
        raise errors.OrderKeyReused
    return found


def _keyed(given: Sequence[Any]) -> "QuerySet[Order]":
    return Order.objects.filter(buyer_id=given[0], key=given[1])
