"""Taking some of what a paid order is of out of it again; inside a transaction.

Whoever calls holds the order's row and sends back what this returns.
"""

from collections.abc import Mapping

from django.db.models import F

from qunluo.market.actions.giving_back import give_back_units
from qunluo.market.actions.places import count_again
from qunluo.market.models import Order, OrderLine, Taken


def reduce_lines(order: Order, less: Mapping[int, int]) -> int:
    """Take so many off each line (by its id) and return what they cost; the rest stays."""
    back = 0
    found = order.lines.filter(pk__in=less).select_related("stock__campaign")
    for line in found.order_by("stock_id", "pk"):
        number = less[line.pk]
        back += line.price * number
        give_back_units(line, number)
        if line.limited:
            mine = Taken.objects.filter(variant=line.variant_id, person=order.buyer_id)
            mine.update(amount=F("amount") - number)
        _cut(line, number)
    count_again(order, -sum(less.values()))
    return back


def _cut(line: OrderLine, number: int) -> None:
    left = line.quantity - number
    if not left:
        line.delete()
        return
    line.quantity, line.amount = left, left * line.price
    line.tolerance = min(line.tolerance, left)
    line.save(update_fields=["quantity", "amount", "tolerance"])
