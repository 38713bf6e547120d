"""Taking some of what a paid order is of out of it again; inside a transaction.

Whoever calls holds the order's row and sends back what this returns.
"""

from collections.abc import Mapping

from qunluo.market.actions.giving_back import give_back_units
from qunluo.market.actions.places import count_again
from qunluo.market.actions.taking import uncount
from qunluo.market.models import Order, OrderLine
from qunluo.market.rules.coupons import part_of


def reduce_lines(order: Order, less: Mapping[int, int]) -> int:
    """Take so many off each line (by its id) and return what they cost; the rest stays."""
    count_again(order, -sum(less.values()))
    found = order.lines.filter(pk__in=less).select_related("stock__campaign")
    lines = list(found.order_by("variant_id", "pk"))
    for line in lines:
        uncount(line, order.buyer_id, less[line.pk])
    give_back_units((line, less[line.pk]) for line in lines)
    back = sum(
        line.price * less[line.pk] - part_of(line.discount, line.quantity, less[line.pk])
        for line in lines
    )
    for line in lines:
        _cut(line, less[line.pk])
    return back


def _cut(line: OrderLine, number: int) -> None:
    left = line.quantity - number
    if not left:
        line.delete()
        return
    line.discount -= part_of(line.discount, line.quantity, number)
    line.quantity, line.amount = left, left * line.price
    line.tolerance = min(line.tolerance, left)
    line.save(update_fields=["quantity", "amount", "discount", "tolerance"])
