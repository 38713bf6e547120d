"""Looking after members: directory, record, tags, notes, hosts, close care, segments."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ninja import Query, Status
from pydantic import ConfigDict, Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.grants import Grant, show_grant
from qunluo.api.membership import (
    Application,
    Membership,
    Tag,
    TagWish,
    show_application,
    show_membership,
)
from qunluo.api.people import PersonCard, Profile, card, show_profile
from qunluo.api.shapes import (
    Day,
    Days,
    Given,
    Id,
    Listing,
    Paging,
    Shown,
    by_number,
    listing,
    number_after,
)
from qunluo.api.texts import picked
from qunluo.community import actions, queries
from qunluo.kernel.text import _
from qunluo.people import queries as people

if TYPE_CHECKING:
    from qunluo.community import models as rows

area = Area("members", "Members")
NO_HOST = "none"


class Member(Shown):
    """What the directory shows of a member."""

    id: int = Field(description=_("Of the membership."))
    number: int
    person: PersonCard
    roles: list[str]
    offers: list[str]
    intro: str
    joined_at: datetime


class Filters(Given):
    """Filters over members; everything that is set must hold."""

    q: str = Field("", description=_("Part of the name."))
    role: str = ""
    tag: str = ""
    offers: str = Field("", description=_("Part of what they do for others."))
    via: str = Field("", description=_("How they came in."))
    host: str = Field("", description=_("The handle of their host, or none."))
    label: str = Field("", description=_("have, want or none."))
    rules: str = Field("", description=_("outdated: has not accepted the current rules."))
    joined_after: Day | None = None
    joined_before: Day | None = None
    dormant_days: Days | None = Field(None, description=_("Not here for at least so many days."))


class Moment(Shown):
    """One line of a timeline."""

    id: int
    at: datetime
    name: str = Field(description=_("The kind of event, for programs."))
    sentence: str


class Note(Shown):
    """What somebody wrote down about a member."""

    id: int
    author: PersonCard | None
    text: str
    written_at: datetime


class Record(Shown):
    """One member as those see them who look after them."""

    membership: Membership
    profile: Profile
    roles: list[str]
    grants: list[Grant]
    tags: list[Tag]
    notes: list[Note] = Field(description=_("Empty for who may not read notes."))
    application: Application | None
    close_to: list[PersonCard]
    timeline: list[Moment]


class NoteWish(Given):
    """A note to write; the member can read it in their own data."""

    text: str


class HostChoice(Given):
    """Who is to look after the member."""

    handle: str | None = Field(description=_("Of a host; null for nobody."), max_length=12)


class CareCircle(Shown):
    """Whom the caller follows closely, and how many places are left of the twenty."""

    members: list[Membership]
    left: int


class Segment(Shown):
    """A saved filter, counted now."""

    id: int
    name: str
    filters: dict[str, Any]
    count: int


class SegmentWish(Given):
    """A filter to save under a name; the same name is overwritten."""

    name: str
    filters: Filters


class DirectoryPage(Filters, Paging):
    """Which members, and which part of the list."""

    model_config = ConfigDict(strict=False)


@area.read("/communities/{slug}/members", Listing[Member], scope="members:read")
def members(request: Caller, slug: SlugPath, wanted: Query[DirectoryPage]) -> dict[str, Any]:
    """List members."""
    found = queries.members(
        community_of(request, slug),
        viewer=request.person,
        filters=_as_filters(wanted),
        after=wanted.after,
        limit=wanted.limit,
    )
    return listing(request, found.items, found.next, _member)


@area.read("/members/{member_id}", Record, scope="members:read")
def member(request: Caller, member_id: Id) -> dict[str, Any]:
    """Show the record of a member."""
    found = queries.member_record(member_id, viewer=request.person)
    return {
        "membership": show_membership(found.membership),
        "profile": show_profile(found.profile),
        "roles": sorted(found.roles),
        "grants": [show_grant(one) for one in found.grants],
        "tags": found.tags,
        "notes": [_note(one) for one in found.notes],
        "application": show_application(found.application) if found.application else None,
        "close_to": [card(one) for one in found.close_to],
        "timeline": [show_moment(one) for one in found.timeline],
    }


@area.read("/members/{member_id}/timeline", Listing[Moment], scope="members:read")
def member_timeline(request: Caller, member_id: Id, paging: Query[Paging]) -> dict[str, Any]:
    """List what a member did and what happened to them."""
    found = queries.timeline(
        queries.get_member(member_id, viewer=request.person),
        before=number_after(paging.after),
        limit=paging.limit + 1,
    )
    return by_number(request, found, paging.limit, show_moment)


@area.write("POST", "/members/{member_id}/tags", Tag, scope="members:write", status=201)
def tag_member(request: Caller, member_id: Id, wish: TagWish) -> Status[Any]:
    """Tag a member."""
    found = queries.get_member(member_id, viewer=request.person)
    return Status(201, actions.tag_member(actor=request.person, membership=found, name=wish.name))


@area.write("DELETE", "/tags/{tag_id}", None, scope="members:write", status=204)
def untag_member(request: Caller, tag_id: Id) -> Status[None]:
    """Take a tag off."""
    found = queries.get_tag(tag_id, viewer=request.person)
    actions.untag_member(actor=request.person, tag=found)
    return Status(204, None)


@area.read("/communities/{slug}/tags", list[str], scope="members:read")
def tag_names(request: Caller, slug: SlugPath) -> list[str]:
    """List the tags in use."""
    found = community_of(request, slug)
    queries.require(request.person, found, "members.manage")
    return queries.tag_names(found)


@area.write("POST", "/members/{member_id}/notes", Note, scope="members:write", status=201)
def note_member(request: Caller, member_id: Id, wish: NoteWish) -> Status[dict[str, Any]]:
    """Write a note about a member."""
    found = queries.get_member(member_id, viewer=request.person)
    made = actions.note_member(actor=request.person, membership=found, text=wish.text)
    return Status(201, _note(made))


@area.read("/communities/{slug}/hosts", list[PersonCard], scope="members:read")
def hosts(request: Caller, slug: SlugPath) -> list[PersonCard]:
    """List who may host."""
    found = community_of(request, slug)
    queries.require(request.person, found, "members.manage")
    return [card(one) for one in queries.hosts(found)]


@area.write("PUT", "/members/{member_id}/host", Membership, scope="members:write")
def assign_host(request: Caller, member_id: Id, choice: HostChoice) -> dict[str, Any]:
    """Give a member a host."""
    found = queries.get_member(member_id, viewer=request.person)
    host = people.get_person(handle=choice.handle) if choice.handle else None
    return show_membership(actions.assign_host(actor=request.person, membership=found, host=host))


@area.read("/communities/{slug}/close-care", CareCircle, scope="members:read")
def close_care(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Show whom the caller follows closely."""
    found = community_of(request, slug)
    queries.require_member(request.person, found)
    circle = queries.close_care(request.person, found)
    return {"members": [show_membership(one) for one in circle.memberships], "left": circle.left}


