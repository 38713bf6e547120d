"""Adding files to what one is writing: kept at once, shown to others when the post is sent."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Sum

from qunluo.conversation.actions.messages import writer_in
from qunluo.conversation.errors import (
    InvalidPost,
    NotYourPost,
    PostGone,
    ThreadNotFound,
    TooManyFiles,
)
from qunluo.conversation.models import Attachment, Post, Space, Thread
from qunluo.conversation.rules import files as rules
from qunluo.kernel import media
from qunluo.kernel.clock import now
from qunluo.kernel.ids import short_code
from qunluo.kernel.ratelimit import limit
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person

UPLOADS_IN_TEN_MINUTES = 40


def attach(
    *,
    actor: "Person",
    space: Space,
    data: bytes,
    name: str = "",
    alt: str = "",
    thread: Thread | None = None,
) -> Attachment:
    """Keep a file for the thread or reply that somebody is writing in a space.

    A picture is encoded anew without anything about camera or place; sounds, films and PDF stay
    as they are. NotAFile, NotAPicture, FileTooLarge, PictureTooLarge, TooManyFiles,
    SpaceNotFound, SpacePutAway, Suspended, MembersOnly, TooMany.
    """
    writer_in(actor, space)
    if thread is not None and thread.space_id != space.pk:
        raise ThreadNotFound
    limit("attach", actor.pk, times=UPLOADS_IN_TEN_MINUTES, seconds=600)
    _has_room(actor, space, thread, len(data))
    columns = _stored(data)
    return _keep(actor, space, thread, {**columns, "size": len(data)}, name, alt)


@write_tx
def describe_attachment(*, actor: "Person", attachment: Attachment, alt: str) -> Attachment:
    """Say what a picture shows, or a recording holds, for who cannot see or hear. NotYourPost."""
    _own(actor, attachment)
    attachment.alt = rules.description(alt)
    Attachment.objects.filter(pk=attachment.pk).update(alt=attachment.alt)
    return attachment


@write_tx
def discard_attachment(*, actor: "Person", attachment: Attachment) -> None:
    """Take away a file that was not sent yet. NotYourPost, PostGone once it stands in a post."""
    _own(actor, attachment)
    if Attachment.objects.filter(pk=attachment.pk, post__isnull=False).exists():
        raise PostGone(_("The file stands in a post; take that back instead."))
    throw_away([attachment])


@write_tx
def tidy_attachments() -> int:
    """Throw away files that nobody sent within a week; return how many."""
    old = Attachment.objects.filter(
        post=None, plan=None, added_at__lt=now() - timedelta(days=rules.WAITING_DAYS)
    )
    found = list(old.order_by("pk")[:500])
    throw_away(found)
    return len(found)


def waiting(actor: "Person", uids: Iterable[str]) -> list[Attachment]:
    """Return the files that a message takes along, in the order named; needs a transaction.

    InvalidPost when one is not the writer's, or stands in another post already.
    """
    wanted = list(dict.fromkeys(uids))
    if not wanted:
        return []
    if len(wanted) > rules.MOST_IN_A_POST:
        raise TooManyFiles(most=rules.MOST_IN_A_POST)
    mine = Attachment.objects.select_for_update().filter(owner=actor, uid__in=wanted, post=None)
    found = {one.uid: one for one in mine}
    if len(found) < len(wanted):
        raise InvalidPost(fields={"attached": [_("A file is gone; add it again.")]})
    return [found[uid] for uid in wanted]


def claim(found: list[Attachment], thread: Thread, post: Post) -> None:
    """Let files belong to a post that was just written."""
    for place, one in enumerate(found):
        Attachment.objects.filter(pk=one.pk).update(
            post=post, plan=None, thread=thread, space_id=thread.space_id, place=place,
            community_id=thread.community_id,
        )  # fmt: skip
    if found:
        post.attached = len(found)
        Post.objects.filter(pk=post.pk).update(attached=len(found))
    pictures = [one.uid for one in found if one.sort == Attachment.Sort.PICTURE]
    if pictures and post.place == 1:
        Thread.objects.filter(pk=thread.pk).update(cover=pictures[0])


def excerpt(found: Iterable[Attachment]) -> str:
    """Return what lists show of a post that has no words."""
    return rules.excerpt((one.sort, one.alt, one.name) for one in found)


def throw_away(found: Iterable[Attachment]) -> None:
    """Delete files with their rows; a copy of the community may still hold the same file."""
    gone = list(found)
    Attachment.objects.filter(pk__in=[one.pk for one in gone]).delete()
    keys = {key for one in gone for key in (one.key, one.small) if key}
    still = set(Attachment.objects.filter(key__in=keys).values_list("key", flat=True))
    still |= set(Attachment.objects.filter(small__in=keys).values_list("small", flat=True))
    for key in keys - still:
        media.delete(key)


@write_tx
def _keep(
    actor: "Person",
    space: Space,
    thread: Thread | None,
    columns: dict[str, Any],
    name: str,
    alt: str,
) -> Attachment:
    return Attachment.objects.create(
        uid=short_code(12),
        community=space.community,
        space=space,
        thread=thread,
        owner=actor,
        name=rules.file_name(name),
        alt=rules.description(alt),
        added_at=now(),
        **columns,
    )


def _stored(data: bytes) -> dict[str, Any]:
    """Keep the bytes; whatever is not a recording or a PDF has to be a picture."""
    try:
        kept = media.store_file(data)
    except media.NotAFile:
        try:
            key = media.store_image(data, "talk")
        except media.NotAPicture:
            raise media.NotAFile from None
        width, height = media.size_of(key)
        return {
            "sort": Attachment.Sort.PICTURE, "type": "image/webp", "key": key,
            "small": media.store_image(data, "small"), "width": width, "height": height,
        }  # fmt: skip
    return {"sort": kept.sort, "type": kept.type, "key": kept.key}


def _has_room(actor: "Person", space: Space, thread: Thread | None, size: int) -> None:
    """Raise TooManyFiles when the message, or the day, holds enough."""
    mine = Attachment.objects.filter(owner=actor)
    waiting = mine.filter(post=None, plan=None, space=space, thread=thread)
    if waiting.count() >= rules.MOST_IN_A_POST:
        raise TooManyFiles(most=rules.MOST_IN_A_POST)
    today = mine.filter(added_at__gt=now() - timedelta(days=1))
    kept = today.aggregate(bytes=Sum("size"))["bytes"] or 0
    if today.count() >= rules.FILES_A_DAY or kept + size > rules.BYTES_A_DAY:
        raise TooManyFiles(
            _("That is enough for one day."),
            next_step=_("A day takes {files} files and {megabytes} MB; go on tomorrow."),
            files=rules.FILES_A_DAY,
            megabytes=rules.BYTES_A_DAY // 1024**2,
        )


def _own(actor: "Person", attachment: Attachment) -> None:
    if attachment.owner_id != actor.pk:
        raise NotYourPost
