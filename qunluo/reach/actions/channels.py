"""Attaching channels, changing and removing them. The room above has checked the permission."""

import json
import secrets as dice
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from qunluo.kernel.clock import now
from qunluo.kernel.ids import token
from qunluo.kernel.outbox import publish
from qunluo.kernel.sealing import seal
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.reach import queries, rules
from qunluo.reach.errors import InvalidChannel, TooManyChannels
from qunluo.reach.events import ChannelAdded, ChannelChanged, ChannelRemoved
from qunluo.reach.models import Channel, ChannelArrival, ChannelBinding, ChannelSending
from qunluo.reach.ports import Way
from qunluo.reach.rules.channels import NAME, Field, Kind, jobs, kinds

if TYPE_CHECKING:
    from qunluo.people.models import Person

MISSING = _("Please fill this in.")
UNFIT = _("This cannot work. Compare it with what the other system shows.")
LONGEST = 1000


@write_tx
def add_channel(
    *,
    actor: "Person",
    community_id: int,
    kind: str,
    name: str,
    job: str,
    given: Mapping[str, Any],
    reach: Mapping[str, Any],
    author: "Person | None" = None,
) -> Channel:
    """Attach a channel: `given` are the fields of its kind, `reach` what it carries and where.

    InvalidChannel, TooManyChannels.
    """
    found = kinds().get(kind)
    if found is None:
        raise InvalidChannel(fields={"kind": [_("There is no such kind of channel.")]})
    if len(queries.channels_of(community_id)) >= rules.channels.MOST_CHANNELS:
        raise TooManyChannels(most=rules.channels.MOST_CHANNELS)
    faults = _faults(name, job)
    setup, held = _checked(found, given, {}, faults)
    key = token(24)
    if found.brings:
        held["key"] = key
    channel = Channel.objects.create(
        community_id=community_id,
        kind=kind,
        name=name.strip(),
        job=job,
        active=True,
        setup={**setup, **reach},
        secrets=sealed(held),
        key=queries.digest_of_key(key),
        author=author,
        made_at=now(),
        due_at=now() if kind == "feed" else None,
    )
    publish(
        ChannelAdded(
            community_id=community_id, actor_id=actor.pk, channel_id=channel.pk, kind=kind, job=job
        )
    )
    return channel


@write_tx
def edit_channel(
    *,
    actor: "Person",
    channel: Channel,
    name: str | None = None,
    job: str | None = None,
    active: bool | None = None,
    given: Mapping[str, Any] | None = None,
    reach: Mapping[str, Any] | None = None,
) -> Channel:
    """Change what is given; a secret that is left empty stays as it is. InvalidChannel."""
    row = Channel.objects.select_for_update().get(pk=channel.pk)
    kind = kinds()[row.kind]
    faults = _faults(row.name if name is None else name, row.job if job is None else job)
    held = queries.secrets_of(row)
    setup, secrets = _checked(kind, {**row.setup, **(given or {})}, held, faults)
    before = (row.name, row.job, row.active, row.setup, held)
    row.name = (row.name if name is None else name).strip()
    row.job = row.job if job is None else job
    row.active = row.active if active is None else active
    row.setup = {**row.setup, **setup, **(reach or {})}
    after = (row.name, row.job, row.active, row.setup, secrets)
    names = ("name", "job", "active", "setup", "secrets")
    changed = [one for one, old, new in zip(names, before, after, strict=True) if old != new]
    if not changed:
        return row
    if "secrets" in changed or given:
        row.secrets, row.memory = sealed(secrets), {}
    if row.active:
        row.fails, row.last_error = 0, ""
        row.due_at = now() if row.kind == "feed" else None
    row.save()
    _tell_change(actor, row, changed)
    return row


@write_tx
def rotate_secret(*, actor: "Person", channel: Channel) -> str:
    """Draw a new signing secret and return it; the one before counts for another day.

    InvalidChannel where nothing is signed.
    """
    row = Channel.objects.select_for_update().get(pk=channel.pk)
    held = queries.secrets_of(row)
    if not any(one.made for one in kinds()[row.kind].fields):
        raise InvalidChannel(fields={"kind": [_("This kind of channel signs nothing.")]})
    fresh = _drawn()
    if held.get("signing"):
        held["before"] = held["signing"]
        held["before_until"] = (now() + rules.channels.ROTATION).isoformat()
    held["signing"] = fresh
    Channel.objects.filter(pk=row.pk).update(secrets=sealed(held))
    _tell_change(actor, row, ["secrets"])
    return fresh


