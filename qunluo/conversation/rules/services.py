"""Requests for services: where one stands, who takes it on, what silence does; plain Python."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from qunluo.conversation.errors import NotYourMove, ServiceMoved, UnknownMove
from qunluo.conversation.rules.kinds import Move
from qunluo.kernel.definitions import BadDefinition, load_file

DEFINITION = Path(__file__).parents[1] / "definitions" / "services.toml"
REQUEST, THANK, POINTS = "request", "thank", "points"
ACTIVE = frozenset({"accept", "deliver"})  # only members who are not suspended, both of them
Words = Mapping[str, str]
WHO = {
    "asker": {"en": "who asked for it", "zh": "预约的人"},
    "provider": {"en": "who offers it", "zh": "提供服务的人"},
    "others": {"en": "other members", "zh": "其他成员"},
    "ledger.manage": {"en": "who keeps the books", "zh": "管理账簿的人"},
}


@dataclass(frozen=True)
class State:
    """Where a request may stand; after `days` without a word the step `silence` is taken."""

    name: str
    label: Words
    waits_for: str = ""
    days: int = 0
    kept: bool = False
    silence: str = ""

    @property
    def open(self) -> bool:
        """Return whether something is still to come."""
        return bool(self.silence)


@dataclass(frozen=True)
class Side:
    """What somebody is to a request, and what their roles let them do."""

    asker: bool = False
    provider: bool = False
    permissions: frozenset[str] = frozenset()

    def may(self, who: Iterable[str]) -> bool:
        """Return whether one of the entitlements holds; nobody decides about their own request."""
        if self.asker or self.provider:
            return ("asker" in who and self.asker) or ("provider" in who and self.provider)
        return any(one in self.permissions for one in who)


@cache
def states() -> Mapping[str, State]:
    """Return every state of a request by its name."""
    return {name: State(name, **told) for name, told in load_file(DEFINITION)["states"].items()}


@cache
def steps() -> Mapping[str, Move]:
    """Return every step of a request by its name; BadDefinition for one that leads nowhere."""
    found = {one["name"]: _step(one) for one in load_file(DEFINITION)["steps"]}
    named = {step.to for step in found.values()} | {n for s in found.values() for n in s.came_from}
    silent = {state.silence for state in states().values()} - {""}
    if wrong := sorted((named - states().keys()) | (silent - found.keys())):
        raise BadDefinition(f"services.toml: {', '.join(wrong)}")
    return found


def step(name: str) -> Move:
    """Return a step that people take; UnknownMove."""
    found = steps().get(name)
    if found is None or not found.who:
        raise UnknownMove(move=name)
    return found


def open_states(waits_for: str = "") -> tuple[str, ...]:
    """Return the states in which something is still to come, or in which somebody has to act."""
    return tuple(
        name for name, state in states().items()
        if state.open and waits_for in {"", state.waits_for}
    )  # fmt: skip


def standing(state: str, due_at: datetime | None, moment: datetime) -> State:
    """Return where a request stands at a moment: its time runs out by itself, swept or not."""
    found = states()[state]
    if due_at is None or due_at > moment or not found.open:
        return found
    return states()[steps()[found.silence].to]


def decide(state: str, name: str, side: Side) -> Move:
    """Return the step if this person may take it now. UnknownMove, NotYourMove, ServiceMoved."""
    wanted = step(name)
    if not side.may(wanted.who):
        raise NotYourMove(move=wanted.label, who=[WHO[one] for one in wanted.who])
    if state not in wanted.came_from:
        raise ServiceMoved(state=states()[state].label)
    return wanted


def decided(step: Move) -> bool:
    """Return whether a step is an act of office: a permission alone lets somebody take it."""
    return bool(step.who) and all("." in one for one in step.who)


def steps_open_to(state: str, side: Side) -> list[Move]:
    """Return the steps that somebody can take now, in the order of the definition."""
    return [one for one in steps().values() if state in one.came_from and side.may(one.who)]


def due(state: str, moment: datetime, before: datetime | None) -> datetime | None:
    """Return when silence decides, of what comes into a state at a moment; None when it is over."""
    found = states()[state]
    if not found.open:
        return None
    return before if found.kept and before else moment + timedelta(days=found.days)


class Called(Protocol):
    """What a community calls its points: in English one and many of them, and in Chinese."""

    @property
    def one(self) -> str: ...  # noqa: D102
    @property
    def many(self) -> str: ...  # noqa: D102
    @property
    def zh(self) -> str: ...  # noqa: D102


def points_said(points: int, called: Called) -> dict[str, str]:
    """Return a number of points as people of a community say it."""
    noun = called.one if points == 1 else called.many
    return {"en": f"{points:,} {noun}", "zh": f"{points:,} {called.zh}"}


def told(name: str, price: int, *, actor: str, called: Called) -> dict[str, str]:
    """Return what a step tells the other side, in both languages, and what becomes of points."""
    found, said = steps()[name], points_said(price, called)
    after = POINTS_TOLD.get(found.to, {}) if price else {}
    return {
        code: text.format(actor=actor) + after.get(code, "").format(points=said[code])
        for code, text in found.told.items()
    }


POINTS_TOLD: Mapping[str, Words] = {
    "requested": {"en": " Set aside for it: {points}.", "zh": "已预留 {points}。"},
    "done": {"en": " Handed over: {points}.", "zh": "{points}已到账。"},
    **dict.fromkeys(
        ("declined", "withdrawn", "returned", "lapsed"),
        {"en": " Given back: {points}.", "zh": "{points}已退回。"},
    ),
}


def _step(data: Mapping[str, Any]) -> Move:
    lists = {key: tuple(data.get(key, ())) for key in ("who", "needs")}
    rest = {key: value for key, value in data.items() if key != "from"}
    return Move(**{**rest, **lists, "came_from": tuple(data["from"])})
