"""Looking after members: tags, notes, hosts, close care, segments."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.db.models import Count, Q

from qunluo.community import events
from qunluo.community.errors import (
    AlreadyInCloseCare,
    CloseCareFull,
    HostUnfit,
    InvalidNote,
    InvalidSegment,
    InvalidTag,
    MembershipNotFound,
    TagNotFound,
)
from qunluo.community.models import (
    CloseCare,
    Community,
    MemberNote,
    Membership,
    MemberTag,
    Segment,
)
from qunluo.community.queries.directory import MANAGE
from qunluo.community.queries.permissions import (
    holders,
    permissions_of,
    require,
    require_member,
    standing,
)
from qunluo.community.queries.record import NOTES, may_open
from qunluo.community.rules import record as rules
from qunluo.community.rules.segments import NAME_LENGTH, parse
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person

Source = MemberTag.Source


@write_tx
def tag_member(*, actor: "Person | None", membership: Membership, name: str) -> MemberTag:
    """Tag a member: themself (self), an operator, or without an actor a rule; twice is once.

    InvalidTag, PermissionMissing.
    """
    source = _source(actor, membership)
    name = rules.clean_tag(name)
    if not 1 <= len(name) <= rules.TAG_LENGTH:
        raise InvalidTag(limit=rules.TAG_LENGTH, fields={"name": [_("Choose a shorter tag.")]})
    tag, new = MemberTag.objects.get_or_create(
        membership=membership,
        name=name,
        defaults={"community_id": membership.community_id, "source": source},
    )
    if new:
        _tell_tag(actor, membership, tag.pk, source, events.MemberTagged)
    return tag


@write_tx
def untag_member(*, actor: "Person | None", tag: MemberTag) -> None:
    """Take a tag off; members only their own. TagNotFound, PermissionMissing."""
    membership = tag.membership
    source = _source(actor, membership)
    own = actor is not None and actor.pk == membership.person_id
    if own and tag.source != Source.SELF:
        require(actor, membership.community, MANAGE)
    pk = tag.pk
    if not MemberTag.objects.filter(pk=pk).delete()[0]:
        raise TagNotFound
    _tell_tag(actor, membership, pk, source, events.MemberUntagged)


@write_tx
def note_member(*, actor: "Person", membership: Membership, text: str) -> MemberNote:
    """Write a note about a member, who can read it in their own data. InvalidNote."""
    require(actor, membership.community, NOTES)
    if not may_open(actor, membership):
        raise MembershipNotFound
    text = text.replace("\0", "").strip()
    if not 1 <= len(text) <= rules.NOTE_LENGTH:
        raise InvalidNote(limit=rules.NOTE_LENGTH, fields={"text": [_("Write a shorter note.")]})
    note = MemberNote.objects.create(
        membership=membership, author=actor, text=text, written_at=now()
    )
    publish(
        events.NoteWritten(
            community_id=membership.community_id,
            actor_id=actor.pk,
            person_id=membership.person_id,
            note_id=note.pk,
        )
    )
    return note


@write_tx
def assign_host(*, actor: "Person", membership: Membership, host: "Person | None") -> Membership:
    """Give a member a host, or none. HostUnfit, PermissionMissing."""
    require(actor, membership.community, MANAGE)
    if host and (
        host.pk == membership.person_id
        or rules.HOSTING not in permissions_of(host, membership.community)
    ):
        raise HostUnfit(fields={"host": [HostUnfit.message]})
    _set_host(membership, host.pk if host else None, actor.pk)
    return membership


@write_tx
def welcome(*, membership: Membership) -> int | None:
    """Give a newcomer a host by themselves: the inviter if they host, else who has the fewest.

    Return the host's id; None when there is no host or the newcomer has one already.
    """
    if membership.host_id or membership.status != Membership.Status.ACTIVE:
        return None
    able = holders(membership.community, ["host"]).exclude(person=membership.person_id)
    ids = list(able.values_list("person_id", flat=True).distinct())
    if not ids:
        return None
    chosen = membership.inviter_id if membership.inviter_id in ids else _least_busy(membership, ids)
    _set_host(membership, chosen, None)
    return chosen


@write_tx
def release_members_of(*, community: Community, person: "Person") -> int:
    """Let go of the members of somebody who hosts no more; return how many had them as host."""
    if rules.HOSTING in standing(person, community).allowed_by_roles:
        return 0
    CloseCare.objects.filter(community=community, host=person).delete()
    hosted = list(Membership.objects.filter(community=community, host=person))
    for membership in hosted:
        _set_host(membership, None, None)
    return len(hosted)


@write_tx
def add_to_close_care(*, actor: "Person", membership: Membership) -> CloseCare:
    """Follow a member closely; the 21st is refused, also when two arrive at once (G06).

    CloseCareFull, AlreadyInCloseCare, PermissionMissing.
    """
    community = membership.community
    require(actor, community, NOTES)
    if membership.status != Membership.Status.ACTIVE or membership.person_id == actor.pk:
        raise MembershipNotFound
    circle = CloseCare.objects.filter(community=community, host=actor)
    while True:
        taken = dict(circle.values_list("slot", "person_id"))
        if membership.person_id in taken.values():
            raise AlreadyInCloseCare
        slot = rules.free_slot(set(taken))
        if slot is None:
            raise CloseCareFull(limit=rules.CLOSE_CARE_LIMIT)
        try:
            with write_tx():
                made = CloseCare.objects.create(
                    community=community,
                    host=actor,
                    person=membership.person,
                    slot=slot,
                    since=now(),
                )
        except IntegrityError:
            continue  # somebody took this place in the same moment: look again
        publish(
            events.CloseCareStarted(**_about(membership, actor.pk), host_id=actor.pk, slot=slot)
        )
        return made


@write_tx
def remove_from_close_care(*, actor: "Person", membership: Membership) -> None:
    """Let a member out of one's circle of close care; nothing happens when they are not in it."""
    require_member(actor, membership.community)
    gone, _each = CloseCare.objects.filter(
        community=membership.community, host=actor, person=membership.person_id
    ).delete()
    if gone:
        publish(events.CloseCareEnded(**_about(membership, actor.pk), host_id=actor.pk))


