"""Channels as they stand: their settings, their secrets, what left by them and what came in."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.db.models import Window
from django.db.models.functions import RowNumber
from django.utils.module_loading import import_string

from qunluo.kernel.clock import now
from qunluo.kernel.paging import Page, page
from qunluo.kernel.sealing import Unreadable, unseal
from qunluo.reach import rules
from qunluo.reach.errors import ArrivalNotFound, ChannelNotFound, NotSigned, SendingNotFound
from qunluo.reach.models import (
    Channel,
    ChannelArrival,
    ChannelAttempt,
    ChannelBinding,
    ChannelSending,
    ChannelVisit,
)
from qunluo.reach.ports import AccountDoor, ChannelCarrier, FeedReader, Way
from qunluo.reach.rules import channels as kinds_of_channels
from qunluo.reach.rules import signing

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.people.models import Person

SEALED = "channels"
BIG = 2**62


@cache
def channel_carrier(kind: str) -> ChannelCarrier:
    """Return who carries parcels through a kind of channel, as settings.CHANNEL_CARRIERS says."""
    return cast("ChannelCarrier", import_string(settings.CHANNEL_CARRIERS[kind])())


@cache
def account_door() -> AccountDoor:
    """Return who speaks with WeChat's server, as settings.CHANNEL_CARRIERS says."""
    return cast("AccountDoor", import_string(settings.CHANNEL_CARRIERS["account"])())


@cache
def feed_reader() -> FeedReader:
    """Return who reads feeds, as settings.FEED_READER says."""
    return cast("FeedReader", import_string(settings.FEED_READER)())


def channels_of(community_id: int) -> list[Channel]:
    """Return the channels of a community, in the order in which they were added."""
    return list(Channel.objects.filter(community_id=community_id, removed_at=None).order_by("pk"))


def channel_in(community_id: int, pk: int) -> Channel:
    """Return one channel of a community; ChannelNotFound."""
    found = Channel.objects.filter(community_id=community_id, pk=min(pk, BIG), removed_at=None)
    if channel := found.first():
        return channel
    raise ChannelNotFound


def channel_by_key(key: str, kind: str) -> Channel:
    """Return the working channel that is reached by a secret address; ChannelNotFound."""
    found = Channel.objects.filter(key=digest_of_key(key), kind=kind, active=True, removed_at=None)
    if key and (channel := found.first()):
        return channel
    raise ChannelNotFound


def channel_by_code(code: str) -> Channel:
    """Return the channel whose links carry a code, also one that is gone; ChannelNotFound."""
    if channel := Channel.objects.filter(code=code[:8].replace("\0", "")).first():
        return channel
    raise ChannelNotFound


def working(community_id: int, kind: str) -> Channel | None:
    """Return the first channel of a kind that works in a community."""
    found = Channel.objects.filter(community_id=community_id, removed_at=None, active=True)
    return found.filter(kind=kind).order_by("pk").first()


def carrying(community_id: int, what: str) -> list[Channel]:
    """Return the working channels of a community that carry something of this sort."""
    found = Channel.objects.filter(community_id=community_id, removed_at=None, active=True)
    return [one for one in found.order_by("pk") if what in one.setup.get("events", ())]


def digest_of_key(key: str) -> str:
    """Return what is kept of a secret address."""
    return hashlib.sha256(f"qunluo.channel:{key}".encode()).hexdigest()


def secrets_of(channel: Channel) -> dict[str, Any]:
    """Return the secrets of a channel; none when they were sealed by another installation."""
    return _opened(channel.secrets)


def _opened(sealed: str) -> dict[str, Any]:
    try:
        return dict(json.loads(unseal(sealed, SEALED))) if sealed else {}
    except (Unreadable, ValueError):
        return {}


def signing_secrets(channel: Channel) -> list[str]:
    """Return the secrets that count now: the present one, and for a day the one before."""
    held = secrets_of(channel)
    found = [str(held["signing"])] if held.get("signing") else []
    if held.get("before") and datetime.fromisoformat(held["before_until"]) > now():
        found.append(str(held["before"]))
    return found


