"""The calendar: what is planned, its checks and its time, and how what appeared was received."""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ninja import Path, Query, Status
from pydantic import BaseModel, Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.files import PlannedPoll
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Day, Given, Instant, Shown
from qunluo.api.spaces import space_of
from qunluo.api.talk import Attached, FileCard, Uid
from qunluo.api.texts import picked
from qunluo.conversation import actions, queries
from qunluo.kernel.clock import now
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from qunluo.conversation import models as rows

area = Area("calendar", "Calendar")
ItemUid = Annotated[str, Path(max_length=16, pattern=r"^[A-Z0-9]+$")]
Points = Annotated[int, Field(ge=0, le=3)]
MOST_DAYS = 400


class Span(BaseModel):
    """From which day to which, in the time of the community."""

    since: Day | None = None
    until: Day | None = None


class PlannedCard(Shown):
    """An item as the calendar shows it."""

    uid: str
    space: str
    kind: str
    title: str
    state: str = Field(description=_("draft, scheduled, published, held or withdrawn."))
    at: datetime | None = Field(description=_("When it appears or appeared."))
    author: PersonCard
    together: list[PersonCard] = Field(description=_("Who made it beside its author."))
    target: str
    early: bool = Field(description=_("For now only some read it."))
    thread_number: int | None


class ItemCheck(Shown):
    """Something that is looked at before an item appears."""

    id: str
    state: str = Field(description=_("fine, warn; open and stop keep it from being scheduled."))
    by_hand: bool
    label: str
    why: str


class PlannedItem(PlannedCard):
    """An item with everything about it; checks for its authors."""

    source: str
    fields: dict[str, Any]
    values: list[str]
    useful: int
    fun: int
    warm: int
    beneficial: int
    causes: list[str]
    motive: str
    licence: str
    originality: str
    publish_at: datetime | None
    open_at: datetime | None = Field(description=_("When everybody reads it; before, the early."))
    early_kind: str
    early_name: str
    poll: dict[str, Any] | None
    reason: str = Field(description=_("Why it was held."))
    version: int
    files: list[FileCard]
    checks: list[ItemCheck]
    tone: float | None = Field(description=_("Mean of what members answered, 1 to 5."))
    tone_n: int
    my_rating: int
    may_edit: bool
    may_rate: bool


class ItemVersion(Shown):
    """An item as it was before an edit."""

    number: int
    title: str
    source: str
    saved_at: datetime


class CalendarMeasure(Shown):
    """A number with how many items stand behind it; null while it cannot be said."""

    name: str
    label: str
    value: float | None
    n: int
    means: str


class WeakCause(Shown):
    """A cause of attraction that few items of the last four weeks had."""

    cause: str
    share: float
    suggestion: str


class CalendarHealth(Shown):
    """How steadily and for what a community speaks."""

    measures: list[CalendarMeasure]
    attributes: dict[str, float | None] = Field(
        description=_("Share of the items of the last four weeks, in their order.")
    )
    weak: list[WeakCause]
    recent: int = Field(description=_("Items of the last four weeks."))
    gap_days: int
    no_value_before: bool
    no_value_ahead: bool


class CalendarRules(Shown):
    """What a community asks before something appears."""

    checklist: list[str]
    asked: list[str] = Field(description=_("Everything that is ticked, the charter's words first."))
    gap_days: int
    line: float = Field(description=_("For useful, fun and warm, 0 to 3."))
    holds: bool


class Words(Given):
    """What can be said about an item."""

    title: str = Field("", max_length=200)
    source: str = ""
    fields: dict[str, str] = Field(default_factory=dict, max_length=20)
    target: str = Field("", max_length=120, description=_("For whom."))
    values: list[str] = Field(default_factory=list, max_length=7)
    useful: Points = 0
    fun: Points = 0
    warm: Points = 0
    beneficial: Points = 0
    causes: list[str] = Field(default_factory=list, max_length=5)
    motive: str = Field("", max_length=20)
    licence: str = Field("reserved", max_length=20)
    originality: str = Field("own", max_length=20)
    together: list[str] = Field(
        default_factory=list, max_length=20, description=_("Names or handles of members.")
    )
    ticks: list[str] = Field(
        default_factory=list, max_length=40, description=_("Ids of checks, as hand.true.")
    )
    attached: list[Uid] = Attached
    poll: PlannedPoll | None = Field(None, description=_("It opens with the post; null for none."))
    publish_at: Instant | None = None
    open_at: Instant | None = None
    early_kind: Literal["", "members", "role", "badge", "pass", "tier", "seat"] = ""
    early_name: str = Field("", max_length=40)


