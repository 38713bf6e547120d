"""What members hold: roles, the seat, badges, passes and tiers."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ninja import Query, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Given, Id, Instant, Listing, Paging, Shown, listing
from qunluo.community import actions, queries
from qunluo.kernel.text import _
from qunluo.people import queries as people

if TYPE_CHECKING:
    from qunluo.community import models as rows

area = Area("grants", "Grants")
SOURCE = "api"


class Grant(Shown):
    """Something a person holds, from whom and until when."""

    id: int
    person: PersonCard
    kind: str = Field(description=_("role, seat, badge, pass or tier."))
    name: str
    source: str
    granted_by: PersonCard | None
    granted_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    revoked_reason: str


class GrantWish(Given):
    """What somebody is to hold."""

    handle: str = Field(max_length=12)
    kind: str = Field(description=_("role, seat, badge, pass or tier."))
    name: str
    expires_at: Instant | None = None


class Revoking(Given):
    """Why it is taken back; one's own needs no reason."""

    reason: str = Field("", max_length=200)


class HandingOver(Given):
    """Who becomes owner in the caller's place."""

    handle: str = Field(max_length=12)
    reason: str = Field("", max_length=200)


@area.read("/communities/{slug}/grants", Listing[Grant], scope="members:read")
def grants(request: Caller, slug: SlugPath, paging: Query[Paging]) -> dict[str, Any]:
    """List what is held here."""
    found = queries.grants(
        community_of(request, slug),
        viewer=request.person,
        after=paging.after,
        limit=paging.limit,
    )
    return listing(request, found.items, found.next, show_grant)


@area.write("POST", "/communities/{slug}/grants", Grant, scope="members:write", status=201)
def give(request: Caller, slug: SlugPath, wish: GrantWish) -> Status[dict[str, Any]]:
    """Give a role, seat, badge, pass or tier."""
    made = actions.grant(
        actor=request.person,
        community=community_of(request, slug),
        person=people.get_person(handle=wish.handle),
        kind=wish.kind,
        name=wish.name,
        source=SOURCE,
        expires_at=wish.expires_at,
    )
    return Status(201, show_grant(made))


@area.write("POST", "/grants/{grant_id}/revoke", Grant, scope="members:write")
def revoke(request: Caller, grant_id: Id, said: Revoking) -> dict[str, Any]:
    """Take a grant back, or give one's own up."""
    found = queries.get_grant(grant_id, viewer=request.person)
    return show_grant(actions.revoke_grant(actor=request.person, grant=found, reason=said.reason))


@area.write("POST", "/communities/{slug}/hand-over", Grant, scope="members:write", status=201)
def hand_over(request: Caller, slug: SlugPath, to: HandingOver) -> Status[dict[str, Any]]:
    """Make a member the owner in one's place."""
    given = actions.hand_over(
        actor=request.person,
        community=community_of(request, slug),
        to=people.get_person(handle=to.handle),
        reason=to.reason,
    )
    return Status(201, show_grant(given))


def show_grant(grant: "rows.Grant") -> dict[str, Any]:
    """Show a grant with its holder and giver."""
    plain = ("id", "kind", "name", "source", "granted_at", "expires_at", "revoked_at",
             "revoked_reason")  # fmt: skip
    return {
        **{name: getattr(grant, name) for name in plain},
        "person": card(grant.person),
        "granted_by": card(grant.granted_by) if grant.granted_by else None,
    }
