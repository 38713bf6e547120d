"""Campaigns as their viewers may see them; fetching is permission."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.market import errors
from qunluo.market.models import (
    Batch,
    Campaign,
    CampaignItem,
    Entry,
    Order,
    OrderLine,
    Seat,
    Stock,
    Team,
)
from qunluo.market.queries.campaign_progress import Progress, progress
from qunluo.market.queries.products import buyer_of, require_audience
from qunluo.market.queries.shop import get_shop
from qunluo.market.rules.campaigns import Kind, kinds, mask, price_at, standing
from qunluo.market.rules.permissions import MANAGE
from qunluo.market.rules.states import PAID

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.market.queries.shop import Viewer
    from qunluo.people.models import Person

State = Campaign.State
SHOWN = (State.OPEN, State.CLOSED, State.FAILED)
HIDDEN = (State.OFFERED, State.PROPOSED, State.DECLINED)


@dataclass(frozen=True)
class ItemView:
    """What is sold: the price paid first, that reached so far, and what is left (None: no end)."""

    item: CampaignItem
    units: int
    reached: int
    left: int | None
    batches: tuple[Batch, ...]

    @property
    def next_step(self) -> tuple[int, int] | None:
        """Return how many more units bring which price, or nothing."""
        for least, price in self.item.steps:
            if least > self.units:
                return least - self.units, price
        return None


@dataclass(frozen=True)
class Place:
    """Who has a place: `name` as the viewer may read it, `person` only where they may."""

    number: int
    name: str
    person: "Person | None"
    state: str
    mine: bool
    leads: bool = False
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class TeamView:
    """A team with its seats; `state` is how it stands by the clock."""

    team: Team
    state: str
    seats: tuple[Place, ...]

    @property
    def free(self) -> int:
        """Return how many seats nobody has."""
        return self.team.size - len(self.seats)

    @property
    def paid(self) -> int:
        """Return how many seats are paid."""
        return sum(1 for one in self.seats if one.state == "paid")

    @property
    def mine(self) -> bool:
        """Tell whether the viewer has a seat."""
        return any(one.mine for one in self.seats)


@dataclass(frozen=True)
class CampaignView:
    """A campaign for one viewer."""

    campaign: Campaign
    kind: Kind
    stands: str
    items: tuple[ItemView, ...]
    progress: Progress
    manages: bool
    leads: bool
    entry: Entry | None
    orders: tuple[Order, ...]

    @property
    def reached(self) -> int:
        """Return how far it is, in what its threshold is counted."""
        return int(getattr(self.progress, self.campaign.threshold_kind or "units"))

    @property
    def percent(self) -> int:
        """Return how far it is towards its threshold, 0 to 100."""
        whole = self.campaign.threshold
        return min(100, self.reached * 100 // whole) if whole else 0

    @property
    def until(self) -> datetime:
        """Return what to count down to."""
        return self.campaign.starts_at if self.stands == "coming" else self.campaign.ends_at


def campaigns(community: "Community", *, viewer: "Viewer", over: bool = False) -> list[Campaign]:
    """Return what runs or is to come, the first to end first; or what is over. MembersOnlyShop."""
    shop = get_shop(community)
    require_audience(shop, buyer_of(viewer, community, tiers=False))
    found = Campaign.objects.filter(community=community, state__in=SHOWN)
    runs = Q(state=State.OPEN, ends_at__gt=now())
    if over:
        return list(found.exclude(runs).order_by("-ends_at", "-pk")[:50])
    return list(found.filter(runs).order_by("ends_at", "pk")[:100])


def offered_campaigns(community: "Community", *, viewer: "Viewer") -> list[Campaign]:
    """Return what members may lead, for members. MembersOnlyShop."""
    buyer = buyer_of(viewer, community, tiers=False)
    if not buyer.member:
        raise errors.MembersOnlyShop
    return list(Campaign.objects.filter(community=community, state=State.OFFERED).order_by("-pk"))


def managed_campaigns(community: "Community", *, viewer: "Viewer") -> list[Campaign]:
    """Return every campaign, those that wait for an answer first. PermissionMissing."""
    communities.require(viewer, community, MANAGE)
    found = Campaign.objects.filter(community=community).select_related("host", "started_by")
    rank = {State.PROPOSED: 0, State.OPEN: 1, State.OFFERED: 2}
    return sorted(found.order_by("-pk")[:300], key=lambda one: rank.get(State(one.state), 3))


def get_campaign(uid: str, *, viewer: "Viewer", community: "Community") -> CampaignView:
    """Return a campaign. CampaignNotFound, MembersOnlyShop."""
    found = Campaign.objects.filter(uid=uid, community=community)
    campaign = found.select_related("community", "host", "started_by", "decided_by").first()
    if campaign is None:
        raise errors.CampaignNotFound
    buyer = buyer_of(viewer, community, tiers=False)
    leads = viewer is not None and viewer.pk is not None and campaign.host_id == viewer.pk
    if not (leads or buyer.manages):
        offered = campaign.state == State.OFFERED and buyer.member
        if campaign.state in HIDDEN and not offered:
            raise errors.CampaignNotFound
        require_audience(get_shop(community), buyer)
    entry, orders = _own(campaign, viewer)
    return CampaignView(
        campaign,
        kinds()[campaign.kind],
        standing(campaign.state, campaign.starts_at, campaign.ends_at, now()),
        tuple(_items(campaign)),
        progress(campaign),
        buyer.manages,
        leads,
        entry,
        tuple(orders),
    )


def get_team(uid: str, *, viewer: "Viewer", campaign: Campaign) -> Team:
    """Return a team of a campaign that the viewer was given. CampaignNotFound."""
    found = Team.objects.filter(uid=uid, campaign=campaign).select_related("campaign__community")
    team = found.first()
    if team is None:
        raise errors.CampaignNotFound
    return team


def teams(view: CampaignView, *, viewer: "Viewer", limit: int = 50) -> list[TeamView]:
    """Return the teams of a campaign: one's own, then those that form, the nearest end first."""
    found = view.campaign.teams.select_related("leader").order_by("-pk")[:500]
    views = team_views(view, list(found), viewer=viewer)
    rank = {"forming": 0, "formed": 1, "failed": 2}
    views.sort(key=lambda one: (not one.mine, rank[one.state], one.team.expires_at))
    return views[:limit]