@write_tx
def remove_channel(*, actor: "Person", channel: Channel) -> None:
    """Remove a channel: its secrets and bindings go, people, posts and history stay (X01)."""
    gone = Channel.objects.filter(pk=channel.pk, removed_at=None).update(
        removed_at=now(), active=False, secrets="", memory={}, due_at=None,
        key=queries.digest_of_key(token(24)),
    )  # fmt: skip
    if not gone:
        return
    ChannelBinding.objects.filter(channel=channel).delete()
    ChannelSending.objects.filter(channel=channel, state=ChannelSending.State.WAITING).update(
        state=ChannelSending.State.DROPPED, done_at=now()
    )
    left = (ChannelArrival.State.WAITING, ChannelArrival.State.REFUSED)
    ChannelArrival.objects.filter(channel=channel, state__in=left).update(
        state=ChannelArrival.State.REFUSED, text="", title=""
    )
    publish(
        ChannelRemoved(
            community_id=channel.community_id,
            actor_id=actor.pk,
            channel_id=channel.pk,
            kind=channel.kind,
        )
    )


def _tell_change(actor: "Person", channel: Channel, changed: list[str]) -> None:
    publish(
        ChannelChanged(
            community_id=channel.community_id,
            actor_id=actor.pk,
            channel_id=channel.pk,
            changed=changed,
        )
    )


def _faults(name: str, job: str) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    if not name.strip() or len(name.strip()) > NAME or "\0" in name:
        faults["name"] = [_("Give it a name of at most 60 characters.")]
    if job not in jobs():
        faults["job"] = [_("Choose what it is for.")]
    return faults


def _checked(
    kind: Kind,
    given: Mapping[str, Any],
    held: Mapping[str, Any],
    faults: dict[str, list[str]],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return open settings and secrets of a kind; InvalidChannel with everything that is wrong."""
    setup: dict[str, Any] = {}
    secrets = dict(held)
    for one in kind.fields:
        if one.made:
            secrets.setdefault(one.name, _drawn())
            continue
        value = _value(one, given.get(one.name), faults)
        if one.secret:
            if value:
                secrets[one.name] = value
            value = secrets.get(one.name, "")
        else:
            setup[one.name] = value
        if one.needed and not value:
            faults.setdefault(one.name, [MISSING])
    if not faults and (unfit := _unfit(kind, setup, secrets)):
        faults[unfit] = [UNFIT]
    if faults:
        raise InvalidChannel(fields=faults)
    return setup, secrets


def _unfit(kind: Kind, setup: Mapping[str, Any], secrets: Mapping[str, Any]) -> str:
    """Return the name of the field with which the channel cannot work."""
    if kind.name == "feed":
        return "" if queries.feed_reader().fits(str(setup["address"])) else "address"
    if kind.carries:
        return queries.channel_carrier(kind.name).fits(Way(kind.name, setup, secrets))
    return ""


def _value(one: Field, given: Any, faults: dict[str, list[str]]) -> Any:
    if one.type == "flag":
        return bool(given)
    if one.type == "number":
        text = str(one.usual if given in {None, ""} else given).strip()
        if not text.isdecimal() or not one.least <= int(text[:9]) <= one.most:
            faults[one.name] = [_("This number is too small or too large.")]
            return one.usual
        return int(text)
    text = str(given or one.usual).strip()
    if len(text) > LONGEST or "\0" in text:
        faults[one.name] = [UNFIT]
    return text


def sealed(held: Mapping[str, Any]) -> str:
    """Return what only this installation reads again."""
    return seal(json.dumps(dict(held)), queries.SEALED)


def _drawn() -> str:
    return rules.signing.made_of(dice.token_bytes(32))


def rest(channel: Channel, seconds: int) -> timedelta:
    """Return for how long a channel of a limited service has to rest before the next message."""
    most, window = LIMITS.get(channel.kind, (0, 0))
    if not most:
        return timedelta(0)
    tries = list(queries.tried_since(channel, now() - timedelta(seconds=window)))
    if len(tries) < most:
        return timedelta(0)
    wait = tries[-most].at + timedelta(seconds=window) - now()
    return max(wait, timedelta(seconds=seconds))


# (messages, seconds): a WeCom robot takes twenty a minute.
LIMITS = {"robot": (20, 60)}
