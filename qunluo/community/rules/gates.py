"""Gates: "not before …", declared in definitions/gates.toml, explaining themselves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from qunluo.community.rules.charter import DEFINITIONS, Words, charter
from qunluo.community.rules.predicates import Facts, Predicate, holds, paths
from qunluo.kernel.definitions import load_file


@dataclass(frozen=True)
class Fact:
    """Something gates may read besides the charter; `pushed` ones are told by higher rooms."""

    name: str
    means: Words
    pushed: bool = False


@dataclass(frozen=True)
class Act:
    """What gates protect, such as publishing."""

    id: str
    title: Words


@dataclass(frozen=True)
class Need:
    """One condition of a gate, with the sentence shown while it is not met.

    With `each`, the fact is a list and every entry is a reason of its own; {name} is filled in.
    """

    text: Words
    opens: Words
    fix: str
    must: Predicate | None = None
    each: str = ""


@dataclass(frozen=True)
class Gate:
    """Holds back what it protects, and nothing else, until its needs are met."""

    id: str
    protects: tuple[str, ...]
    title: Words
    why: Words
    reqs: tuple[str, ...]
    needs: tuple[Need, ...]
    when: Predicate | None


@dataclass(frozen=True)
class GateReason:
    """Why a gate is closed, what opens it, and where: "step:…" of the guide or "page:…"."""

    text: Words
    opens: Words
    fix: str

    @property
    def fix_step(self) -> str:
        """Return the step of the founding guide that opens the gate, or ""."""
        kind, _, name = self.fix.partition(":")
        return name if kind == "step" else ""


@dataclass(frozen=True)
class GateState:
    """A gate as it stands for one community."""

    gate: Gate
    applies: bool
    reasons: tuple[GateReason, ...]

    @property
    def id(self) -> str:
        """Return the gate's id."""
        return self.gate.id

    @property
    def protects(self) -> tuple[str, ...]:
        """Return the acts it holds back."""
        return self.gate.protects

    @property
    def open(self) -> bool:
        """Tell whether nothing is missing."""
        return not self.reasons


@dataclass(frozen=True)
class Gates:
    """Everything definitions/gates.toml declares."""

    acts: Mapping[str, Act]
    facts: Mapping[str, Fact]
    gates: tuple[Gate, ...]


def evaluate(gate: Gate, facts: Facts) -> GateState:
    """Return the state of a gate; one that does not apply is open."""
    if gate.when is not None and not holds(gate.when, facts):
        return GateState(gate, applies=False, reasons=())
    return GateState(gate, applies=True, reasons=tuple(_reasons(gate, facts)))


def _reasons(gate: Gate, facts: Facts) -> Iterator[GateReason]:
    for need in gate.needs:
        if need.each:
            for path in facts.get(need.each) or []:
                yield _named(need, path)
        elif need.must is not None and not holds(need.must, facts):
            yield GateReason(need.text, need.opens, need.fix)


def _named(need: Need, path: str) -> GateReason:
    field = charter().field(path)
    text = {code: said.replace("{name}", field.label[code]) for code, said in need.text.items()}
    return GateReason(text, need.opens, f"step:{field.step}")


def in_draft(reason: GateReason) -> GateReason:
    """Return a reason that the draft settles already: only publishing it is missing."""
    said = load_file(DEFINITIONS / "gates.toml")["in_draft"]
    return GateReason(reason.text, said["opens"], said["fix"])


def pushed_facts() -> list[str]:
    """Return the facts that higher rooms tell a community."""
    return [fact.name for fact in gates().facts.values() if fact.pushed]


@cache
def gates() -> Gates:
    """Return the declared gates, read once; ValueError says what is wrong in the file."""
    data = load_file(DEFINITIONS / "gates.toml")
    found = Gates(
        acts={id: Act(id, **entry) for id, entry in data["acts"].items()},
        facts={name: Fact(name, **entry) for name, entry in data["facts"].items()},
        gates=tuple(_gate(entry) for entry in data["gate"]),
    )
    _check(found)
    return found


def _gate(entry: Mapping[str, Any]) -> Gate:
    return Gate(
        id=entry["id"],
        protects=tuple(entry["protects"]),
        title=entry["title"],
        why=entry["why"],
        reqs=tuple(entry.get("req", [])),
        needs=tuple(Need(**need) for need in entry["need"]),
        when=entry.get("when"),
    )


def _check(found: Gates) -> None:
    known = {f.path for f in charter().fields()} | found.facts.keys()
    wrong = [f"{g.id} protects {act}" for g in found.gates for act in g.protects
             if act not in found.acts]  # fmt: skip
    for gate in found.gates:
        read = [path for part in _predicates(gate) for path in paths(part)]
        read += [need.each for need in gate.needs if need.each]
        wrong += [f"{gate.id} reads {path}" for path in read if path not in known]
        steps = [need.fix.removeprefix("step:") for need in gate.needs if need.fix[:5] == "step:"]
        wrong += [f"{gate.id} sends to {step}" for step in steps if step not in charter().by_id]
    if wrong:
        raise ValueError("gates.toml: " + "; ".join(wrong))


def _predicates(gate: Gate) -> Iterator[Predicate]:
    if gate.when is not None:
        yield gate.when
    for need in gate.needs:
        if need.must is not None:
            yield need.must
