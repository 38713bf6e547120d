"""What was set aside for an order comes back, or is taken once more; inside a transaction."""

from django.db import connection, transaction
from django.db.models import F

from qunluo.market.models import Order, OrderLine, Stock, Taken

TAKE = "UPDATE market_stock SET amount = amount - %s WHERE id = %s AND amount >= %s"


def give_back(order: Order) -> None:
    """Give back to the stock what an order had set aside, always in one order."""
    for line in _lines(order):
        if line.stock_id is not None:
            Stock.objects.filter(pk=line.stock_id).update(amount=F("amount") + line.quantity)
    _uncount(order)


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
    return list(order.lines.order_by("stock_id", "pk"))


def _limited(order: Order) -> list[OrderLine]:
    return list(order.lines.filter(limited=True).order_by("variant_id"))


def _uncount(order: Order) -> None:
    for line in _limited(order):
        mine = Taken.objects.filter(variant_id=line.variant_id, person_id=order.buyer_id)
        mine.update(amount=F("amount") - line.quantity)
