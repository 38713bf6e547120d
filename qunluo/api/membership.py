"""Belonging: what joining takes, asking, being decided on, one's own membership, leaving."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from ninja import Status
from pydantic import Field

from qunluo.api.area import Area, Rate
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.people import Handle, PersonCard, card
from qunluo.api.promises import Rules, RulesAccepted, show_rules
from qunluo.api.shapes import Given, Shown
from qunluo.api.texts import picked
from qunluo.community import actions, queries
from qunluo.kernel.text import _
from qunluo.people import queries as people

if TYPE_CHECKING:
    from qunluo.community import models as rows

area = Area("membership", "Membership")
JOINS = Rate("join", 20, 3600)


class Question(Shown):
    """One thing a newcomer is asked."""

    id: str
    text: str


class AcceptanceRate(Shown):
    """Accepted out of decided applications; share is null without decisions."""

    accepted: int
    refused: int
    days: int
    share: float | None
    means: str


class LabelReach(Shown):
    """How many have or want the label, of how many who could."""

    have: int
    want: int
    ceiling: int | None
    share: float | None


class Terms(Shown):
    """What joining takes."""

    selection: str
    recruiting: bool
    questions: list[Question]
    criterion: str = Field(description=_("Who belongs here; empty if anybody may."))
    proof: str
    words_in: list[str]
    words_out: list[str]
    refuses_outside: bool
    label: str
    welcome: str
    rules: Rules
    acceptance: AcceptanceRate
    reach: LabelReach


class JoinWish(Given):
    """What somebody says who wants to join."""

    answers: dict[str, str] = Field({}, max_length=40, description=_("By id of the question."))
    accepted_rules: int = Field(
        0, ge=0, le=1_000_000, description=_("The version of the rules that was read and accepted.")
    )
    label_claim: str = Field("", description=_("Of the label: have, want or nothing."))
    criterion_claim: str = Field("", description=_("How the criterion is met."))
    despite_scope: bool = Field(
        default=False, description=_("Ask although a word that was used is out of scope.")
    )


class Membership(Shown):
    """A membership, as its member sees it."""

    id: int
    community: str
    number: int
    status: str = Field(description=_("active, left or removed."))
    via: str
    label_claim: str
    rules_number: int
    joined_at: datetime
    last_active_on: date
    suspended_until: datetime | None
    paid_until: datetime | None = Field(description=_("Until when the entry fee is paid."))
    ended_at: datetime | None
    ended_reason: str
    person: PersonCard
    host: PersonCard | None


class Tag(Shown):
    """A tag on a member."""

    id: int
    name: str
    source: str = Field(description=_("Who set it: self, rule or operator."))


class OwnMembership(Membership):
    """One's own membership, with what is asked of one."""

    roles: list[str]
    rules_to_accept: bool
    tags: list[Tag]


class Application(Shown):
    """A request to join."""

    id: int
    community: str
    person: PersonCard
    answers: dict[str, str]
    criterion_claim: str
    criterion_verified: bool
    scope_warning: str
    label_claim: str
    state: str = Field(description=_("waiting, accepted, refused or withdrawn."))
    reason: str
    made_at: datetime
    decided_at: datetime | None
    decided_by: PersonCard | None


class JoinOutcome(Shown):
    """What became of the wish: a membership, or an application that waits or was refused."""

    outcome: str = Field(description=_("member, waiting or refused."))
    membership: Membership | None
    application: Application | None


class LabelClaim(Given):
    """What one says of the label."""

    claim: str = Field(description=_("have, want, or nothing to take it back."))


class Leaving(Given):
    """Why one goes, if one likes to say."""

    reason: str = Field("", max_length=200)


class TagWish(Given):
    """A tag to set."""

    name: str


class PermissionReason(Shown):
    """A role that brings a permission, where it came from and until when it lasts."""

    role: str
    source: str
    granted_by: str
    since: datetime
    expires_at: datetime | None


class PermissionExplained(Shown):
    """One permission: yes or no, because of what, and who could give it."""

    name: str
    label: str
    help: str
    allowed: bool
    because: list[PermissionReason]
    roles: list[str] = Field(description=_("The roles that bring it."))
    givers: list[str] = Field(description=_("Names of members who could give such a role."))


