"""Moving a thread from state to state, as its kind says."""

from datetime import date
from typing import TYPE_CHECKING, Any

from qunluo.community.queries import Called, members_called
from qunluo.conversation import events
from qunluo.conversation.actions import removing
from qunluo.conversation.actions.checking import refuse_words
from qunluo.conversation.actions.messages import append, made_ready, writer_in
from qunluo.conversation.errors import InvalidPost, StateMoved
from qunluo.conversation.models import Post, Thread
from qunluo.conversation.queries.threads import part_of
from qunluo.conversation.rules import kinds, writing
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person


@write_tx
def move_state(
    *,
    actor: "Person",
    thread: Thread,
    move: str,
    text: str = "",
    answer: int = 0,
    due_on: date | None = None,
    person: str = "",
) -> Thread:
    """Make a move of the thread's kind; `text` becomes a public reply, `answer` is a place.

    `person` is the name or handle of a member. Of two at once the first wins.
    UnknownMove, StateMoved, NotYourMove, InvalidPost, Suspended, MembersOnly.
    """
    sight = writer_in(actor, thread.space)
    fresh = Thread.objects.select_related("space__community", "community").get(pk=thread.pk)
    kind, part = kinds.kind_of(fresh.kind), part_of(sight, fresh)
    step = kinds.decide(kind, fresh.state, move, part)
    text = writing.tidy(text)
    refuse_words(fresh.space, text)
    given = {"text": text, "answer": answer, "due_on": due_on, "person": person}
    faults = writing.check_move(step, given, now().date())
    accepted = _answer(fresh, answer) if "answer" in step.needs and answer else None
    if "answer" in step.needs and accepted is None:
        faults["answer"] = [_("Choose the reply that is the answer.")]
    partner = _partner(fresh, person) if "person" in step.needs and person else None
    if "person" in step.needs and partner is None:
        faults["person"] = [_("There is no member of this name here.")]
    if faults:
        raise InvalidPost(fields=faults)
    columns = _columns(step, kind, actor, partner, accepted, due_on)
    taken = Thread.objects.filter(pk=fresh.pk, state=fresh.state).update(**columns)
    if not taken:
        fresh.refresh_from_db(fields=["state"])
        raise StateMoved(state=kind.state(fresh.state).label)
    if text:
        said = made_ready(actor, fresh.space, text)
        append(actor, fresh, said, sight, move=step.name)
    if step.hides:
        removing.withdraw(Post.objects.get(thread=fresh, place=1), actor)
    _tell(actor, fresh, kind, step, part, accepted)
    return Thread.objects.select_related("space__community", "community").get(pk=fresh.pk)


def accept_answer(*, actor: "Person", answer: Post) -> Thread:
    """Accept a reply as the answer to its question; another one before is replaced."""
    return move_state(actor=actor, thread=answer.thread, move="accept", answer=answer.place)


def _columns(
    step: kinds.Move,
    kind: kinds.Kind,
    actor: "Person",
    partner: Called | None,
    accepted: Post | None,
    due_on: date | None,
) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "state": step.to,
        "settled": kind.state(step.to).settled,
        "moved_at": now(),
    }
    if step.takes:
        columns["assignee_id"] = actor.pk
    if partner:
        columns["assignee_id"] = partner.person_id
    if "assignee" in step.clears:
        columns["assignee_id"] = None
    if "answer" in step.clears:
        columns["accepted_place"] = 0
    if accepted:
        columns["accepted_place"] = accepted.place
    if due_on and "due_on" in step.needs:
        columns["due_on"] = due_on
    return columns


def _answer(thread: Thread, place: int) -> Post | None:
    """Return the reply at a place that can be an answer."""
    return Post.objects.filter(thread=thread, place=place, place__gt=1, removed_at=None).first()


def _partner(thread: Thread, person: str) -> Called | None:
    word = writing.tidy(person).lstrip("@")
    found = members_called(thread.community, [word]).get(word)
    return found if found and found.person_id != thread.author_id else None


def _tell(
    actor: "Person",
    thread: Thread,
    kind: kinds.Kind,
    step: kinds.Move,
    part: kinds.Part,
    accepted: Post | None,
) -> None:
    event = events.ThreadHandled if kinds.by_role(step, part) else events.ThreadMoved
    about: dict[str, Any] = {
        "community_id": thread.community_id,
        "actor_id": actor.pk,
        "thread_id": thread.pk,
        "number": thread.number,
    }
    publish(
        event(
            **about,
            person_id=thread.author_id,
            kind=kind.name,
            move=step.name,
            before=thread.state,
            after=step.to,
        )
    )
    if accepted:
        publish(events.AnswerAccepted(**about, person_id=accepted.author_id, post_id=accepted.pk))
