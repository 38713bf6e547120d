"""Invitations: codes that let people in, their QR code, quotas, and what they brought."""

from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Annotated, Any

import segno
from django.http import HttpResponse
from ninja import Path, Query, Status
from pydantic import Field

from qunluo.api.area import Area, Rate
from qunluo.api.caller import Caller
from qunluo.api.community import CommunityCard, SlugPath, community_card, community_of
from qunluo.api.membership import Membership, show_membership
from qunluo.api.people import Handle, PersonCard, card
from qunluo.api.promises import Rules, show_rules
from qunluo.api.shapes import Given, Id, Instant, Listing, Paging, Shown, listing
from qunluo.community import queries as communities
from qunluo.growth import actions, queries
from qunluo.kernel.text import _
from qunluo.people import queries as people

if TYPE_CHECKING:
    from qunluo.growth import models as rows

area = Area("invitations", "Invitations")
Code = Annotated[str, Path(max_length=16, pattern=r"^[A-Za-z0-9]+$")]
INVITATIONS = Rate("invitation", 60, 3600)
JOINS = Rate("join", 20, 3600)
GUESSES = Rate("invitation-code", 120, 3600)


class Invitation(Shown):
    """A code with a number of places and an end."""

    id: int
    code: str
    url: str = Field(description=_("The link to forward."))
    kind: str = Field(description=_("member, founding100 or customer."))
    state: str = Field(description=_("live, used_up, expired or revoked."))
    inviter: PersonCard
    note: str
    channel: str
    max_uses: int
    used: int
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class InvitationWish(Given):
    """The invitation one wants to make."""

    note: str = Field("", max_length=200, description=_("The guest reads it."))
    max_uses: int = Field(1, ge=1, le=500, description=_("How many people it lets in."))
    kind: str = Field("member", pattern="^(member|founding100)$")
    channel: str = Field("", max_length=20, description=_("Where it is handed out, for counting."))
    expires_at: Instant | None = Field(None, description=_("The community's default if missing."))


class InvitationFilter(Paging):
    """Whose invitations."""

    everybody: bool = Field(
        default=False, description=_("Also those of others; for who manages invitations.")
    )


class InvitationOpen(Shown):
    """An invitation as its guest sees it."""

    community: CommunityCard
    inviter: PersonCard
    note: str
    kind: str
    state: str = Field(description=_("live, used_up, expired or revoked."))
    expires_at: datetime | None
    rules: Rules


class Acceptance(Given):
    """What the guest accepts and says."""

    accepted_rules: int = Field(
        0, ge=0, le=1_000_000, description=_("The version of the rules that was read and accepted.")
    )
    label_claim: str = Field("", description=_("Of the label: have, want or nothing."))


class Allowance(Shown):
    """How many places one may give; null means as many as one likes."""

    quota: int | None
    taken: int
    left: int | None


class AllowanceRaise(Given):
    """How many places more than everybody has."""

    extra: int = Field(ge=0, le=500)


class Brought(Shown):
    """How many people somebody brought in."""

    person: PersonCard | None
    brought: int


class ChannelResult(Shown):
    """How many people came by a channel, of how many places."""

    channel: str
    places: int
    brought: int


class InvitationResults(Shown):
    """Where newcomers came from."""

    inviters: list[Brought]
    channels: list[ChannelResult] = Field(description=_("Of the last 90 days."))


class Policy(Shown):
    """The numbers that growth works with."""

    member_quota: int = Field(description=_("Places that each member may give."))
    invitation_days: int = Field(description=_("How long an invitation holds."))
    dormant_days: int = Field(description=_("Without a purchase for so long: dormant."))
    reactivation_days: int = Field(description=_("The window in which a return counts."))
    phone_region: str = Field(description=_("Country of phone numbers without a country code."))


class PolicyChange(Given):
    """What is to change; whatever is missing or null stays as it is."""

    member_quota: int | None = Field(None, ge=0, le=500)
    invitation_days: int | None = Field(None, ge=1, le=365)
    dormant_days: int | None = Field(None, ge=1, le=3650)
    reactivation_days: int | None = Field(None, ge=1, le=3650)
    phone_region: str | None = Field(None, pattern="^[A-Z]{2}$")


@area.read("/communities/{slug}/invitations", Listing[Invitation], scope="invitations:read")
def invitations(request: Caller, slug: SlugPath, wanted: Query[InvitationFilter]) -> dict[str, Any]:
    """List invitations."""
    found = queries.invitations(
        community_of(request, slug),
        viewer=request.person,
        everybody=wanted.everybody,
        after=wanted.after,
        limit=wanted.limit,
    )
    return listing(request, found.items, found.next, show_invitation)


@area.write(
    "POST",
    "/communities/{slug}/invitations",
    Invitation,
    scope="invitations:write",
    status=201,
    rate=INVITATIONS,
)
def invite(request: Caller, slug: SlugPath, wish: InvitationWish) -> Status[dict[str, Any]]:
    """Make an invitation."""
    made = actions.create_invitation(
        actor=request.person, community=community_of(request, slug), **wish.model_dump()
    )
    return Status(201, show_invitation(made))


