"""The charter as data: its chapters, steps and fields, read from definitions/charter.toml."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from qunluo.community.rules.predicates import Facts, Predicate, filled, flatten, holds, paths
from qunluo.kernel.definitions import load_file

DEFINITIONS = Path(__file__).parents[1] / "definitions"
TYPES = frozenset(
    {"text", "long", "choice", "choices", "list", "number", "date", "money"}
    | {"glossary", "pairs", "colour", "symbol"}
)
COLUMN_TYPES = frozenset({"text", "long", "money", "choice", "value"})

Words = Mapping[str, str]
NOTHING: Words = {"en": "", "zh": ""}
Values = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Quote:
    """The sentence of the source texts that a step rests on, such as 0:89."""

    at: str
    text: str


@dataclass(frozen=True)
class Choice:
    """One answer: its name, what it means, what follows; not `built` is only intended so far."""

    id: str
    label: Words
    means: Words
    changes: Words
    asks: tuple[Words, ...] = ()
    built: bool = True


@dataclass(frozen=True)
class Column:
    """One column of a list of rows; the type "value" offers the community's own values."""

    id: str
    label: Words
    type: str = "text"
    required: bool = True
    max_length: int = 200
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Field:
    """One question of a step, with everything a form needs to ask it."""

    step: str
    id: str
    type: str
    label: Words
    help: Words
    example: Words
    required: bool
    max_length: int
    max_items: int
    minimum: int | None
    maximum: int | None
    choices: tuple[Choice, ...]
    columns: tuple[Column, ...]
    public: bool
    when: Predicate | None

    @property
    def path(self) -> str:
        """Return "step.field", the name used by gates and blueprints."""
        return f"{self.step}.{self.id}"

    @property
    def kind(self) -> str:
        """Return what a cleaned value is: text, number, list, rows or choice."""
        shapes = {"choices": "list", "list": "list", "glossary": "rows", "pairs": "rows"}
        shapes |= {"number": "number", "money": "money", "choice": "choice"}
        return shapes.get(self.type, "text")

    def asked(self, facts: Facts) -> bool:
        """Tell whether the question applies, given the other answers."""
        return self.when is None or holds(self.when, facts)

    def choice(self, id: str) -> Choice | None:
        """Return the choice with this id, or None."""
        return next((choice for choice in self.choices if choice.id == id), None)


@dataclass(frozen=True)
class Step:
    """One page of the founding guide."""

    id: str
    chapter: str
    title: Words
    why: Words
    quotes: tuple[Quote, ...]
    reqs: tuple[str, ...]
    fields: tuple[Field, ...]
    quick: bool
    public: bool
    when: Predicate | None

    def asked(self, facts: Facts) -> bool:
        """Tell whether the step applies, given the other answers."""
        return self.when is None or holds(self.when, facts)

    def field(self, id: str) -> Field:
        """Return the field; KeyError when there is none."""
        return next(f for f in self.fields if f.id == id) if id in self.ids else _missing(id)

    @cached_property
    def ids(self) -> frozenset[str]:
        """Return the ids of the fields."""
        return frozenset(f.id for f in self.fields)


@dataclass(frozen=True)
class Chapter:
    """A group of steps that belong together."""

    id: str
    title: Words
    intro: Words


@dataclass(frozen=True)
class Part:
    """One of the six named parts of a charter, and the fields that fill it (F01)."""

    id: str
    title: Words
    means: Words
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Charter:
    """The whole form: chapters, steps in order, and the six parts."""

    chapters: tuple[Chapter, ...]
    steps: tuple[Step, ...]
    parts: tuple[Part, ...]
    by_id: Mapping[str, Step] = field(repr=False)

    def step(self, id: str) -> Step:
        """Return the step; KeyError when there is none."""
        return self.by_id[id]

    def field(self, path: str) -> Field:
        """Return the field at "step.field"; KeyError when there is none."""
        step, _, name = path.partition(".")
        return self.by_id[step].field(name)

    def fields(self) -> Iterator[Field]:
        """Yield every field in order."""
        for step in self.steps:
            yield from step.fields

    def asked(self, values: Values) -> list[Step]:
        """Return the steps that apply to what has been answered so far."""
        facts = flatten(values)
        return [step for step in self.steps if step.asked(facts)]


@dataclass(frozen=True)
class StepProgress:
    """How far a step is: empty, partial, suggested (still the blueprint's words) or done."""

    step: Step
    state: str
    filled: int
    total: int
    missing: tuple[Field, ...]


