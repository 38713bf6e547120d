"""Taking a post back, and removing one under a rule; a tombstone stays in its place."""

from typing import TYPE_CHECKING, Any

from django.db.models import F

from qunluo.community.queries import permissions_of, require
from qunluo.conversation import events
from qunluo.conversation.actions import marks
from qunluo.conversation.actions.asking import forget_askings
from qunluo.conversation.actions.attaching import throw_away
from qunluo.conversation.actions.knowing import forget_ties
from qunluo.conversation.actions.planning import forget_plans
from qunluo.conversation.actions.rooms import leave_all
from qunluo.conversation.actions.services import close_service, forget_requests
from qunluo.conversation.actions.surveying import forget_answers
from qunluo.conversation.errors import JudgedByIt, NotYourPost, PostGone
from qunluo.conversation.models import (
    Attachment,
    Draft,
    HeldPost,
    ImportedAuthor,
    Mention,
    Poll,
    PollAnswer,
    Post,
    Revision,
    SpaceFollowing,
    Thread,
)
from qunluo.conversation.rules.kinds import kind_of
from qunluo.conversation.rules.markup import plain
from qunluo.conversation.rules.spaces import type_of
from qunluo.governance.actions import cited, record, said_reason
from qunluo.governance.errors import OwnCase
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.governance.models import Measure
    from qunluo.people.models import Person

MODERATE, CHAT = "posts.moderate", "chat"


@write_tx
def withdraw_post(*, actor: "Person", post: Post) -> Post:
    """Take back what one wrote; its words and their history are gone.

    Also as a suspended member: one's own words stay one's own. NotYourPost, PostGone.
    """
    if post.author_id != actor.pk:
        raise NotYourPost
    return withdraw(post, actor)


@write_tx
def remove_post(*, actor: "Person", post: Post, rule_id: str = "", reason: str = "") -> Post:
    """Remove a post under a rule that its author accepted; the reason stands in its place.

    Without a rule an author takes back their own; under one somebody else decides, for operators
    too. PostGone, UnknownRule, ReasonMissing, NoReason, OwnCase, PermissionMissing.
    """
    if post.author_id == actor.pk and not rule_id:
        return withdraw_post(actor=actor, post=post)
    require(actor, post.thread.community, MODERATE)
    if post.author_id == actor.pk:
        raise OwnCase
    thread = post.thread
    if post.place == 1:
        stand_apart(actor, thread)
    measure = record(
        actor=actor,
        community=thread.community,
        author=post.author,
        act="remove",
        target=("post", post.pk, f"/c/{thread.community.slug}/talk/{thread.number}/"),
        words=post.source,
        rule=cited(post.author, thread.community, rule_id),
        reason=said_reason(reason),
    )
    return take_down(post, actor, measure)


def stand_apart(actor: "Person", thread: Thread) -> None:
    """Refuse who is judged by a kind of thread to take it down or away. JudgedByIt."""
    require_apart(actor, thread.community, thread.kind)


def may_judge(actor: "Person", community: "Community", target_type: str, pk: int) -> None:
    """Raise why somebody may not decide about a post, a thread or a held post. JudgedByIt."""
    kind: str | None = None
    if target_type == "post":
        found = Post.objects.filter(pk=pk, place=1)
        kind = found.values_list("thread__kind", flat=True).first()
    elif target_type == "thread":
        kind = Thread.objects.filter(pk=pk).values_list("kind", flat=True).first()
    elif target_type == "held":
        held = HeldPost.objects.filter(pk=pk, thread=None).first()
        kind = str(held.given.get("kind", "")) if held else None
    if kind:
        require_apart(actor, community, kind)


def require_apart(actor: "Person", community: "Community", kind: str) -> None:
    """Refuse who holds the permission that a kind keeps apart. JudgedByIt."""
    apart = kind_of(kind).apart
    if apart and apart in permissions_of(actor, community):
        raise JudgedByIt


