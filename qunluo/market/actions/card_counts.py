"""What gift cards are out: conditional updates decide it; inside a transaction.

The count of the buyer is taken before that of all, by everybody.
"""

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F, Q

from qunluo.market import errors
from qunluo.market.models import CardCount, CardPlan
from qunluo.market.queries.providers import said

if TYPE_CHECKING:
    from qunluo.market.models import Order

UNBOUNDED = 2**62
COUNT = """INSERT INTO market_cardcount (community_id, person_id, amount) VALUES (%s, %s, %s)
ON CONFLICT (community_id, person_id)
DO UPDATE SET amount = market_cardcount.amount + excluded.amount
WHERE market_cardcount.amount + excluded.amount <= %s"""


def count_cards(order: "Order", amount: int) -> None:
    """Count what is ordered as out. CardsOut."""
    plan, _made = CardPlan.objects.get_or_create(community_id=order.community_id)
    most = UNBOUNDED if plan.most_each is None else plan.most_each
    if not _counted(order, amount, most):
        mine = CardCount.objects.filter(community=order.community_id, person=order.buyer_id)
        _refuse(order, most - (mine.values_list("amount", flat=True).first() or 0))
    free = Q(most=None) | Q(most__gte=F("out") + amount)
    if not CardPlan.objects.filter(free, pk=plan.pk).update(out=F("out") + amount):
        plan.refresh_from_db(fields=["out"])
        _refuse(order, (plan.most or 0) - plan.out)


def uncount_cards(community_id: int, buyer_id: int, amount: int) -> None:
    """Count so much as out no longer: it was redeemed, or goes back."""
    mine = CardCount.objects.filter(community=community_id, person=buyer_id)
    mine.update(amount=F("amount") - amount)
    CardPlan.objects.filter(community=community_id).update(out=F("out") - amount)


def _counted(order: "Order", amount: int, most: int) -> bool:
    if amount > most:
        return False
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [order.community_id, order.buyer_id, amount, most])
        return bool(cursor.rowcount == 1)


def _refuse(order: "Order", left: int) -> None:
    raise errors.CardsOut(left=said(max(left, 0), order.currency))
