"""The calendar: what is planned and what appeared, as far as a viewer may know of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Avg, Case, Count, Exists, F, OuterRef, Q, When

from qunluo.community import queries as communities
from qunluo.conversation.errors import ItemNotFound
from qunluo.conversation.models import (
    CalendarSettings,
    OnTone,
    PlannedAuthor,
    PlannedItem,
    PlannedVersion,
    Space,
)
from qunluo.conversation.queries.cards import NOBODY
from qunluo.conversation.queries.early import opened
from qunluo.conversation.queries.files import FileView, view_of
from qunluo.conversation.queries.sight import Sight, seen_by, sight_of, sight_of_member
from qunluo.conversation.rules import calendar as rules
from qunluo.conversation.rules.kinds import Kind, kind_of
from qunluo.kernel.clock import now
from qunluo.people.queries import Card, person_card
from qunluo.reach.ports import Known

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.conversation.queries.sight import Viewer
    from qunluo.people.models import Person

PUBLISH = "posts.publish"
MOST = 500
State = PlannedItem.State


@dataclass(frozen=True)
class ItemCard:
    """An item as the calendar shows it; `at` in the time of the community, None without a time."""

    item: PlannedItem
    kind: Kind
    author: Card
    together: list[Card]
    at: datetime | None
    own: bool

    @property
    def name(self) -> str:
        """Return the title, or how the text begins."""
        return self.item.title or " ".join(self.item.source.split())[:60]

    @property
    def early(self) -> bool:
        """Return whether only some read it for now."""
        thread = self.item.thread
        return thread is not None and thread.held_back


@dataclass(frozen=True)
class ItemView(ItemCard):
    """An item with everything about it; checks for those who may change it."""

    files: list[FileView]
    may_edit: bool
    may_stop: bool
    may_rate: bool
    my_rating: int
    tone: float | None
    tone_n: int
    versions: int


@dataclass(frozen=True)
class Health:
    """How steadily and for what a community speaks; every number with what stands behind it.

    `no_value_before` and `no_value_ahead`: nothing that carries a value in so many days.
    """

    measures: list[rules.Measure]
    attributes: list[rules.Measure]
    weak: list[tuple[str, float]]
    recent: int
    gap_days: int
    no_value_before: bool
    no_value_ahead: bool


def calendar_settings(community: "Community") -> CalendarSettings:
    """Return what a community asks of what it says; the defaults where it said nothing."""
    found = CalendarSettings.objects.filter(community=community).first()
    return found or CalendarSettings(community=community, saved_at=now())


def zone_of(community: "Community") -> ZoneInfo:
    """Return the time zone in which a community plans."""
    return ZoneInfo(community.time_zone)


def planned(community: "Community", start: date, end: date, *, viewer: "Viewer") -> list[ItemCard]:
    """Return what appears or appeared from one day to another (both counted), in its order.

    Members read what they may read; who publishes for the community also what is to come, authors
    their own. MembersOnly.
    """
    sight = sight_of_member(viewer, community)
    zone = zone_of(community)
    begin = datetime.combine(start, time.min, zone)
    until = datetime.combine(end + timedelta(days=1), time.min, zone)
    found = _visible(sight, community).exclude(state=State.WITHDRAWN)
    found = found.annotate(moment=_moment()).filter(moment__gte=begin, moment__lt=until)
    return _cards(found.order_by("moment", "pk")[:MOST], sight, zone)


def without_time(community: "Community", *, viewer: "Viewer") -> list[ItemCard]:
    """Return a member's own items that need something: drafts, what was held or withdrawn."""
    sight = sight_of_member(viewer, community)
    mine = _mine(sight).filter(community=community)
    mine = mine.filter(state__in=[State.DRAFT, State.HELD, State.WITHDRAWN])
    return _cards(mine.order_by("-saved_at", "-pk")[:50], sight, zone_of(community))


def find_item(uid: str, *, community: "Community", viewer: "Viewer") -> PlannedItem:
    """Return an item that the viewer may know of, for actions; ItemNotFound, MembersOnly."""
    return _find(uid, community, sight_of_member(viewer, community))


def get_item(uid: str, *, community: "Community", viewer: "Viewer") -> ItemView:
    """Return an item with everything about it; ItemNotFound, MembersOnly."""
    sight = sight_of_member(viewer, community)
    item = _find(uid, community, sight)
    card = _cards([item], sight, zone_of(community))[0]
    rated = OnTone.objects.filter(item=item)
    tone = rated.aggregate(mean=Avg("rating"), n=Count("pk"))
    mine = (
        rated.filter(person_id=sight.person_id or 0).values_list("rating", flat=True).first() or 0
    )
    done = item.state == State.PUBLISHED
    return ItemView(
        **vars(card),
        files=[view_of(one) for one in files_of_item(item)],
        may_edit=card.own and not done,
        may_stop=not done and item.state != State.WITHDRAWN
        and (card.own or PUBLISH in sight.permissions),
        may_rate=done and not card.own and not mine and not sight.standing.suspended_until,
        my_rating=mine,
        tone=tone["mean"],
        tone_n=tone["n"],
        versions=item.version,
    )  # fmt: skip