@write_tx
def save_segment(
    *, actor: "Person", community: Community, name: str, filters: Mapping[str, Any]
) -> Segment:
    """Save a filter under a name; the same name is overwritten. InvalidFilter, InvalidSegment."""
    require(actor, community, MANAGE)
    name = " ".join(name.split())
    wanted = parse(filters).as_json()
    if not 1 <= len(name) <= NAME_LENGTH:
        raise InvalidSegment(fields={"name": [_("Give the segment a short name.")]})
    if not wanted:
        raise InvalidSegment(fields={"filters": [_("Choose at least one filter.")]})
    segment, _new = Segment.objects.update_or_create(
        community=community,
        name=name,
        defaults={"filters": wanted, "made_by": actor, "made_at": now()},
    )
    publish(
        events.SegmentSaved(community_id=community.pk, actor_id=actor.pk, segment_id=segment.pk)
    )
    return segment


@write_tx
def delete_segment(*, actor: "Person", segment: Segment) -> None:
    """Delete a saved filter; the members in it are not touched."""
    require(actor, segment.community, MANAGE)
    pk = segment.pk
    if Segment.objects.filter(pk=pk).delete()[0]:
        publish(
            events.SegmentDeleted(
                community_id=segment.community_id, actor_id=actor.pk, segment_id=pk
            )
        )


def _source(actor: "Person | None", membership: Membership) -> Source:
    """Return on whose behalf somebody tags, after checking that they may."""
    if actor is None:
        return Source.RULE
    if actor.pk == membership.person_id:
        require_member(actor, membership.community)
        return Source.SELF
    require(actor, membership.community, MANAGE)
    return Source.OPERATOR


def _tell_tag(
    actor: "Person | None",
    membership: Membership,
    tag_id: int,
    source: str,
    kind: type[events.MemberTagged] | type[events.MemberUntagged],
) -> None:
    about = _about(membership, actor.pk if actor else None)
    if source == Source.SELF:
        publish(events.OwnTagsChanged(**about, membership_id=membership.pk))
    else:
        publish(kind(**about, tag_id=tag_id))


def _set_host(membership: Membership, host_id: int | None, actor_id: int | None) -> None:
    if membership.host_id == host_id:
        return
    membership.host_id = host_id
    membership.save(update_fields=["host"])
    publish(
        events.HostAssigned(
            **_about(membership, actor_id), membership_id=membership.pk, host_id=host_id
        )
    )


def _least_busy(membership: Membership, ids: list[int]) -> int:
    """Return who of the hosts looks after the fewest members; the first of equals."""
    busy = dict(
        Membership.objects.filter(
            Q(status=Membership.Status.ACTIVE), community=membership.community_id, host__in=ids
        )
        .values_list("host_id")
        .annotate(Count("pk"))
    )
    return min(ids, key=lambda pk: (busy.get(pk, 0), pk))


def _about(membership: Membership, actor_id: int | None) -> dict[str, Any]:
    return {
        "community_id": membership.community_id,
        "actor_id": actor_id,
        "person_id": membership.person_id,
    }
