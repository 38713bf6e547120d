"""How long a tier lasts, what is left of it, and which are usual; plain Python."""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from qunluo.kernel.text import pick

DAYS = {"trial_days": 0, "refund_days": 7, "notice_days": 7, "pause_days": 0}
YEAR = {"en": "A year", "zh": "一年"}
USUAL = (
    ({"en": "Member", "zh": "会员"}, 20_000, {"en": "Members' prices", "zh": "会员价"}),
    (
        {"en": "Patron", "zh": "核心会员"},
        120_000,
        {"en": "Members' prices, and a say in what comes next", "zh": "会员价，并参与决定下一步"},
    ),
)


def after(start: datetime, months: int, days: int) -> datetime:
    """Return when a time ends that begins at `start`, on the same day of the month or its last."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day) + timedelta(days=days)


def left_of(value: int, starts: datetime, ends: datetime, at: datetime) -> int:
    """Return what is left at a moment of what a stretch of time cost, in whole minor units.

    By the second, rounded down: value × (ends − max(at, starts)) ÷ (ends − starts).
    """
    second = timedelta(seconds=1)
    whole, unused = (ends - starts) // second, (ends - max(at, starts)) // second
    return value * min(max(unused, 0), whole) // whole if whole > 0 else 0


def declared(
    tiers: Sequence[Mapping[str, Any]] | None, language: str
) -> Iterator[tuple[str, int, str]]:
    """Yield (name, price of a year, what it includes) as a charter says, else the usual ones."""
    own = [(one, cost) for one in tiers or () if one.get("name") and (cost := _minor(one)) > 0]
    for one, cost in own:
        name = str(one["name"]).strip()[:40]
        yield name, cost, str(one.get("gets") or name)[:120]
    if not own:
        for title, price, brings in USUAL:
            yield str(pick(title, language)), price, str(pick(brings, language))


def _minor(one: Mapping[str, Any]) -> int:
    """Return a declared price, {"minor", "currency"} in a charter, in minor units."""
    price = one.get("price")
    return int(price.get("minor") or 0) if isinstance(price, Mapping) else 0
