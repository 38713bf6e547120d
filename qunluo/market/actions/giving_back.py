"""What was set aside for an order comes back, or is taken once more; inside a transaction."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from qunluo.market.actions.coupon_counts import return_coupon, use_coupon_again
from qunluo.market.actions.places import enter, give_up
from qunluo.market.actions.taking import count, take, uncount
from qunluo.market.errors import CampaignOver, CouponRefused, GiverGone, TeamFull
from qunluo.market.models import Order, OrderLine, Stock
from qunluo.market.rules.pricing import UNLIMITED
from qunluo.market.rules.states import UNPAID_END


def give_back(order: Order) -> None:
    """Give back what an order had set aside."""
    give_up(order)
    if order.state in UNPAID_END or order.state == Order.State.REFUNDED and not order.fulfilled_at:
        return_coupon(order)
    lines = _lines(order)
    for line in lines:
        uncount(line, order.buyer_id, line.quantity)
    give_back_units((line, line.quantity) for line in lines)


def give_back_units(parts: Iterable[tuple[OrderLine, int]]) -> None:
    """Give back so many of each line, always in one order of stock."""
    found = ((_home(line), number) for line, number in parts)
    for row, number in sorted((pk, n) for pk, n in found if pk is not None):
        Stock.objects.filter(pk=row).update(amount=F("amount") + number)


def take_up(order: Order, *, late: bool) -> bool:
    """Give a payment what it pays for: its place in a campaign, and what came back meanwhile.

    False, and nothing changed, when there is none any more.
    """
    try:
        with transaction.atomic():
            enter(order, late=late)
            if late:
                use_coupon_again(order)
                _take_again(order)
    except (CampaignOver, CouponRefused, GiverGone, TeamFull, _Gone):
        return False
    return True


def _take_again(order: Order) -> None:
    """Set aside once more what an order asked for, within the limit for each person. _Gone."""
    lines = _lines(order)
    for line in lines:
        if line.limited:
            most = UNLIMITED if line.variant.most is None else line.variant.most
            _require(count(line.variant_id, order.buyer_id, line.quantity, most))
    for line in sorted(lines, key=lambda one: one.stock_id or 0):
        if line.stock_id is not None:
            _require(take(line.stock_id, line.quantity))


def _require(there: bool) -> None:  # noqa: FBT001 -- private
    if not there:
        raise _Gone


class _Gone(Exception):
    """There is not enough left."""


def _lines(order: Order) -> list[OrderLine]:
    found = order.lines.select_related("stock__campaign", "variant")
    return list(found.order_by("variant_id", "pk"))


def _home(line: OrderLine) -> int | None:
    """Return where a line's units go: what an ended campaign had set aside goes to the shop."""
    row = line.stock
    if row is None or row.campaign is None or row.campaign.state == "open":
        return line.stock_id
    shelf = Stock.objects.filter(variant=row.variant_id, point=None, campaign=None)
    return shelf.values_list("pk", flat=True).first()
