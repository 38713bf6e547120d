"""Moving a thread from state to state, as its kind says."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from qunluo.community.actions import grant
from qunluo.community.queries import Called, members_called
from qunluo.conversation import events
from qunluo.conversation.actions import removing
from qunluo.conversation.actions.checking import refuse_words
from qunluo.conversation.actions.messages import append, made_ready, writer_in
from qunluo.conversation.actions.services import close_service
from qunluo.conversation.errors import InvalidPost, StateMoved
from qunluo.conversation.models import Post, Thread
from qunluo.conversation.queries.threads import part_of
from qunluo.conversation.rules import kinds, writing
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.people.queries import get_person

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
    fields: Mapping[str, Any] | None = None,
) -> Thread:
    """Make a move of the thread's kind; `text` becomes a public reply, `answer` is a place.

    `person` is the name or handle of a member, `fields` what the kind asks for at this step. Of
    two at once the first wins.
    UnknownMove, StateMoved, NotYourMove, InvalidPost, Suspended, MembersOnly.
    """
    sight = writer_in(actor, thread.space)
    fresh = Thread.objects.select_related("space__community", "community").get(pk=thread.pk)
    kind, part = kinds.kind_of(fresh.kind), part_of(sight, fresh)
    step = kinds.decide(kind, fresh.state, move, part)
    text = writing.tidy(text)
    refuse_words(fresh.space, text)
    given = {"text": text, "answer": answer, "due_on": due_on, "person": person}
    columns, accepted, partner = _checked(actor, fresh, kind, step, given, fields or {})
    taken = Thread.objects.filter(pk=fresh.pk, state=fresh.state).update(**columns)
    if not taken:
        fresh.refresh_from_db(fields=["state"])
        raise StateMoved(state=kind.state(fresh.state).label)
    if text:
        said = made_ready(actor, fresh.space, text)
        append(actor, fresh, said, sight, move=step.name)
    if step.badge and partner:
        _give_badge(fresh, partner, step.badge)
    if kind.requests and kind.state(step.to).settled:
        close_service(fresh, actor.pk)
    if step.hides:
        removing.withdraw(Post.objects.get(thread=fresh, place=1), actor)
    _tell(actor, fresh, kind, step, part, accepted)
    return Thread.objects.select_related("space__community", "community").get(pk=fresh.pk)


def accept_answer(*, actor: "Person", answer: Post) -> Thread:
    """Accept a reply as the answer to its question; another one before is replaced."""
    return move_state(actor=actor, thread=answer.thread, move="accept", answer=answer.place)


def _checked(
    actor: "Person",
    thread: Thread,
    kind: kinds.Kind,
    step: kinds.Move,
    given: Mapping[str, Any],
    fields: Mapping[str, Any],
) -> tuple[dict[str, Any], Post | None, Called | None]:
    """Return what the step writes, the answer it accepts and whom it names; InvalidPost."""
    faults = writing.check_move(step, given, now().date())
    kept, wrong = writing.check_fields(kind.asked_by(step.name), fields, now().date())
    faults |= wrong
    accepted = partner = None
    if "answer" in step.needs:
        accepted = _answer(thread, given["answer"])
        if accepted is None:
            faults["answer"] = [_("Choose the reply that is the answer.")]
    if "person" in step.needs:
        partner = _partner(thread, given["person"])
        if partner is None:
            faults["person"] = [_("There is no member of this name here.")]
    if faults:
        raise InvalidPost(fields=faults)
    columns = _columns(step, kind, actor, partner, accepted, given["due_on"])
    if kept:
        columns["fields"] = kind.kept(thread.fields, kept)
    return columns, accepted, partner


def _give_badge(thread: Thread, partner: Called, name: str) -> None:
    """Let the software give whom a step names the badge that comes with it."""
    grant(
        actor=None,
        community=thread.community,
        person=get_person(pk=partner.person_id),
        kind="badge",
        name=name,
        source=f"thread:{thread.number}",
    )


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
