"""What holds a community: its rules, its one goal, pledges, and founding with a second owner."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Path, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import CommunityCard, SlugPath, community_card, community_of
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Given, Id, Shown
from qunluo.community import actions, queries
from qunluo.community.errors import OfferGone
from qunluo.kernel.errors import NotFound
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from qunluo.community import models as rows

area = Area("promises", "Promises")
Secret = Annotated[str, Path(max_length=60, pattern=r"^[A-Za-z0-9_-]+$")]


class Rule(Shown):
    """One rule, and the value it rests on."""

    id: str
    title: str
    text: str
    value: str = ""


class Rules(Shown):
    """The rules that count; number 0 means that none were published yet."""

    number: int
    published_at: datetime | None
    rules: list[Rule]


class Goal(Shown):
    """The one operating goal, confirmed and locked."""

    statement: str
    metric: str
    target: int
    due_on: date
    confirmed_at: datetime


class PledgedAct(Shown):
    """How many members pledged an act, and how much in all."""

    action: str
    people: int
    total: int


class OwnPledge(Shown):
    """What the caller pledged."""

    action: str
    count: int
    made_at: datetime


class Change(Shown):
    """The change a community wants, and what was pledged for it."""

    statement: str
    acts: list[str]
    people: int
    pledged: list[PledgedAct]
    mine: OwnPledge | None


class PledgeWish(Given):
    """A counted promise."""

    action: str = Field(description=_("One of the acts that the charter offers."))
    count: int = Field(ge=1, le=100_000)


class Cofounding(Shown):
    """An offer to become the second owner."""

    id: int
    code: str = Field(description=_("Whoever has it can accept; share it with one person only."))
    terms: str
    share_percent: int
    offered_by: PersonCard | None
    offered_at: datetime
    expires_at: datetime
    accepted_by: PersonCard | None
    accepted_at: datetime | None
    withdrawn_at: datetime | None


class CofoundingWish(Given):
    """The terms agreed on."""

    terms: str = Field(description=_("What was agreed, in 10 to 400 characters."))
    share_percent: int = Field(ge=0, le=100)


class CofoundingOpen(Shown):
    """An open offer, as its receiver sees it."""

    community: CommunityCard
    offered_by: PersonCard | None
    terms: str
    share_percent: int
    expires_at: datetime
    rules: Rules


class RulesAccepted(Given):
    """Which version of the rules was read and accepted."""

    accepted_rules: int = Field(0, ge=0, le=1_000_000)


@area.read("/communities/{slug}/rules", Rules, scope="communities:read", public=True)
def rules(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Show the rules that count."""
    return show_rules(queries.current_rules(community_of(request, slug)))


@area.write("POST", "/communities/{slug}/rules", Rules, scope="communities:write", status=201)
def publish_rules(request: Caller, slug: SlugPath) -> Status[dict[str, Any]]:
    """Put the rules of the draft into force."""
    found = community_of(request, slug)
    return Status(201, show_rules(actions.publish_rules(actor=request.person, community=found)))


@area.read("/communities/{slug}/goal", Goal, scope="communities:read", public=True)
def goal(request: Caller, slug: SlugPath) -> Any:
    """Show the confirmed goal."""
    found = queries.operating_goal(community_of(request, slug))
    if found is None:
        raise NotFound
    return found


@area.write("POST", "/communities/{slug}/goal", Goal, scope="communities:write", status=201)
def confirm_goal(request: Caller, slug: SlugPath) -> Status[Any]:
    """Lock the goal of the draft."""
    found = community_of(request, slug)
    return Status(201, actions.confirm_goal(actor=request.person, community=found))


@area.write("PUT", "/communities/{slug}/goal", Goal, scope="communities:write")
def amend_goal(request: Caller, slug: SlugPath) -> Any:
    """Refuse, and say what changes a goal."""
    return actions.amend_goal(actor=request.person, community=community_of(request, slug))


