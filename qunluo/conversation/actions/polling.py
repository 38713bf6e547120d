"""Polls in a post: asking everybody who reads it, and answering."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from qunluo.conversation import events
from qunluo.conversation.actions.messages import writer_in
from qunluo.conversation.errors import InvalidPost, NotYourPost, PollClosed, PostGone
from qunluo.conversation.models import Poll, PollAnswer, Post
from qunluo.conversation.queries.polls import has_ended
from qunluo.conversation.rules import polls as rules
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person


@write_tx
def answer_poll(*, actor: "Person", post: Post, chosen: Iterable[int]) -> PollAnswer:
    """Answer the poll of a post; `chosen` are places of options from 0 on, the last answer counts.

    InvalidPost, PollClosed, PostGone, Suspended, MembersOnly.
    """
    writer_in(actor, post.thread.space)
    poll = _standing(post)
    if faults := rules.check_answer(
        len(poll.options), picked := sorted(set(chosen)), multiple=poll.multiple
    ):
        raise InvalidPost(fields=faults)
    answer, made = PollAnswer.objects.update_or_create(
        poll=poll, person=actor, defaults={"chosen": picked, "answered_at": now()}
    )
    if made:
        publish(events.PollAnswered(**_about(actor, post)))
    return answer


@write_tx
def close_poll(*, actor: "Person", post: Post) -> Poll:
    """End one's own poll before its time. NotYourPost, PollClosed, PostGone."""
    writer_in(actor, post.thread.space)
    if post.author_id != actor.pk:
        raise NotYourPost
    poll = _standing(post)
    poll.closed_at = now()
    poll.save(update_fields=["closed_at"])
    publish(events.PollEnded(**_about(actor, post)))
    return poll


def ask(post: Post, asked: rules.Asked) -> None:
    """Put a checked poll into a post that was just written."""
    Poll.objects.create(
        post=post,
        options=asked.options,
        multiple=asked.multiple,
        results=asked.results,
        until=asked.until,
    )
    post.polls = True
    Post.objects.filter(pk=post.pk).update(polls=True)


def _standing(post: Post) -> Poll:
    """Return the poll, its row held, while it takes answers."""
    fresh = Post.objects.get(pk=post.pk)
    if fresh.removed_at:
        raise PostGone
    poll = Poll.objects.select_for_update().filter(post=post).first()
    if poll is None or has_ended(poll):
        raise PollClosed
    return poll


def _about(actor: "Person", post: Post) -> dict[str, Any]:
    return {
        "community_id": post.community_id,
        "actor_id": actor.pk,
        "person_id": post.author_id,
        "thread_id": post.thread_id,
        "post_id": post.pk,
        "number": post.thread.number,
    }
