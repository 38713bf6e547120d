"""Carrying messages out through channels: at least once, with patience, and a log of every try."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import F

from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx
from qunluo.reach import queries, rules
from qunluo.reach.actions.arriving import WORDLESS
from qunluo.reach.actions.channels import rest, sealed
from qunluo.reach.errors import CarriesNothing, ChannelAsleep
from qunluo.reach.events import ChannelFailed, ChannelTried
from qunluo.reach.models import (
    Channel,
    ChannelArrival,
    ChannelAttempt,
    ChannelSending,
    ChannelVisit,
)
from qunluo.reach.ports import Carried, Fate, packer
from qunluo.reach.rules.channels import (
    ARRIVALS_KEPT,
    LOG_KEPT,
    NEWS,
    RETURNED_WITHIN,
    SECONDS_IN_A_RUN,
    kinds,
)

if TYPE_CHECKING:
    from qunluo.people.models import Person

State = ChannelSending.State
BATCH = 100


@dataclass(frozen=True)
class Happened:
    """What a channel is to carry: an event by its ids."""

    event_id: int
    what: str
    at: datetime
    thread_id: int = 0
    post_id: int = 0
    number: int = 0


@write_tx
def plan_sendings(
    channel: Channel,
    happened: Happened,
    to: Iterable[int] = (0,),
    *,
    after: datetime | None = None,
) -> None:
    """Put an event on its way through a channel, once, to each person if it reaches people.

    It waits until a moment that it is not to leave before.
    """
    rows = [_row(channel, happened, person) for person in to]
    for row in rows:
        row.next_try_at = max(row.next_try_at, after or row.next_try_at)
    ChannelSending.objects.bulk_create(rows, ignore_conflicts=True)


def carry_due(limit: int = BATCH) -> int:
    """Carry the messages whose time has come; return how many arrived.

    A channel in trouble is left alone for the rest of the run, and the run ends soon: what is
    left is carried by the next one.
    """
    arrived, in_trouble = 0, set[int]()
    until = time.monotonic() + SECONDS_IN_A_RUN
    for pk, channel in queries.due_sendings(now(), limit):
        if time.monotonic() > until:
            break
        if channel in in_trouble:
            continue
        carried = _carry(pk)
        arrived += carried is Fate.ARRIVED
        if carried in {Fate.LATER, Fate.GONE}:
            in_trouble.add(channel)
    return arrived


def _carry(pk: int) -> Fate | None:
    """Try one message now; return its fate, None when nobody was called.

    Several workers may try at once.
    """
    sending = _take(pk)
    if sending is None:
        return None
    channel = sending.channel
    to = queries.address_in(channel, sending.to) if sending.to else ""
    stale = channel.kind != "webhook" and sending.happened_at < now() - NEWS
    parcel = None if stale or (sending.to and not to) else packer.pack(sending, to)
    if parcel is None:
        _settle(sending, State.DROPPED)
        return None
    began = time.monotonic()
    carried = queries.channel_carrier(channel.kind).carry(queries.channel_way(channel), parcel)
    _note(sending, carried, int((time.monotonic() - began) * 1000))
    return carried.fate


@write_tx
def try_channel(*, actor: "Person", channel: Channel) -> ChannelSending:
    """Send a trial message through a channel that works. ChannelAsleep, CarriesNothing."""
    if not kinds()[channel.kind].carries or kinds()[channel.kind].person:
        raise CarriesNothing
    if not channel.active:
        raise ChannelAsleep
    row = _row(channel, Happened(0, "trial", now()), 0)
    row.save()
    _tell_trial(actor, row)
    return row


@write_tx
def replay_sending(*, actor: "Person", sending: ChannelSending) -> ChannelSending:
    """Carry a message once more, from the start; its id stays. ChannelAsleep."""
    if not sending.channel.active:
        raise ChannelAsleep
    ChannelSending.objects.filter(pk=sending.pk).exclude(state=State.WAITING).update(
        state=State.WAITING, attempts=0, next_try_at=now(), last_error="", last_status=0,
        done_at=None,
    )  # fmt: skip
    sending.refresh_from_db()
    _tell_trial(actor, sending)
    return sending


@write_tx
def note_visit(*, person: "Person", channel: Channel, thread_id: int) -> None:
    """Note that somebody came by a link that a channel had carried in the last seven days."""
    sent = ChannelSending.objects.filter(channel=channel, thread_id=thread_id, state=State.SENT)
    if sent.filter(done_at__gt=now() - RETURNED_WITHIN).exists():
        ChannelVisit.objects.get_or_create(
            channel=channel,
            person=person,
            thread_id=thread_id,
            defaults={"community_id": channel.community_id, "at": now()},
        )


@write_tx
def tidy_channels() -> int:
    """Trim the logs: messages that are settled, their tries, and what came in long ago.

    Words that were refused are kept for thirty days.
    """
    old = ChannelSending.objects.exclude(state=State.WAITING).filter(
        happened_at__lt=now() - LOG_KEPT, next_try_at__lt=now() - LOG_KEPT
    )
    refused = ChannelArrival.objects.filter(state=ChannelArrival.State.REFUSED)
    refused.filter(at__lt=now() - LOG_KEPT).exclude(text="").update(**WORDLESS)
    came = ChannelArrival.objects.filter(at__lt=now() - ARRIVALS_KEPT)
    visits = ChannelVisit.objects.filter(at__lt=now() - ARRIVALS_KEPT)
    # An entry that a feed still shows would come again if it were forgotten.
    came = came.exclude(channel__kind="feed", channel__removed_at=None)
    return old.delete()[0] + came.delete()[0] + visits.delete()[0]


def _row(channel: Channel, happened: Happened, to: int) -> ChannelSending:
    return ChannelSending(
        channel=channel,
        community_id=channel.community_id,
        event_id=happened.event_id,
        to=to,
        what=happened.what,
        thread_id=happened.thread_id,
        post_id=happened.post_id,
        number=happened.number,
        happened_at=happened.at,
        next_try_at=now(),
    )


@write_tx
def _take(pk: int) -> ChannelSending | None:
    """Lease a message to this thread; None when it is not (or no longer) to be sent now."""
    waiting = ChannelSending.objects.filter(pk=pk, state=State.WAITING, next_try_at__lte=now())
    found = waiting.first()
    if found is None:
        return None
    # The row of the channel is the queue of a service that counts messages.
    channel = Channel.objects.select_for_update().get(pk=found.channel_id)
    if pause := rest(channel, 1):
        waiting.update(next_try_at=now() + pause)
        return None
    if not waiting.update(attempts=F("attempts") + 1, next_try_at=now() + rules.channels.LEASE):
        return None
    found.refresh_from_db()
    found.channel = channel
    return found


@write_tx
def _note(sending: ChannelSending, carried: Carried, millis: int) -> None:
    """Write down a try, and what follows from it."""
    channel = sending.channel
    ChannelAttempt.objects.create(
        sending=sending,
        channel=channel,
        at=now(),
        status=carried.status,
        millis=min(millis, 2**31 - 1),
        said=carried.said[:300],
    )
    changes: dict[str, Any] = {}
    if carried.memory is not None:
        changes["memory"] = {"sealed": sealed(carried.memory)} if carried.memory else {}
    if carried.fate is Fate.ARRIVED:
        _settle(sending, State.SENT, carried)
        changes |= {"fails": 0, "last_error": "", "worked_at": now()}
    else:
        again = rules.channels.next_try(sending.attempts, now(), carried.wait)
        if carried.fate is Fate.LATER and again:
            ChannelSending.objects.filter(pk=sending.pk).update(
                next_try_at=again, last_status=carried.status, last_error=carried.said[:300]
            )
        else:
            _settle(sending, State.DEAD, carried)
            _tell_failure(sending, carried)
        changes |= {"fails": min(channel.fails + 1, 30000), "last_error": carried.said[:300]}
        if carried.fate is Fate.GONE:
            changes["active"] = False
    Channel.objects.filter(pk=channel.pk, removed_at=None).update(**changes)


@write_tx
def _settle(sending: ChannelSending, state: str, carried: Carried | None = None) -> None:
    ChannelSending.objects.filter(pk=sending.pk).update(
        state=state,
        done_at=now(),
        last_status=carried.status if carried else 0,
        last_error="" if carried is None or state == State.SENT else carried.said[:300],
    )


def _tell_failure(sending: ChannelSending, carried: Carried) -> None:
    publish(
        ChannelFailed(
            community_id=sending.community_id,
            channel_id=sending.channel_id,
            sending_id=sending.pk,
            status=carried.status,
        )
    )


def _tell_trial(actor: "Person", sending: ChannelSending) -> None:
    publish(
        ChannelTried(
            community_id=sending.community_id,
            actor_id=actor.pk,
            channel_id=sending.channel_id,
            sending_id=sending.pk,
        )
    )
