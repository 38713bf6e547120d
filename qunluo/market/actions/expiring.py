"""Orders whose time to pay is over: what they had set aside comes back."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from qunluo.kernel.clock import now
from qunluo.kernel.prepared import objects, padded
from qunluo.kernel.tx import write_tx
from qunluo.market.actions.advancing import advance_and_tell
from qunluo.market.actions.giving_back import give_back
from qunluo.market.actions.one_by_one import one_by_one
from qunluo.market.errors import OrderMovedOn
from qunluo.market.models import Order, Shop

BATCH = 100


def expire_due_orders(limit: int = BATCH) -> int:
    """End orders whose time to pay is over; return how many. Nothing depends on when."""
    due = Order.objects.filter(state=Order.State.PLACED, expires_at__lte=now())
    return _expire(list(due.order_by("expires_at")[:limit]))


def expire_orders_holding(variants: Sequence[int]) -> int:
    """End overdue orders that hold some of these variants; return how many."""
    return _expire(objects("", _holding, padded(variants)))


def _holding(variants: Sequence[int]) -> "QuerySet[Order]":
    due = Order.objects.filter(
        state=Order.State.PLACED, expires_at__lte=now(), lines__variant__in=list(variants)
    )
    return due.order_by("pk").distinct()[:BATCH]


def expire_orders_with(shop: Shop, coupon: str) -> int:
    """End overdue orders of a shop that hold a coupon, by its code or uid; return how many."""
    due = Order.objects.filter(
        Q(coupon_use__coupon__code=coupon) | Q(coupon_use__coupon__uid=coupon),
        community_id=shop.community_id,
        state=Order.State.PLACED,
        expires_at__lte=now(),
    )
    return _expire(list(due.order_by("pk")[:BATCH]))


def _expire(due: Sequence[Order]) -> int:
    """End each in a transaction of its own, so that nothing waits for anything else."""
    return one_by_one(_expire_one, due)


def _expire_one(order: Order) -> bool:
    try:
        with write_tx():
            advance_and_tell(order, Order.State.EXPIRED)
            give_back(order)
    except OrderMovedOn:  # paid, cancelled or swept by somebody else at the same moment
        return False
    return True