@area.read("/communities/{slug}/change", Change, scope="communities:read", public=True)
def change(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Show the change that is wanted."""
    community = community_of(request, slug)
    found = queries.change_wanted(community)
    if found is None:
        raise NotFound
    known = request.person.pk is not None
    return {
        "statement": found.statement,
        "acts": list(found.acts),
        "people": found.people,
        "pledged": list(found.pledged),
        "mine": queries.pledge_of(request.person, community) if known else None,
    }


@area.write("PUT", "/communities/{slug}/pledge", OwnPledge, scope="communities:write")
def pledge(request: Caller, slug: SlugPath, wish: PledgeWish) -> Any:
    """Pledge a counted act."""
    return actions.pledge(
        actor=request.person,
        community=community_of(request, slug),
        action=wish.action,
        count=wish.count,
    )


@area.write("DELETE", "/communities/{slug}/pledge", None, scope="communities:write", status=204)
def withdraw_pledge(request: Caller, slug: SlugPath) -> Status[None]:
    """Take one's pledge back."""
    actions.withdraw_pledge(actor=request.person, community=community_of(request, slug))
    return Status(204, None)


@area.read("/communities/{slug}/cofounding", list[Cofounding], scope="members:read")
def cofounding_offers(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List the offers made."""
    found = queries.cofounding_offers(community_of(request, slug), request.person)
    return [_offer(one) for one in found]


@area.write(
    "POST",
    "/communities/{slug}/cofounding",
    Cofounding,
    scope="members:write",
    status=201,
)
def offer_cofounding(
    request: Caller, slug: SlugPath, wish: CofoundingWish
) -> Status[dict[str, Any]]:
    """Make an offer."""
    made = actions.offer_cofounding(
        actor=request.person,
        community=community_of(request, slug),
        terms=wish.terms,
        share_percent=wish.share_percent,
    )
    return Status(201, _offer(made))


@area.write(
    "DELETE", "/communities/{slug}/cofounding/{offer_id}", None, scope="members:write", status=204
)
def withdraw_cofounding(request: Caller, slug: SlugPath, offer_id: Id) -> Status[None]:
    """Take an offer back."""
    offers = queries.cofounding_offers(community_of(request, slug), request.person)
    offer = next((one for one in offers if one.pk == offer_id), None)
    if offer is None:
        raise OfferGone
    actions.withdraw_cofounding(actor=request.person, offer=offer)
    return Status(204, None)


@area.read("/cofounding/{code}", CofoundingOpen, scope="communities:read", public=True, also=(409,))
def cofounding_offer(request: Caller, code: Secret) -> dict[str, Any]:
    """Show an open offer to who holds its code."""
    found = queries.cofounding_offer(code)
    return {
        "community": community_card(found.community),
        "offered_by": card(found.offered_by) if found.offered_by else None,
        "terms": found.terms,
        "share_percent": found.share_percent,
        "expires_at": found.expires_at,
        "rules": show_rules(queries.current_rules(found.community)),
    }


@area.write("POST", "/cofounding/{code}/accept", CommunityCard, scope="communities:write")
def accept_cofounding(request: Caller, code: Secret, accepted: RulesAccepted) -> dict[str, Any]:
    """Become the second owner."""
    return community_card(
        actions.accept_cofounding(
            actor=request.person, code=code, accepted_rules=accepted.accepted_rules
        )
    )


def show_rules(found: "rows.RulesVersion | None") -> dict[str, Any]:
    """Show a version of the rules, or that there is none."""
    return {
        "number": found.number if found else 0,
        "published_at": found.published_at if found else None,
        "rules": found.rules if found else [],
    }


def _offer(one: "rows.CofounderOffer") -> dict[str, Any]:
    plain = ("id", "code", "terms", "share_percent", "offered_at", "expires_at", "accepted_at",
             "withdrawn_at")  # fmt: skip
    return {
        **{name: getattr(one, name) for name in plain},
        "offered_by": card(one.offered_by) if one.offered_by else None,
        "accepted_by": card(one.accepted_by) if one.accepted_by else None,
    }
