"""Order without noise: reports and their queue, held posts, checks, mutes and blocks."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from ninja import Query, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.people import Handle, PersonCard, card
from qunluo.api.shapes import Given, Id, Listing, Paging, Shown, listing
from qunluo.api.talk import Number, thread_of
from qunluo.api.texts import picked
from qunluo.community import queries as communities
from qunluo.conversation import actions as talk
from qunluo.conversation import queries as talking
from qunluo.governance import actions, queries
from qunluo.kernel.text import _
from qunluo.people.queries import get_person

if TYPE_CHECKING:
    from qunluo.governance import models as rows

area = Area("reports", "Governance")


class ReportWish(Given):
    """What is wrong: a rule of the community, words, or both."""

    rule_id: str = Field("", max_length=40)
    text: str = Field("", max_length=1000)


class OwnReport(Shown):
    """What the caller reported, and what came of it."""

    id: int
    about: str = Field(description=_("post, thread or person."))
    author: PersonCard
    rule_title: str
    text: str
    filed_at: datetime
    state: str = Field(description=_("open or decided."))
    acted: bool | None = Field(description=_("Whether something was done; null while it waits."))
    reason: str


class Evidence(Shown):
    """A message as it stood; `reported` marks the one that it is about."""

    name: str
    text: str
    reported: bool


class Said(Shown):
    """What one member reported."""

    reporter: PersonCard
    rule_title: str
    text: str
    filed_at: datetime


class Case(Shown):
    """What waits in the queue, or was decided."""

    id: int
    source: str = Field(description=_("report or check."))
    about: str = Field(description=_("post, thread, person or held."))
    author: PersonCard
    private: bool
    category: str
    found: str
    plea: str
    reports: int
    opened_at: datetime
    state: str = Field(description=_("open or decided."))
    outcome: str
    reason: str
    measure_id: int | None
    evidence: list[Evidence]


class FullCase(Case):
    """A case with what was said to it and what can be done."""

    said: list[Said]
    may_decide: bool
    outcomes: list[str]


class QueueFilter(Paging):
    """Which part of the queue."""

    decided: bool = False


class DecisionWish(Given):
    """What is done; beyond nothing and release it takes a rule and a reason."""

    outcome: str = Field(
        max_length=10,
        description=_(
            "nothing, label, remove, warn, suspend or expel; of what is held release or remove."
        ),
    )
    rule_id: str = Field("", max_length=40)
    reason: str = Field("", max_length=400)
    days: int = Field(7, ge=1, le=90, description=_("Of a suspension."))


class HeldPost(Shown):
    """Words of the caller that wait for a look, or came back."""

    id: int
    title: str
    source: str
    state: str = Field(description=_("waiting, released, refused or returned."))
    label: str
    rule: str
    found: str
    measure_id: int | None
    held_at: datetime


class PleaWish(Given):
    """What the author says to it."""

    text: str = Field(max_length=400)


class Checks(Shown):
    """Which lists are not looked at, and the community's own words."""

    off: list[str]
    words: list[str]


class ChecksChange(Given):
    """What is to change; whatever is missing stays as it is."""

    off: list[str] | None = Field(None, max_length=20)
    words: list[str] | None = Field(None, max_length=400)


class Distance(Shown):
    """Somebody whom the caller has muted or blocked."""

    person: PersonCard
    kind: str = Field(description=_("mute or block."))
    set_at: datetime


class DistanceWish(Given):
    """How far away."""

    kind: str = Field(pattern="^(mute|block)$", description=_("mute or block."))


class DisorderWeek(Shown):
    """What one week counted; `rate` is for each 100 messages, null when nobody wrote."""

    monday: date
    running: bool
    counts: dict[str, int]
    written: int
    rate: float | None


class Disorder(Shown):
    """The disorder index of the last weeks, and what it means."""

    labels: dict[str, str]
    weeks: list[DisorderWeek]
    alarm: float
    alarming: bool
    means: str


@area.write("POST", "/posts/{post_id}/report", OwnReport, scope="talk:write", status=201)
def report_post(request: Caller, post_id: Id, wish: ReportWish) -> Status[dict[str, Any]]:
    """Report a post."""
    found = talking.get_post(post_id, viewer=request.person)
    made = talk.report_post(actor=request.person, post=found, **wish.model_dump())
    return Status(201, _own(made))


@area.write(
    "POST",
    "/communities/{slug}/threads/{thread_number}/report",
    OwnReport,
    scope="talk:write",
    status=201,
)
def report_thread(
    request: Caller, slug: SlugPath, thread_number: Number, wish: ReportWish
) -> Status[dict[str, Any]]:
    """Report a thread."""
    found = thread_of(request, slug, thread_number)
    made = talk.report_thread(actor=request.person, thread=found, **wish.model_dump())
    return Status(201, _own(made))


@area.write(
    "POST",
    "/communities/{slug}/people/{handle}/report",
    OwnReport,
    scope="talk:write",
    status=201,
)
def report_person(
    request: Caller, slug: SlugPath, handle: Handle, wish: ReportWish
) -> Status[dict[str, Any]]:
    """Report a member."""
    community = community_of(request, slug)
    communities.require(request.person, community, "members.view")
    found = communities.get_membership(get_person(handle=handle), community).person
    path = f"/c/{community.slug}/members/{found.handle}/"
    target = actions.Target(type="person", id=found.pk, author=found, path=path)
    made = actions.file_report(
        actor=request.person, community=community, target=target, **wish.model_dump()
    )
    return Status(201, _own(made))


