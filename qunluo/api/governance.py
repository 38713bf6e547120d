"""Keeping the rules: measures under a rule, appeals and their decisions, public counts, audit."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ninja import Query, Status
from pydantic import Field

from qunluo.api.area import Area, Rate
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.members import Moment, show_moment
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import (
    Given,
    Id,
    Instant,
    Listing,
    Paging,
    Shown,
    by_number,
    listing,
    number_after,
)
from qunluo.api.texts import picked
from qunluo.community import queries as communities
from qunluo.governance import actions, queries
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from qunluo.governance import models as rows

area = Area("governance", "Governance")
APPEALS = Rate("appeal", 10, 3600)


class Measure(Shown):
    """A warning, suspension or removal under a rule that the member had accepted."""

    id: int
    community: str
    person: PersonCard
    kind: str = Field(description=_("warning, suspension or removal."))
    rule_id: str
    rule_title: str
    rules_number: int
    reason: str
    until: datetime | None
    taken_by: PersonCard | None
    taken_at: datetime
    overturned_at: datetime | None
    appealed: bool


class MeasureWish(Given):
    """Under which rule, and why."""

    rule_id: str = Field(max_length=40, description=_("Of a rule that the member accepted."))
    reason: str = Field(max_length=400, description=_("The member reads it."))


class SuspensionWish(MeasureWish):
    """Until when the member may look in but do nothing."""

    until: Instant = Field(description=_("At most 90 days from now."))


class Appeal(Shown):
    """An appeal against a measure or a refusal."""

    id: int
    community: str
    person: PersonCard
    against: str = Field(description=_("warning, suspension, removal or refusal."))
    measure_id: int | None
    application_id: int | None
    text: str
    filed_at: datetime
    state: str = Field(description=_("waiting, granted or dismissed."))
    reason: str
    decided_by: PersonCard | None
    decided_at: datetime | None


class AppealWish(Given):
    """Why the decision was wrong, in one's own words."""

    text: str = Field(max_length=2000)


class Judgement(Given):
    """Whether the decision is undone, and why."""

    grant: bool
    reason: str = Field(max_length=400)


class AppealFilter(Paging):
    """Which appeals."""

    state: str = Field(
        "waiting",
        pattern="^(waiting|granted|dismissed)$",
        description=_("waiting, granted or dismissed."),
    )


class OwnDecisions(Shown):
    """What was decided about the caller here, and what they appealed."""

    measures: list[Measure]
    appeals: list[Appeal]
    appealable_applications: list[int] = Field(
        description=_("Refused applications that can still be appealed.")
    )


class RuleCount(Shown):
    """How often one rule was applied."""

    rule_id: str
    title: str
    warnings: int
    suspensions: int
    removals: int
    overturned: int
    labels: int
    takedowns: int


class ModerationCounts(Shown):
    """What the community did under its rules, for everybody to see."""

    rules: list[RuleCount]
    members: int
    days: int
    removals: int
    takedowns: int
    overturned: int
    means: str


@area.read("/communities/{slug}/measures", Listing[Measure], scope="desk:read")
def measures(request: Caller, slug: SlugPath, paging: Query[Paging]) -> dict[str, Any]:
    """List the measures taken."""
    found = queries.measures(
        community_of(request, slug),
        viewer=request.person,
        after=paging.after,
        limit=paging.limit,
    )
    return listing(request, found.items, found.next, _measure)


@area.read("/members/{member_id}/measures", list[Measure], scope="desk:read")
def measures_of(request: Caller, member_id: Id) -> list[dict[str, Any]]:
    """List what was decided about a member."""
    found = communities.get_member(member_id, viewer=request.person)
    communities.require(request.person, found.community, "members.remove")
    return [_measure(one) for one in queries.measures_of(found)]


@area.read("/measures/{measure_id}", Measure, scope="desk:read")
def measure(request: Caller, measure_id: Id) -> dict[str, Any]:
    """Show a measure."""
    return _measure(queries.get_measure(measure_id, viewer=request.person))


@area.write("POST", "/members/{member_id}/warn", Measure, scope="desk:write", status=201)
def warn_member(request: Caller, member_id: Id, wish: MeasureWish) -> Status[dict[str, Any]]:
    """Warn a member."""
    found = communities.get_member(member_id, viewer=request.person)
    made = actions.warn_member(actor=request.person, membership=found, **wish.model_dump())
    return Status(201, _measure(made))


@area.write("POST", "/members/{member_id}/suspend", Measure, scope="desk:write", status=201)
def suspend_member(request: Caller, member_id: Id, wish: SuspensionWish) -> Status[dict[str, Any]]:
    """Suspend a member."""
    found = communities.get_member(member_id, viewer=request.person)
    made = actions.suspend_member(actor=request.person, membership=found, **wish.model_dump())
    return Status(201, _measure(made))


