"""What the people of a demo community say to each other, told from a data file."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from qunluo.conversation import actions, queries
from qunluo.kernel.clock import now

if TYPE_CHECKING:
    from qunluo.blueprints.demo.stage import Stage
    from qunluo.blueprints.demo.story import Plot
    from qunluo.conversation.models import Thread
    from qunluo.people.models import Person

MORNING, WAKING = 7.0, 15.5  # hours: nobody posts at night
WARM = ("thanks", "warm", "useful", "fun", "cheer")
LAST_LOOK = 85.4  # the day on which those who sign in have last read everything


def talk(plot: "Plot", stage: "Stage", threads: list[Mapping[str, Any]]) -> None:
    """Plan what is said, and when the people who sign in read it."""
    for told in threads:
        moment = told["day"] + stage.chance.random() * 0.5
        _plan(plot, stage, moment, partial(_open, plot, stage, told, moment))
    _plan(plot, stage, LAST_LOOK, partial(_look, stage))


def _plan(plot: "Plot", stage: "Stage", moment: float, act: Any) -> None:
    """Plan an act for a moment in days; the fraction is a part of the waking day."""
    plot.at(int(moment), MORNING + WAKING * (moment % 1), stage.zone, act)


def _open(plot: "Plot", stage: "Stage", told: Mapping[str, Any], moment: float) -> None:
    author = _speaker(stage, told["by"], None)
    thread = actions.write_post(
        actor=author,
        space=queries.get_space(stage.community, told["space"], viewer=author),
        kind=told.get("kind", "talk"),
        title=told.get("title", ""),
        source=told["text"],
        fields=_fields(stage, told.get("fields", {}), author),
    )
    if told.get("public"):
        space = queries.get_space(stage.community, told["space"], viewer=stage.owner)
        actions.edit_space(actor=stage.owner, space=space, visibility="public")
    moment += 0.01
    for _second in range(told.get("seconds", 0)):
        moment += stage.chance.uniform(0.01, 0.2)
        _plan(plot, stage, moment, partial(_stand_behind, stage, thread))
    for one in told.get("then", []):
        moment += stage.chance.uniform(0.02, 0.6)
        _plan(plot, stage, moment, partial(_go_on, stage, thread, one))


def _go_on(stage: "Stage", opened: "Thread", told: Mapping[str, Any]) -> None:
    """Let somebody reply, or take a step of the thread's kind."""
    thread = queries.get_thread(stage.community, opened.number, viewer=stage.owner)
    person = _speaker(stage, told["by"], thread)
    if person not in [stage.owner, *stage.members]:
        return  # they have left meanwhile, and what they would have said remains unsaid
    if step := told.get("do"):
        actions.move_state(
            actor=person,
            thread=thread,
            move=step,
            text=told.get("text", ""),
            answer=told.get("answer", 0),
            due_on=now().date() + timedelta(days=told["days"]) if "days" in told else None,
            person=_someone(stage, person) if "person" in told else "",
        )
        return
    source = told["text"].replace("{author}", thread.author.name)
    post = actions.reply(actor=person, thread=thread, source=source)
    post.thread = thread
    for _one in range(stage.chance.choice([0, 0, 1, 1, 2])):
        reader = stage.chance.choice(stage.members)
        actions.react(actor=reader, post=post, reaction=stage.chance.choice(WARM))


def _stand_behind(stage: "Stage", opened: "Thread") -> None:
    """Let somebody stand behind a worry, once."""
    person = stage.chance.choice(stage.members)
    window = queries.read_thread(stage.community, opened.number, viewer=person, after=0, limit=1)
    if window.card.author.id != person.pk:
        post = queries.get_post(window.posts[0].id, viewer=person)
        actions.react(actor=person, post=post, reaction="second")


def _look(stage: "Stage") -> None:
    """Let those who will sign in read everything, so that what is unread is a few days old."""
    for person in [stage.owner, *(one for one in stage.members if one.email)]:
        for card in queries.spaces(stage.community, viewer=person):
            actions.mark_space_read(actor=person, space=card.space)


def _speaker(stage: "Stage", part: str, thread: "Thread | None") -> "Person":
    """Return who plays a part; whoever left meanwhile is played by somebody else."""
    if part == "owner":
        return stage.owner
    if part == "operator":
        return stage.operators[0]
    if thread and part == "author":
        return thread.author
    if thread and part == "helper" and thread.assignee:
        return thread.assignee
    if part == "member":
        known = [one for one in stage.members if one.email and one not in stage.operators]
        return known[0] if known else stage.chance.choice(stage.members)
    others = [m for m in stage.members if m not in stage.operators] or stage.members
    busy = {thread.author_id, thread.assignee_id} if thread else set()
    return stage.chance.choice([one for one in others if one.pk not in busy] or others)


def _fields(stage: "Stage", given: Mapping[str, Any], author: "Person") -> dict[str, str]:
    found = {name: str(said) for name, said in given.items() if name != "due_in"}
    if "due_in" in given:
        found["due_on"] = f"{now().date() + timedelta(days=given['due_in']):%Y-%m-%d}"
    if "person" in found:
        operator = stage.operators[-1].handle
        named = found["person"] == "{operator}"
        found["person"] = operator if named else _someone(stage, author)
    return found


def _someone(stage: "Stage", other_than: "Person") -> str:
    """Return the handle of another member."""
    others = [one for one in stage.members if one.pk != other_than.pk]
    return str(stage.chance.choice(others).handle)