def take_down(post: Post, actor: "Person", measure: "Measure") -> Post:
    """Remove a post under a measure that its author can appeal; needs a transaction. PostGone."""
    _take(
        post,
        actor,
        rule_id=measure.rule_id,
        rule_title=measure.rule_title,
        reason=measure.reason,
        measure=measure,
        label="",
    )
    publish(
        events.PostRemoved(**_about(post, actor), person_id=post.author_id, rule_id=measure.rule_id)
    )
    return post


def withdraw(post: Post, actor: "Person") -> Post:
    """Empty a post and publish that its author took it back; needs a transaction."""
    _take(post, actor, source="", html="")
    Revision.objects.filter(post=post).delete()
    Mention.objects.filter(post=post).delete()
    throw_away(Attachment.objects.filter(post=post))
    Poll.objects.filter(post=post).delete()
    Post.objects.filter(pk=post.pk).update(attached=0, polls=False)
    if post.place == 1:
        Thread.objects.filter(pk=post.thread_id).update(cover="")
    publish(events.PostWithdrawn(**_about(post, actor), person_id=post.author_id))
    return post


def _take(post: Post, actor: "Person", **columns: Any) -> None:
    """Remove a post once; the conditional update decides between two who do it."""
    thread = Thread.objects.select_for_update().get(pk=post.thread_id)
    taken = Post.objects.filter(pk=post.pk, removed_at=None).update(
        removed_at=now(), removed_by=actor, **columns
    )
    if not taken:
        raise PostGone
    post.refresh_from_db()
    marks.gone(thread.pk, post.place, post.author_id)
    changes: dict[str, Any] = {}
    if post.place == 1 and not type_of(post.thread.space.type).room:
        changes["opener_gone"] = True
        if not post.rule_id:
            changes |= {"title": "", "excerpt": "", "fields": {}}
    else:
        changes["replies"] = F("replies") - 1
        changes |= last_of(thread)
    if post.place == thread.accepted_place:
        kind = kind_of(thread.kind)
        changes |= {"accepted_place": 0, "state": kind.start, "settled": False}
    Thread.objects.filter(pk=thread.pk).update(**changes)
    if changes.get("opener_gone") and kind_of(thread.kind).requests:
        close_service(post.thread, actor.pk)


def last_of(thread: Thread) -> dict[str, Any]:
    """Return whom and what the lists show as last now."""
    # In a thread the first post opened it; in a chat it is a message like any other.
    first = 0 if thread.kind == CHAT else 1
    standing = Post.objects.filter(thread=thread, removed_at=None, place__gt=first)
    last = standing.order_by("-place").first()
    if last is None:
        return {"last_author_id": thread.author_id, "last_excerpt": ""}
    return {"last_author_id": last.author_id, "last_excerpt": plain(last.html)}


def _about(post: Post, actor: "Person") -> dict[str, Any]:
    return {
        "community_id": post.thread.space.log_id,
        "actor_id": actor.pk,
        "thread_id": post.thread_id,
        "post_id": post.pk,
        "number": post.thread.number,
    }


@write_tx
def erase(person: "Person") -> None:
    """Empty what an erased person wrote; the places in threads stay, without words or name."""
    for post in Post.objects.filter(author=person).select_related("thread__space", "author"):
        if post.removed_at is None:
            withdraw(post, person)
    forget_requests(person)  # after their threads, in the order in which steps lock both
    Post.objects.filter(author=person).update(
        source="", html="", reason="", client_id="", removed_by=None
    )
    Revision.objects.filter(post__author=person).delete()
    Thread.objects.filter(author=person).update(title="", excerpt="", fields={})
    Draft.objects.filter(person=person).delete()
    HeldPost.objects.filter(author=person).delete()
    ImportedAuthor.objects.filter(claimed_by=person).update(claimed_by=None)
    SpaceFollowing.objects.filter(person=person).delete()
    PollAnswer.objects.filter(person=person).delete()
    forget_plans(person)
    throw_away(Attachment.objects.filter(owner=person))
    forget_ties(person)
    leave_all(person)
    forget_askings(person)
    forget_answers(person)
