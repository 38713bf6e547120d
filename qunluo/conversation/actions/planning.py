"""Planning what is to be said: writing, changing, giving it its time and taking it back."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.db.models import F

from qunluo.community.queries import require, require_member
from qunluo.conversation import events
from qunluo.conversation.actions.attaching import throw_away
from qunluo.conversation.actions.attaching import waiting as waiting_of
from qunluo.conversation.actions.filling import fill, leads
from qunluo.conversation.actions.messages import writer_in
from qunluo.conversation.errors import (
    ChecksOpen,
    InvalidItem,
    ItemMoved,
    KindNotHere,
    NotYourItem,
    RatedAlready,
    SpaceNotFound,
)
from qunluo.conversation.models import (
    Attachment,
    CalendarSettings,
    HeldPost,
    OnTone,
    PlannedAuthor,
    PlannedItem,
    PlannedVersion,
    Space,
)
from qunluo.conversation.queries.calendar import PUBLISH, authors_of
from qunluo.conversation.queries.checks import item_checks
from qunluo.conversation.rules import calendar as rules
from qunluo.conversation.rules import writing
from qunluo.kernel.clock import now
from qunluo.kernel.ids import short_code
from qunluo.kernel.outbox import publish
from qunluo.kernel.ratelimit import limit
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.conversation.queries.sight import Sight
    from qunluo.people.models import Person

State = PlannedItem.State
OPEN = (State.DRAFT, State.SCHEDULED, State.HELD, State.WITHDRAWN)
ITEMS_AN_HOUR, AHEAD = 60, timedelta(days=730)
WORDS = ("title", "source")
FROM_PLAN = "plan:"  # before the uid of an item: the id under which its thread is written


def plan_item(*, actor: "Person", space: Space, kind: str = "talk", **said: Any) -> PlannedItem:
    """Plan something to be said in a space; a draft, which only its authors see.

    `said` has title, source, fields, target, values, useful, fun, warm, beneficial, causes,
    motive, licence, originality, together (names or handles), ticks, attached (uids of files),
    poll (options, multiple, results, days from when it appears), publish_at, open_at, early_kind
    and early_name. InvalidItem, KindNotHere, SpaceNotFound, SpacePutAway, MembersOnly, Suspended,
    TooMany.
    """
    limit("plan", actor.pk, times=ITEMS_AN_HOUR, seconds=3600)
    return _plan(actor, space, kind, said)


@write_tx
def _plan(actor: "Person", space: Space, kind: str, said: Mapping[str, Any]) -> PlannedItem:
    require_member(actor, space.community)
    sight = _planner_in(actor, space)
    item = PlannedItem(
        uid=short_code(12), community=space.community, space=space, author=actor, kind=kind,
        made_at=now(), saved_at=now(), saved_by=actor, licence="reserved", originality="own",
    )  # fmt: skip
    people = fill(item, sight, said)
    item.save()
    _keep_beside(item, actor, people, said)
    return item


@write_tx
def change_item(
    *, actor: "Person", item: PlannedItem, version: int | None = None, **said: Any
) -> PlannedItem:
    """Change an item that has not appeared; what stood before is kept as a version.

    A scheduled one stays so as long as its checks hold; one that was held or withdrawn is a draft
    again. With `version` only what one has read is changed. NotYourItem, ItemMoved, InvalidItem,
    ChecksOpen, KindNotHere, SpaceNotFound, SpacePutAway, MembersOnly, Suspended.
    """
    require_member(actor, item.community)
    if actor.pk not in authors_of(item):
        raise NotYourItem
    before = PlannedItem.objects.select_related("space").get(pk=item.pk)
    if before.state not in OPEN or (version is not None and version != before.version):
        raise ItemMoved
    fresh = PlannedItem.objects.select_related("space__community", "community", "author").get(
        pk=item.pk
    )
    fresh.space = said.pop("space", None) or fresh.space
    fresh.kind = said.pop("kind", None) or fresh.kind
    if fresh.space.community_id != fresh.community_id:
        raise SpaceNotFound
    people = fill(fresh, _planner_in(actor, fresh.space), said)
    _take_from_queue(fresh)
    if fresh.state in {State.HELD, State.WITHDRAWN}:
        fresh.state, fresh.reason = State.DRAFT, {}
    fresh.saved_at, fresh.saved_by, fresh.version = now(), actor, before.version + 1
    _replace(fresh, before)
    if any(getattr(before, name) != getattr(fresh, name) for name in WORDS):
        PlannedVersion.objects.create(
            item=fresh, number=before.version, title=before.title, source=before.source,
            saved_at=before.saved_at, saved_by_id=before.saved_by_id,
        )  # fmt: skip
    _keep_beside(fresh, actor, people, said)
    if fresh.state == State.SCHEDULED:
        _pass_checks(fresh)
    return fresh


@write_tx
def schedule_item(
    *, actor: "Person", item: PlannedItem, publish_at: datetime | None = None
) -> PlannedItem:
    """Let an item appear at its time, or at another; without any it appears at once.

    Every check by hand has to be ticked, and none may say stop. NotYourItem, ItemMoved,
    ChecksOpen, InvalidItem, SpaceNotFound, SpacePutAway, MembersOnly, Suspended.
    """
    require_member(actor, item.community)
    if actor.pk not in authors_of(item):
        raise NotYourItem
    sight = writer_in(actor, item.space)
    moment = now()
    at = publish_at or item.publish_at or moment
    if at < moment - timedelta(minutes=5) or at > moment + AHEAD:
        raise InvalidItem(fields={"publish_at": [_("Choose a time to come, within two years.")]})
    faults = rules.check_times(
        at, item.open_at, item.early_kind, item.early_name, leads=leads(sight)
    )
    if faults:
        raise InvalidItem(fields=faults)
    _pass_checks(item)
    taken = PlannedItem.objects.filter(pk=item.pk, version=item.version, state__in=OPEN).update(
        state=State.SCHEDULED, publish_at=at, reason={}
    )
    if not taken:
        raise ItemMoved
    _take_from_queue(item)
    item.refresh_from_db(fields=["state", "publish_at", "reason"])
    publish(
        events.ItemScheduled(
            community_id=item.community_id, actor_id=actor.pk, person_id=item.author_id,
            item_id=item.pk, space_id=item.space_id,
        )
    )  # fmt: skip
    return item


@write_tx
def withdraw_item(*, actor: "Person", item: PlannedItem) -> PlannedItem:
    """Take an item back before it appears: its authors, or who publishes for the community.

    NotYourItem or PermissionMissing, ItemMoved once it has appeared.
    """
    own = actor.pk in authors_of(item)
    if not own:
        require(actor, item.community, PUBLISH)
    taken = PlannedItem.objects.filter(
        pk=item.pk, state__in=[State.DRAFT, State.SCHEDULED, State.HELD]
    ).update(state=State.WITHDRAWN, version=F("version") + 1)
    if not taken:
        raise ItemMoved
    _take_from_queue(item)
    item.refresh_from_db(fields=["state", "version"])
    event = events.ItemWithdrawn if own else events.ItemStopped
    publish(
        event(
            community_id=item.community_id, actor_id=actor.pk, person_id=item.author_id,
            item_id=item.pk,
        )
    )  # fmt: skip
    return item


@write_tx
def rate_item(*, actor: "Person", item: PlannedItem, rating: int) -> OnTone:
    """Say how well what appeared sounds like the community, 1 to 5; once, and not of one's own.

    Every member may. InvalidItem, ItemMoved before it appeared, RatedAlready, MembersOnly,
    Suspended.
    """
    require_member(actor, item.community)
    if item.state != State.PUBLISHED:
        raise ItemMoved
    if not 1 <= rating <= 5:
        raise InvalidItem(fields={"rating": [_("From 1 to 5.")]})
    if actor.pk in authors_of(item):
        raise RatedAlready
    try:
        with write_tx():
            made = OnTone.objects.create(item=item, person=actor, rating=rating, rated_at=now())
    except IntegrityError:
        raise RatedAlready from None
    publish(
        events.ItemRated(
            community_id=item.community_id, actor_id=actor.pk, person_id=item.author_id,
            item_id=item.pk,
        )
    )  # fmt: skip
    return made


@write_tx
def change_calendar(
    *,
    actor: "Person",
    community: "Community",
    gap_days: int | None = None,
    line: int | None = None,
    holds: bool | None = None,
    checklist: Iterable[str] | None = None,
) -> CalendarSettings:
    """Say what is asked before something appears; `line` in tenths (0 to 30).

    An empty checklist brings the defaults back. PermissionMissing (posts.publish), InvalidItem.
    """
    require(actor, community, PUBLISH)
    asked = None if checklist is None else [" ".join(one.split()) for one in checklist]
    asked = None if asked is None else [one for one in dict.fromkeys(asked) if one]
    faults: writing.Faults = {}
    if gap_days is not None and not 1 <= gap_days <= 90:
        faults["gap_days"] = [_("From 1 to 90 days.")]
    if line is not None and not 0 <= line <= 30:
        faults["line"] = [_("From 0 to 3.")]
    if asked and (
        len(asked) > rules.MOST_CHECKS or any(len(one) > rules.CHECK_LENGTH for one in asked)
    ):
        faults["checklist"] = [_("At most twelve lines of 120 characters each.")]
    if faults:
        raise InvalidItem(fields=faults)
    given = {"gap_days": gap_days, "line": line, "holds": holds, "checklist": asked}
    changes = {name: value for name, value in given.items() if value is not None}
    found, _new = CalendarSettings.objects.get_or_create(
        community=community, defaults={"saved_at": now()}
    )
    changed = [name for name, value in changes.items() if getattr(found, name) != value]
    if changed:
        for name in changed:
            setattr(found, name, changes[name])
        found.saved_at = now()
        found.save()
        publish(
            events.CalendarChanged(
                community_id=community.pk, actor_id=actor.pk, changed=sorted(changed)
            )
        )
    return found


def _planner_in(actor: "Person", space: Space) -> "Sight":
    """Return what somebody may see who may plan for a space; nothing is planned in private talk."""
    sight = writer_in(actor, space)
    if space.private:
        raise KindNotHere(kinds="-")
    return sight


def _keep_beside(
    item: PlannedItem, actor: "Person", people: list[int] | None, said: Mapping[str, Any]
) -> None:
    """Keep who writes together and which files wait; those no longer named are thrown away."""
    if people is not None:
        PlannedAuthor.objects.filter(item=item).exclude(person_id__in=people).delete()
        PlannedAuthor.objects.bulk_create(
            [PlannedAuthor(item=item, person_id=pk) for pk in people], ignore_conflicts=True
        )
    if said.get("attached") is not None and actor.pk == item.author_id:
        files = waiting_of(actor, said["attached"])
        kept = [one.pk for one in files]
        throw_away(Attachment.objects.filter(plan=item).exclude(pk__in=kept))
        Attachment.objects.filter(pk__in=kept).update(plan=item)


def _take_from_queue(item: PlannedItem) -> None:
    """Take back what waits for a look under this item: other words, or none, come in its place."""
    waiting = HeldPost.objects.filter(author_id=item.author_id, client_id=f"{FROM_PLAN}{item.uid}")
    waiting.exclude(state=HeldPost.State.RELEASED).update(
        state=HeldPost.State.WITHDRAWN, given={}, found=""
    )


def _replace(fresh: PlannedItem, before: PlannedItem) -> None:
    """Write an item in the place of what was read; ItemMoved when it is another by now."""
    columns = {
        one.attname: getattr(fresh, one.attname)
        for one in PlannedItem._meta.concrete_fields
        if one.attname not in {"id", "uid", "community_id", "author_id", "made_at", "thread_id"}
    }
    known = PlannedItem.objects.filter(pk=fresh.pk, version=before.version, state=before.state)
    if not known.update(**columns):
        raise ItemMoved


def _pass_checks(item: PlannedItem) -> None:
    left = [one.label for one in item_checks(item) if one.state in {"open", "stop"}]
    if left:
        raise ChecksOpen(checks=left)


@write_tx
def forget_plans(person: "Person") -> None:
    """Delete what an erased person planned; of what appeared stays when, without words or name."""
    mine = PlannedItem.objects.filter(author=person)
    PlannedVersion.objects.filter(item__author=person).delete()
    mine.exclude(state=State.PUBLISHED).delete()
    mine.update(title="", source="", fields={}, poll={}, target="", digest="")
    PlannedItem.objects.filter(saved_by=person).update(saved_by=None)
    PlannedVersion.objects.filter(saved_by=person).update(saved_by=None)
    PlannedAuthor.objects.filter(person=person).delete()
    OnTone.objects.filter(person=person).delete()