@area.read("/communities/{slug}/reports", list[OwnReport], scope="talk:read")
def own_reports(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List one's reports."""
    found = queries.own_reports(request.person, community_of(request, slug))
    return [_own(one) for one in found]


@area.read("/communities/{slug}/queue", Listing[Case], scope="desk:read")
def queue(request: Caller, slug: SlugPath, wanted: Query[QueueFilter]) -> dict[str, Any]:
    """List what waits for a decision."""
    found = queries.queue(
        community_of(request, slug),
        viewer=request.person,
        decided=wanted.decided,
        after=wanted.after,
        limit=wanted.limit,
    )
    return listing(request, found.items, found.next, _case)


@area.read("/cases/{case_id}", FullCase, scope="desk:read")
def case(request: Caller, case_id: Id) -> dict[str, Any]:
    """Show a case."""
    return _full(queries.get_case(case_id, viewer=request.person))


@area.write("POST", "/cases/{case_id}/decide", FullCase, scope="desk:write")
def decide_case(request: Caller, case_id: Id, wish: DecisionWish) -> dict[str, Any]:
    """Decide a case."""
    view = queries.get_case(case_id, viewer=request.person)
    actions.decide_case(actor=request.person, case=view.case, **wish.model_dump())
    return _full(queries.get_case(case_id, viewer=request.person))


@area.read("/communities/{slug}/held", list[HeldPost], scope="talk:read")
def held_posts(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List one's held posts."""
    found = talking.held_posts(request.person, community_of(request, slug))
    return [_held(one) for one in found]


@area.write("POST", "/held/{held_id}/plea", HeldPost, scope="talk:write")
def plead(request: Caller, held_id: Id, wish: PleaWish) -> dict[str, Any]:
    """Say something to a held post."""
    view = talking.get_held(held_id, viewer=request.person)
    if found := talking.case_of(view.held):
        actions.plead(actor=request.person, case=found, text=wish.text)
    return _held(view)


@area.write("DELETE", "/held/{held_id}", None, scope="talk:write", status=204)
def withdraw_held(request: Caller, held_id: Id) -> Status[None]:
    """Take a held post back."""
    view = talking.get_held(held_id, viewer=request.person)
    talk.withdraw_held(actor=request.person, held=view.held)
    return Status(204, None)


@area.read("/communities/{slug}/checks", Checks, scope="desk:read")
def checks(request: Caller, slug: SlugPath) -> Any:
    """Show which words hold a post."""
    return queries.check_settings(community_of(request, slug), viewer=request.person)


@area.write("PATCH", "/communities/{slug}/checks", Checks, scope="desk:write")
def change_checks(request: Caller, slug: SlugPath, change: ChecksChange) -> Any:
    """Change which words hold a post."""
    return actions.change_checks(
        actor=request.person,
        community=community_of(request, slug),
        off=change.off,
        own=change.words,
    )


@area.read("/communities/{slug}/disorder", Disorder, scope="desk:read")
def disorder(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Show the disorder index."""
    found = queries.disorder(community_of(request, slug), viewer=request.person)
    return {
        "labels": {part.name: picked(part.label) for part in found.parts},
        "weeks": [
            {name: getattr(week, name) for name in DisorderWeek.model_fields}
            for week in found.weeks
        ],
        "alarm": found.alarm,
        "alarming": found.alarming,
        "means": picked(found.formula),
    }


@area.read("/me/distances", list[Distance], scope="profile:read")
def distances(request: Caller) -> list[dict[str, Any]]:
    """List whom one keeps away from."""
    return [_distance(one) for one in queries.distances(request.person)]


@area.write("PUT", "/people/{handle}/distance", Distance, scope="profile:write")
def keep_distance(request: Caller, handle: Handle, wish: DistanceWish) -> dict[str, Any]:
    """Mute or block somebody."""
    keep = actions.block if wish.kind == "block" else actions.mute
    return _distance(keep(actor=request.person, other=get_person(handle=handle)))


@area.write("DELETE", "/people/{handle}/distance", None, scope="profile:write", status=204)
def end_distance(request: Caller, handle: Handle) -> Status[None]:
    """Take a mute or block back."""
    actions.end_distance(actor=request.person, other=get_person(handle=handle))
    return Status(204, None)


def _own(one: "rows.Report") -> dict[str, Any]:
    found = one.case
    decided = found.state == "decided"
    return {
        "id": one.pk,
        "about": found.target_type,
        "author": card(found.author),
        "rule_title": one.rule_title,
        "text": one.text,
        "filed_at": one.filed_at,
        "state": found.state,
        "acted": found.outcome != "nothing" if decided else None,
        "reason": found.reason,
    }


def _case(one: "rows.Case") -> dict[str, Any]:
    plain = ("id", "source", "private", "category", "found", "plea", "reports", "opened_at",
             "state", "outcome", "reason", "measure_id")  # fmt: skip
    return {
        **{name: getattr(one, name) for name in plain},
        "about": one.target_type,
        "author": card(one.author),
        "evidence": [
            {name: line.get(name, "") for name in ("name", "text")}
            | {"reported": bool(line.get("reported"))}
            for line in one.evidence
        ],
    }


def _full(view: "queries.CaseView") -> dict[str, Any]:
    return {
        **_case(view.case),
        "said": [
            {
                "reporter": card(one.reporter),
                "rule_title": one.rule_title,
                "text": one.text,
                "filed_at": one.filed_at,
            }
            for one in view.reports
        ],
        "may_decide": view.may_decide,
        "outcomes": list(view.outcomes),
    }


def _held(one: "talking.HeldView") -> dict[str, Any]:
    plain = ("id", "state", "found", "measure_id", "held_at")
    return {
        **{name: getattr(one.held, name) for name in plain},
        "title": one.title,
        "source": one.source,
        "label": picked(one.label),
        "rule": picked(one.rule),
    }


def _distance(one: "rows.Distance") -> dict[str, Any]:
    return {"person": card(one.other), "kind": one.kind, "set_at": one.set_at}
