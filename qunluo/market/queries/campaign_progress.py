"""How far a campaign has come, by what is paid."""

from dataclasses import dataclass

from qunluo.market.models import Campaign, OrderLine
from qunluo.market.rules.states import PAID


@dataclass(frozen=True)
class Progress:
    """What was paid for: pieces, what they cost in whole minor units, and by how many people."""

    units: int
    amount: int
    buyers: int


def paid_lines(campaign: Campaign) -> list[OrderLine]:
    """Return the lines that are paid and stand, in the order of entries; not of teams that failed.

    What only helps to fill a case counts once it is allotted.
    """
    found = OrderLine.objects.filter(order__campaign=campaign, order__state__in=PAID)
    found = found.exclude(order__team__state="failed")
    found = found.select_related("order__entry", "order__team")
    return list(found.order_by("order__entry__number", "order", "place"))


def progress(campaign: Campaign) -> Progress:
    """Return what was paid for until this moment."""
    counted = [(line, _counts(line)) for line in paid_lines(campaign)]
    return Progress(
        units=sum(number for _line, number in counted),
        amount=sum(line.price * number for line, number in counted),
        buyers=len({line.order.buyer_id for line, number in counted if number}),
    )


def _counts(line: OrderLine) -> int:
    return line.quantity - line.tolerance if line.allotted is None else line.allotted
