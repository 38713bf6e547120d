"""Kinds of threads, read from definitions/kinds: fields, states, who moves what to what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from qunluo.conversation.errors import NotYourMove, StateMoved, UnknownMove
from qunluo.kernel.definitions import BadDefinition, load

DEFINITIONS = Path(__file__).parents[1] / "definitions" / "kinds"
NEEDS = frozenset({"reply", "answer", "due_on", "person"})
TYPES = frozenset(
    {"text", "long", "lines", "moments", "link", "choice", "date", "person", "points", "product"}
)
OPENING = "opening"  # among the steps of a field: it is asked for when a thread is opened, too
TALLIES = "tallies"  # among the fields of a thread: what its tallies have counted
ASKED_FOR = ("thank",)  # steps of requests that ask for fields of the kind
CLEARS = frozenset({"answer", "assignee"})
WHO = {
    "author": {"en": "who opened it", "zh": "发起人"},
    "assignee": {"en": "who looks after it", "zh": "负责跟进的人"},
    "others": {"en": "other members", "zh": "其他成员"},
    "handlers": {"en": "who handles feedback", "zh": "处理反馈的人"},
    "members": {"en": "members", "zh": "成员"},
    "votes.count": {"en": "all members, by their votes", "zh": "全体成员（以投票决定）"},
}
Words = Mapping[str, str]


@dataclass(frozen=True)
class Choice:
    """One value that a field may take."""

    name: str
    label: Words


@dataclass(frozen=True)
class Field:
    """Something a kind asks for beside the text, when it is opened or `by` certain steps.

    Types are text, long, lines, moments ("01:30 What happens"), link, choice, date, person,
    points (a whole number, 0 for none), and product (the code of one, which links bring).
    """

    name: str
    type: str
    label: Words
    needed: bool = False
    future: bool = False
    choices: tuple[Choice, ...] = ()
    by: tuple[str, ...] = ()
    tally: bool = False  # a choice that is counted each time it is made, not kept as the last one


@dataclass(frozen=True)
class State:
    """Where a thread may stand; `waits_for` says whose turn it is.

    Nothing leads to a state that is `past`; archives of before may still bring it.
    """

    name: str
    label: Words
    settled: bool = False
    replies: bool = True
    waits_for: str = ""
    past: bool = False


@dataclass(frozen=True)
class Move:
    """A step from one state to another, "=" for the same; `needs` is what must come with it.

    `badge` is what the person whom it names is given.
    """

    name: str
    came_from: tuple[str, ...]
    to: str
    who: tuple[str, ...]
    label: Words
    told: Words
    needs: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()
    takes: bool = False
    hides: bool = False
    badge: str = ""


@dataclass(frozen=True)
class Kind:
    """What a thread can be. `opens` is the permission to open one, "" for every member."""

    name: str
    order: int
    icon: str
    req: tuple[str, ...]
    title: str
    start: str
    label: Words
    help: Words
    prompt: Words
    fields: tuple[Field, ...]
    states: Mapping[str, State]
    moves: tuple[Move, ...]
    opens: str = ""
    due_days: int = 0
    seconds: bool = False
    letters: bool = False
    board: bool = False  # everything of this kind stands on a page of its own
    board_label: Words | None = None
    requests: bool = False  # members ask for it one by one: see rules/services.py
    slots: tuple[str, ...] = ()  # what other rooms prove when it is opened, such as "purchase"
    apart: str = ""  # who holds this permission is judged by it, so that they take none of it down

    @property
    def asked(self) -> tuple[Field, ...]:
        """Return the fields that are asked for when a thread is opened."""
        return tuple(one for one in self.fields if not one.by or OPENING in one.by)

    def asked_by(self, move: str) -> tuple[Field, ...]:
        """Return the fields that a step asks for."""
        return tuple(one for one in self.fields if move in one.by)

    def kept(self, before: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
        """Return a thread's fields after a step said some of them; tallies are counted on."""
        counted = {one.name for one in self.fields if one.tally and one.name in said}
        found = {**before, **{name: said[name] for name in said if name not in counted}}
        for name in counted:
            so_far = dict(before.get(TALLIES, {}).get(name, {}))
            so_far[said[name]] = so_far.get(said[name], 0) + 1
            found[TALLIES] = {**found.get(TALLIES, {}), name: so_far}
        return found

    def tallied(self, fields: Mapping[str, Any]) -> list[tuple[Field, list[tuple[Choice, int]]]]:
        """Return what was counted in a thread's fields, in the order of the definition."""
        counts = fields.get(TALLIES, {})
        return [
            (one, [(choice, many) for choice in one.choices
                   if (many := counts[one.name].get(choice.name))])
            for one in self.fields if one.tally and counts.get(one.name)
        ]  # fmt: skip

    def move(self, name: str) -> Move:
        """Return a move; UnknownMove."""
        for move in self.moves:
            if move.name == name:
                return move
        raise UnknownMove(move=name)

    def state(self, name: str) -> State:
        """Return a state; one that was taken out of the definition still has its name."""
        return self.states.get(name) or State(name, {"en": name, "zh": name})


