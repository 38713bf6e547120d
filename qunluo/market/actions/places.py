"""The places that orders take in campaigns: held when ordered, paid with the money, given up.

Rows are taken in one order everywhere: the order, then its campaign, then the team, then the books,
then the counts of coupons and persons, and the stock last. What is final (a team that formed, a
campaign that closed) no order changes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Sum

from qunluo.kernel.clock import now
from qunluo.kernel.events import Event
from qunluo.kernel.ids import short_code
from qunluo.kernel.outbox import publish, publish_all
from qunluo.market import errors, events
from qunluo.market.actions.order_rows import about
from qunluo.market.actions.special import special
from qunluo.market.models import Campaign, CampaignCount, Entry, Order, Seat, Team
from qunluo.market.rules.campaigns import kinds, standing
from qunluo.market.rules.states import PAID as STANDS

HELD, PAID, OUT = Seat.State.HELD, Seat.State.PAID, Seat.State.OUT
LIVE = (HELD, PAID)
COUNT = """INSERT INTO market_campaigncount (campaign_id, person_id, amount) VALUES (%s, %s, %s)
ON CONFLICT (campaign_id, person_id)
DO UPDATE SET amount = market_campaigncount.amount + excluded.amount
WHERE market_campaigncount.amount + excluded.amount <= %s"""


def held_campaign(pk: int) -> Campaign:
    """Take the row of a campaign, so that it is not decided meanwhile; inside a transaction."""
    return Campaign.objects.select_for_update(no_key=True).get(pk=pk)


def held_team(pk: int) -> Team:
    """Take the row of a team: who holds it alone changes its seats; inside a transaction."""
    return Team.objects.select_for_update(no_key=True).get(pk=pk)


def hold_place(order: Order) -> None:
    """Take the rows of an order's place before anything is booked; the order's row is held."""
    if order.campaign_id is not None:
        held_campaign(order.campaign_id)
    if order.team_id is not None:
        held_team(order.team_id)


def require_running(campaign: Campaign) -> None:
    """Refuse what is not open at this moment. CampaignNotStarted, CampaignOver."""
    stands = standing(campaign.state, campaign.starts_at, campaign.ends_at, now())
    if stands == "coming":
        raise errors.CampaignNotStarted
    if stands != "open":
        raise errors.CampaignOver


def require_undecided(order: Order) -> None:
    """Refuse to go back on an order whose time has come, whoever has noticed. CampaignOver."""
    if order.campaign_id is None:
        return
    campaign = held_campaign(order.campaign_id)
    if order.team_id is not None:
        _require_forming(held_team(order.team_id))
    else:
        require_running(campaign)


def hold_seat(order: Order, team: Team) -> None:
    """Hold a seat of a team for an order. CampaignOver, AlreadyIn, TeamFull."""
    fresh = held_team(team.pk)
    _require_forming(fresh)
    free_overdue(fresh)
    if fresh.seats.filter(person=order.buyer_id, state__in=LIVE).exists():
        raise errors.AlreadyIn
    seat = _sit(fresh, order, HELD, now())
    publish(events.SeatHeld(**_seat(fresh, order, seat)))


def hold_entry(order: Order, entry: Entry) -> None:
    """Make an order one of an entry."""
    order.entry = entry
    Order.objects.filter(pk=order.pk).update(entry=entry)


def enter(order: Order, *, late: bool = False) -> None:
    """Make the place of an order a paid one; the order's row is held.

    The leader's payment founds the team; the last one forms it. A late payment takes what is free.
    CampaignOver, TeamFull.
    """
    if kind := special(order):
        kind.enter(order, late)
    if order.campaign_id is None:
        return
    campaign = held_campaign(order.campaign_id)
    try:
        require_running(campaign)
    except errors.CampaignNotStarted:
        raise errors.CampaignOver from None
    if kinds()[campaign.kind].teams:
        _enter_team(order, campaign, late=late)
    else:
        _enter_entry(order, late=late)
    if late:
        count_again(order, units_of(order))


def give_up(order: Order) -> None:
    """Free the place of an order that has ended; the order's row is held."""
    if kind := special(order):
        kind.ended(order)
    if order.campaign_id is None or order.state in {"placed", *STANDS}:
        return
    if order.team_id is not None:
        _leave_team(order, held_team(order.team_id))
    elif order.entry is not None:
        settle_entry(order.entry)
        # What comes back can be bought again.
        Campaign.objects.filter(pk=order.campaign_id, sold_out_at__isnull=False).update(
            sold_out_at=None
        )
    count_again(order, -units_of(order))