def progress(
    charter: Charter, values: Values, suggested: Values, visited: Iterable[str] = ()
) -> list[StepProgress]:
    """Return the progress of each step that applies.

    `suggested` is what the blueprint wrote; a preset choice counts once its step was `visited`,
    preset words never do.
    """
    facts, saved = flatten(values), set(visited)
    return [
        _progress(step, values, suggested, facts, seen=step.id in saved)
        for step in charter.asked(values)
    ]


def _progress(
    step: Step, values: Values, suggested: Values, facts: Facts, *, seen: bool
) -> StepProgress:
    asked = [f for f in step.fields if f.asked(facts)]
    own = values.get(step.id, {})
    there = [f for f in asked if filled(own.get(f.id))]
    missing = tuple(f for f in asked if f.required and f not in there)
    if not there:
        state = "empty"
    elif missing:
        state = "partial"
    else:
        preset = _untouched(there, own, suggested.get(step.id, {}), seen=seen)
        state = "suggested" if preset else "done"
    return StepProgress(step, state, len(there), len(asked), missing)


def _untouched(
    there: list[Field], own: Mapping[str, Any], suggested: Mapping[str, Any], *, seen: bool
) -> bool:
    words = [f for f in there if f.type in {"text", "long", "list"} or f.kind == "rows"]
    if not words and seen:
        return False
    return all(own[f.id] == suggested.get(f.id) for f in words or there)


@cache
def charter() -> Charter:
    """Return the charter form, read once; ValueError says what is wrong in the file."""
    data = load_file(DEFINITIONS / "charter.toml")
    chapters = tuple(Chapter(**chapter) for chapter in data["chapter"])
    steps = tuple(_step(step) for step in data["step"])
    parts = tuple(Part(**{**part, "fields": tuple(part["fields"])}) for part in data["part"])
    found = Charter(chapters, steps, parts, {step.id: step for step in steps})
    _check(found)
    return found


def _step(data: Mapping[str, Any]) -> Step:
    return Step(
        id=data["id"],
        chapter=data["chapter"],
        title=data["title"],
        why=data["why"],
        quotes=tuple(Quote(**quote) for quote in data.get("quote", [])),
        reqs=tuple(data.get("req", [])),
        fields=tuple(_field(data["id"], item) for item in data["field"]),
        quick=data.get("quick", False),
        public=data.get("public", True),
        when=data.get("when"),
    )


def _field(step: str, data: Mapping[str, Any]) -> Field:
    lengths = {"text": 120, "long": 1500, "list": 80, "symbol": 2}
    return Field(
        step=step,
        id=data["id"],
        type=data["type"],
        label=data["label"],
        help=data.get("help", NOTHING),
        example=data.get("example", NOTHING),
        required=data.get("required", False),
        max_length=data.get("max_length", lengths.get(data["type"], 200)),
        max_items=data.get("max_items", 20),
        minimum=data.get("minimum"),
        maximum=data.get("maximum"),
        choices=tuple(_choice(choice) for choice in data.get("choice", [])),
        columns=tuple(_column(column) for column in data.get("column", [])),
        public=data.get("public", True),
        when=data.get("when"),
    )


def _choice(data: Mapping[str, Any]) -> Choice:
    return Choice(
        id=data["id"],
        label=data["label"],
        means=data.get("means", NOTHING),
        changes=data.get("changes", NOTHING),
        asks=tuple(data.get("asks", [])),
        built=data.get("built", True),
    )


def _column(data: Mapping[str, Any]) -> Column:
    choices = tuple(_choice(choice) for choice in data.get("choice", []))
    return Column(**{k: v for k, v in data.items() if k != "choice"}, choices=choices)


def _check(found: Charter) -> None:
    known = {f.path for f in found.fields()}
    wrong = [f"{f.path}: unknown type {f.type}" for f in found.fields() if f.type not in TYPES]
    wrong += [f"part {p.id}: {path}" for p in found.parts for path in p.fields if path not in known]
    conditions = [(s.id, s.when) for s in found.steps] + [(f.path, f.when) for f in found.fields()]
    wrong += [
        f"{where}: {path}"
        for where, when in conditions
        if when is not None
        for path in paths(when)
        if path not in known
    ]
    if wrong:
        raise ValueError("charter.toml: " + "; ".join(wrong))


def _missing(id: str) -> Field:
    raise KeyError(id)