def team_views(view: CampaignView, found: Sequence[Team], *, viewer: "Viewer") -> list[TeamView]:
    """Return teams with their seats; a seat that is not paid in time is free by the clock."""
    moment = now()
    live = Q(state=Seat.State.PAID) | Q(state=Seat.State.HELD, until__gt=moment)
    seats: dict[int, list[Seat]] = defaultdict(list)
    rows = Seat.objects.filter(live, team__in=[one.pk for one in found])
    for seat in rows.select_related("person").order_by("number"):
        seats[seat.team_id].append(seat)
    return [
        TeamView(
            one,
            _team_stands(one, moment),
            tuple(_seat(view, one, seat, viewer) for seat in seats[one.pk]),
        )
        for one in found
    ]


def places(view: CampaignView, *, viewer: "Viewer") -> list[Place]:
    """Return the lines of a campaign without teams, in their order, those given up left out."""
    open_to_all = not view.campaign.masked or view.manages or view.leads
    found = view.campaign.entries.exclude(state=Entry.State.OUT).select_related("person")
    entries = list(found.order_by("number")[:1000])
    lines = _lines_of(entries)
    return [
        Place(
            one.number,
            _named(one.person, viewer, shown=open_to_all),
            one.person if open_to_all or _is(one.person, viewer) else None,
            one.state,
            _is(one.person, viewer),
            one.person_id == view.campaign.host_id,
            tuple(f"{title} × {number}" for title, number in lines[one.pk]),
        )
        for one in entries
    ]


def get_entry(campaign: Campaign, *, viewer: "Viewer") -> Entry:
    """Return one's own live entry. CampaignNotFound."""
    entry, _orders = _own(campaign, viewer)
    if entry is None:
        raise errors.CampaignNotFound
    return entry


def _items(campaign: Campaign) -> list[ItemView]:
    found = campaign.items.select_related("variant__product").order_by("place")
    units: dict[int, int] = defaultdict(int)
    lines = OrderLine.objects.filter(order__campaign=campaign, order__state__in=PAID)
    for pk, number in lines.exclude(order__team__state="failed").values_list("variant", "quantity"):
        units[pk] += number
    own = dict(Stock.objects.filter(campaign=campaign).values_list("variant", "amount"))
    batches: dict[int, list[Batch]] = defaultdict(list)
    for batch in Batch.objects.filter(item__campaign=campaign).order_by("opens_at", "pk"):
        batches[batch.item_id].append(batch)
    return [
        ItemView(
            one,
            units[one.variant_id],
            price_at(one.price, one.steps, units[one.variant_id]),
            _left(campaign, one, own, batches[one.pk]),
            tuple(batches[one.pk]),
        )
        for one in found
    ]


def _left(
    campaign: Campaign, item: CampaignItem, own: Mapping[int, int], batches: Sequence[Batch]
) -> int | None:
    """Return how many are for sale at this moment, batches that are due among them."""
    if item.own is not None:
        moment = now()
        due = (one for one in batches if one.released_at is None and one.opens_at <= moment)
        return own.get(item.variant_id, 0) + sum(one.amount for one in due)
    if kinds()[campaign.kind].stock == "shop" and item.variant.counted:
        rows = Stock.objects.filter(variant=item.variant_id, campaign=None)
        return sum(rows.values_list("amount", flat=True))
    return None


def _own(campaign: Campaign, viewer: "Viewer") -> tuple[Entry | None, list[Order]]:
    if viewer is None or viewer.pk is None:
        return None, []
    mine = campaign.entries.filter(person=viewer.pk).exclude(state=Entry.State.OUT)
    orders = campaign.orders.filter(buyer=viewer.pk).select_related("team", "entry", "campaign")
    return mine.select_related("campaign__community").first(), list(orders.order_by("-pk")[:50])


def _team_stands(team: Team, moment: datetime) -> str:
    overdue = team.state == Team.State.FORMING and team.expires_at <= moment
    return Team.State.FAILED if overdue else team.state


def _seat(view: CampaignView, team: Team, seat: Seat, viewer: "Viewer") -> Place:
    shown = not view.campaign.masked or view.manages
    return Place(
        seat.number,
        _named(seat.person, viewer, shown=shown),
        seat.person if shown or _is(seat.person, viewer) else None,
        seat.state,
        _is(seat.person, viewer),
        seat.person_id == team.leader_id,
    )


def _named(person: "Person", viewer: "Viewer", *, shown: bool) -> str:
    return person.name if shown or _is(person, viewer) else mask(person.name)


def _is(person: "Person", viewer: "Viewer") -> bool:
    return viewer is not None and person.pk == viewer.pk


def _lines_of(entries: Sequence[Entry]) -> dict[int, list[tuple[str, int]]]:
    """Return what each entry has, or waits for."""
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    live = OrderLine.objects.filter(order__entry__in=entries, order__state__in=("placed", *PAID))
    for line in live.select_related("order").order_by("order", "place"):
        entry = line.order.entry_id
        if entry is not None:
            found[entry].append((_called(line.title, line.variant_name), line.quantity))
    return found


def _called(title: str, variant: str) -> str:
    return f"{title} {variant}".strip()