def count_units(order: Order, campaign: Campaign, units: int) -> None:
    """Count what a person has in a campaign; the database decides. TooManyForOne."""
    if campaign.most is None:
        return
    if units <= campaign.most:
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [campaign.pk, order.buyer_id, units, campaign.most])
            if cursor.rowcount == 1:
                return
    mine = CampaignCount.objects.filter(campaign=campaign, person=order.buyer_id)
    have = mine.values_list("amount", flat=True).first() or 0
    raise errors.TooManyForOne(title=campaign.title, most=campaign.most, have=have)


def count_again(order: Order, units: int) -> None:
    """Correct what a person has in a campaign by what came back or was taken up again."""
    mine = CampaignCount.objects.filter(campaign=order.campaign_id, person=order.buyer_id)
    mine.update(amount=F("amount") + units)


def units_of(order: Order) -> int:
    """Return how many pieces an order is of."""
    return order.lines.aggregate(all=Sum("quantity"))["all"] or 0


def free_overdue(team: Team) -> None:
    """Free the seats whose time to pay is over; the team's row is held. Its order stays as it is:

    paid all the same, it takes another seat if there is one.
    """
    overdue = team.seats.filter(state=HELD, until__lte=now()).select_related("order")
    _free(team, list(overdue))


def next_number(campaign: Campaign) -> int:
    """Return the next number of a campaign that runs; it is never given again. CampaignOver."""
    moment = now()
    running = Campaign.objects.filter(
        pk=campaign.pk, state="open", starts_at__lte=moment, ends_at__gt=moment
    )
    if not running.update(last_number=F("last_number") + 1):
        raise errors.CampaignOver
    campaign.refresh_from_db(fields=["last_number"])
    return campaign.last_number


def form_if_full(team: Team) -> list[Event]:
    """Let a team succeed when its last seat is paid; its row is held. Return what to tell."""
    if team.seats.filter(state=PAID).count() < team.size:
        return []
    forming = Team.objects.filter(pk=team.pk, state=Team.State.FORMING)
    if not forming.update(state=Team.State.FORMED, ended_at=now()):
        return []
    return [events.TeamFormed(**_team(team))]


def fail(team: Team) -> bool:
    """Let a team end without success; False when it has ended already. In a transaction."""
    forming = Team.objects.filter(pk=team.pk, state=Team.State.FORMING)
    if not forming.update(state=Team.State.FAILED, ended_at=now()):
        return False
    publish(events.TeamFailed(**_team(team)))
    return True


def _enter_team(order: Order, campaign: Campaign, *, late: bool) -> None:
    if order.team_id is None:
        _found_team(order, campaign)
        return
    team = held_team(order.team_id)
    _require_forming(team)
    moment = now()
    mine = team.seats.filter(order=order, state=HELD)
    seat = mine.first()
    if seat is None:
        free_overdue(team)
        if team.seats.filter(person=order.buyer_id, state__in=LIVE).exists():
            raise errors.TeamFull
        seat = _sit(team, order, PAID, moment)
    else:
        mine.update(state=PAID, paid_at=moment)
    paid = events.SeatPaid(**_seat(team, order, seat), late=late)
    publish_all([paid, *form_if_full(team)])


def _found_team(order: Order, campaign: Campaign) -> None:
    moment, number = now(), next_number(campaign)
    ends = moment + timedelta(minutes=campaign.window or 0)
    team = Team.objects.create(
        campaign=campaign,
        uid=short_code(10),
        number=number,
        leader_id=order.buyer_id,
        size=campaign.size or 2,
        started_at=moment,
        expires_at=min(ends, campaign.ends_at),
    )
    order.team = team
    Order.objects.filter(pk=order.pk).update(team=team)
    seat = _sit(team, order, PAID, moment)
    started = events.TeamStarted(**_team(team, order))
    publish_all([started, events.SeatPaid(**_seat(team, order, seat))])


