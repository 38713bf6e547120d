"""How far people have read, kept exact by whoever writes, removes or reads.

Writers hold the row of the thread, readers that of the reading; a reading is made under the row
of the thread, so that no count misses what another transaction has not committed yet.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Case, CharField, F, IntegerField, Q, Value, When

from qunluo.conversation.models import Post, Reading, Thread
from qunluo.kernel.whisper import whisper

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Membership

Following = Reading.Following


def begin(
    person_id: int, thread: Thread, joined_at: datetime | None, *, own: int = 0, **columns: object
) -> Reading:
    """Make the reading of somebody who has none; needs the thread's row, freshly read.

    What was said in a thread opened before they came counts as read. `own` is how many posts of
    theirs stand there: the one just written, since who writes has a reading from then on.
    """
    counts = joined_at is None or thread.opened_at >= joined_at
    standing = thread.replies + (0 if thread.opener_gone else 1)
    made = Reading(
        person_id=person_id,
        thread=thread,
        read=0 if counts else thread.posts,
        ahead=thread.posts - standing + own if counts else 0,
        **columns,
    )
    made.save(force_insert=True)
    return made


def hold(person_id: int, thread: Thread, joined_at: datetime | None) -> Reading:
    """Return somebody's reading of a thread, locked; make it when they have none."""
    mine = Reading.objects.filter(person_id=person_id, thread=thread)
    found = mine.select_for_update().first()
    if found is None:
        fresh = Thread.objects.select_for_update().get(pk=thread.pk)
        # Another device may have been first while we waited for the thread.
        found = mine.select_for_update().first() or begin(person_id, fresh, joined_at)
    return found


def move_to(reading: Reading, place: int) -> Reading:
    """Set how far somebody has read, and tell their other devices; needs the reading's row."""
    reading.read = place
    reading.ahead = _ahead(reading.person_id, reading.thread_id, place)
    reading.save(update_fields=["read", "ahead"])
    whisper("read", person=reading.person_id, thread=reading.thread_id)
    return reading


def wrote(
    person_id: int, thread: Thread, place: int, joined_at: datetime | None, *, follows: bool = True
) -> None:
    """Count a new post of one's own as read, and follow the thread; needs the thread's row."""
    up_to_date = Q(read=place - 1)
    after = Following.FOLLOWED if follows else Following.NORMAL
    known = Reading.objects.filter(person_id=person_id, thread=thread).update(
        ahead=Case(
            When(up_to_date, then=F("ahead")),
            default=F("ahead") + 1,
            output_field=IntegerField(),
        ),
        read=Case(
            When(up_to_date, then=Value(place)), default=F("read"), output_field=IntegerField()
        ),
        following=Case(
            When(following=Following.NORMAL, then=Value(after)),
            default=F("following"),
            output_field=CharField(),
        ),
    )
    if not known:
        begin(person_id, thread, joined_at, own=1, following=after)


def opened(person_id: int, thread: Thread) -> None:
    """Let the author of a new thread follow it, its first post read."""
    Reading.objects.create(person_id=person_id, thread=thread, read=1, following=Following.FOLLOWED)


def gone(thread_id: int, place: int, author_id: int) -> None:
    """Spare everybody who has not read that far a removed post; needs the thread's row.

    Who has read it is asked of each row as it is updated: somebody may just be going back.
    """
    everybody = Reading.objects.filter(thread_id=thread_id).exclude(person_id=author_id)
    everybody.update(ahead=_more(1, read__lt=place))


def told_before(
    thread: Thread, count: int, members: "QuerySet[Membership]", *, batch: int = 500
) -> None:
    """Let posts about to stand at the end count as read by everybody who is here already.

    They were said elsewhere, long ago. Needs the thread's row, freshly read, before they count.
    """
    mine = Reading.objects.filter(thread=thread)
    up_to_date = When(read=thread.posts, then=Value(thread.posts + count))
    mine.update(
        ahead=_more(count, read__lt=thread.posts),
        read=Case(up_to_date, default=F("read"), output_field=IntegerField()),
    )
    before = members.filter(joined_at__lte=thread.opened_at).exclude(
        person__in=mine.values("person")
    )
    read, ahead = 0, thread.posts - thread.replies + count
    if not thread.posts:
        read, ahead = count, 0
    Reading.objects.bulk_create(
        (
            Reading(person_id=person, thread=thread, read=read, ahead=ahead)
            for person in before.values_list("person_id", flat=True)
        ),
        batch_size=batch,
    )


def called(people: Iterable[tuple[int, datetime]], thread: Thread, place: int) -> None:
    """Note that people (id, joined at) were called at a place; needs the thread's row."""
    since = dict(people)
    mine = Reading.objects.filter(thread=thread, person_id__in=list(since))
    if mine.update(mentioned=place) == len(since):
        return
    known = set(mine.values_list("person_id", flat=True))
    for person_id in sorted(since.keys() - known):
        made = begin(person_id, thread, since[person_id], mentioned=place)
        if made.read >= place:
            move_to(made, place - 1)


def _more(count: int, **where: int) -> Case:
    """Return how many posts need not be read, and so many more where something holds of a row.

    Not as a condition of the update: PostgreSQL would pass over rows that do not fulfil it yet,
    instead of waiting for who is changing them.
    """
    return Case(
        When(**where, then=F("ahead") + count), default=F("ahead"), output_field=IntegerField()
    )


def _ahead(person_id: int, thread_id: int, read: int) -> int:
    """Return how many posts beyond a place somebody need not read: own ones and removed ones."""
    beyond = Post.objects.filter(thread_id=thread_id, place__gt=read)
    return beyond.filter(Q(author_id=person_id) | Q(removed_at__isnull=False)).count()
