"""Answering without words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.db.models import Count, F

from qunluo.conversation import events
from qunluo.conversation.actions.messages import writer_in
from qunluo.conversation.errors import PostGone, UnknownReaction
from qunluo.conversation.models import Post, Reaction, Thread
from qunluo.conversation.rules.kinds import kind_of
from qunluo.conversation.rules.ranking import FELT
from qunluo.conversation.rules.reading import SECOND, fits
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.ratelimit import limit
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person

REACTIONS_A_MINUTE = 60


def react(*, actor: "Person", post: Post, reaction: str) -> Post:
    """React to a post, or second a worry (reaction "second" on its opener); twice is once.

    UnknownReaction, PostGone, Suspended, MembersOnly, TooMany.
    """
    limit("react", actor.pk, times=REACTIONS_A_MINUTE, seconds=60)
    return _react(actor, post, reaction)


@write_tx
def unreact(*, actor: "Person", post: Post, reaction: str) -> Post:
    """Take a reaction back; nothing happens when there is none. Suspended, MembersOnly."""
    writer_in(actor, post.thread.space)
    taken, _kinds = Reaction.objects.filter(post=post, person=actor, name=reaction).delete()
    if taken:
        _count(post, reaction, -1)
        publish(events.ReactionWithdrawn(**_about(actor, post, reaction)))
    post.refresh_from_db(fields=["reactions"])
    return post


@write_tx
def _react(actor: "Person", post: Post, reaction: str) -> Post:
    writer_in(actor, post.thread.space)
    seconds = post.place == 1 and kind_of(post.thread.kind).seconds
    if not fits(reaction, seconds=seconds):
        raise UnknownReaction
    if reaction == SECOND and post.author_id == actor.pk:
        raise UnknownReaction(_("A worry is seconded by others."))
    if post.removed_at:
        raise PostGone
    try:
        with write_tx():
            Reaction.objects.create(post=post, person=actor, name=reaction, made_at=now())
    except IntegrityError:
        return post
    _count(post, reaction, 1)
    publish(events.Reacted(**_about(actor, post, reaction)))
    post.refresh_from_db(fields=["reactions"])
    return post


def _count(post: Post, reaction: str, by: int) -> None:
    """Keep the stored counters: of the thread first, which is the order of all locks here."""
    columns = ["seconds"] if reaction == SECOND else ["reactions"]
    if reaction in FELT:
        columns.append(reaction)
    Thread.objects.filter(pk=post.thread_id).update(**{name: F(name) + by for name in columns})
    Post.objects.filter(pk=post.pk).update(reactions=F("reactions") + by)


def felt_in(posts: Sequence[Post]) -> dict[str, int]:
    """Return how often each of what the home stream goes by stands under some posts."""
    found = Reaction.objects.filter(post__in=posts, name__in=FELT).values_list("name")
    return {**dict.fromkeys(FELT, 0), **dict(found.annotate(n=Count("pk")))}


def _about(actor: "Person", post: Post, reaction: str) -> dict[str, Any]:
    return {
        "community_id": post.thread.space.log_id,
        "actor_id": actor.pk,
        "person_id": post.author_id,
        "thread_id": post.thread_id,
        "post_id": post.pk,
        "number": post.thread.number,
        "reaction": reaction,
    }
