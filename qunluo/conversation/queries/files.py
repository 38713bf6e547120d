"""Files as they stand under posts, or wait for the one being written."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from qunluo.conversation.models import Attachment, Space
from qunluo.kernel.prepared import objects

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.people.models import Person


@dataclass(frozen=True)
class FileView:
    """A file under a post; `sort` is picture, audio, video or file."""

    uid: str
    sort: str
    type: str
    name: str
    alt: str
    size: int
    width: int
    height: int
    added_at: datetime


def files_of(posts: Iterable[int]) -> Mapping[int, list[FileView]]:
    """Return the files of posts by the post's id, in their order; one query, none without posts."""
    found: dict[int, list[FileView]] = defaultdict(list)
    wanted = list(posts)
    if wanted:
        rows = Attachment.objects.filter(post_id__in=wanted).order_by("post_id", "place", "pk")
        for one in rows:
            found[one.post_id or 0].append(view_of(one))
    return found


def waiting_files(person: "Person", space: Space, thread_id: int | None = None) -> list[FileView]:
    """Return the files that somebody added and did not send yet, in a space or as a reply."""
    given = [person.pk, space.pk, *([thread_id] if thread_id else [])]
    return [view_of(one) for one in objects("", _waiting, given)]


def _waiting(given: Sequence[int]) -> "QuerySet[Attachment]":
    person_id, space_id, *thread = given
    mine = Attachment.objects.filter(owner_id=person_id, post=None, plan=None, space_id=space_id)
    mine = mine.filter(thread_id=thread[0]) if thread else mine.filter(thread=None)
    return mine.order_by("pk")


def view_of(one: Attachment) -> FileView:
    """Return a file as it is shown."""
    same = ("uid", "sort", "type", "name", "alt", "size", "width", "height", "added_at")
    return FileView(**{name: getattr(one, name) for name in same})