@dataclass(frozen=True)
class Part:
    """What somebody is to a thread, and what their roles let them do."""

    author: bool = False
    assignee: bool = False
    member: bool = False
    permissions: frozenset[str] = frozenset()

    def reasons(self, who: Iterable[str]) -> list[str]:
        """Return which of the entitlements hold for this person."""
        has = {
            "author": self.member and self.author,
            "assignee": self.member and self.assignee,
            "others": self.member and not self.author,
            "members": self.member,
        }
        return [one for one in who if has.get(one, one in self.permissions)]


@cache
def kinds() -> Mapping[str, Kind]:
    """Return every kind by name, in the order in which they are offered; BadDefinition."""
    found = [_kind(name, data) for name, data in load(DEFINITIONS).items()]
    return {kind.name: kind for kind in sorted(found, key=lambda kind: (kind.order, kind.name))}


def kind_of(name: str) -> Kind:
    """Return a kind; what is no longer defined reads as talk, so that nothing disappears."""
    return kinds().get(name) or kinds()["talk"]


@cache
def kinds_waiting_for(whom: str) -> tuple[str, ...]:
    """Return the kinds that have a state in which it is somebody's turn, such as the author's."""
    return tuple(
        name
        for name, kind in kinds().items()
        if any(state.waits_for == whom for state in kind.states.values())
    )


def moves_open_to(kind: Kind, state: str, part: Part) -> list[Move]:
    """Return the moves that somebody can make now, in the order of the definition."""
    return [move for move in kind.moves if state in move.came_from and part.reasons(move.who)]


def decide(kind: Kind, state: str, name: str, part: Part) -> Move:
    """Return the move if this person may make it from this state.

    UnknownMove, StateMoved, NotYourMove.
    """
    move = kind.move(name)
    if state not in move.came_from:
        raise StateMoved(state=kind.state(state).label)
    if not part.reasons(move.who):
        raise NotYourMove(move=move.label, who=[who_is(one) for one in move.who])
    return replace(move, to=state) if move.to == "=" else move


def by_role(move: Move, part: Part) -> bool:
    """Return whether only a permission lets this person move it: then it is an operator act."""
    reasons = part.reasons(move.who)
    return bool(reasons) and all("." in reason for reason in reasons)


def who_is(entitled: str) -> Words:
    """Return who may take a step, in words."""
    return WHO.get(entitled) or WHO["handlers"]


def _kind(name: str, data: Mapping[str, Any]) -> Kind:
    try:
        plain = {
            k: v for k, v in data.items() if k not in {"fields", "states", "moves", "req", "slots"}
        }
        kind = Kind(
            name=name,
            req=tuple(data["req"]),
            slots=tuple(data.get("slots", ())),
            fields=tuple(_field(one) for one in data.get("fields", ())),
            states={key: State(key, **one) for key, one in data["states"].items()},
            moves=tuple(_move(one) for one in data.get("moves", ())),
            **plain,
        )
    except (KeyError, TypeError) as error:
        raise BadDefinition(f"{name}.toml: {error}") from error
    _check(kind)
    return kind


def _field(data: Mapping[str, Any]) -> Field:
    choices = tuple(Choice(**one) for one in data.get("choices", ()))
    return Field(**{**data, "choices": choices, "by": tuple(data.get("by", ()))})


def _move(data: Mapping[str, Any]) -> Move:
    lists = {k: tuple(data[k]) for k in ("who", "needs", "clears") if k in data}
    rest = {k: v for k, v in data.items() if k != "from"}
    return Move(**{**rest, **lists, "came_from": tuple(data["from"])})


def _check(kind: Kind) -> None:
    """Refuse a definition that leads nowhere, or asks for what nobody can give."""
    steps = {OPENING, *(m.name for m in kind.moves), *(ASKED_FOR if kind.requests else ())}
    named = {kind.start, *(m.to for m in kind.moves)} - {"="}
    named |= {state for move in kind.moves for state in move.came_from}
    wrong = sorted(named - kind.states.keys())
    wrong += [f"needs {n}" for m in kind.moves for n in m.needs if n not in NEEDS]
    wrong += [f"type {f.type}" for f in kind.fields if f.type not in TYPES]
    wrong += [f"by {b}" for f in kind.fields for b in f.by if b not in steps]
    wrong += [f"clears {n}" for m in kind.moves for n in m.clears if n not in CLEARS]
    wrong += [f"who {w}" for m in kind.moves for w in m.who if "." not in w and w not in WHO]
    if wrong:
        raise BadDefinition(f"{kind.name}.toml: {', '.join(wrong)}")
