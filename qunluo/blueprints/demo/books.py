"""Points that the operators of a demo community give by hand, week after week."""

import random
from functools import partial
from typing import TYPE_CHECKING, Any

from qunluo.blueprints.demo.cast import read
from qunluo.ledger import actions

if TYPE_CHECKING:
    from qunluo.blueprints.demo.stage import Stage
    from qunluo.blueprints.demo.story import Plot
    from qunluo.ledger.models import Transfer

FROM, UNTIL, EVERY = 34, 90, 4  # days
HOUR = 20.2


def books(plot: "Plot", stage: "Stage") -> None:
    """Plan thanks that can be counted, and one that was given twice by mistake and taken back."""
    told = read("books_zh.toml" if stage.language.startswith("zh") else "books_en.toml")
    chance = random.Random(f"{stage.data['slug']} books")  # noqa: S311 - a story, not a secret
    for day in range(FROM, UNTIL, EVERY):
        plot.at(day, HOUR, stage.zone, partial(_thank, stage, told, chance, day))
    plot.at(61, HOUR, stage.zone, partial(_mistake, plot, stage, told, chance))


def _thank(stage: "Stage", told: Any, chance: random.Random, day: int) -> None:
    """Give two members points; whoever one can sign in as is thanked now and then, too."""
    known = [person for person in stage.members if person.email and day % 3 == 0]
    others = [person for person in stage.members if person not in stage.operators]
    for number, person in enumerate([*known[-1:], *chance.sample(others, min(2, len(others)))]):
        _give(stage, told, chance, person, f"demo:{day}:{number}")


def _mistake(plot: "Plot", stage: "Stage", told: Any, chance: random.Random) -> None:
    """Give somebody the same twice; the owner undoes the second a day later."""
    person = next(one for one in stage.members if one not in stage.operators)
    twice = [_give(stage, told, chance, person, f"demo:twice:{n}") for n in (1, 2)]
    undo = partial(
        actions.reverse_by_hand,
        actor=stage.owner, transfer=twice[-1], reason=told["twice"], key="demo:undone",
    )  # fmt: skip
    plot.at(62, 9.0, stage.zone, undo)


def _give(stage: "Stage", told: Any, chance: random.Random, person: Any, key: str) -> "Transfer":
    """Let an operator, or the owner for an operator, give points for one of the usual reasons."""
    thanks = chance.choice(told["thanks"])
    actor = next(one for one in (*stage.operators, stage.owner) if one != person)
    return actions.give_points(
        actor=actor, community=stage.community, person=person,
        points=thanks["points"], reason=thanks["reason"], key=key,
    )  # fmt: skip
