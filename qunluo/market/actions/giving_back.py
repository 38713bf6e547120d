"""What was set aside for an order comes back, or is taken once more; inside a transaction."""

from django.db import connection, transaction
from django.db.models import F

from qunluo.market.actions.places import enter, give_up
from qunluo.market.errors import CampaignOver, TeamFull
from qunluo.market.models import Order, OrderLine, Stock, Taken

TAKE = "UPDATE market_stock SET amount = amount - %s WHERE id = %s AND amount >= %s"


def give_back(order: Order) -> None:
    """Give back to the stock what an order had set aside, always in one order."""
    give_up(order)
    for line in _lines(order):
        give_back_units(line, line.quantity)
    _uncount(order)


def give_back_units(line: OrderLine, quantity: int) -> None:
    """Give back so many of a line; what an ended campaign had set aside goes to the shop."""
    row = line.stock
    if row is None:
        return
    home = Stock.objects.filter(pk=row.pk)
    if row.campaign is not None and row.campaign.state != "open":
        home = Stock.objects.filter(variant=row.variant_id, point=None, campaign=None)
    home.update(amount=F("amount") + quantity)


def take_up(order: Order, *, late: bool) -> bool:
    """Give a payment what it pays for: its place in a campaign, and what came back meanwhile.

    False, and nothing changed, when there is none any more.
    """
    try:
        with transaction.atomic():
            enter(order, late=late)
            _require_taken(1 if not late or take_again(order) else 0)
    except (CampaignOver, TeamFull, _Gone):
        return False
    return True


def take_again(order: Order) -> bool:
    """Set aside once more what an order asked for; False, and nothing changed, if there is none."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for line in _lines(order):
                if line.stock_id is None:
                    continue
                cursor.execute(TAKE, [line.quantity, line.stock_id, line.quantity])
                _require_taken(cursor.rowcount)
    except _Gone:
        return False
    for line in _limited(order):
        mine = Taken.objects.filter(variant_id=line.variant_id, person_id=order.buyer_id)
        mine.update(amount=F("amount") + line.quantity)
    return True


def _require_taken(rows: int) -> None:
    if rows != 1:
        raise _Gone


class _Gone(Exception):
    """There is not enough left."""


def _lines(order: Order) -> list[OrderLine]:
    return list(order.lines.select_related("stock__campaign").order_by("stock_id", "pk"))


def _limited(order: Order) -> list[OrderLine]:
    return list(order.lines.filter(limited=True).order_by("variant_id"))


def _uncount(order: Order) -> None:
    for line in _limited(order):
        mine = Taken.objects.filter(variant_id=line.variant_id, person_id=order.buyer_id)
        mine.update(amount=F("amount") - line.quantity)
