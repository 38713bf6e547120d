"""A small declarative language for "when" and "must", written as data in the definitions.

{filled = "positioning.who"}            the value is there (a list of paths: all of them)
{is = ["axes.closure", "pure"]}         the value is one of those named
{has = ["purpose.modules", "shop"]}     the list holds at least one of those named
{count = ["rules.rules", 3]}            a list or text of at least that length
{at_least = ["carrier.members", 30]}    a number of at least that size
{all = [...]}, {any = [...]}, {not = {...}}
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Predicate = Mapping[str, Any]
Facts = Mapping[str, Any]


def filled(value: object) -> bool:
    """Tell whether a value says something; False is an answer, blanks and empty lists are not."""
    if value is None:
        return False
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, (list, dict)):
        return bool(value)
    return value is not False


def holds(predicate: Predicate, facts: Facts) -> bool:
    """Evaluate a predicate; a path nobody has filled in counts as empty."""
    ((word, rest),) = predicate.items()
    return WORDS[word](rest, facts)


def paths(predicate: Predicate) -> Iterator[str]:
    """Yield every path a predicate reads, so that definitions can be checked when loaded."""
    ((word, rest),) = predicate.items()
    if word not in WORDS:
        raise ValueError(f"unknown predicate {word!r}; known: {', '.join(WORDS)}")
    if word in {"all", "any"}:
        for part in rest:
            yield from paths(part)
    elif word == "not":
        yield from paths(rest)
    elif word == "filled":
        yield from [rest] if isinstance(rest, str) else rest
    else:
        yield rest[0]


def flatten(values: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return {"step.field": value} for values kept as {step: {field: value}}."""
    return {f"{step}.{field}": v for step, fields in values.items() for field, v in fields.items()}


def _filled(rest: str | list[str], facts: Facts) -> bool:
    wanted = [rest] if isinstance(rest, str) else rest
    return all(filled(facts.get(path)) for path in wanted)


def _is(rest: list[Any], facts: Facts) -> bool:
    return facts.get(rest[0]) in rest[1:]


def _has(rest: list[Any], facts: Facts) -> bool:
    return not set(rest[1:]).isdisjoint(facts.get(rest[0]) or [])


def _count(rest: list[Any], facts: Facts) -> bool:
    return bool(len(facts.get(rest[0]) or "") >= rest[1])


def _at_least(rest: list[Any], facts: Facts) -> bool:
    return bool((facts.get(rest[0]) or 0) >= rest[1])


WORDS: dict[str, Callable[[Any, Facts], bool]] = {
    "filled": _filled,
    "is": _is,
    "has": _has,
    "count": _count,
    "at_least": _at_least,
    "all": lambda rest, facts: all(holds(part, facts) for part in rest),
    "any": lambda rest, facts: any(holds(part, facts) for part in rest),
    "not": lambda rest, facts: not holds(rest, facts),
}