class ItemWish(Words):
    """An item to plan."""

    space: str = Field(max_length=40)
    kind: str = Field("talk", max_length=20)


class ItemChange(Words):
    """What changes; what is not named stays."""

    version: int | None = Field(
        None, ge=1, le=2**31 - 1, description=_("Change only what you have read.")
    )


class TimeWish(Given):
    """When it appears; without a moment at the one it has, or at once."""

    publish_at: Instant | None = None


class RatingWish(Given):
    """How well it sounds like the community."""

    rating: int = Field(ge=1, le=5)


class AskedChange(Given):
    """What is asked from now on; what is not named stays."""

    checklist: list[str] | None = Field(None, max_length=12)
    gap_days: int | None = Field(None, ge=1, le=90)
    line: float | None = Field(None, ge=0, le=3)
    holds: bool | None = None


@area.read("/communities/{slug}/calendar", list[PlannedCard], scope="talk:read")
def calendar(request: Caller, slug: SlugPath, span: Query[Span]) -> list[dict[str, Any]]:
    """List what appears when."""
    community = community_of(request, slug)
    since = span.since or now().astimezone(queries.zone_of(community)).date().replace(day=1)
    until = min(span.until or _later(since, 41), _later(since, MOST_DAYS))
    found = queries.planned(community, since, until, viewer=request.person)
    return [_card(one) for one in found]