@area.read("/invitations/{invitation_id}", Invitation, scope="invitations:read")
def invitation(request: Caller, invitation_id: Id) -> dict[str, Any]:
    """Show an invitation."""
    return show_invitation(queries.get_invitation(invitation_id, viewer=request.person))


@area.write(
    "POST",
    "/invitations/{invitation_id}/revoke",
    Invitation,
    scope="invitations:write",
    also=(410,),
)
def revoke_invitation(request: Caller, invitation_id: Id) -> dict[str, Any]:
    """Take an invitation back."""
    found = queries.get_invitation(invitation_id, viewer=request.person)
    return show_invitation(actions.revoke_invitation(actor=request.person, invitation=found))


@area.read("/invitations/{invitation_id}/qr", None, scope="invitations:read", media="image/svg+xml")
def invitation_qr(request: Caller, invitation_id: Id) -> HttpResponse:
    """Draw the link as a QR code."""
    found = queries.get_invitation(invitation_id, viewer=request.person)
    drawn = BytesIO()
    segno.make(queries.invitation_url(found), error="q").save(drawn, kind="svg", scale=8, border=4)
    response = HttpResponse(drawn.getvalue(), content_type="image/svg+xml")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@area.read(
    "/invitation-codes/{code}",
    InvitationOpen,
    scope="communities:read",
    public=True,
    rate=GUESSES,
)
def invitation_code(request: Caller, code: Code) -> dict[str, Any]:
    """Show an invitation to its guest."""
    found = queries.invitation_by_code(code)
    return {
        "community": community_card(found.community),
        "inviter": card(found.inviter),
        "note": found.note,
        "kind": found.kind,
        "state": queries.state_of(found),
        "expires_at": found.expires_at,
        "rules": show_rules(communities.current_rules(found.community)),
    }


@area.write(
    "POST",
    "/invitation-codes/{code}/accept",
    Membership,
    scope="communities:write",
    rate=JOINS,
    also=(410,),
)
def accept_invitation(request: Caller, code: Code, accepted: Acceptance) -> dict[str, Any]:
    """Come in by an invitation."""
    return show_membership(
        actions.accept_invitation(actor=request.person, code=code, **accepted.model_dump())
    )


@area.read("/communities/{slug}/allowance", Allowance, scope="invitations:read")
def allowance(request: Caller, slug: SlugPath) -> Any:
    """Show how many places the caller may give."""
    found = community_of(request, slug)
    communities.require(request.person, found, "invitations.create")
    return queries.allowance_of(request.person, found)


@area.write(
    "PUT",
    "/communities/{slug}/people/{handle}/allowance",
    Allowance,
    scope="invitations:write",
)
def raise_allowance(request: Caller, slug: SlugPath, handle: Handle, more: AllowanceRaise) -> Any:
    """Let a member give more places."""
    found = community_of(request, slug)
    communities.require(request.person, found, "invitations.manage")
    member = people.get_person(handle=handle)
    communities.get_membership(member, found)
    actions.raise_allowance(actor=request.person, community=found, person=member, extra=more.extra)
    return queries.allowance_of(member, found)


@area.read("/communities/{slug}/invitations/results", InvitationResults, scope="invitations:read")
def invitation_results(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Show where newcomers came from."""
    found = community_of(request, slug)
    tally = queries.brought_by(found, viewer=request.person)
    cards = people.person_card(one.person_id for one in tally)
    return {
        "inviters": [
            {
                "person": card(cards[one.person_id]) if one.person_id in cards else None,
                "brought": one.brought,
            }
            for one in tally
        ],
        "channels": queries.channels(found, viewer=request.person),
    }


@area.read("/communities/{slug}/growth-policy", Policy, scope="invitations:read")
def growth_policy(request: Caller, slug: SlugPath) -> Any:
    """Show the numbers that growth works with."""
    found = community_of(request, slug)
    communities.require_member(request.person, found)
    return queries.policy_of(found)


@area.write("PATCH", "/communities/{slug}/growth-policy", Policy, scope="communities:write")
def change_growth_policy(request: Caller, slug: SlugPath, change: PolicyChange) -> Any:
    """Change the numbers that growth works with."""
    found = community_of(request, slug)
    actions.change_policy(
        actor=request.person, community=found, **change.model_dump(exclude_none=True)
    )
    return queries.policy_of(found)


def show_invitation(found: "rows.Invitation") -> dict[str, Any]:
    """Show an invitation with its link and state."""
    plain = ("id", "code", "kind", "note", "channel", "max_uses", "used", "made_at", "expires_at",
             "revoked_at")  # fmt: skip
    return {
        **{name: getattr(found, name) for name in plain},
        "url": queries.invitation_url(found),
        "state": queries.state_of(found),
        "inviter": card(found.inviter),
    }