def files_of_item(item: PlannedItem) -> "list[Any]":
    """Return the files that wait for an item, or stand under what became of it."""
    if item.thread_id and item.state == State.PUBLISHED:
        from_post = item.thread.messages.filter(place=1).first() if item.thread else None
        return list(from_post.attachments.order_by("place", "pk")) if from_post else []
    return list(item.files.order_by("pk"))


def item_versions(item: PlannedItem) -> list[PlannedVersion]:
    """Return the versions before the one that stands, the oldest first; fetch the item first."""
    return list(PlannedVersion.objects.filter(item=item).order_by("number"))


def makers_of(thread_id: int) -> tuple[PlannedItem | None, list[Card]]:
    """Return the item that a thread came from, and who made it beside its author.

    Fetch the thread first.
    """
    item = PlannedItem.objects.filter(thread_id=thread_id).first()
    people = PlannedAuthor.objects.filter(item=item).order_by("pk") if item else None
    ids = list(people.values_list("person_id", flat=True)) if people is not None else []
    faces = person_card(ids) if ids else {}
    return item, [faces.get(pk, NOBODY) for pk in ids]


def values_of(community: "Community") -> list[str]:
    """Return the values that the published charter names."""
    found = communities.current_charter(community)
    said = found.values.get("meaning", {}).get("values") if found else None
    return [str(one) for one in said or []]


def checklist(community: "Community") -> list[tuple[str, Mapping[str, str]]]:
    """Return what is asked by hand before something appears: (id, words), in their order.

    From the charter come the question of its values class and what the house says and never says;
    after them the community's own list, or the defaults.
    """
    found = communities.current_charter(community)
    tone: Mapping[str, Any] = found.values.get("tone", {}) if found else {}
    asked: list[tuple[str, Mapping[str, str]]] = []
    if question := _question(str(tone.get("class") or "")):
        asked.append(("class", question))
    house = [str(one) for one in tone.get("house_words") or []]
    asked += [(f"house.{rules.digest('', one)[:8]}", {"en": one, "zh": one}) for one in house]
    own = calendar_settings(community).checklist
    if own:
        return asked + [(f"own.{rules.digest('', one)[:8]}", {"en": one, "zh": one}) for one in own]
    return asked + list(rules.named("checklist").items())


def _question(name: str) -> Mapping[str, str] | None:
    """Return what the values class asks, as the charter words it."""
    step = communities.charter_form().step("tone")
    one = next(field for field in step.fields if field.id == "class")
    chosen = next((choice for choice in one.choices if choice.id == name), None)
    if chosen is None or not chosen.changes:
        return None
    return {
        "en": chosen.changes["en"].removeprefix("Checklist: ").capitalize(),
        "zh": chosen.changes["zh"].removeprefix("检查清单："),
    }


def same_text(item: PlannedItem) -> list[tuple[str, str]]:
    """Return (space, target) of the same text planned or said elsewhere in the last 30 days."""
    since = now() - timedelta(days=rules.AGAIN_DAYS)
    sight = sight_of(item.author, item.community)
    spaces = seen_by(sight, Space.objects.filter(community_id=item.community_id))
    others = PlannedItem.objects.filter(
        Q(published_at=None) | Q(published_at__gte=since),
        Q(state__in=[State.SCHEDULED, State.PUBLISHED])
        | Q(pk__in=_mine(sight).values("pk"), state__in=[State.DRAFT, State.HELD]),
        community_id=item.community_id,
        digest=item.digest,
        space__in=spaces,
    )
    others = others.exclude(pk=item.pk).exclude(space_id=item.space_id)
    return list(others.values_list("space__name", "target")[:5])


def said_lately(community: "Community", *, days: int = 7 * rules.WEEKS) -> list[rules.Said]:
    """Return what appeared in the last days, as the measures count it; two queries."""
    zone = zone_of(community)
    team = communities.holders(community, communities.roles_with(PUBLISH))
    ours = team.values("person_id")
    together = PlannedAuthor.objects.filter(item=OuterRef("pk")).exclude(person_id__in=ours)
    found = PlannedItem.objects.filter(
        community=community, published_at__gte=now() - timedelta(days=days), state=State.PUBLISHED
    ).annotate(
        by_member=Case(When(author_id__in=ours, then=False), default=True),
        with_member=Exists(together),
    )
    columns = (*rules.ATTRIBUTES, "published_at", "causes", "values", "by_member", "with_member")
    return [
        rules.Said(
            row["published_at"].astimezone(zone).date(),
            {name: row[name] for name in rules.ATTRIBUTES},
            row["causes"],
            row["values"],
            bool(row["by_member"] or row["with_member"]),
        )
        for row in found.values(*columns)
    ]


