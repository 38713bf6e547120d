"""A chat room in each demo community, and a talk of two of those who can sign in."""

from functools import partial
from typing import TYPE_CHECKING, Any

from qunluo.blueprints.demo.cast import read
from qunluo.conversation import actions, queries

if TYPE_CHECKING:
    from qunluo.blueprints.demo.stage import Stage
    from qunluo.blueprints.demo.story import Plot
    from qunluo.conversation.models import Space
    from qunluo.people.models import Person

ROUNDS, LAST = 4, 88  # how often the room is lively, the last time on the eve of the end
TALK = 87


def chat(plot: "Plot", stage: "Stage", name: str) -> None:
    """Plan when the room opens, on which evenings it is lively, and when two write each other."""
    told, zone = read("chat.toml")[name], stage.zone
    plot.at(told["day"], 18.0, zone, partial(_open, stage, told))
    step = (LAST - told["day"] - 1) / (ROUNDS - 1)
    size = -(-len(told["lines"]) // ROUNDS)
    for number in range(ROUNDS):
        day = told["day"] + 1 + int(step * number)
        for minute, line in enumerate(told["lines"][number * size : (number + 1) * size]):
            plot.at(day, 19.0 + minute / 40, zone, partial(_say, stage, told, line))
    for minute, line in enumerate(told["pair"]):
        plot.at(TALK, 20.0 + minute / 30, zone, partial(_say_to_each_other, stage, line))


def _open(stage: "Stage", told: dict[str, Any]) -> None:
    actions.open_space(
        actor=stage.owner,
        community=stage.community,
        name=told["name"],
        slug=told["slug"],
        type="chat",
        purpose=told["purpose"],
    )


def _say(stage: "Stage", told: dict[str, Any], line: str) -> None:
    part, _bar, text = line.partition("|")
    who = _speaker(stage, part)
    if who is None:
        return
    post = _write(who, queries.get_space(stage.community, told["slug"], viewer=who), text)
    if stage.chance.random() < 0.3:
        reader = stage.chance.choice(stage.members)
        actions.react(actor=reader, post=post, reaction="warm")


def _say_to_each_other(stage: "Stage", line: str) -> None:
    part, _bar, text = line.partition("|")
    who, member = _speaker(stage, part), _speaker(stage, "member")
    if who is None or member is None:
        return
    other = stage.owner if who == member else member
    space = actions.talk_with(actor=who, community=stage.community, handle=other.handle)
    _write(who, space, text)


def _write(who: "Person", space: "Space", text: str) -> Any:
    post = actions.reply(actor=who, thread=queries.chat_of(space), source=text)
    return queries.get_post(post.pk, viewer=who)


def _speaker(stage: "Stage", part: str) -> "Person | None":
    """Return who plays a part; nobody when there is no such person."""
    if part == "owner":
        return stage.owner
    if part == "operator":
        return stage.operators[0] if stage.operators else stage.owner
    others = [m for m in stage.members if m not in stage.operators and m != stage.owner]
    if part == "member":
        known = [one for one in others if one.email]
        return known[0] if known else (others[0] if others else None)
    return stage.chance.choice(others) if others else None