def signed_id(channel: Channel, headers: Mapping[str, str], body: bytes) -> str:
    """Return the id of a message to a channel; NotSigned when its signature does not fit.

    Without a signature it is taken where the channel does not ask for one.
    """
    message_id = str(headers.get(signing.ID, ""))[:200]
    given = str(headers.get(signing.SIGNATURE, ""))
    if not given and not channel.setup.get("signed"):
        return message_id
    timestamp, moment = str(headers.get(signing.TIMESTAMP, "")), int(now().timestamp())
    secrets = signing_secrets(channel)
    if not signing.is_signed(secrets, message_id, timestamp, given, body, moment):
        raise NotSigned
    return message_id


def channel_way(channel: Channel) -> Way:
    """Return a channel as a carrier needs it."""
    memory = _opened(channel.memory.get("sealed", ""))
    secrets = {**secrets_of(channel), "signing_all": signing_secrets(channel)}
    return Way(channel.kind, channel.setup, secrets, memory)


def address_of_channel(channel: Channel) -> str:
    """Return the secret address at which others reach a channel; "" when it has none."""
    key = secrets_of(channel).get("key", "")
    if not key or channel.kind not in {"inbox", "account"}:
        return ""
    place = "hooks" if channel.kind == "inbox" else "wechat"
    return f"{settings.SITE_URL}/{place}/{key}/"


def sendings_of(
    channel: Channel, *, after: str | None = None, limit: int = 30
) -> Page[ChannelSending]:
    """Return what left by a channel, the newest first."""
    return page(ChannelSending.objects.filter(channel=channel), ["-id"], after, limit)


def sending_of(channel: Channel, pk: int) -> ChannelSending:
    """Return one message of a channel; SendingNotFound."""
    if found := ChannelSending.objects.filter(channel=channel, pk=min(pk, BIG)).first():
        return found
    raise SendingNotFound


def tries_of(sendings: "list[ChannelSending]") -> dict[int, list[ChannelAttempt]]:
    """Return the tries of some messages, by their ids, the oldest first."""
    found: dict[int, list[ChannelAttempt]] = {one.pk: [] for one in sendings}
    for attempt in ChannelAttempt.objects.filter(sending_id__in=list(found)).order_by("pk"):
        found[attempt.sending_id].append(attempt)
    return found


def arrivals_of(
    channel: Channel, *, after: str | None = None, limit: int = 30
) -> Page[ChannelArrival]:
    """Return what came in by a channel, the newest first."""
    known = ChannelArrival.State.KNOWN
    found = ChannelArrival.objects.filter(channel=channel).exclude(state=known)
    return page(found, ["-id"], after, limit)


def refused_arrival(channel: Channel, pk: int) -> ChannelArrival:
    """Return what a program sent and what was refused, as long as its words are kept.

    ArrivalNotFound.
    """
    found = ChannelArrival.objects.select_related("channel__author", "person")
    found = found.filter(channel=channel, person=None, state=ChannelArrival.State.REFUSED)
    if arrival := found.filter(pk=min(pk, BIG)).exclude(text="").first():
        return arrival
    raise ArrivalNotFound


def find_arrival(pk: int) -> ChannelArrival | None:
    """Return something that came in and waits to be put where it belongs."""
    found = ChannelArrival.objects.select_related("channel__author", "person")
    return found.filter(pk=pk, state=ChannelArrival.State.WAITING).first()


def refused_since(channel: Channel, person: "Person", since: datetime) -> int:
    """Return how many letters of a person were refused since a moment."""
    refused = ChannelArrival.objects.filter(person=person, channel=channel, at__gt=since)
    return refused.filter(state=ChannelArrival.State.REFUSED).count()


def waiting_arrivals(limit: int) -> dict[int, list[int]]:
    """Return what programs sent and what still waits, by channel: the oldest ones of each."""
    waiting = ChannelArrival.objects.filter(
        state=ChannelArrival.State.WAITING, person=None, channel__active=True
    )
    line = Window(RowNumber(), partition_by="channel_id", order_by="pk")
    found: dict[int, list[int]] = {}
    rows = waiting.annotate(turn=line).filter(turn__lte=limit).order_by("pk")
    for pk, channel in rows.values_list("pk", "channel_id"):
        found.setdefault(channel, []).append(pk)
    return found


