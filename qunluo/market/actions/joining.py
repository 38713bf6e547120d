"""Joining a campaign: a place is held with the order, and the database decides who gets the last.

Where a kind has a queue, who finds nothing left may wait in it and moves up in its order.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import IntegrityError
from django.db.models import F

from qunluo.kernel.clock import now
from qunluo.kernel.errors import DomainError
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events
from qunluo.market.actions.expiring import expire_orders_holding
from qunluo.market.actions.ordering import (
    KEY_LENGTH,
    first_order,
    order_of,
    require_returnable,
    write_order,
)
from qunluo.market.actions.places import (
    count_units,
    entry_told,
    hold_entry,
    hold_seat,
    next_number,
    require_running,
)
from qunluo.market.models import Batch, Campaign, Entry, Order, Stock, Team
from qunluo.market.queries.campaign_quotes import campaign_quote, checked_options
from qunluo.market.queries.quotes import Quote
from qunluo.market.rules.campaigns import kinds
from qunluo.market.rules.wishes import Delivery, Wish, digest

if TYPE_CHECKING:
    from qunluo.people.models import Person

State = Entry.State
LIVE = (State.WAITING, State.HELD, State.PAID)


class Joined(NamedTuple):
    """What came of it: an order to pay, or a line in the queue (without one)."""

    order: Order | None
    entry: Entry | None


class _Moved(Exception):
    """Somebody else moved them up at the same moment."""


@dataclass(frozen=True)
class Ask:
    """What somebody asks of a campaign: `tolerance` is what more they would take, by variant."""

    wishes: Sequence[Wish]
    delivery: Delivery
    tolerance: Mapping[int, int] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    def kept(self) -> dict[str, Any]:
        """Return it as JSON, for who waits."""
        return {
            "wishes": [list(one) for one in self.wishes],
            "tolerance": {str(pk): n for pk, n in self.tolerance.items()},
            "method": self.delivery.method,
            "address": dict(self.delivery.address),
            "point": self.delivery.point,
            "options": dict(self.options),
            "note": self.note,
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Ask":
        """Return what `kept` says."""
        return cls(
            [Wish(*one) for one in kept["wishes"]],
            Delivery(kept["method"], kept["address"], kept["point"]),
            {int(pk): n for pk, n in kept["tolerance"].items()},
            kept["options"],
            kept["note"],
        )

    def digest(self, place: object) -> str:
        """Return what makes it the same again, for one place in a campaign."""
        parts = [digest(self.wishes, self.delivery), place, self.kept()]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def join_campaign(
    *,
    actor: "Person",
    campaign: Campaign,
    ask: Ask,
    key: str,
    team: Team | None = None,
    total: int | None = None,
    wait: bool = False,
    confirmed: bool = False,
) -> Joined:
    """Order in a campaign: in a team buy for a seat of `team`, or to start one.

    Who lets it `wait` and finds nothing left gets a line in the queue, where there is one. The same
    key with the same wishes returns the first answer; `confirmed` is as for `place_order`.
    CampaignNotStarted, CampaignOver, TeamFull, AlreadyIn, TooManyForOne, PriceChanged,
    ReturnUnconfirmed, OrderKeyReused, InvalidOrder and all that a quote refuses.
    """
    if not 1 <= len(key) <= KEY_LENGTH or "\0" in key:
        raise errors.OrderKeyReused
    fresh = Campaign.objects.select_related("community").get(pk=campaign.pk)
    kind = kinds()[fresh.kind]
    if team is not None and (not kind.teams or team.campaign_id != fresh.pk):
        raise errors.CampaignNotFound
    marked = ask.digest([fresh.pk, team.pk if team else None])
    if first := first_order(actor, key, marked):
        return Joined(first, first.entry)
    if waiting := _waiting(actor, fresh, key, ask):
        return Joined(None, waiting)
    require_running(fresh)
    checked_options(fresh, ask.options)
    if not confirmed:
        require_returnable([one.variant for one in ask.wishes])
    release_batches(fresh)
    move_up(fresh)
    try:
        return _try_twice(actor, fresh, team, ask, key, marked, total)
    except errors.SoldOut:
        if not (wait and kind.queue):
            raise
        return Joined(None, _wait(actor, fresh, ask, key))


def _try_twice(
    actor: "Person", campaign: Campaign, team: Team | None, ask: Ask, key: str, marked: str,
    total: int | None,
) -> Joined:  # fmt: skip
    try:
        return _attempt(actor, campaign, team, ask, key, marked, total)
    except errors.SoldOut:
        # Time is a predicate: what is not paid in time is free, for who waits first.
        if not expire_orders_holding([one.variant for one in ask.wishes]):
            raise
        move_up(campaign)
        return _attempt(actor, campaign, team, ask, key, marked, total)


def _attempt(
    actor: "Person", campaign: Campaign, team: Team | None, ask: Ask, key: str, marked: str,
    total: int | None,
) -> Joined:  # fmt: skip
    made = campaign_quote(campaign, ask.wishes, ask.delivery, viewer=actor, more=ask.tolerance)
    if total is not None and made.total != total:
        raise errors.PriceChanged
    order = campaign_order(actor, campaign, made, ask, key, marked)
    order.team = team
    place = _seat(campaign, team) if kinds()[campaign.kind].teams else _entry(campaign, key)
    try:
        with write_tx():
            write_order(order, made, place)
            note_sold_out(campaign)
    except IntegrityError:
        if first := first_order(actor, key, marked):
            return Joined(first, first.entry)
        raise errors.AlreadyIn from None
    return Joined(order, order.entry)


def campaign_order(
    actor: "Person", campaign: Campaign, made: Quote, ask: Ask, key: str, marked: str
) -> Order:
    """Return an order of a campaign that is not written yet."""
    order = order_of(actor, made, key, marked, ask.note)
    order.campaign, order.waits = campaign, kinds()[campaign.kind].waits
    order.options = checked_options(campaign, ask.options)
    order.expires_at = min(order.expires_at, campaign.ends_at)
    return order


def _seat(campaign: Campaign, team: Team | None) -> Callable[[Order], None]:
    def place(order: Order) -> None:
        if team is not None:
            limit = min(order.expires_at, team.expires_at)
            Order.objects.filter(pk=order.pk).update(expires_at=limit)
            order.expires_at = limit
            hold_seat(order, team)
        count_units(order, campaign, _units(order))

    return place


def _entry(campaign: Campaign, key: str) -> Callable[[Order], None]:
    def place(order: Order) -> None:
        # Whoever has the next number holds the campaign's row: nobody gets between the lines.
        number = next_number(campaign)
        mine = Entry.objects.filter(campaign=campaign, person=order.buyer_id, state__in=LIVE)
        if mine.exists():
            raise errors.AlreadyIn
        wanted = set(order.lines.values_list("variant", flat=True))
        if blocked(campaign) & wanted:
            raise errors.SoldOut(title=campaign.title, left=0)
        entry = _new_entry(campaign, order.buyer_id, number, State.HELD, key)
        hold_entry(order, entry)
        publish(events.EntryMade(**entry_told(entry, order), number=number))
        count_units(order, campaign, _units(order))

    return place


def _units(order: Order) -> int:
    return sum(order.lines.values_list("quantity", flat=True))


def _new_entry(
    campaign: Campaign, person: int, number: int, state: str, key: str,
    wish: Mapping[str, Any] | None = None,
) -> Entry:  # fmt: skip
    moment = now()
    return Entry.objects.create(
        campaign=campaign,
        number=number,
        person_id=person,
        state=state,
        key=key,
        wish=wish or {},
        made_at=moment,
        changed_at=moment,
    )


@write_tx
def _wait(actor: "Person", campaign: Campaign, ask: Ask, key: str) -> Entry:
    """Take a line in the queue. CampaignOver, AlreadyIn."""
    number = next_number(campaign)
    if Entry.objects.filter(campaign=campaign, person=actor, state__in=LIVE).exists():
        raise errors.AlreadyIn
    entry = _new_entry(campaign, actor.pk, number, State.WAITING, key, ask.kept())
    publish(events.EntryMade(**entry_told(entry), number=number, waits=True))
    return entry


def move_up(campaign: Campaign) -> int:
    """Let who waits order what is there now, the first first; return how many moved up.

    Who wants something else is not kept waiting by who wants what is gone.
    """
    if not kinds()[campaign.kind].queue:
        return 0
    waiting = Entry.objects.filter(campaign=campaign, state=State.WAITING)
    gone: set[int] = set()
    moved = 0
    for entry in waiting.select_related("person", "campaign__community").order_by("number"):
        ask = Ask.read(entry.wish)
        wanted = {one.variant for one in ask.wishes}
        if gone & wanted:
            gone |= wanted
            continue
        try:
            moved += _move_up(entry, ask)
        except errors.SoldOut:
            gone |= wanted
        except errors.CampaignOver:
            break
        except DomainError as error:
            give_up_waiting(entry, str(error))
    return moved


def _move_up(entry: Entry, ask: Ask) -> bool:
    campaign, person = entry.campaign, entry.person
    require_running(campaign)
    made = campaign_quote(campaign, ask.wishes, ask.delivery, viewer=person, more=ask.tolerance)
    key = f"entry:{entry.pk}"
    order = campaign_order(person, campaign, made, ask, key, ask.digest([campaign.pk, entry.pk]))

    def place(order: Order) -> None:
        running = Campaign.objects.filter(pk=campaign.pk, state="open", ends_at__gt=now())
        if not running.update(last_number=F("last_number")):
            raise errors.CampaignOver
        mine = Entry.objects.filter(pk=entry.pk, state=State.WAITING)
        if not mine.update(state=State.HELD, wish={}, changed_at=now()):
            raise _Moved
        hold_entry(order, entry)
        count_units(order, campaign, _units(order))
        told = entry_told(entry, order)
        publish(events.EntryMovedUp(**told, order_id=order.pk))

    try:
        with write_tx():
            write_order(order, made, place)
            note_sold_out(campaign)
    except (_Moved, IntegrityError):
        return False
    return True


@write_tx
def give_up_waiting(entry: Entry, said: str = "") -> bool:
    """Take a line out of the queue; False when it waits no more."""
    waiting = Entry.objects.filter(pk=entry.pk, state=State.WAITING)
    left = waiting.update(state=State.OUT, wish={}, said=said[:400], changed_at=now())
    if left:
        publish(events.EntryLeft(**entry_told(entry), number=entry.number))
    return bool(left)


def leave_queue(*, actor: "Person", campaign: Campaign) -> bool:
    """Wait no longer; False when one does not."""
    mine = Entry.objects.filter(campaign=campaign, person=actor, state=State.WAITING)
    entry = mine.select_related("campaign").first()
    return entry is not None and give_up_waiting(entry)


def blocked(campaign: Campaign) -> set[int]:
    """Return the variants for which somebody waits."""
    waiting = Entry.objects.filter(campaign=campaign, state=State.WAITING)
    return {one[0] for wish in waiting.values_list("wish", flat=True) for one in wish["wishes"]}


@write_tx
def release_batches(campaign: Campaign) -> int:
    """Put the batches on sale whose moment has come; return how many. Nothing depends on when."""
    due = Batch.objects.filter(
        item__campaign=campaign, released_at=None, opens_at__lte=now()
    ).select_related("item")
    released = 0
    for batch in due.order_by("pk"):
        mine = Batch.objects.filter(pk=batch.pk, released_at=None, item__campaign__state="open")
        if not mine.update(released_at=now()):
            continue
        row = Stock.objects.filter(campaign=campaign, variant=batch.item.variant_id)
        row.update(amount=F("amount") + batch.amount)
        publish(
            events.BatchReleased(
                community_id=campaign.community_id, campaign_id=campaign.pk, amount=batch.amount
            )
        )
        released += 1
    return released


def note_sold_out(campaign: Campaign) -> None:
    """Note when the last one was taken of what was set aside; inside a transaction."""
    own = Stock.objects.filter(campaign=campaign)
    if not own.exists() or own.filter(amount__gt=0).exists():
        return
    if Batch.objects.filter(item__campaign=campaign, released_at=None).exists():
        return
    if Campaign.objects.filter(pk=campaign.pk, sold_out_at=None).update(sold_out_at=now()):
        publish(events.DropSoldOut(community_id=campaign.community_id, campaign_id=campaign.pk))


def _waiting(actor: "Person", campaign: Campaign, key: str, ask: Ask) -> Entry | None:
    """Return the line in the queue that a key stands for already. OrderKeyReused."""
    mine = Entry.objects.filter(campaign=campaign, person=actor, key=key, state=State.WAITING)
    found = mine.first()
    if found and found.wish != json.loads(json.dumps(ask.kept())):
        raise errors.OrderKeyReused
    return found
