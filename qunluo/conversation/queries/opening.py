"""Opening a file: who sees the post sees its files, decided anew at every request."""

from typing import TYPE_CHECKING, BinaryIO

from qunluo.conversation.errors import AttachmentNotFound, ThreadNotFound
from qunluo.conversation.models import Attachment, Post
from qunluo.conversation.queries.sight import sight_of
from qunluo.conversation.queries.threads import MODERATE, get_post
from qunluo.kernel import media
from qunluo.kernel.errors import NotFound

if TYPE_CHECKING:
    from qunluo.conversation.queries.sight import Viewer
    from qunluo.people.models import Person


def get_attachment(uid: str, *, viewer: "Viewer") -> Attachment:
    """Return a file that the viewer may open; AttachmentNotFound otherwise.

    One that was not sent yet is its owner's alone; one of a removed post is for those who may
    still read that.
    """
    if "\0" in uid:
        raise AttachmentNotFound
    found = Attachment.objects.select_related("community", "space", "thread").filter(uid=uid)
    one = found.first()
    if one is None:
        raise AttachmentNotFound
    if one.post_id is None:
        if viewer is None or one.owner_id != viewer.pk:
            raise AttachmentNotFound
        return one
    try:
        post = get_post(one.post_id, viewer=viewer)
    except ThreadNotFound:
        raise AttachmentNotFound from None
    if post.removed_at and not _still_reads(post, viewer):
        raise AttachmentNotFound
    return one


def own_attachment(uid: str, *, owner: "Person") -> Attachment:
    """Return one of a person's own files, sent or not; AttachmentNotFound."""
    one = get_attachment(uid, viewer=owner)
    if one.owner_id != owner.pk:
        raise AttachmentNotFound
    return one


def open_attachment(one: Attachment, *, small: bool = False) -> BinaryIO:
    """Return the file, opened for reading; fetch it by get_attachment first. AttachmentNotFound."""
    try:
        return media.open(one.small if small and one.small else one.key)
    except NotFound:
        raise AttachmentNotFound from None


def _still_reads(post: Post, viewer: "Viewer") -> bool:
    """Return whether somebody reads what was removed under a rule: who wrote or who judges it."""
    if not post.rule_id or viewer is None:
        return False
    if post.author_id == viewer.pk:
        return True
    space = post.thread.space
    return MODERATE in sight_of(viewer, space.community, space).permissions