@area.write("POST", "/members/{member_id}/remove", Measure, scope="desk:write", status=201)
def remove_member(request: Caller, member_id: Id, wish: MeasureWish) -> Status[dict[str, Any]]:
    """Remove a member."""
    found = communities.get_member(member_id, viewer=request.person)
    made = actions.remove_member(actor=request.person, membership=found, **wish.model_dump())
    return Status(201, _measure(made))


@area.read("/communities/{slug}/decisions", OwnDecisions, scope="communities:read")
def own_decisions(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Show what was decided about the caller."""
    found = community_of(request, slug)
    open_ones = queries.appealable(request.person, found)
    return {
        "measures": [_measure(one) for one in queries.own_measures(request.person, found)],
        "appeals": [_appeal(one) for one in queries.own_appeals(request.person, found)],
        "appealable_applications": [one.pk for one in open_ones if hasattr(one, "answers")],
    }


@area.write(
    "POST",
    "/measures/{measure_id}/appeal",
    Appeal,
    scope="communities:write",
    status=201,
    rate=APPEALS,
)
def appeal_measure(request: Caller, measure_id: Id, wish: AppealWish) -> Status[dict[str, Any]]:
    """Appeal against a measure."""
    found = queries.get_measure(measure_id, viewer=request.person)
    filed = actions.file_appeal(actor=request.person, text=wish.text, measure=found)
    return Status(201, _appeal(filed))


@area.write(
    "POST",
    "/applications/{application_id}/appeal",
    Appeal,
    scope="communities:write",
    status=201,
    rate=APPEALS,
)
def appeal_refusal(request: Caller, application_id: Id, wish: AppealWish) -> Status[dict[str, Any]]:
    """Appeal against a refusal."""
    found = communities.get_application(application_id, viewer=request.person)
    filed = actions.file_appeal(actor=request.person, text=wish.text, application=found)
    return Status(201, _appeal(filed))


@area.read("/communities/{slug}/appeals", Listing[Appeal], scope="desk:read")
def appeals(request: Caller, slug: SlugPath, wanted: Query[AppealFilter]) -> dict[str, Any]:
    """List the appeals that the caller may judge."""
    found = queries.appeals(
        community_of(request, slug),
        viewer=request.person,
        state=wanted.state,
        after=wanted.after,
        limit=wanted.limit,
    )
    return listing(request, found.items, found.next, _appeal)


@area.read("/appeals/{appeal_id}", Appeal, scope="desk:read")
def appeal(request: Caller, appeal_id: Id) -> dict[str, Any]:
    """Show an appeal."""
    return _appeal(queries.get_appeal(appeal_id, viewer=request.person))


@area.write("POST", "/appeals/{appeal_id}/decide", Appeal, scope="desk:write")
def decide_appeal(request: Caller, appeal_id: Id, judgement: Judgement) -> dict[str, Any]:
    """Judge an appeal."""
    found = queries.get_appeal(appeal_id, viewer=request.person)
    return _appeal(
        actions.decide_appeal(
            actor=request.person, appeal=found, grant=judgement.grant, reason=judgement.reason
        )
    )


@area.read(
    "/communities/{slug}/moderation", ModerationCounts, scope="communities:read", public=True
)
def moderation(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Show how often each rule was applied."""
    found = queries.moderation_counts(community_of(request, slug))
    return {
        "rules": list(found.rules),
        "members": found.members,
        "days": found.days,
        "removals": found.removals,
        "takedowns": found.takedowns,
        "overturned": found.overturned,
        "means": picked(found.formula),
    }


@area.read("/communities/{slug}/audit", Listing[Moment], scope="desk:read")
def audit(request: Caller, slug: SlugPath, paging: Query[Paging]) -> dict[str, Any]:
    """List who did what."""
    found = queries.audit(
        community_of(request, slug),
        viewer=request.person,
        before=number_after(paging.after),
        limit=paging.limit + 1,
    )
    return by_number(request, found, paging.limit, show_moment)


def _measure(one: "rows.Measure") -> dict[str, Any]:
    plain = ("id", "kind", "rule_id", "rule_title", "rules_number", "reason", "until", "taken_at",
             "overturned_at")  # fmt: skip
    return {
        **{name: getattr(one, name) for name in plain},
        "community": one.community.slug,
        "person": card(one.person),
        "taken_by": card(one.taken_by) if one.taken_by else None,
        "appealed": hasattr(one, "appeal"),
    }


def _appeal(one: "rows.Appeal") -> dict[str, Any]:
    plain = ("id", "measure_id", "application_id", "text", "filed_at", "state", "reason",
             "decided_at")  # fmt: skip
    return {
        **{name: getattr(one, name) for name in plain},
        "community": one.community.slug,
        "person": card(one.person),
        "against": queries.against(one),
        "decided_by": card(one.decided_by) if one.decided_by else None,
    }
