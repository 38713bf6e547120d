"""What becomes of campaigns, teams and their orders when their time has come.

Each is decided once, by a conditional update; orders follow one by one, each in a transaction of
its own, so that nothing is lost when work stops half-way. Nothing depends on when this runs.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish, publish_all
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events
from qunluo.market.actions.advancing import advance, move
from qunluo.market.actions.giving_back import give_back
from qunluo.market.actions.joining import give_up_waiting, move_up, release_batches
from qunluo.market.actions.order_rows import about, locked
from qunluo.market.actions.places import fail, held_campaign, held_team
from qunluo.market.actions.reducing import reduce_lines
from qunluo.market.actions.refunding import refund_whole_or_part
from qunluo.market.models import Batch, Campaign, CampaignItem, Entry, Order, OrderLine, Stock, Team
from qunluo.market.queries.campaign_progress import Progress, paid_lines, progress
from qunluo.market.rules.campaigns import Asked, allot, kinds, met, price_at
from qunluo.market.rules.permissions import MANAGE
from qunluo.market.rules.states import REFUNDABLE

if TYPE_CHECKING:
    from qunluo.people.models import Person

State = Campaign.State
BATCH, SECOND = 100, timedelta(seconds=1)
DECIDED = Q(team__state__in=["formed", "failed"]) | Q(
    team=None, campaign__state__in=[State.CLOSED, State.FAILED]
)
REASONS = {
    "team": _("The team was not complete in time."),
    "campaign": _("The campaign did not come to pass."),
    "allot": _("Not enough came together for a whole case."),
    "ladder": _("The price fell because so many joined."),
}


def look_after_campaigns(limit: int = BATCH) -> None:
    """Do everything about campaigns that is due."""
    moment = now()
    running = Campaign.objects.filter(state=State.OPEN, starts_at__lte=moment, ends_at__gt=moment)
    queued = [code for code, kind in kinds().items() if kind.queue or kind.batches]
    for campaign in running.filter(kind__in=queued).select_related("community")[:limit]:
        release_batches(campaign)
        move_up(campaign)
    fail_due_teams(limit)
    close_due_campaigns(limit)
    settle_waiting_orders(limit)
    pay_back_ladders(limit)
    bring_home(limit)


def fail_due_teams(limit: int = BATCH) -> int:
    """End the teams that were not complete in time; return how many."""
    due = Team.objects.filter(state=Team.State.FORMING, expires_at__lte=now())
    found = list(due.select_related("campaign").order_by("expires_at")[:limit])
    return sum(_fail_team(team) for team in found)


def close_due_campaigns(limit: int = BATCH) -> int:
    """Judge the campaigns whose end has come; return how many."""
    due = Campaign.objects.filter(state=State.OPEN, ends_at__lte=now()).order_by("ends_at")
    return sum(_decide(campaign) for campaign in due[:limit])


@write_tx
def close_campaign(*, actor: "Person", campaign: Campaign) -> Campaign:
    """Close a chain order, a team buy or a drop now, before its end.

    Its host, or who runs the shop. What has a minimum is judged at its end only.
    PermissionMissing, CampaignOver, InvalidCampaign.
    """
    if campaign.host_id != actor.pk:
        communities.require(actor, campaign.community, MANAGE)
    if kinds()[campaign.kind].judged:
        raise errors.InvalidCampaign(_("What has a minimum is judged at its end."))
    _end_now(campaign)
    _decide(campaign, actor=actor)
    campaign.refresh_from_db()
    return campaign


@write_tx
def cancel_campaign(*, actor: "Person", campaign: Campaign, reason: str) -> Campaign:
    """Call a campaign off: every order that waits goes back whole, with a reason that they read.

    A team that has formed stays. PermissionMissing, CampaignOver, InvalidCampaign.
    """
    communities.require(actor, campaign.community, MANAGE)
    if not reason.strip():
        raise errors.InvalidCampaign(fields={"reason": [_("Say why; everybody reads it.")]})
    _end_now(campaign)
    _decide(campaign, actor=actor, off=reason.replace("\0", "").strip()[:400])
    campaign.refresh_from_db()
    return campaign


def settle_waiting_orders(limit: int = BATCH) -> int:
    """Take on, or pay back, the orders whose campaign or team is decided; return how many."""
    due = Order.objects.filter(DECIDED, state=Order.State.PAID, waits=True)
    return sum(_settle(order) for order in due.order_by("pk")[:limit])


def pay_back_ladders(limit: int = BATCH) -> int:
    """Give back what team buys cost less in the end; return how many orders got something."""
    due = Order.objects.filter(
        state__in=REFUNDABLE, rebate=None, waits=False, team__state=Team.State.FORMED,
        campaign__state=State.CLOSED, campaign__items__closed_price__lt=F("campaign__items__price"),
    )  # fmt: skip
    return sum(_pay_back(order) for order in due.distinct().order_by("pk")[:limit])


def bring_home(limit: int = BATCH) -> int:
    """Put back on sale what ended campaigns had set aside and nobody bought; return how many."""
    left = Stock.objects.filter(amount__gt=0, campaign__state__in=[State.CLOSED, State.FAILED])
    return sum(_bring_home(row.pk) for row in left[:limit])


def _end_now(campaign: Campaign) -> None:
    """Let a campaign that is open end at this moment; its row is held from here on."""
    fresh = held_campaign(campaign.pk)
    moment = now()
    if fresh.state != State.OPEN or fresh.ends_at <= moment:
        raise errors.CampaignOver
    fresh.ends_at, fresh.starts_at = moment, min(fresh.starts_at, moment - SECOND)
    fresh.save(update_fields=["starts_at", "ends_at"])
    Team.objects.filter(campaign=fresh, state=Team.State.FORMING).update(expires_at=moment)
    # What is not paid by now cannot be any more.
    Order.objects.filter(campaign=fresh, state="placed", expires_at__gt=moment).update(
        expires_at=moment
    )


@write_tx
def _decide(campaign: Campaign, *, actor: "Person | None" = None, off: str = "") -> bool:
    """Judge a campaign once, by what is paid at this moment; False when somebody else did."""
    fresh = held_campaign(campaign.pk)
    if fresh.state != State.OPEN or fresh.ends_at > now():
        return False
    kind = kinds()[fresh.kind]
    for team in fresh.teams.filter(state=Team.State.FORMING).order_by("pk"):
        fail(held_team(team.pk))
    lines = paid_lines(fresh)
    if kind.cases:
        _allot(fresh, lines)
    counts = progress(fresh)
    good = not off and (not kind.judged or _met(fresh, counts, lines))
    _price(fresh, lines)
    fresh.state = State.CLOSED if good else State.FAILED
    fresh.ended_at, fresh.end_reason = now(), off
    fresh.snapshot = _snapshot(fresh, counts)
    fresh.save(update_fields=["state", "ended_at", "end_reason", "snapshot"])
    later = Batch.objects.filter(item__campaign=fresh, released_at=None)
    for batch in later.select_related("item"):
        row = Stock.objects.filter(campaign=fresh, variant=batch.item.variant_id)
        row.update(amount=F("amount") + batch.amount)
    for entry in fresh.entries.filter(state=Entry.State.WAITING).select_related("campaign"):
        give_up_waiting(entry)
    event = events.CampaignClosed if good else events.CampaignFailed
    publish(
        event(
            community_id=fresh.community_id,
            actor_id=actor.pk if actor else None,
            person_id=fresh.host_id,
            campaign_id=fresh.pk,
            units=counts.units,
            amount=counts.amount,
            buyers=counts.buyers,
        )
    )
    return True


def _met(campaign: Campaign, counts: Progress, lines: Sequence[OrderLine]) -> bool:
    """Tell whether the threshold is met; of a pool, at least one whole case must come out."""
    if kinds()[campaign.kind].cases and not any(line.allotted for line in lines):
        return False
    return met(
        campaign.threshold_kind,
        campaign.threshold,
        units=counts.units,
        amount=counts.amount,
        buyers=counts.buyers,
    )


def _allot(campaign: Campaign, lines: Sequence[OrderLine]) -> None:
    """Share whole cases out, the first entries first."""
    cases = dict(campaign.items.values_list("variant", "case"))
    by_variant: dict[int, list[OrderLine]] = defaultdict(list)
    for line in lines:
        by_variant[line.variant_id].append(line)
    for variant, some in by_variant.items():
        asked = [Asked(line.quantity - line.tolerance, line.tolerance) for line in some]
        for line, number in zip(some, allot(asked, cases.get(variant, 1)), strict=True):
            line.allotted = number
            line.save(update_fields=["allotted"])


def _price(campaign: Campaign, lines: Sequence[OrderLine]) -> None:
    """Note the price that everybody reached together."""
    units: dict[int, int] = defaultdict(int)
    for line in lines:
        units[line.variant_id] += line.quantity if line.allotted is None else line.allotted
    for item in campaign.items.all():
        item.closed_price = price_at(item.price, item.steps, units[item.variant_id])
        item.save(update_fields=["closed_price"])


def _snapshot(campaign: Campaign, counts: Progress) -> dict[str, Any]:
    """Return who has what as it stood at the end; names are looked up, so that they can go."""
    lines: dict[int, list[list[Any]]] = defaultdict(list)
    for line in paid_lines(campaign):
        number = line.order.entry.number if line.order.entry else 0
        got = line.quantity if line.allotted is None else line.allotted
        lines[number].append([line.title, line.variant_name, got])
    return {
        "units": counts.units,
        "amount": counts.amount,
        "buyers": counts.buyers,
        "entries": [[number, some] for number, some in sorted(lines.items()) if number],
    }


def _settle(order: Order) -> bool:
    try:
        with write_tx():
            fresh = locked(order.pk)
            if fresh.state != Order.State.PAID or not fresh.waits:
                return False
            _settle_one(fresh)
    except errors.OrderMovedOn:
        return False
    return True


def _settle_one(order: Order) -> None:
    """Take an order on or pay it back, as its team or campaign was decided; its row is held."""
    campaign = Campaign.objects.get(orders=order)
    team = Team.objects.get(pk=order.team_id) if order.team_id else None
    if team is not None and team.state == Team.State.FAILED:
        _undo(order, campaign.end_reason or REASONS["team"])
    elif team is None and campaign.state == State.FAILED:
        _undo(order, campaign.end_reason or REASONS["campaign"])
    elif team is not None or _share_out(order, campaign):
        _take_on(order)


def _undo(order: Order, reason: str) -> None:
    """Send everything back that is still there to go back."""
    _wait_no_more(order)
    most = _left(order)
    if most:
        refund_whole_or_part(order, most, reason)
        return
    move(order, Order.State.REFUNDED, end_reason=reason)
    give_back(order)
    publish(events.OrderCancelled(**about(order)))


def _share_out(order: Order, campaign: Campaign) -> bool:
    """Cut an order to what it gets and give back what it costs less; False if nothing is left."""
    lines = list(order.lines.select_related("stock__campaign"))
    if lines and all(line.allotted == 0 for line in lines):
        _undo(order, REASONS["allot"])
        return False
    less = {one.pk: one.quantity - one.allotted for one in lines if one.allotted is not None}
    back = reduce_lines(order, {pk: n for pk, n in less.items() if n})
    reason = REASONS["allot"] if back else REASONS["ladder"]
    _refund(order, back + _difference(order, campaign), reason)
    return True


def _pay_back(order: Order) -> bool:
    try:
        with write_tx():
            fresh = locked(order.pk)
            if fresh.rebate is not None or fresh.state not in REFUNDABLE:
                return False
            campaign = Campaign.objects.get(orders=fresh)
            _refund(fresh, _difference(fresh, campaign), REASONS["ladder"])
    except errors.OrderMovedOn:
        return False
    return True


def _difference(order: Order, campaign: Campaign) -> int:
    """Return what the lines of an order cost less at the price that was reached."""
    prices: Mapping[int, int | None] = dict(
        CampaignItem.objects.filter(campaign=campaign).values_list("variant", "closed_price")
    )
    found = 0
    for line in order.lines.all():
        final = prices.get(line.variant_id)
        if final is not None and final < line.price:
            found += (line.price - final) * line.quantity
    return found


def _refund(order: Order, amount: int, reason: str) -> None:
    """Give back a part, never more than is there, and note how much."""
    amount = min(amount, _left(order))
    Order.objects.filter(pk=order.pk).update(rebate=amount)
    order.rebate = amount
    if amount:
        refund_whole_or_part(order, amount, reason)


def _take_on(order: Order) -> None:
    _wait_no_more(order)
    shop = order.community.shop
    if order.state == Order.State.PAID and not shop.confirms:
        publish_all(advance(order, Order.State.CONFIRMED))


def _wait_no_more(order: Order) -> None:
    order.waits = False
    Order.objects.filter(pk=order.pk).update(waits=False)


def _left(order: Order) -> int:
    payment = order.payments.filter(counts=True).first()
    return payment.amount - payment.refunding if payment else 0


@write_tx
def _fail_team(team: Team) -> bool:
    return fail(held_team(team.pk))


@write_tx
def _bring_home(pk: int) -> int:
    row = Stock.objects.select_for_update().get(pk=pk)
    home = Stock.objects.filter(variant=row.variant_id, point=None, campaign=None)
    home.update(amount=F("amount") + row.amount)
    amount, row.amount = row.amount, 0
    row.save(update_fields=["amount"])
    return amount
