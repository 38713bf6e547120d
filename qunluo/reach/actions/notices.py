"""Telling people what happened, and noting what they have seen."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from qunluo.kernel.clock import now
from qunluo.kernel.tx import write_tx
from qunluo.people.queries import Reachable, reachable
from qunluo.reach import queries, rules
from qunluo.reach.actions.ringing import ring
from qunluo.reach.models import Device, Notice, Rhythm
from qunluo.reach.queries.wishes import Hours, hours_of, wishes_among
from qunluo.reach.rules.hours import PATIENCE, awake, next_digest, zone_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.people.models import Person

# An event that comes a second time comes soon; older notices need not be looked at.
AGAIN = timedelta(days=2)


@dataclass(frozen=True)
class News:
    """What is told. `what` is the code of a sentence, `key` what it is collected under.

    `cause` tells events apart: the same twice counts once. `scopes` go from the widest to the
    narrowest. `mailed` says that a letter of its own has left already. `urgent` waits for no end
    of quiet hours.
    """

    what: str
    reason: str
    key: str
    cause: str
    community_id: int | None = None
    actor_id: int | None = None
    subject: str = ""
    subject_id: int = 0
    place: int = 0
    scopes: tuple[str, ...] = ()
    words: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
    mailed: bool = False
    urgent: bool = False
    at: datetime | None = None


@write_tx
def notify(people: Iterable[int], news: News) -> int:
    """Tell people something; return how many heard of it.

    Never the one who did it, nobody who muted it, nobody twice for one cause. What is not read
    under a key becomes one notice with a count. Who may know is decided by the caller, and asked
    again when it is shown or sent.
    """
    wanted = set(people) - {news.actor_id}
    found = reachable(wanted) if wanted else {}
    if not found:
        return 0
    reason = rules.reason_of(news.reason)
    wishes = wishes_among(found, news.scopes, reason.name)
    ways = {pk: rules.resolve(reason, news.scopes, wishes[pk]) for pk in found}
    heard = [one for pk, one in found.items() if not ways[pk].muted]
    told = _told_before([one.id for one in heard], news)
    hours = hours_of(one.id for one in heard)
    devices = _with_devices(one.id for one in heard if ways[one.id].push)
    fresh: list[Notice] = []
    kept: list[Notice] = []
    for_digest: list[Reachable] = []
    for one in heard:
        open_row, known = told.get(one.id, (None, False))
        if known:
            continue
        row = open_row or _begun(one.id, news, quiet=reason.quiet)
        _add(row, news)
        _plan(row, one, ways[one.id], hours[one.id], news, has_device=one.id in devices)
        (kept if open_row else fresh).append(row)
        if row.for_digest:
            for_digest.append(one)
    Notice.objects.bulk_create(fresh)
    if kept:
        Notice.objects.bulk_update(kept, COLLECTED)
    _plan_digests(for_digest, hours)
    ring(row.person_id for row in fresh + kept if not row.quiet)
    return len(fresh) + len(kept)


COLLECTED = [
    "reason", "what", "place", "words", "path", "actors", "causes", "count", "at", "mail_at",
    "push_at", "for_digest",
]  # fmt: skip


def read_about(person_id: int, subject: str, subject_id: int, upto: int | None = None) -> int:
    """Mark notices about something as read, those up to a place; return how many.

    Rooms call it inside their own action, when somebody has seen the thing itself.
    """
    about = Notice.objects.filter(
        person_id=person_id, subject=subject, subject_id=subject_id, read_at=None
    )
    if upto is not None:
        about = about.filter(place__lte=upto)
    return _see(about, person_id)


@write_tx
def mark_notices_read(*, actor: "Person", ids: Collection[int] | None = None) -> int:
    """Mark one's own notices as read, all of them without ids; return how many."""
    mine = queries.unread_of(actor)
    if ids is not None:
        mine = mine.filter(pk__in=ids)
    return _see(mine, actor.pk)


@write_tx
def open_notice(*, actor: "Person", pk: int) -> str:
    """Mark one's own notice as read and return where it leads; NoticeNotFound."""
    row = queries.one_notice(pk, viewer=actor)
    if row.read_at is None:
        _see(Notice.objects.filter(pk=row.pk, read_at=None), actor.pk)
    known = queries.known_of(actor, [row])
    return known[row.pk].path or row.path or "/me/notices/"


@write_tx
def forget_hidden(*, person: "Person", community_id: int | None = None) -> int:
    """Drop unread notices about what a person may no longer know; return how many."""
    hidden = queries.hidden_among(person, community_id)
    if not hidden:
        return 0
    ring([person.pk])
    return Notice.objects.filter(pk__in=hidden).delete()[0]


