"""Placing an order: what it asks for is set aside at once, and the database decides who gets it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError

from qunluo.kernel.clock import now
from qunluo.kernel.ids import short_code
from qunluo.kernel.outbox import publish, publish_all
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events, queries
from qunluo.market.actions.advancing import advance
from qunluo.market.actions.coupon_counts import use_coupon
from qunluo.market.actions.expiring import expire_orders_holding, expire_orders_with
from qunluo.market.actions.places import enter
from qunluo.market.actions.taking import count, take
from qunluo.market.models import Order, OrderLine, Shop, Taken
from qunluo.market.queries.quotes import Quote, QuotedLine
from qunluo.market.rules.coupons import folded
from qunluo.market.rules.wishes import Delivery, Wish, digest

if TYPE_CHECKING:
    from qunluo.people.models import Person

KEY_LENGTH = 80


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
) -> Order:
    """Order something: it is set aside until the time to pay is over.

    `total` is what the buyer saw, in whole minor units; `coupon` as for a quote. The same key with
    the same wishes returns the first order. PriceChanged, TooManyForOne, OrderKeyReused and all
    that a quote refuses.
    """
    if not 1 <= len(key) <= KEY_LENGTH or "\0" in key:
        raise errors.OrderKeyReused
    coupon = folded(coupon)
    marked = digest(wishes, delivery, coupon)
    if first := first_order(actor, key, marked):
        return first
    given = (actor, shop, wishes, delivery, key, marked, total, note, source, coupon)
    try:
        return _attempt(*given)
    except (errors.SoldOut, errors.CouponGone, errors.CouponUsed) as error:
        # Time is a predicate: what an unpaid order has set aside is free once its time is over.
        freed = (
            expire_orders_holding([one.variant for one in wishes])
            if isinstance(error, errors.SoldOut)
            else expire_orders_with(shop, coupon)
        )
        if not freed:
            raise
        return _attempt(*given)


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
    if total is not None and made.total != total:
        raise errors.PriceChanged
    order = order_of(actor, made, key, marked, note, source)
    try:
        with write_tx():
            write_order(order, made)
    except IntegrityError:
        if first := first_order(actor, key, marked):
            return first
        raise
    return order


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
    order.save(force_insert=True)
    OrderLine.objects.bulk_create(
        [_line(order, place, line) for place, line in enumerate(made.lines)]
    )
    placed = events.OrderPlaced(
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
    publish(placed)
    if place:
        place(order)
    if not order.total:
        enter(order)
        publish_all(advance(order, "paid"))
    if made.coupon:
        use_coupon(order, made.coupon)
    for line in sorted(made.lines, key=lambda one: one.variant.pk):
        if line.variant.most is not None:
            _count(order, line, line.variant.most)
    for line in sorted(made.lines, key=lambda one: one.stock.pk if one.stock else 0):
        if line.stock is not None and not take(line.stock.pk, line.quantity):
            raise errors.SoldOut(title=line.product.title, left=0)


def _count(order: Order, line: QuotedLine, most: int) -> None:
    if count(line.variant.pk, order.buyer_id, line.quantity, most):
        return
    mine = Taken.objects.filter(variant=line.variant, person_id=order.buyer_id)
    have = mine.values_list("amount", flat=True).first() or 0
    raise errors.TooManyForOne(title=line.product.title, most=most, have=have)


def _line(order: Order, place: int, line: QuotedLine) -> OrderLine:
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
        returnable=line.product.returnable,
        limited=line.variant.most is not None,
        tolerance=line.tolerance,
        place=place,
    )


def first_order(actor: "Person", key: str, marked: str) -> Order | None:
    """Return the order that a key stands for already. OrderKeyReused for another."""
    found = Order.objects.filter(buyer=actor, key=key).first()
    if found and found.digest != marked:
        raise errors.OrderKeyReused
    return found
