"""Taking a post back, and removing one under a rule; a tombstone stays in its place."""

from typing import TYPE_CHECKING, Any

from django.db.models import F

from qunluo.community.errors import ReasonMissing, UnknownRule
from qunluo.community.queries import accepted_rule, current_rules, membership_of, require
from qunluo.conversation import events
from qunluo.conversation.actions import marks
from qunluo.conversation.actions.attaching import throw_away
from qunluo.conversation.actions.rooms import leave_all
from qunluo.conversation.errors import NotYourPost, PostGone
from qunluo.conversation.models import (
    Attachment,
    Draft,
    Mention,
    Poll,
    PollAnswer,
    Post,
    Revision,
    Thread,
)
from qunluo.conversation.rules.kinds import kind_of
from qunluo.conversation.rules.markup import plain
from qunluo.conversation.rules.spaces import type_of
from qunluo.conversation.rules.writing import REASON_LENGTH, tidy
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from collections.abc import Mapping

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

    Without a rule an author takes back their own. PostGone, UnknownRule, ReasonMissing,
    PermissionMissing.
    """
    if post.author_id == actor.pk and not rule_id:
        return withdraw_post(actor=actor, post=post)
    require(actor, post.thread.community, MODERATE)
    rule = rule_for(post, rule_id)
    reason = tidy(reason)[:REASON_LENGTH]
    if rule is None:
        raise UnknownRule(fields={"rule_id": [_("Choose a rule that the author has accepted.")]})
    if not reason:
        raise ReasonMissing(fields={"reason": [_("Please give a reason.")]})
    title = str(rule.get("title", ""))[:200]
    _take(post, actor, rule_id=rule_id[:40], rule_title=title, reason=reason)
    publish(
        events.PostRemoved(**_about(post, actor), person_id=post.author_id, rule_id=rule_id[:40])
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


def rule_for(post: Post, rule_id: str) -> "Mapping[str, Any] | None":
    """Return the rule that a removal cites: one the author accepted, or one that counts now."""
    membership = membership_of(post.author, post.thread.community)
    if membership:
        return accepted_rule(membership, rule_id)
    current = current_rules(post.thread.community)
    rules = current.rules if current else []
    return next((rule for rule in rules if str(rule.get("id")) == rule_id), None)


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
        changes |= _last(thread)
    if post.place == thread.accepted_place:
        kind = kind_of(thread.kind)
        changes |= {"accepted_place": 0, "state": kind.start, "settled": False}
    Thread.objects.filter(pk=thread.pk).update(**changes)


def _last(thread: Thread) -> dict[str, Any]:
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
    Post.objects.filter(author=person).update(
        source="", html="", reason="", client_id="", removed_by=None
    )
    Revision.objects.filter(post__author=person).delete()
    Thread.objects.filter(author=person).update(title="", excerpt="", fields={})
    Draft.objects.filter(person=person).delete()
    PollAnswer.objects.filter(person=person).delete()
    throw_away(Attachment.objects.filter(owner=person))
    leave_all(person)