@write_tx
def forget_for(people: Collection[int], subject: str, ids: Collection[int]) -> int:
    """Drop the unread notices of some people about some things; return how many."""
    if not people:
        return 0
    gone = Notice.objects.filter(
        person_id__in=people, subject=subject, subject_id__in=ids, read_at=None
    )
    ring(people)
    return gone.delete()[0]


@write_tx
def forget_from(*, person: "Person", actor_id: int) -> int:
    """Drop unread notices of what one other person alone did: they are kept away now."""
    unread = Notice.objects.filter(person=person, read_at=None).values_list("pk", "actors")
    gone = [pk for pk, actors in unread if actors == [actor_id]]
    if not gone:
        return 0
    ring([person.pk])
    return Notice.objects.filter(pk__in=gone).delete()[0]


def _see(rows: "QuerySet[Notice]", person_id: int) -> int:
    """Mark notices of one person as read, and tell their open pages when there were any."""
    seen = rows.update(**_seen())
    if seen:
        ring([person_id])
    return seen


def _seen() -> dict[str, Any]:
    return {"read_at": now(), "mail_at": None, "push_at": None, "for_digest": False}


def _told_before(people: Iterable[int], news: News) -> dict[int, tuple[Notice | None, bool]]:
    """Return, by person, the notice that is still unread and whether the cause is known."""
    rows = Notice.objects.select_for_update().filter(
        Q(read_at=None) | Q(read_at__gte=now() - AGAIN), person_id__in=list(people), key=news.key
    )
    found: dict[int, tuple[Notice | None, bool]] = {}
    for row in rows.order_by("pk"):
        before, known = found.get(row.person_id, (None, False))
        unread = row if row.read_at is None else before
        found[row.person_id] = (unread, known or news.cause in row.causes)
    return found


def _with_devices(people: Iterable[int]) -> set[int]:
    wanted = list(people)
    if not wanted:
        return set()
    return set(Device.objects.filter(person_id__in=wanted).values_list("person_id", flat=True))


def _begun(person_id: int, news: News, *, quiet: bool) -> Notice:
    return Notice(
        person_id=person_id,
        community_id=news.community_id,
        key=news.key,
        subject=news.subject,
        subject_id=news.subject_id,
        scopes=list(news.scopes),
        quiet=quiet,
        count=0,
        made_at=news.at or now(),
    )


def _add(row: Notice, news: News) -> None:
    row.reason, row.what, row.path = news.reason, news.what, news.path
    row.words = dict(news.words)
    row.place = max(row.place, news.place)
    row.actors = rules.latest_first(row.actors, news.actor_id)
    row.causes = rules.joined(row.causes, news.cause)
    row.count += 1
    row.at = news.at or now()


def _plan(
    row: Notice, who: Reachable, way: rules.Way, hours: Hours, news: News, *, has_device: bool
) -> None:
    """Set when a mail or a push about a notice leaves; one that waits already keeps its time."""
    moment = now()
    zone = zone_of(who.time_zone)
    urgent = news.urgent or rules.reason_of(news.reason).always

    def waited(at: datetime) -> datetime:
        return at if urgent else awake(at, zone, hours.quiet_from, hours.quiet_to)

    if who.email and not news.mailed and way.mail == rules.AT_ONCE:
        row.mail_at = row.mail_at or waited(moment if urgent else moment + PATIENCE)
    row.for_digest = row.for_digest or (
        bool(who.email) and not news.mailed and way.mail == rules.DIGEST
    )
    if has_device and way.push:
        row.push_at = row.push_at or waited(moment)


def _plan_digests(people: Collection[Reachable], hours: Mapping[int, Hours]) -> None:
    """Note when the next digest of each is due, where none is planned yet."""
    if not people:
        return
    have = {row.person_id: row for row in Rhythm.objects.filter(
        person_id__in=[one.id for one in people])}  # fmt: skip
    missing = [Rhythm(person_id=one.id) for one in people if one.id not in have]
    Rhythm.objects.bulk_create(missing, ignore_conflicts=True)
    have |= {row.person_id: row for row in missing}
    planned = []
    for one in people:
        row = have[one.id]
        if row.digest_due_at is None:
            row.digest_since = now()
            row.digest_due_at = next_digest(
                now(), zone_of(one.time_zone), hours[one.id].digest_hour, row.digest_last_on
            )
            planned.append(row)
    if planned:
        Rhythm.objects.bulk_update(planned, ["digest_since", "digest_due_at"])
