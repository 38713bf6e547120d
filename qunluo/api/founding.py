"""The founding-100 programme: the list, every outreach, and one of a hundred seats each."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ninja import Query, Status
from pydantic import BaseModel, Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.invitations import INVITATIONS, Invitation, show_invitation
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Given, Id, Listing, Paging, Shown, listing
from qunluo.community import queries as communities
from qunluo.growth import actions, queries
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from qunluo.growth import models as rows

area = Area("founding", "Founding hundred")
LISTS = "^(founding|kol)$"


class Progress(Shown):
    """How far the programme is."""

    seats: int
    seated: int
    left: int
    listed: int
    contacted: int
    declined: int


class Outreach(Shown):
    """One time somebody reached out."""

    id: int
    by: PersonCard | None
    channel: str
    outcome: str
    text: str
    at: datetime


class Contact(Shown):
    """Somebody on the list, and why."""

    id: int
    list: str
    name: str
    contact: str
    why: str
    seat: int | None
    person: PersonCard | None
    added_by: PersonCard | None
    added_at: datetime
    seated_at: datetime | None
    declined_at: datetime | None


class ContactTold(Contact):
    """A contact with every outreach."""

    outreach: "list[Outreach]"


class ListChoice(BaseModel):
    """Which of the two lists."""

    list: str = Field("founding", pattern=LISTS, description=_("founding or kol."))


class ContactFilter(Paging):
    """Which list, and which part of it."""

    list: str = Field("founding", pattern=LISTS, description=_("founding or kol."))


class ContactWish(Given):
    """Whom to put on the list."""

    name: str = Field(max_length=80)
    contact: str = Field("", max_length=120, description=_("How to reach them."))
    why: str = Field(max_length=300, description=_("Why it should be them."))
    list: str = Field("founding", pattern=LISTS, description=_("founding or kol."))


class ContactChange(Given):
    """The corrected contact."""

    name: str = Field(max_length=80)
    contact: str = Field("", max_length=120)
    why: str = Field(max_length=300)


class OutreachWish(Given):
    """What was said and what came of it."""

    outcome: str = Field(description=_("sent, talked, interested, declined or no_answer."))
    channel: str = Field("", max_length=40)
    text: str = Field("", max_length=500)


class SeatWish(Given):
    """Which list, and which contact the member was, if any."""

    list: str = Field("founding", pattern=LISTS, description=_("founding or kol."))
    contact_id: Id | None = None


@area.read("/communities/{slug}/founding", Progress, scope="invitations:read", public=True)
def founding_progress(request: Caller, slug: SlugPath, wanted: Query[ListChoice]) -> Any:
    """Show how far the programme is."""
    return queries.progress(community_of(request, slug), wanted.list)


@area.read("/communities/{slug}/founding/contacts", Listing[Contact], scope="invitations:read")
def founding_contacts(
    request: Caller, slug: SlugPath, wanted: Query[ContactFilter]
) -> dict[str, Any]:
    """List the contacts."""
    found = queries.contacts(
        community_of(request, slug),
        viewer=request.person,
        kind=wanted.list,
        after=wanted.after,
        limit=wanted.limit,
    )
    return listing(request, found.items, found.next, _contact)


@area.write(
    "POST",
    "/communities/{slug}/founding/contacts",
    Contact,
    scope="invitations:write",
    status=201,
)
def add_contact(request: Caller, slug: SlugPath, wish: ContactWish) -> Status[dict[str, Any]]:
    """Put somebody on the list."""
    made = actions.add_contact(
        actor=request.person,
        community=community_of(request, slug),
        name=wish.name,
        contact=wish.contact,
        why=wish.why,
        kind=wish.list,
    )
    return Status(201, _contact(made))


@area.read(
    "/communities/{slug}/founding/contacts/{contact_id}", ContactTold, scope="invitations:read"
)
def founding_contact(request: Caller, slug: SlugPath, contact_id: Id) -> dict[str, Any]:
    """Show a contact with every outreach."""
    found = queries.get_contact(community_of(request, slug), contact_id, viewer=request.person)
    return _contact(found) | {"outreach": [_outreach(one) for one in found.outreach.all()]}


@area.write(
    "PUT", "/communities/{slug}/founding/contacts/{contact_id}", Contact, scope="invitations:write"
)
def edit_contact(
    request: Caller, slug: SlugPath, contact_id: Id, change: ContactChange
) -> dict[str, Any]:
    """Correct a contact."""
    found = queries.get_contact(community_of(request, slug), contact_id, viewer=request.person)
    return _contact(
        actions.edit_contact(
            actor=request.person,
            contact=found,
            name=change.name,
            details=change.contact,
            why=change.why,
        )
    )


@area.write(
    "DELETE",
    "/communities/{slug}/founding/contacts/{contact_id}",
    None,
    scope="invitations:write",
    status=204,
)
def remove_contact(request: Caller, slug: SlugPath, contact_id: Id) -> Status[None]:
    """Take somebody off the list."""
    found = queries.get_contact(community_of(request, slug), contact_id, viewer=request.person)
    actions.remove_contact(actor=request.person, contact=found)
    return Status(204, None)


@area.write(
    "POST",
    "/communities/{slug}/founding/contacts/{contact_id}/outreach",
    Outreach,
    scope="invitations:write",
    status=201,
)
def log_outreach(
    request: Caller, slug: SlugPath, contact_id: Id, wish: OutreachWish
) -> Status[dict[str, Any]]:
    """Write down that somebody reached out."""
    found = queries.get_contact(community_of(request, slug), contact_id, viewer=request.person)
    made = actions.log_outreach(actor=request.person, contact=found, **wish.model_dump())
    return Status(201, _outreach(made))


@area.write(
    "POST",
    "/communities/{slug}/founding/contacts/{contact_id}/invite",
    Invitation,
    scope="invitations:write",
    rate=INVITATIONS,
)
def invite_contact(request: Caller, slug: SlugPath, contact_id: Id) -> dict[str, Any]:
    """Invite a contact to a seat."""
    found = queries.get_contact(community_of(request, slug), contact_id, viewer=request.person)
    return show_invitation(actions.invite_contact(actor=request.person, contact=found))


@area.write(
    "POST",
    "/members/{member_id}/founding-seat",
    Contact,
    scope="invitations:write",
    status=201,
)
def seat_member(request: Caller, member_id: Id, wish: SeatWish) -> Status[dict[str, Any]]:
    """Give a member a seat."""
    member = communities.get_member(member_id, viewer=request.person)
    contact = (
        queries.get_contact(member.community, wish.contact_id, viewer=request.person)
        if wish.contact_id
        else None
    )
    seated = actions.seat_member(
        actor=request.person, membership=member, kind=wish.list, contact=contact
    )
    return Status(201, _contact(seated))


def _contact(found: "rows.FoundingContact") -> dict[str, Any]:
    plain = ("id", "list", "name", "contact", "why", "seat", "added_at", "seated_at",
             "declined_at")  # fmt: skip
    return {
        **{name: getattr(found, name) for name in plain},
        "person": card(found.person) if found.person else None,
        "added_by": card(found.added_by) if found.added_by else None,
    }


def _outreach(one: "rows.OutreachEntry") -> dict[str, Any]:
    return {
        "id": one.pk,
        "by": card(one.by) if one.by else None,
        "channel": one.channel,
        "outcome": one.outcome,
        "text": one.text,
        "at": one.at,
    }
