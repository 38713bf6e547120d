"""How often a coupon is used: conditional updates decide it; inside a transaction.

The count of the person is taken before that of all, by everybody, and both before stock.
"""

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F

from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.market import errors, events
from qunluo.market.actions.order_rows import about
from qunluo.market.models import Coupon, CouponCount, CouponUse
from qunluo.market.queries.coupons import holds
from qunluo.market.rules.pricing import UNLIMITED

if TYPE_CHECKING:
    from qunluo.market.models import Order

COUNT = """INSERT INTO market_couponcount (coupon_id, person_id, amount) VALUES (%s, %s, 1)
ON CONFLICT (coupon_id, person_id) DO UPDATE SET amount = market_couponcount.amount + 1
WHERE market_couponcount.amount < %s"""


def use_coupon(order: "Order", coupon: Coupon) -> None:
    """Let an order have a coupon. CouponUsed, CouponGone."""
    CouponUse.objects.create(coupon=coupon, order=order, used_at=now())
    count_coupon(coupon, order.buyer_id)
    _tell(order, coupon.pk, late=False)


def use_coupon_again(order: "Order") -> None:
    """Let an order that is paid late have its coupon once more. CouponRefused."""
    use = CouponUse.objects.filter(order=order, counts=False).select_related("coupon").first()
    if use is None:
        return
    CouponUse.objects.filter(pk=use.pk).update(counts=True)
    count_coupon(use.coupon, order.buyer_id)
    _tell(order, use.coupon_id, late=True)


def return_coupon(order: "Order") -> None:
    """Let the coupon of an order that has ended be used again; once more changes nothing."""
    uses = CouponUse.objects.filter(order=order, counts=True)
    coupon_id = uses.values_list("coupon", flat=True).first()
    if coupon_id is None or not uses.update(counts=False):
        return
    mine = CouponCount.objects.filter(coupon=coupon_id, person=order.buyer_id)
    mine.update(amount=F("amount") - 1)
    Coupon.objects.filter(pk=coupon_id).update(taken=F("taken") - 1)
    publish(events.CouponReturned(**about(order), coupon_id=coupon_id))


def count_coupon(coupon: Coupon, person_id: int) -> None:
    """Count one use; the database decides who gets the last. CouponUsed, CouponGone."""
    most = UNLIMITED if coupon.most_each is None else coupon.most_each
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [coupon.pk, person_id, most])
        if cursor.rowcount != 1:
            raise errors.CouponUsed
    if not Coupon.objects.filter(holds(), pk=coupon.pk).update(taken=F("taken") + 1):
        raise errors.CouponGone


def _tell(order: "Order", coupon_id: int, *, late: bool) -> None:
    told = events.CouponTaken(
        **about(order), coupon_id=coupon_id, discount=order.discount, late=late
    )
    publish(told)