@area.read("/communities/{slug}/calendar/mine", list[PlannedCard], scope="talk:read")
def own_items(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List own items without a time."""
    found = queries.without_time(community_of(request, slug), viewer=request.person)
    return [_card(one) for one in found]


@area.read("/communities/{slug}/calendar/health", CalendarHealth, scope="talk:read")
def calendar_health(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Show how steadily a community speaks."""
    found = queries.health(community_of(request, slug), viewer=request.person)
    tries = queries.suggestions()
    return {
        **{name: getattr(found, name) for name in ("recent", "gap_days", "no_value_before",
                                                   "no_value_ahead")},
        "measures": [
            {"name": one.name, "label": picked(one.label), "value": one.value, "n": one.n,
             "means": picked(one.means)}
            for one in found.measures
        ],
        "attributes": {one.name: one.value for one in found.attributes},
        "weak": [{"cause": name, "share": part, "suggestion": picked(tries[name])}
                 for name, part in found.weak],
    }  # fmt: skip


@area.read("/communities/{slug}/calendar/settings", CalendarRules, scope="talk:read")
def calendar_settings(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Show what is asked before something appears."""
    community = community_of(request, slug)
    queries.sight_of_member(request.person, community)
    return _asked(community)


@area.write("PATCH", "/communities/{slug}/calendar/settings", CalendarRules, scope="talk:write")
def change_calendar(request: Caller, slug: SlugPath, wish: AskedChange) -> dict[str, Any]:
    """Change what is asked before something appears."""
    community = community_of(request, slug)
    said = wish.model_dump(exclude_unset=True)
    if said.get("line") is not None:
        said["line"] = round(said["line"] * 10)
    actions.change_calendar(actor=request.person, community=community, **said)
    return _asked(community)


@area.write("POST", "/communities/{slug}/calendar", PlannedItem, scope="talk:write", status=201)
def plan_item(request: Caller, slug: SlugPath, wish: ItemWish) -> Status[dict[str, Any]]:
    """Plan something."""
    said = _said(wish)
    space = space_of(request, slug, said.pop("space"))
    item = actions.plan_item(actor=request.person, space=space, **said)
    return Status(201, _item(request, slug, item.uid))


@area.read("/communities/{slug}/calendar/items/{item_uid}", PlannedItem, scope="talk:read")
def planned_item(request: Caller, slug: SlugPath, item_uid: ItemUid) -> dict[str, Any]:
    """Show an item."""
    return _item(request, slug, item_uid)


@area.write(
    "PATCH", "/communities/{slug}/calendar/items/{item_uid}", PlannedItem, scope="talk:write"
)
def change_item(
    request: Caller, slug: SlugPath, item_uid: ItemUid, wish: ItemChange
) -> dict[str, Any]:
    """Change an item."""
    item = _found(request, slug, item_uid)
    actions.change_item(actor=request.person, item=item, **_said(wish))
    return _item(request, slug, item_uid)


@area.read(
    "/communities/{slug}/calendar/items/{item_uid}/versions", list[ItemVersion], scope="talk:read"
)
def item_versions(request: Caller, slug: SlugPath, item_uid: ItemUid) -> Any:
    """List the versions before."""
    view = queries.get_item(item_uid, community=community_of(request, slug), viewer=request.person)
    return queries.item_versions(view.item) if view.may_edit or view.may_stop else []


@area.write(
    "POST",
    "/communities/{slug}/calendar/items/{item_uid}/schedule",
    PlannedItem,
    scope="talk:write",
)
def schedule_item(
    request: Caller, slug: SlugPath, item_uid: ItemUid, wish: TimeWish
) -> dict[str, Any]:
    """Give an item its time."""
    item = _found(request, slug, item_uid)
    actions.schedule_item(actor=request.person, item=item, publish_at=wish.publish_at)
    return _item(request, slug, item_uid)


@area.write(
    "POST", "/communities/{slug}/calendar/items/{item_uid}/withdrawal", PlannedCard,
    scope="talk:write",
)  # fmt: skip
def withdraw_item(request: Caller, slug: SlugPath, item_uid: ItemUid) -> dict[str, Any]:
    """Take an item back."""
    community = community_of(request, slug)
    view = queries.get_item(item_uid, community=community, viewer=request.person)
    actions.withdraw_item(actor=request.person, item=view.item)
    return _card(view)


@area.write(
    "POST", "/communities/{slug}/calendar/items/{item_uid}/rating", PlannedItem, scope="talk:write"
)
def rate_item(
    request: Caller, slug: SlugPath, item_uid: ItemUid, wish: RatingWish
) -> dict[str, Any]:
    """Say how an item sounds."""
    item = _found(request, slug, item_uid)
    actions.rate_item(actor=request.person, item=item, rating=wish.rating)
    return _item(request, slug, item_uid)


def _later(day: date, days: int) -> date:
    return day + timedelta(days=days)


def _said(wish: Words) -> dict[str, Any]:
    """Return what was named, as the actions take it."""
    said = wish.model_dump(exclude_unset=True)
    if "ticks" in said:
        said["ticks"] = [one.removeprefix("hand.") for one in said["ticks"]]
    return said


def _found(request: Caller, slug: str, uid: str) -> "rows.PlannedItem":
    return queries.find_item(uid, community=community_of(request, slug), viewer=request.person)


def _asked(community: Any) -> dict[str, Any]:
    found = queries.calendar_settings(community)
    return {
        "checklist": found.checklist,
        "asked": [picked(words) for _name, words in queries.checklist(community)],
        "gap_days": found.gap_days,
        "line": found.line / 10,
        "holds": found.holds,
    }


def _card(one: queries.ItemCard) -> dict[str, Any]:
    item = one.item
    return {
        **{name: getattr(item, name) for name in ("uid", "kind", "title", "state", "target")},
        "space": item.space.slug,
        "at": one.at.astimezone(UTC) if one.at else None,
        "author": card(one.author),
        "together": [card(who) for who in one.together],
        "early": one.early,
        "thread_number": item.thread.number if item.thread else None,
    }


def _item(request: Caller, slug: str, uid: str) -> dict[str, Any]:
    view = queries.get_item(uid, community=community_of(request, slug), viewer=request.person)
    item = view.item
    plain = (
        "source", "fields", "values", "useful", "fun", "warm", "beneficial", "causes", "motive",
        "licence", "originality", "publish_at", "open_at", "early_kind", "early_name", "version",
    )  # fmt: skip
    seen = ("files", "tone", "tone_n", "my_rating", "may_edit", "may_rate")
    return {
        **_card(view),
        **{name: getattr(item, name) for name in plain},
        **{name: getattr(view, name) for name in seen},
        "poll": item.poll or None,
        "reason": picked(item.reason) if item.reason and view.own else "",
        "checks": [
            {"id": one.id, "state": one.state, "by_hand": one.hand, "label": picked(one.label),
             "why": picked(one.why)}
            for one in (queries.item_checks(item) if view.may_edit else [])
        ],
    }  # fmt: skip