def due_sendings(at: datetime, limit: int) -> list[tuple[int, int]]:
    """Return messages to carry now as (id, id of the channel): of each channel a few, in turn."""
    due = ChannelSending.objects.filter(
        state=ChannelSending.State.WAITING, next_try_at__lte=at, channel__active=True
    )
    line = Window(RowNumber(), partition_by="channel_id", order_by=("next_try_at", "pk"))
    found = due.annotate(turn=line).filter(turn__lte=kinds_of_channels.MOST_IN_A_RUN)
    in_turn = found.order_by("turn", "next_try_at", "pk")
    return list(in_turn.values_list("pk", "channel_id")[:limit])


def due_feeds(at: datetime, limit: int) -> list[int]:
    """Return the ids of the channels that are to read their feed now."""
    due = Channel.objects.filter(active=True, removed_at=None, due_at__lte=at)
    return list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])


def tried_since(channel: Channel, since: datetime) -> "QuerySet[ChannelAttempt]":
    """Return the tries of a channel since a moment, the oldest first."""
    return ChannelAttempt.objects.filter(channel=channel, at__gt=since).order_by("at", "pk")


def binding_of(channel: Channel, person: "Person") -> ChannelBinding | None:
    """Return how a person is bound to a channel, or is about to be."""
    return ChannelBinding.objects.filter(channel=channel, person=person).first()


def bound_people(channel: Channel) -> list[int]:
    """Return the ids of the people whom a channel reaches."""
    bound = ChannelBinding.objects.filter(channel=channel).exclude(digest="")
    return list(bound.values_list("person_id", flat=True))


def address_in(channel: Channel, person_id: int) -> str:
    """Return where a channel reaches a person; "" when they are not bound to it."""
    found = ChannelBinding.objects.filter(channel=channel, person_id=person_id).first()
    try:
        return unseal(found.address, SEALED) if found else ""
    except Unreadable:
        return ""


def person_at(channel: Channel, address: str) -> "Person | None":
    """Return who is bound to a channel under an address."""
    digest = digest_of_address(channel, address)
    bound = ChannelBinding.objects.filter(channel=channel, digest=digest).select_related("person")
    found = bound.first()
    return found.person if found and found.person.is_active else None


def digest_of_address(channel: Channel, address: str) -> str:
    """Return by what an address in a channel is found."""
    return hashlib.sha256(f"qunluo.bound:{channel.pk}:{address}".encode()).hexdigest()


def carried_threads(channel: Channel, since: datetime) -> set[int]:
    """Return the threads that a channel carried or brought since a moment."""
    sent = ChannelSending.objects.filter(
        channel=channel, state=ChannelSending.State.SENT, done_at__gt=since, thread_id__gt=0
    )
    came = ChannelArrival.objects.filter(channel=channel, at__gt=since, thread_id__gt=0)
    taken = came.filter(state=ChannelArrival.State.TAKEN)
    return set(sent.values_list("thread_id", flat=True)) | set(
        taken.values_list("thread_id", flat=True)
    )


def carried_count(channel: Channel, since: datetime) -> int:
    """Return how many messages a channel carried since a moment, trials aside."""
    sent = ChannelSending.objects.filter(channel=channel, state=ChannelSending.State.SENT)
    return sent.filter(done_at__gt=since).exclude(event_id=0).count()


def returned_count(channel: Channel, since: datetime) -> int:
    """Return how many people came back by the links of a channel since a moment."""
    visits = ChannelVisit.objects.filter(channel=channel, at__gt=since)
    return visits.values("person_id").distinct().count()


def kinds_of_channel() -> Mapping[str, kinds_of_channels.Kind]:
    """Return every kind of channel, in order."""
    return kinds_of_channels.kinds()


def carriables() -> Mapping[str, kinds_of_channels.Carriable]:
    """Return what channels may carry, in order."""
    return kinds_of_channels.carriables()


def jobs_of_channels() -> Mapping[str, kinds_of_channels.Job]:
    """Return what a channel may be for, in order."""
    return kinds_of_channels.jobs()


def reply_address(person_id: int, thread_id: int, community_id: int | None) -> str:
    """Return where a person's answers in a thread arrive; "" where letters are not answered."""
    if not settings.REPLY_ADDRESS or not community_id or working(community_id, "mail") is None:
        return ""
    who_where = (person_id, thread_id, community_id)
    return rules.mailbox.reply_address(
        settings.REPLY_ADDRESS, settings.SECRET_KEY, who_where, now()
    )


def answers_by_mail() -> bool:
    """Return whether this installation has an address for answers to letters."""
    return bool(settings.REPLY_ADDRESS)
