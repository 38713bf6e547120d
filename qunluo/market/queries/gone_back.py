"""What went back of what orders cost, and for which of their products."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from qunluo.kernel.money import Money
from qunluo.market.models import Claim, ClaimLine, Order, OrderLine, Remedy

Amounts = dict[int, int]  # by product, in whole minor units


def gone_back(orders: Collection[Order], *, rebates: bool = True) -> dict[int, Amounts]:
    """Return by order what went back for each of its products, in whole minor units.

    What a claim or a remedy names went back for that; the rest, such as a refund by hand, for all
    of them in proportion to what is left of their price. Without `rebates`, what a campaign paid
    back to everybody is not counted. What was more than goods cost is for none.
    """
    pks = [one.pk for one in orders]
    cost: dict[int, Amounts] = {pk: defaultdict(int) for pk in pks}
    for line in OrderLine.objects.filter(order__in=pks):
        cost[line.order_id][line.product_id] += line.paid
    named = _named(pks)
    found = {}
    for one in orders:
        back = named.get(one.pk, {})
        rest = one.refunded - sum(back.values()) - (0 if rebates else one.rebate or 0)
        left = {pk: max(0, paid - back.get(pk, 0)) for pk, paid in cost[one.pk].items()}
        spread = _spread(min(rest, sum(left.values())), left)
        found[one.pk] = {pk: back.get(pk, 0) + spread.get(pk, 0) for pk in left}
    return found


def _named(pks: Collection[int]) -> dict[int, Amounts]:
    """Return what claims and remedies gave back, by order and by the product they name."""
    found: dict[int, Amounts] = defaultdict(lambda: defaultdict(int))
    for one in Remedy.objects.filter(order__in=pks, amount__gt=0).select_related("group"):
        found[one.order_id][one.group.product_id] += one.amount
    returns = {}
    for claim in Claim.objects.filter(order__in=pks, paid__gt=0):
        if claim.product_id:
            found[claim.order_id][claim.product_id] += claim.paid
        else:
            returns[claim.pk] = claim
    worth: dict[int, Amounts] = defaultdict(lambda: defaultdict(int))
    for part in ClaimLine.objects.filter(claim__in=returns).select_related("line"):
        line = part.line
        worth[part.claim_id][line.product_id] += line.paid * part.quantity // line.quantity
    for pk, claim in returns.items():
        for product, amount in _spread(claim.paid, worth[pk]).items():
            found[claim.order_id][product] += amount
    return found


def _spread(amount: int, weights: Mapping[int, int]) -> Amounts:
    """Split an amount by weights, losing none; nothing of it where nothing weighs."""
    if amount <= 0 or not any(weights.values()):
        return {}
    parts = Money(amount, "CNY").split(list(weights.values()))  # the currency changes nothing
    return {pk: part.minor for pk, part in zip(weights, parts, strict=True)}
