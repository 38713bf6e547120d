"""Channels of a community: who may attach them, and from which spaces what is said may leave."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from qunluo.community.queries import require
from qunluo.conversation.models import Space
from qunluo.conversation.queries.channels import (
    MANAGE_CHANNELS,
    carriable_spaces,
    is_confirmed,
    is_open,
    kind_in,
    read_by,
)
from qunluo.kernel.clock import now
from qunluo.kernel.text import _, pick
from qunluo.kernel.tx import write_tx
from qunluo.people.actions import add_stand_ins
from qunluo.reach import actions as reach_actions
from qunluo.reach.errors import InvalidChannel
from qunluo.reach.ports import joins
from qunluo.reach.queries import kinds_of_channel, working

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person
    from qunluo.reach.models import Channel, ChannelSending

APP = {"en": "{name} (app)", "zh": "{name}（应用）"}
LONGEST_CODE = 16
Faults = dict[str, list[str]]


@write_tx
def attach_channel(
    *,
    actor: "Person",
    community: "Community",
    kind: str,
    name: str,
    job: str,
    given: Mapping[str, Any],
    reach: Mapping[str, Any],
) -> "Channel":
    """Attach a channel. `given` are the fields of its kind.

    `reach`: events and spaces (ids) that it carries, `confirmed` for those that not everybody
    reads, `space` (id) in which threads appear that it brings, `invitation` (code) it carries.
    InvalidChannel, TooManyChannels, PermissionMissing.
    """
    require(actor, community, MANAGE_CHANNELS)
    found = kinds_of_channel().get(kind)
    if found is None:
        raise InvalidChannel(fields={"kind": [_("There is no such kind of channel.")]})
    if kind == "mail" and working(community.pk, "mail"):
        raise InvalidChannel(fields={"kind": [_("Letters can be answered here already.")]})
    reached = _checked(community, kind, reach, reach)
    author = _app(community, name) if found.into_a_space and not found.person else None
    return reach_actions.add_channel(
        actor=actor, community_id=community.pk, kind=kind, name=name, job=job, given=given,
        reach=reached, author=author,
    )  # fmt: skip


@write_tx
def change_channel(
    *,
    actor: "Person",
    community: "Community",
    channel: "Channel",
    reach: Mapping[str, Any] | None = None,
    **changes: Any,
) -> "Channel":
    """Change a channel: name, job, active, given, and what it reaches; what is left out stays.

    InvalidChannel, PermissionMissing.
    """
    require(actor, community, MANAGE_CHANNELS)
    reached = None
    if reach is not None:
        reached = _checked(community, channel.kind, {**channel.setup, **reach}, reach)
    return reach_actions.edit_channel(actor=actor, channel=channel, reach=reached, **changes)


@write_tx
def detach_channel(*, actor: "Person", community: "Community", channel: "Channel") -> None:
    """Remove a channel; who came and what was said through it stays. PermissionMissing."""
    require(actor, community, MANAGE_CHANNELS)
    reach_actions.remove_channel(actor=actor, channel=channel)


@write_tx
def renew_secret(*, actor: "Person", community: "Community", channel: "Channel") -> str:
    """Return a new signing secret; the old one counts for another day.

    InvalidChannel, PermissionMissing.
    """
    require(actor, community, MANAGE_CHANNELS)
    return reach_actions.rotate_secret(actor=actor, channel=channel)


@write_tx
def send_trial(*, actor: "Person", community: "Community", channel: "Channel") -> "ChannelSending":
    """Send a trial message. ChannelAsleep, CarriesNothing, PermissionMissing."""
    require(actor, community, MANAGE_CHANNELS)
    return reach_actions.try_channel(actor=actor, channel=channel)


@write_tx
def send_again(
    *, actor: "Person", community: "Community", sending: "ChannelSending"
) -> "ChannelSending":
    """Carry a message once more. ChannelAsleep, PermissionMissing."""
    require(actor, community, MANAGE_CHANNELS)
    return reach_actions.replay_sending(actor=actor, sending=sending)


def _app(community: "Community", name: str) -> "Person":
    """Return the author of what a channel brings; its name says that it is no human being."""
    called = str(pick(APP, community.language)).format(name=name.strip()[:40])
    (made,) = add_stand_ins(
        names=[called], language=community.language, time_zone=community.time_zone
    )
    return made


def _checked(
    community: "Community", kind: str, reach: Mapping[str, Any], said: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what a channel reaches; InvalidChannel with everything that is wrong."""
    found, faults = kinds_of_channel()[kind], Faults()
    checked: dict[str, Any] = {}
    here = {space.pk: space for space in carriable_spaces(community)}
    if found.carries:
        checked |= _what_leaves(found.events, here, reach, said, faults)
    if found.into_a_space:
        checked["space"] = _where_to(here, reach, faults, needed=not found.person)
    checked["invitation"] = _invitation(community, str(reach.get("invitation") or ""), faults)
    if faults:
        raise InvalidChannel(fields=faults)
    return checked


def _what_leaves(
    offered: Iterable[Any],
    here: Mapping[int, Space],
    reach: Mapping[str, Any],
    said: Mapping[str, Any],
    faults: Faults,
) -> dict[str, Any]:
    names = {one.name for one in offered}
    events = [name for name in dict.fromkeys(reach.get("events") or ()) if name in names]
    wanted: Collection[int] = dict.fromkeys(reach.get("spaces") or ())
    # A space that was put away meanwhile is nobody's fault; one that never was here is.
    spaces = [pk for pk in wanted if pk in here]
    if "spaces" in said and len(spaces) < len(wanted):
        faults["spaces"] = [_("One of these spaces is not here.")]
    confirmed = [pk for pk in spaces if pk in (reach.get("confirmed") or ())]
    if "confirmed" not in said:  # what was confirmed before counts for those who read then
        confirmed = [pk for pk in confirmed if is_confirmed(reach, here[pk])]
    inside = [pk for pk in spaces if not is_open(here[pk])]
    if set(inside) - set(confirmed):
        faults["confirmed"] = [
            _("Not everybody may read some of these spaces. Confirm that their talk may leave.")
        ]
    return {
        "events": events,
        "spaces": spaces,
        "confirmed": [pk for pk in inside if pk in confirmed],
        "readers": {str(pk): read_by(here[pk]) for pk in inside if pk in confirmed},
    }


def _where_to(
    here: Mapping[int, Space], reach: Mapping[str, Any], faults: Faults, *, needed: bool
) -> int:
    pk = reach.get("space") or 0
    if pk and (pk not in here or not kind_in(here[pk])):
        faults["space"] = [_("Threads cannot be opened in this space.")]
    elif needed and not pk:
        faults["space"] = [_("Choose the space in which it appears.")]
    return int(pk)


def _invitation(community: "Community", code: str, faults: Faults) -> str:
    """Return the code of an invitation, as it stands in an address or by itself."""
    bare = code.strip().rstrip("/").rpartition("/")[2].upper()
    if not bare:
        return ""
    found = joins.by(community.pk, bare, now()) if len(bare) <= LONGEST_CODE else None
    if found is None or not found.live:
        faults["invitation"] = [_("There is no invitation of this community under this code.")]
    return bare
