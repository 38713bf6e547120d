"""What becomes of words that were kept for a look, and of posts that a decision is about."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.db.models.functions import Greatest

from qunluo.conversation import events
from qunluo.conversation.actions import removing
from qunluo.conversation.actions.checking import letting_through
from qunluo.conversation.actions.editing import edit_post
from qunluo.conversation.actions.writing import reply, write_post
from qunluo.conversation.errors import HeldNotFound
from qunluo.conversation.models import HeldPost, Post, Reading, Thread
from qunluo.conversation.rules.polls import released
from qunluo.conversation.rules.spaces import type_of
from qunluo.governance.queries import find_measure
from qunluo.kernel.clock import now
from qunluo.kernel.errors import DomainError, TooMany
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx
from qunluo.people.queries import get_person

if TYPE_CHECKING:
    from qunluo.people.models import Person

State = HeldPost.State
OPEN = (State.WAITING, State.REFUSED)


@write_tx
def withdraw_held(*, actor: "Person", held: HeldPost) -> HeldPost:
    """Take back words that wait; nobody needs to read them any more. HeldNotFound."""
    mine = HeldPost.objects.filter(pk=held.pk, author=actor).exclude(state=State.RELEASED)
    if not mine.update(state=State.WITHDRAWN, given={}, found=""):
        raise HeldNotFound
    held.refresh_from_db()
    return held


@write_tx
def release(held_id: int) -> HeldPost | None:
    """Say what was kept, now, in its author's name; what cannot be said any more comes back.

    Nothing happens twice. TooMany when the author wrote much just now.
    """
    taken = HeldPost.objects.filter(pk=held_id, state__in=OPEN).update(state=State.RELEASED)
    if not taken:
        return None
    held = HeldPost.objects.select_related("space__community", "thread__space", "author").get(
        pk=held_id
    )
    try:
        with write_tx(), letting_through():
            _say(held)
    except TooMany:
        raise
    except DomainError as error:
        # The thread was closed meanwhile, or its author left: nothing is lost, they read why.
        held.state, held.note = State.RETURNED, error.say(lambda text: text)[0][:400]
        held.save(update_fields=["state", "note"])
    return held


@write_tx
def refuse(held_id: int, measure_id: int) -> None:
    """Keep words from appearing, under the rule of a measure that their author can appeal."""
    HeldPost.objects.filter(pk=held_id, state=State.WAITING).update(
        state=State.REFUSED, measure_id=measure_id
    )


@write_tx
def carry_out(act: str, target: tuple[str, int], measure_id: int | None, actor_id: int) -> None:
    """Do to a post what was decided about it; what has been done already stays as it is."""
    kind, pk = target
    if kind == "held":
        _held(act, pk, measure_id)
        return
    if kind not in {"post", "thread"}:
        return  # of another room, which carries it out itself
    post = _post(kind, pk, act, measure_id)
    if post is None:
        return
    if act in {"restore", "unlabel"}:
        _undo(act, post, actor_id)
    elif measure_id:
        _take(act, post, measure_id, actor_id)


def _take(act: str, post: Post, measure_id: int, actor_id: int) -> None:
    """Remove or label a post, as long as the measure stands."""
    measure = find_measure(measure_id)
    if measure is None or measure.overturned_at is not None or post.removed_at is not None:
        return
    if act == "remove":
        removing.take_down(post, get_person(pk=actor_id), measure)
    else:
        Post.objects.filter(pk=post.pk).update(label=measure.rule_title, measure=measure)


def _undo(act: str, post: Post, actor_id: int) -> None:
    if act == "restore" and post.removed_at:
        _restore(post, actor_id)
    elif act == "unlabel" and post.label:
        Post.objects.filter(pk=post.pk).update(label="", measure=None)


def _held(act: str, pk: int, measure_id: int | None) -> None:
    if act == "remove" and measure_id:
        refuse(pk, measure_id)
    elif act == "release":
        release(pk)
    elif act == "restore":
        held = HeldPost.objects.filter(measure_id=measure_id).first() if measure_id else None
        if held:
            release(held.pk)


def _post(kind: str, pk: int, act: str, measure_id: int | None) -> Post | None:
    """Return the post that is meant; what a measure was taken about is found by the measure."""
    found = Post.objects.select_related("thread__space__community", "author")
    if act in {"restore", "unlabel"}:
        return found.filter(measure_id=measure_id).first() if measure_id else None
    if kind == "thread":
        return found.filter(thread_id=pk, place=1).first()
    return found.filter(pk=pk).first()


def _say(held: HeldPost) -> None:
    given: dict[str, Any] = {**held.given, "client_id": held.client_id}
    if given.get("poll"):
        # A planned poll runs for so many days; the end of any other is a moment that was chosen.
        late = now() - held.held_at if given.get("planned") else timedelta()
        given["poll"] = released(given["poll"], late)
    if held.post_id and held.post:
        edit_post(actor=held.author, post=held.post, **held.given)
    elif held.thread:
        reply(actor=held.author, thread=held.thread, **given)
    else:
        write_post(actor=held.author, space=held.space, **given)


def _restore(post: Post, actor_id: int) -> None:
    """Let a removed post stand again: counters, and who had been spared it has it to read."""
    thread = Thread.objects.select_for_update().get(pk=post.thread_id)
    Post.objects.filter(pk=post.pk).update(
        removed_at=None, removed_by=None, rule_id="", rule_title="", reason="", measure=None
    )
    spared = Reading.objects.filter(thread=thread, read__lt=post.place)
    spared.exclude(person_id=post.author_id).update(ahead=Greatest(F("ahead") - 1, 0))
    changes: dict[str, Any] = {}
    if post.place == 1 and not type_of(post.thread.space.type).room:
        changes["opener_gone"] = False
    else:
        changes = {"replies": F("replies") + 1, **removing.last_of(thread)}
    Thread.objects.filter(pk=thread.pk).update(**changes)
    publish(
        events.PostRestored(
            community_id=post.thread.space.log_id,
            actor_id=actor_id,
            person_id=post.author_id,
            thread_id=post.thread_id,
            post_id=post.pk,
            number=post.thread.number,
        )
    )
