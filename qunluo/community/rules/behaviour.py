"""What the declared kind and purpose change: one pure function that pages and rooms read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from qunluo.community.rules.charter import DEFINITIONS, Values, Words
from qunluo.community.rules.predicates import Facts, flatten, holds
from qunluo.kernel.definitions import load_file


@dataclass(frozen=True)
class Door:
    """What a stranger meets; `joining` is apply or code, `offer` is needed or offered."""

    prices: bool
    content: bool
    cart: bool
    joining: str
    offer: str


@dataclass(frozen=True)
class Item:
    """A KPI or a panel of the desk; `group` is people, relations, values, goods or money."""

    id: str
    group: str
    label: Words
    means: Words
    sales: bool
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Note:
    """An honest remark that follows from the charter."""

    req: str
    text: Words


@dataclass(frozen=True)
class Behaviour:
    """Everything that follows from a charter's purpose, axes, class and tone."""

    door: Door
    audience: str
    home: str
    modules: tuple[str, ...]
    kpis: tuple[Item, ...]
    panels: tuple[Item, ...]
    hides_sales: bool
    gauge: Item | None
    front: tuple[str, ...]
    selection: str
    theme: Mapping[str, Any]
    style: tuple[Words, ...]
    checks: tuple[Words, ...]
    notes: tuple[Note, ...]


def behaviour(values: Values) -> Behaviour:
    """Return what a charter changes; undecided axes behave like the most private kind."""
    facts = flatten(values)
    data = _data()
    parts = [
        data[table].get(facts.get(path, ""), {})
        for table, path in TABLES.items()
    ]  # fmt: skip
    purpose, closure, _maker, carrier, _scope, bond, tone, _class = parts
    closure = closure or data["closures"]["pure"]
    modules = tuple(facts.get("purpose.modules") or preset_modules(values))
    hides_sales = bool(purpose.get("hide_sales"))
    style = (*tone.get("style", ()), *({"en": own, "zh": own} for own in _own_words(facts)))
    return Behaviour(
        door=Door(**closure["door"]),
        audience=closure["audience"],
        home=carrier.get("home", "talk"),
        modules=modules,
        kpis=_ordered("kpis", [*_each(parts, "kpis"), *_gauge(bond)], modules, hides_sales),
        panels=_ordered("panels", data["panels"], modules, hides_sales),
        hides_sales=hides_sales,
        gauge=_items("kpis").get(bond.get("gauge", "")),
        front=tuple(_each(parts, "front")),
        selection=next(_each_one(parts, "selection"), "invitation"),
        theme=tone.get("theme", {"corner": 12, "space": 1.0, "title": 1.2, "contrast": "soft"}),
        style=style,
        checks=(*data["checks"], *_each(parts, "checks")),
        notes=tuple(_notes(facts)),
    )


def preset_modules(values: Values) -> list[str]:
    """Return the parts that purpose and axes switch on, in the order of the charter form."""
    facts = flatten(values)
    parts = [_data()[table].get(facts.get(path, ""), {}) for table, path in TABLES.items()]
    return list(dict.fromkeys(_each(parts, "modules"))) or ["talk"]


def buyers_ceiling(people: int) -> int:
    """Return how many of so many people the benchmark expects to buy."""
    return int(people * _data()["benchmarks"]["buyers"]["percent"] // 100)


TABLES = {
    "purposes": "purpose.purpose",
    "closures": "axes.closure",
    "makers": "axes.maker",
    "carriers": "axes.carrier",
    "scopes": "axes.scope",
    "bonds": "axes.bond",
    "tones": "tone.tone",
    "classes": "tone.class",
}


@cache
def _data() -> Mapping[str, Any]:
    return load_file(DEFINITIONS / "behaviour.toml")


@cache
def _items(table: str) -> dict[str, Item]:
    nothing: Words = {"en": "", "zh": ""}
    return {
        id: Item(
            id,
            group=entry["group"],
            label=entry["label"],
            means=entry.get("means", nothing),
            sales=entry.get("sales", False),
            needs=tuple(entry.get("needs", ())),
        )
        for id, entry in _data()[table].items()
    }


def _ordered(
    table: str, ids: Iterable[str], modules: tuple[str, ...], hides_sales: bool  # noqa: FBT001
) -> tuple[Item, ...]:  # fmt: skip
    """Return the items people first, goods and money last (F29), without what is switched off."""
    wanted = (_items(table)[id] for id in dict.fromkeys(ids))
    shown = [
        item
        for item in wanted
        if not (hides_sales and item.sales)
        and (not item.needs or not set(item.needs).isdisjoint(modules))
    ]
    return tuple(sorted(shown, key=lambda item: _data()["groups"].index(item.group)))


def _each(parts: Iterable[Mapping[str, Any]], key: str) -> Iterator[Any]:
    for part in parts:
        yield from part.get(key, ())


def _each_one(parts: Iterable[Mapping[str, Any]], key: str) -> Iterator[str]:
    return (part[key] for part in parts if key in part)


def _gauge(bond: Mapping[str, Any]) -> list[str]:
    return [bond["gauge"]] if bond else []


def _own_words(facts: Facts) -> Iterable[str]:
    return facts.get("tone.house_words") or ()


def _notes(facts: Facts) -> Iterator[Note]:
    people = facts.get("attitude.ceiling") or 0
    filling = {"{ceiling}": f"{people:,}", "{buyers}": f"{buyers_ceiling(people):,}"}
    for note in _data()["notes"]:
        if holds(note["when"], facts):
            yield Note(note["req"], {code: _fill(said, filling) for code, said in
                                     note["text"].items()})  # fmt: skip


def _fill(text: str, filling: Mapping[str, str]) -> str:
    for gap, value in filling.items():
        text = text.replace(gap, value)
    return text
