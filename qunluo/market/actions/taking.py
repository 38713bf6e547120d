"""Taking what there is: conditional updates decide who gets it; inside a transaction.

Counts are taken before stock: of a coupon (coupon_counts.py), then of persons; and rows of each
kind in one order for all, so that nobody waits for somebody who waits for them.
"""

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F

from qunluo.market.models import Taken

if TYPE_CHECKING:
    from qunluo.market.models import OrderLine

TAKE = "UPDATE market_stock SET amount = amount - %s WHERE id = %s AND amount >= %s"
COUNT = """INSERT INTO market_taken (variant_id, person_id, amount) VALUES (%s, %s, %s)
ON CONFLICT (variant_id, person_id) DO UPDATE SET amount = market_taken.amount + excluded.amount
WHERE market_taken.amount + excluded.amount <= %s"""


def take(stock_id: int, quantity: int) -> bool:
    """Take so many from a row of stock; False, and nothing changed, when there are fewer."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [quantity, stock_id, quantity])
        return bool(cursor.rowcount == 1)


def count(variant_id: int, person_id: int, quantity: int, most: int) -> bool:
    """Count so many as a person's own; False, and nothing changed, beyond the limit."""
    if quantity > most:
        return False
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [variant_id, person_id, quantity, most])
        return bool(cursor.rowcount == 1)


def uncount(line: "OrderLine", person_id: int, quantity: int) -> None:
    """Count so many of a line no longer as its buyer's."""
    if line.limited:
        mine = Taken.objects.filter(variant=line.variant_id, person=person_id)
        mine.update(amount=F("amount") - quantity)
