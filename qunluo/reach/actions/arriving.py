"""What comes in by channels: each thing once, kept until it stands where it belongs."""

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError

from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx
from qunluo.reach import queries, rules
from qunluo.reach.events import ArrivalLetIn, MessageArrived
from qunluo.reach.models import Channel, ChannelArrival
from qunluo.reach.ports import Fate, Read
from qunluo.reach.rules.channels import LONGEST_TEXT, LONGEST_TITLE

if TYPE_CHECKING:
    from qunluo.people.models import Person

State = ChannelArrival.State
WORDLESS = {"title": "", "text": "", "link": "", "source": ""}


@dataclass(frozen=True)
class Message:
    """Something that came in; the same id again is the same message."""

    id: str
    text: str
    title: str = ""
    link: str = ""
    source: str = ""
    thread_id: int = 0


@write_tx
def arrive(
    channel: Channel, message: Message, *, person: "Person | None" = None, refused: str = ""
) -> tuple[ChannelArrival, bool]:
    """Take something in, once; return it, and whether it is new.

    What is `refused` from the start is only noted, with the reason.
    """
    digest = _digest(message.id)
    known = ChannelArrival.objects.filter(channel=channel, digest=digest)
    if found := known.first():
        return found, False
    try:
        with write_tx():
            made = ChannelArrival.objects.create(
                channel=channel,
                community_id=channel.community_id,
                digest=digest,
                person=person,
                title="" if refused else _clean(message.title)[:LONGEST_TITLE],
                text="" if refused else _clean(message.text)[:LONGEST_TEXT],
                state=State.REFUSED if refused else State.WAITING,
                reason=refused[:300],
                link=message.link[:500],
                source=_clean(message.source)[:120],
                thread_id=message.thread_id,
                at=now(),
            )
    except IntegrityError:
        return known.get(), False
    if refused:
        return made, True
    Channel.objects.filter(pk=channel.pk).update(worked_at=now())
    publish(
        MessageArrived(
            community_id=channel.community_id,
            person_id=person.pk if person else None,
            channel_id=channel.pk,
            arrival_id=made.pk,
        )
    )
    return made, True


@write_tx
def settle_arrival(arrival: ChannelArrival, *, thread_id: int, post_id: int) -> None:
    """Note where something stands now; its words are kept there and nowhere else."""
    ChannelArrival.objects.filter(pk=arrival.pk).update(
        state=State.TAKEN, thread_id=thread_id, post_id=post_id, reason="", **WORDLESS
    )


@write_tx
def refuse_arrival(arrival: ChannelArrival, reason: str) -> None:
    """Note why something was not taken. A person has their own words; those of a program are kept
    for thirty days, so that somebody can read them and let them in.
    """
    said: dict[str, Any] = {"state": State.REFUSED, "reason": reason[:300]}
    if arrival.person_id:
        said |= WORDLESS
    ChannelArrival.objects.filter(pk=arrival.pk).update(**said)


@write_tx
def note_let_in(*, actor: "Person", arrival: ChannelArrival) -> None:
    """Write down who let something in that had been refused."""
    publish(
        ArrivalLetIn(
            community_id=arrival.community_id,
            actor_id=actor.pk,
            channel_id=arrival.channel_id,
            arrival_id=arrival.pk,
        )
    )


def read_feeds(limit: int = 20) -> int:
    """Read the feeds whose time has come; return how many new entries came in.

    The run ends soon: what is left is read by the next one.
    """
    came, until = 0, time.monotonic() + rules.channels.SECONDS_IN_A_RUN
    for pk in queries.due_feeds(now(), limit):
        if time.monotonic() > until:
            break
        came += read_feed(pk)
    return came


def read_feed(pk: int) -> int:
    """Read one feed now; return how many new entries came in. Several workers may try at once."""
    channel = _take_feed(pk)
    if channel is None:
        return 0
    found = queries.feed_reader().read(str(channel.setup.get("address", "")), channel.memory)
    return _note_read(channel, found)


@write_tx
def _take_feed(pk: int) -> Channel | None:
    """Lease a feed to this thread until it would be read again anyway."""
    taken = Channel.objects.filter(pk=pk, active=True, due_at__lte=now()).update(
        due_at=now() + rules.channels.POLL
    )
    return Channel.objects.get(pk=pk) if taken else None


@write_tx
def _note_read(channel: Channel, found: Read) -> int:
    """Take in what is new, the oldest first; what stood there at the first reading is known."""
    if found.fate is not Fate.ARRIVED:
        fails = min(channel.fails + 1, 30000)
        Channel.objects.filter(pk=channel.pk, removed_at=None).update(
            fails=fails,
            last_error=found.said[:300],
            due_at=rules.channels.next_poll(now(), fails),
            active=found.fate is not Fate.GONE,
        )
        return 0
    new = _unknown(channel, found)
    most = int(channel.setup.get("most", 5))
    first = not ChannelArrival.objects.filter(channel=channel).exists()
    taken, rest = (new[:most], new[most:]) if first else (new[-most:], new[:-most])
    for one in reversed(taken):
        arrive(
            channel,
            Message(one.id, one.text, one.title, one.link, found.source),
        )
    if first:
        ChannelArrival.objects.bulk_create(
            (
                ChannelArrival(
                    channel=channel,
                    community_id=channel.community_id,
                    digest=_digest(one.id),
                    state=State.KNOWN,
                    at=now(),
                )
                for one in rest
            ),
            ignore_conflicts=True,
        )
    # What waits for the next time must not be hidden behind “nothing has changed”.
    memory = {} if rest and not first else dict(found.memory)
    Channel.objects.filter(pk=channel.pk, removed_at=None).update(
        fails=0,
        last_error="",
        memory=memory,
        worked_at=now(),
        due_at=rules.channels.next_poll(now(), 0),
    )
    return len(taken)


def _unknown(channel: Channel, found: Read) -> list[Any]:
    """Return the entries that never came in, in the order of the feed: the newest first."""
    by_digest = {_digest(one.id): one for one in found.entries}
    known = ChannelArrival.objects.filter(channel=channel, digest__in=list(by_digest))
    seen = set(known.values_list("digest", flat=True))
    return [one for digest, one in by_digest.items() if digest not in seen]


def _digest(given: str) -> str:
    return hashlib.sha256(given.encode()).hexdigest()


def _clean(text: str) -> str:
    """Return a text without control characters and halves of characters."""
    kept = (c for c in text if c in "\n\t" or not (c < " " or "\x7f" <= c < "\xa0"))
    return "".join(kept).encode("utf-8", "ignore").decode().strip()