def _leave_team(order: Order, team: Team) -> None:
    """Free a seat while the team is forming; one that has ended stays as it was."""
    if team.state != Team.State.FORMING:
        return
    _free(team, list(team.seats.filter(order=order, state__in=LIVE).select_related("order")))
    if order.buyer_id != team.leader_id:
        return
    staying = team.seats.filter(state=PAID)
    if staying.filter(person=team.leader_id).exists():
        return
    if heir := staying.order_by("paid_at", "number").first():
        Team.objects.filter(pk=team.pk).update(leader=heir.person_id)
        publish(
            events.LeaderChanged(
                community_id=order.community_id, person_id=heir.person_id, team_id=team.pk
            )
        )
    else:
        fail(team)


def _enter_entry(order: Order, *, late: bool) -> None:
    """Make an entry a paid one; a late payment revives it unless its person has another."""
    entry = order.entry
    if entry is None:
        raise errors.CampaignOver
    if entry.state == Entry.State.PAID:
        return
    others = Entry.objects.filter(campaign=entry.campaign_id, person=entry.person_id)
    if late and others.exclude(pk=entry.pk).exclude(state=Entry.State.OUT).exists():
        raise errors.CampaignOver
    Entry.objects.filter(pk=entry.pk).update(state=Entry.State.PAID, changed_at=now())
    publish(events.EntryPaid(**entry_told(entry, order), number=entry.number))


def settle_entry(entry: Entry) -> None:
    """Let an entry stand as its orders do, while its campaign is open; in a transaction."""
    if Campaign.objects.get(pk=entry.campaign_id).state != "open":
        return
    states = set(entry.orders.values_list("state", flat=True))
    state = Entry.State.OUT
    if states & set(STANDS):
        state = Entry.State.PAID
    elif "placed" in states:
        state = Entry.State.HELD
    rows = Entry.objects.filter(pk=entry.pk).exclude(state=state)
    if rows.update(state=state, changed_at=now()) and state == Entry.State.OUT:
        publish(events.EntryLeft(**entry_told(entry), number=entry.number))


def _sit(team: Team, order: Order, state: str, moment: datetime) -> Seat:
    """Take the lowest free seat; the database refuses a number twice. TeamFull."""
    taken = set(team.seats.filter(state__in=LIVE).values_list("number", flat=True))
    number = next((n for n in range(1, team.size + 1) if n not in taken), None)
    if number is None:
        raise errors.TeamFull
    return Seat.objects.create(
        team=team,
        number=number,
        person_id=order.buyer_id,
        order=order,
        state=state,
        until=order.expires_at,
        taken_at=moment,
        paid_at=moment if state == PAID else None,
    )


def _free(team: Team, seats: Sequence[Seat]) -> None:
    for seat in seats:
        if Seat.objects.filter(pk=seat.pk, state__in=LIVE).update(state=OUT, ended_at=now()):
            publish(events.SeatFreed(**_seat(team, seat.order, seat)))


def _require_forming(team: Team) -> None:
    if team.state != Team.State.FORMING or team.expires_at <= now():
        raise errors.CampaignOver


def entry_told(entry: Entry, order: Order | None = None) -> dict[str, Any]:
    """Return the fields that every event of an entry has."""
    return {
        "community_id": order.community_id if order else entry.campaign.community_id,
        "person_id": entry.person_id,
        "campaign_id": entry.campaign_id,
        "entry_id": entry.pk,
    }


def _seat(team: Team, order: Order, seat: Seat) -> dict[str, Any]:
    return {**about(order), "team_id": team.pk, "number": seat.number}


def _team(team: Team, order: Order | None = None) -> dict[str, Any]:
    return {
        "community_id": team.campaign.community_id,
        "person_id": order.buyer_id if order else team.leader_id,
        "campaign_id": team.campaign_id,
        "team_id": team.pk,
    }
