"""What the clock has to do: notices to mail or push, digests, and whether that is still wished."""

from datetime import datetime
from typing import TYPE_CHECKING

from qunluo.reach import rules
from qunluo.reach.models import Notice, Push, Rhythm
from qunluo.reach.queries.notices import NoticeView, known_of, views
from qunluo.reach.queries.wishes import wishes_among

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qunluo.people.models import Person


def due_mails(at: datetime, limit: int) -> list[int]:
    """Return the ids of notices to mail by themselves now."""
    due = Notice.objects.filter(mail_at__lte=at).order_by("mail_at", "pk")
    return list(due.values_list("pk", flat=True)[:limit])


def due_pushes(at: datetime, limit: int) -> list[int]:
    """Return the ids of notices to push now."""
    due = Notice.objects.filter(push_at__lte=at).order_by("push_at", "pk")
    return list(due.values_list("pk", flat=True)[:limit])


def due_digests(at: datetime, limit: int) -> list[int]:
    """Return the persons whose digest is due."""
    due = Rhythm.objects.filter(digest_due_at__lte=at).order_by("digest_due_at", "pk")
    return list(due.values_list("pk", flat=True)[:limit])


def waiting_pushes(at: datetime, limit: int) -> list[int]:
    """Return the ids of pushes to try now."""
    due = Push.objects.filter(next_try_at__lte=at).order_by("next_try_at", "pk")
    return list(due.values_list("pk", flat=True)[:limit])


def way_of(row: Notice) -> rules.Way:
    """Return how a notice reaches its person by what they wish now."""
    wishes = wishes_among([row.person_id], row.scopes, row.reason)[row.person_id]
    return rules.resolve(rules.reason_of(row.reason), row.scopes, wishes)


def sayable(person: "Person", ids: "Sequence[int]") -> list[int]:
    """Return those of some notices that may still be said to a person."""
    rows = list(Notice.objects.filter(person=person, pk__in=ids).only("subject", "subject_id"))
    return sorted(known_of(person, rows), reverse=True)


def in_words(row: Notice, language: str) -> NoticeView | None:
    """Return one notice as its person may hear it now; None when they may not."""
    person = row.person
    if person.erased_at is not None or not person.is_active:
        return None
    found = views(person, [row], language)
    return found[0] if found else None
