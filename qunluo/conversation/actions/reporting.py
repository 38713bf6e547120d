"""Reporting what somebody wrote, with a copy of it as evidence."""

from typing import TYPE_CHECKING, Any

from qunluo.conversation.errors import PostGone
from qunluo.conversation.models import Post, Thread
from qunluo.conversation.rules.markup import plain
from qunluo.governance.actions import Target, file_report

if TYPE_CHECKING:
    from qunluo.governance.models import Report
    from qunluo.people.models import Person

AROUND, LENGTH = 5, 4000


def report_post(*, actor: "Person", post: Post, rule_id: str = "", text: str = "") -> "Report":
    """Report a post that one may read; it is kept as evidence with the five before and after.

    Of a talk between few this copy is all that who decides ever reads. Fetch the post by get_post.
    PostGone, OwnThing, AlreadyReported, InvalidReport, MembersOnly, TooMany.
    """
    return _report(actor, post, "post", post.pk, rule_id, text)


def report_thread(
    *, actor: "Person", thread: Thread, rule_id: str = "", text: str = ""
) -> "Report":
    """Report a thread as a whole: what opened it is evidence, with the first replies.

    PostGone, OwnThing, AlreadyReported, InvalidReport, MembersOnly, TooMany.
    """
    opener = Post.objects.select_related("thread__space__community", "author").filter(
        thread=thread, place=1
    )
    first = opener.first()
    if first is None:
        raise PostGone
    return _report(actor, first, "thread", thread.pk, rule_id, text)


def _report(actor: "Person", post: Post, kind: str, pk: int, rule_id: str, text: str) -> "Report":
    if post.removed_at:
        raise PostGone
    space = post.thread.space
    target = Target(
        type=kind,
        id=pk,
        author=post.author,
        path=f"/c/{space.community.slug}/talk/{post.thread.number}/?at={post.place}#p{post.place}",
        private=space.private,
        evidence=_evidence(post),
    )
    return file_report(
        actor=actor, community=space.community, target=target, rule_id=rule_id, text=text
    )


def _evidence(post: Post) -> list[dict[str, Any]]:
    """Return the post and five around it as they stand now."""
    near = Post.objects.filter(
        thread=post.thread_id,
        place__range=(post.place - AROUND, post.place + AROUND),
        removed_at=None,
    )
    return [
        {
            "name": one.author.name,
            "text": (plain(one.html, LENGTH) if one.pk != post.pk else one.source)[:LENGTH],
            "at": one.written_at.isoformat(),
            "reported": one.pk == post.pk,
        }
        for one in near.select_related("author").order_by("place")
    ]