def health(community: "Community", *, viewer: "Viewer") -> Health:
    """Return how steadily and for what a community speaks; PermissionMissing (posts.publish)."""
    communities.require(viewer, community, PUBLISH)
    today = now().astimezone(zone_of(community)).date()
    said = [one for one in said_lately(community) if one.day <= today]
    asked = calendar_settings(community)
    zone = zone_of(community)
    coming = PlannedItem.objects.filter(
        community=community, state=State.SCHEDULED, publish_at__gte=now() - timedelta(days=1)
    ).exclude(values=[])
    days = [at.astimezone(zone).date() for at in coming.values_list("publish_at", flat=True) if at]
    days += [one.day for one in said if one.values]
    before, ahead = rules.gap(days, today, asked.gap_days)
    since = now() - timedelta(days=7 * rules.WEEKS)
    rated = OnTone.objects.filter(item__community=community, item__published_at__gte=since)
    tone = rated.aggregate(mean=Avg("rating"), n=Count("pk"))
    recent = [one for one in said if (today - one.day).days < rules.RECENT_DAYS]
    return Health(
        measures=[
            *rules.cadence([one.day for one in said], today),
            rules.giving(said, today),
            rules.share("values", sum(bool(one.values) for one in said), len(said)),
            rules.share("members", sum(one.of_members for one in said), len(said)),
            rules.Measure("tone", tone["mean"], tone["n"]),
        ],
        attributes=[
            rules.share(name, sum(bool(one.attributes[name]) for one in recent), len(recent))
            for name in rules.ATTRIBUTES
        ],
        weak=rules.weak_causes(said, today),
        recent=len(recent),
        gap_days=asked.gap_days,
        no_value_before=before,
        no_value_ahead=ahead,
    )


def find_planned(pk: int) -> PlannedItem | None:
    """Return an item by its id, for the software's own reactions; doors use get_item."""
    return PlannedItem.objects.select_related("community", "space", "author").filter(pk=pk).first()


def authors_of(item: PlannedItem) -> set[int]:
    """Return who makes an item: its author and those together with them."""
    together = PlannedAuthor.objects.filter(item=item).values_list("person_id", flat=True)
    return {item.author_id, *together}


def known_items(person: "Person", ids: Iterable[int]) -> dict[int, Known]:
    """Return what a person may know of their own items, by id."""
    mine = PlannedItem.objects.filter(
        Q(author=person) | Q(together__person=person), pk__in=list(ids)
    )
    here = {one.community.pk for one in communities.communities_of(person)}
    return {
        one.pk: Known(
            one.title or " ".join(one.source.split())[:60],
            one.community.name,
            f"/c/{one.community.slug}/calendar/{one.uid}/",
        )
        for one in mine.select_related("community").distinct()
        if one.community_id in here
    }


def _mine(sight: Sight) -> "QuerySet[PlannedItem]":
    with_me = PlannedAuthor.objects.filter(item=OuterRef("pk"), person_id=sight.person_id or 0)
    return PlannedItem.objects.filter(
        Q(author_id=sight.person_id) | Exists(with_me), community_id=sight.community_id
    )


def _visible(sight: Sight, community: "Community") -> "QuerySet[PlannedItem]":
    """Return the items that a viewer may know of."""
    spaces = seen_by(sight, Space.objects.filter(community=community))
    read = opened(sight, prefix="thread__") & Q(
        state=State.PUBLISHED, thread__space__in=spaces, thread__opener_gone=False
    )
    condition = read | Q(pk__in=_mine(sight).values("pk"))
    if PUBLISH in sight.permissions:
        condition |= Q(state__in=[State.SCHEDULED, State.HELD], space__in=spaces)
    return PlannedItem.objects.filter(condition, community=community).select_related(
        "space", "thread"
    )


def _find(uid: str, community: "Community", sight: Sight) -> PlannedItem:
    if "\0" in uid:
        raise ItemNotFound
    item = _visible(sight, community).select_related("author").filter(uid=uid).first()
    if item is None:
        raise ItemNotFound
    item.community = item.space.community = community
    if item.thread:
        item.thread.community = community
    return item


def _moment() -> Case:
    return Case(When(state=State.PUBLISHED, then=F("published_at")), default=F("publish_at"))


def _cards(items: "Iterable[PlannedItem]", sight: Sight, zone: ZoneInfo) -> list[ItemCard]:
    rows = list(items)
    together: dict[int, list[int]] = {one.pk: [] for one in rows}
    pairs = PlannedAuthor.objects.filter(item__in=rows).order_by("pk")
    for item_id, person_id in pairs.values_list("item_id", "person_id"):
        together[item_id].append(person_id)
    faces = person_card(
        {one.author_id for one in rows} | {pk for people in together.values() for pk in people}
    )
    cards = []
    for one in rows:
        at = one.published_at if one.state == State.PUBLISHED else one.publish_at
        makers = {one.author_id, *together[one.pk]}
        cards.append(
            ItemCard(
                one,
                kind_of(one.kind),
                faces.get(one.author_id, NOBODY),
                [faces.get(pk, NOBODY) for pk in together[one.pk]],
                at.astimezone(zone) if at else None,
                sight.person_id in makers,
            )
        )
    return cards
