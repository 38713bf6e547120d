"""What is done with campaigns: lists to pack by, whom to tell, and what is due."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.market.models import Batch, Campaign, Entry, Order, OrderLine, Stock, Team
from qunluo.market.rules.permissions import ORDERS
from qunluo.market.rules.states import PAID, REFUNDABLE

if TYPE_CHECKING:
    from qunluo.market.queries.shop import Viewer

State = Campaign.State


@dataclass(frozen=True)
class ListedEntry:
    """A line of the list by which things are packed and handed out."""

    number: int
    name: str
    lines: tuple[tuple[str, str, int], ...]
    point: str
    codes: tuple[str, ...]
    options: Mapping[str, str]
    note: str


def campaign_list(campaign: Campaign, *, viewer: "Viewer") -> dict[str, list[ListedEntry]]:
    """Return who gets what, by pick-up point ("" for what is sent), in the order of numbers.

    For its host and who looks after orders. Addresses stand with the orders. PermissionMissing.
    """
    leads = viewer is not None and viewer.pk is not None and campaign.host_id == viewer.pk
    if not leads:
        communities.require(viewer, campaign.community, ORDERS)
    orders = Order.objects.filter(campaign=campaign, state__in=PAID)
    orders = orders.exclude(team__state="failed").select_related("buyer", "point", "entry", "team")
    groups: dict[tuple[str, int, int], list[Order]] = defaultdict(list)
    for order in orders.order_by("pk"):
        number = order.entry.number if order.entry else order.team.number if order.team else 0
        point = order.point.name if order.point else ""
        groups[point, number, order.buyer_id].append(order)
    lines = _order_lines([one for some in groups.values() for one in some])
    found: dict[str, list[ListedEntry]] = defaultdict(list)
    for (point, number, _buyer), some in sorted(groups.items(), key=lambda one: one[0]):
        first = some[0]
        sums: dict[tuple[str, str], int] = defaultdict(int)
        for order in some:
            for title, variant, quantity in lines[order.pk]:
                sums[title, variant] += quantity
        found[point].append(
            ListedEntry(
                number,
                first.buyer.name,
                tuple((*named, quantity) for named, quantity in sorted(sums.items())),
                point,
                tuple(one.pickup_code for one in some if one.pickup_code),
                first.options,
                first.note,
            )
        )
    return dict(found)


def due_campaigns() -> bool:
    """Tell whether anything is due about campaigns."""
    moment = now()
    running = Campaign.objects.filter(state=State.OPEN)
    decided = Q(team__state__in=["formed", "failed"]) | Q(
        team=None, campaign__state__in=[State.CLOSED, State.FAILED]
    )
    return (
        running.filter(ends_at__lte=moment).exists()
        or Team.objects.filter(state="forming", expires_at__lte=moment).exists()
        or Order.objects.filter(decided, state="paid", waits=True).exists()
        or Entry.objects.filter(state="waiting").exists()
        or Batch.objects.filter(
            item__campaign__state="open", released_at=None, opens_at__lte=moment
        ).exists()
        or Stock.objects.filter(
            amount__gt=0, campaign__state__in=[State.CLOSED, State.FAILED]
        ).exists()
        or Order.objects.filter(
            state__in=REFUNDABLE,
            rebate=None,
            waits=False,
            team__state="formed",
            campaign__state=State.CLOSED,
            campaign__items__closed_price__lt=F("campaign__items__price"),
        ).exists()
    )


def find_campaign(pk: int) -> Campaign | None:
    """Return a campaign, or None."""
    return Campaign.objects.filter(pk=pk).select_related("community", "host").first()


def campaign_of_team(pk: int) -> Campaign | None:
    """Return the campaign of a team, or None."""
    return Campaign.objects.filter(teams=pk).select_related("community", "host").first()


def buyers_of(campaign: Campaign, team: int | None = None, *, paid_back: bool = False) -> list[int]:
    """Return who has paid in a campaign or a team, by id; or also who is paid back already."""
    states = (*PAID, "refunded") if paid_back else PAID
    found = Order.objects.filter(campaign=campaign, state__in=states)
    if team is not None:
        found = found.filter(team=team)
    elif campaign.kind == "team":
        found = found.filter(team__state="formed")
    return sorted(set(found.values_list("buyer", flat=True)))


def _order_lines(orders: Sequence[Order]) -> dict[int, list[tuple[str, str, int]]]:
    found: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
    rows: Any = OrderLine.objects.filter(order__in=orders).order_by("place")
    for pk, *line in rows.values_list("order", "title", "variant_name", "quantity"):
        found[pk].append((line[0], line[1], line[2]))
    return found