@area.write("PUT", "/members/{member_id}/close-care", None, scope="members:write", status=204)
def add_to_close_care(request: Caller, member_id: Id) -> Status[None]:
    """Follow a member closely."""
    found = queries.get_member(member_id, viewer=request.person)
    actions.add_to_close_care(actor=request.person, membership=found)
    return Status(204, None)


@area.write("DELETE", "/members/{member_id}/close-care", None, scope="members:write", status=204)
def remove_from_close_care(request: Caller, member_id: Id) -> Status[None]:
    """Let a member out of the circle."""
    found = queries.get_member(member_id, viewer=request.person)
    actions.remove_from_close_care(actor=request.person, membership=found)
    return Status(204, None)


@area.read("/communities/{slug}/segments", list[Segment], scope="members:read")
def segments(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List the saved filters."""
    found = queries.segments(community_of(request, slug), viewer=request.person)
    return [_segment(one.segment, one.count) for one in found]


@area.write("POST", "/communities/{slug}/segments", Segment, scope="members:write", status=201)
def save_segment(request: Caller, slug: SlugPath, wish: SegmentWish) -> Status[dict[str, Any]]:
    """Save a filter."""
    made = actions.save_segment(
        actor=request.person,
        community=community_of(request, slug),
        name=wish.name,
        filters=_as_filters(wish.filters),
    )
    return Status(201, _segment(made, queries.segment_members_count(made)))


@area.write("DELETE", "/segments/{segment_id}", None, scope="members:write", status=204)
def delete_segment(request: Caller, segment_id: Id) -> Status[None]:
    """Delete a saved filter."""
    found = queries.get_segment(segment_id, viewer=request.person)
    actions.delete_segment(actor=request.person, segment=found)
    return Status(204, None)


def show_moment(moment: queries.Moment) -> dict[str, Any]:
    """Show a line of a timeline in the language of the request."""
    return {
        "id": moment.id,
        "at": moment.at,
        "name": moment.name,
        "sentence": picked(moment.sentence),
    }


def _member(found: queries.MemberCard) -> dict[str, Any]:
    return {
        "id": found.membership.pk,
        "number": found.membership.number,
        "person": card(found.person),
        "roles": sorted(found.roles),
        "offers": list(found.offers),
        "intro": found.intro,
        "joined_at": found.membership.joined_at,
    }


def _note(note: "rows.MemberNote") -> dict[str, Any]:
    return {
        "id": note.pk,
        "author": card(note.author) if note.author else None,
        "text": note.text,
        "written_at": note.written_at,
    }


def _as_filters(wanted: Filters) -> dict[str, Any]:
    """Return the filters as the community room reads them, with the host's id for the handle."""
    given = wanted.model_dump(exclude={"after", "limit"})
    host = given["host"]
    if host and host != NO_HOST:
        given["host"] = people.get_person(handle=host).pk
    return given


def _segment(found: "rows.Segment", count: int) -> dict[str, Any]:
    filters = dict(found.filters)
    if isinstance(filters.get("host"), int):
        host = people.person_card([filters["host"]]).get(filters["host"])
        filters["host"] = host.handle if host else ""
    return {"id": found.pk, "name": found.name, "filters": filters, "count": count}
