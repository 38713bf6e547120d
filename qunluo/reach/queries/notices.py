"""What reached a person, as it may be said to them now."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count

from qunluo.kernel.paging import Page, page
from qunluo.kernel.prepared import ask
from qunluo.kernel.text import pick
from qunluo.people.queries import Card, person_card
from qunluo.reach import rules
from qunluo.reach.errors import NoticeNotFound
from qunluo.reach.models import Notice
from qunluo.reach.ports import Known, sentences, subjects

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from qunluo.people.models import Person

FACES = 3
PLAIN = Known("", "", "")


@dataclass(frozen=True)
class NoticeView:
    """A notice in words: what happened, why it came, and how to hear no more of it.

    `ways` are the buttons that mute: code and label. `path` marks it read on the way.
    """

    id: int
    says: str
    why: str
    reason: str
    icon: str
    where: str
    excerpt: str
    actors: list[Card]
    count: int
    at: datetime
    unread: bool
    quiet: bool
    path: str
    target: str
    scopes: list[str]
    ways: list[tuple[str, str]]


def bell(person: "Person | AnonymousUser") -> int:
    """Return how many notices ring for a person, up to 100; one small query on an index."""
    if not person.is_authenticated:
        return 0
    return len(ask("", _ringing, [person.pk]))


def _ringing(given: Sequence[int]) -> "QuerySet[Notice, Any]":
    ringing = Notice.objects.filter(person_id=given[0], read_at=None, quiet=False)
    return ringing.order_by().values_list("pk")[: rules.BELL_TOP + 1]


def bells(people: Collection[int]) -> dict[int, int]:
    """Return how many notices ring for each of some people (ids), up to 100; one query."""
    ringing = Notice.objects.filter(person_id__in=people, read_at=None, quiet=False)
    counts = ringing.order_by().values_list("person_id").annotate(count=Count("pk"))
    found = dict.fromkeys(people, 0)
    return found | {pk: min(count, rules.BELL_TOP + 1) for pk, count in counts}


def notices(
    person: "Person",
    language: str,
    *,
    quiet: bool | None = None,
    after: str | None = None,
    limit: int = 20,
) -> Page[NoticeView]:
    """Return what reached a person, the newest first; what they may no longer know is left out."""
    found = Notice.objects.filter(person=person)
    if quiet is not None:
        found = found.filter(quiet=quiet)
    rows = page(found, ("-at", "-id"), after, limit)
    return Page(views(person, rows.items, language), rows.next)


def one_notice(pk: int, *, viewer: "Person") -> Notice:
    """Return one of the viewer's own notices; NoticeNotFound."""
    found = Notice.objects.filter(pk=pk, person=viewer).first()
    if found is None or not known_of(viewer, [found]):
        raise NoticeNotFound
    return found


def unread_of(person: "Person") -> "QuerySet[Notice]":
    """Return what a person has not read."""
    return Notice.objects.filter(person=person, read_at=None)


def hidden_among(person: "Person", community_id: int | None = None) -> list[int]:
    """Return the ids of unread notices about what the person may no longer know."""
    rows = unread_of(person).exclude(subject="")
    if community_id is not None:
        rows = rows.filter(community_id=community_id)
    found = list(rows.only("pk", "subject", "subject_id"))
    known = known_of(person, found)
    return [one.pk for one in found if one.pk not in known]


def told_about(subject: str, ids: Collection[int]) -> set[int]:
    """Return who has unread notices about some things."""
    rows = Notice.objects.filter(subject=subject, subject_id__in=ids, read_at=None)
    return set(rows.values_list("person_id", flat=True).distinct())


def heard_of(people: Iterable[int], key: str, cause: str) -> set[int]:
    """Return who of some people was told of one cause, as long as their notices are kept."""
    rows = Notice.objects.filter(person_id__in=list(people), key=key)
    return {who for who, causes in rows.values_list("person_id", "causes") if cause in causes}


def known_of(person: "Person", rows: Iterable[Notice]) -> dict[int, Known]:
    """Return what a person may know of the subjects of notices now, by the notice's id."""
    rows = list(rows)
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        wanted[row.subject].add(row.subject_id)
    found: dict[str, Mapping[int, Known]] = {}
    for name, ids in wanted.items():
        subject = subjects.find(name)
        found[name] = subject.look(person, ids) if subject else {}
    return {
        row.pk: known
        for row in rows
        if (known := found[row.subject].get(row.subject_id) if row.subject else PLAIN)
    }


def views(person: "Person", rows: Iterable[Notice], language: str) -> list[NoticeView]:
    """Return notices in words, in a language; those that may not be said are left out."""
    rows = list(rows)
    known = known_of(person, rows)
    faces = person_card(pk for row in rows for pk in row.actors[:FACES])
    return [_view(row, known[row.pk], faces, language) for row in rows if row.pk in known]


def _view(row: Notice, known: Known, faces: Mapping[int, Card], language: str) -> NoticeView:
    actors = [faces[pk] for pk in row.actors[:FACES] if pk in faces and faces[pk].name]
    form = sentences.find(row.what)
    template = form["many"] if row.count > 1 and "many" in form else form["says"]
    words = {
        **known.words,
        **row.words,
        "who": rules.crowd([one.name for one in actors], len(row.actors), language),
        "title": known.title,
        "where": known.where,
        "count": row.count,
    }
    reason = rules.reason_of(row.reason)
    return NoticeView(
        id=row.pk,
        says=rules.told(template, language, words),
        why=str(pick(reason.why, language)),
        reason=reason.name,
        icon=reason.icon,
        where=known.where or str(pick(row.words.get("where", ""), language)),
        excerpt=known.excerpt,
        actors=actors,
        count=row.count,
        at=row.at,
        unread=row.read_at is None,
        quiet=row.quiet,
        path=f"/me/notices/{row.pk}/",
        target=known.path or row.path,
        scopes=list(row.scopes),
        ways=_ways(row, reason, language),
    )


def _ways(row: Notice, reason: rules.Reason, language: str) -> list[tuple[str, str]]:
    """Return how to hear no more of it: of the subject first, then of every such thing."""
    if reason.always:
        return []
    subject = subjects.find(row.subject)
    hushes = subject.hushes if subject else {}
    return [
        *((code, str(pick(hush.label, language))) for code, hush in hushes.items()),
        ("reason", str(pick(reason.label, language))),
    ]