@area.read("/communities/{slug}/terms", Terms, scope="communities:read", public=True)
def terms(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Show what joining takes."""
    found = community_of(request, slug)
    wanted, rate = queries.entry_terms(found), queries.acceptance_rate(found)
    same = ("selection", "criterion", "proof", "words_in", "words_out", "refuses_outside", "label",
            "welcome")  # fmt: skip
    return {
        **{name: getattr(wanted, name) for name in same},
        "recruiting": found.recruiting,
        "questions": [{"id": q.id, "text": picked(q.text)} for q in wanted.questions],
        "rules": show_rules(queries.current_rules(found)),
        "acceptance": {
            "accepted": rate.accepted,
            "refused": rate.refused,
            "days": rate.days,
            "share": rate.share,
            "means": picked(rate.formula),
        },
        "reach": queries.label_reach(found),
    }


@area.write("POST", "/communities/{slug}/join", JoinOutcome, scope="communities:write", rate=JOINS)
def join(request: Caller, slug: SlugPath, wish: JoinWish) -> dict[str, Any]:
    """Ask to join."""
    came = actions.apply(
        actor=request.person, community=community_of(request, slug), **wish.model_dump()
    )
    asked: Any = came
    if hasattr(came, "number"):
        return {"outcome": "member", "membership": show_membership(asked), "application": None}
    if asked.state == "accepted":
        own = queries.get_membership(request.person, asked.community)
        return {"outcome": "member", "membership": show_membership(own), "application": None}
    return {"outcome": asked.state, "membership": None, "application": show_application(asked)}


@area.read("/communities/{slug}/membership", OwnMembership, scope="communities:read")
def own_membership(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Show one's own membership."""
    return _own(request, queries.get_membership(request.person, community_of(request, slug)))


@area.write("PUT", "/communities/{slug}/membership/label", OwnMembership, scope="communities:write")
def claim_label(request: Caller, slug: SlugPath, said: LabelClaim) -> dict[str, Any]:
    """Say of the label: I have it, or I want it."""
    own = queries.get_membership(request.person, community_of(request, slug))
    return _own(
        request, actions.claim_label(actor=request.person, membership=own, claim=said.claim)
    )


@area.write("PUT", "/communities/{slug}/membership/rules", OwnMembership, scope="communities:write")
def accept_rules(request: Caller, slug: SlugPath, accepted: RulesAccepted) -> dict[str, Any]:
    """Accept the current rules."""
    own = queries.get_membership(request.person, community_of(request, slug))
    return _own(
        request,
        actions.accept_rules(actor=request.person, membership=own, number=accepted.accepted_rules),
    )


@area.write(
    "POST",
    "/communities/{slug}/membership/tags",
    Tag,
    scope="communities:write",
    status=201,
)
def tag_oneself(request: Caller, slug: SlugPath, wish: TagWish) -> Status[Any]:
    """Put a tag on oneself."""
    own = queries.get_membership(request.person, community_of(request, slug))
    return Status(201, actions.tag_member(actor=request.person, membership=own, name=wish.name))


@area.write("POST", "/communities/{slug}/leave", Membership, scope="communities:write")
def leave(request: Caller, slug: SlugPath, said: Leaving) -> dict[str, Any]:
    """Leave."""
    own = queries.get_membership(request.person, community_of(request, slug))
    return show_membership(actions.leave(actor=request.person, membership=own, reason=said.reason))


@area.read("/communities/{slug}/permissions", list[PermissionExplained], scope="communities:read")
def permissions(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """Explain what the caller may do."""
    return _explained(community_of(request, slug), request.person)


@area.read(
    "/communities/{slug}/people/{handle}/permissions",
    list[PermissionExplained],
    scope="members:read",
)
def permissions_of(request: Caller, slug: SlugPath, handle: Handle) -> list[dict[str, Any]]:
    """Explain what somebody may do, to who gives roles."""
    found = community_of(request, slug)
    queries.require(request.person, found, "grants.manage")
    member = people.get_person(handle=handle)
    queries.get_membership(member, found)
    return _explained(found, member)


def show_membership(found: "rows.Membership") -> dict[str, Any]:
    """Show a membership with its person and host."""
    plain = ("id", "number", "status", "via", "label_claim", "rules_number", "joined_at",
             "last_active_on", "suspended_until", "paid_until", "ended_at",
             "ended_reason")  # fmt: skip
    return {
        **{name: getattr(found, name) for name in plain},
        "community": found.community.slug,
        "person": card(found.person),
        "host": card(found.host) if found.host else None,
    }


def show_application(found: "rows.Application") -> dict[str, Any]:
    """Show an application with its person and who decided."""
    plain = ("id", "answers", "criterion_claim", "criterion_verified", "scope_warning",
             "label_claim", "state", "reason", "made_at", "decided_at")  # fmt: skip
    return {
        **{name: getattr(found, name) for name in plain},
        "community": found.community.slug,
        "person": card(found.person),
        "decided_by": card(found.decided_by) if found.decided_by else None,
    }


def _own(request: Caller, found: "rows.Membership") -> dict[str, Any]:
    return {
        **show_membership(found),
        "roles": sorted(queries.standing(request.person, found.community).roles),
        "rules_to_accept": queries.rules_state(found).to_accept,
        "tags": queries.own_tags(found),
    }


def _explained(found: "rows.Community", person: Any) -> list[dict[str, Any]]:
    return [
        {
            "name": one.permission.name,
            "label": picked(one.permission.label),
            "help": picked(one.permission.help),
            "allowed": one.allowed,
            "because": [
                {
                    "role": reason.role.name,
                    "source": reason.source,
                    "granted_by": reason.granted_by,
                    "since": reason.since,
                    "expires_at": reason.expires_at,
                }
                for reason in one.because
            ],
            "roles": [role.name for role in one.roles],
            "givers": list(one.givers),
        }
        for one in queries.explain_permissions(person, found)
    ]
