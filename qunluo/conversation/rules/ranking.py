"""The order of the home stream: a formula that everybody can read, and nothing hidden beside it.

What waits for a member comes first, then what people they talk with said, then the rest. Within
the last two, points decide: freshness, what the member has to do with it, and how others felt it,
useful before fun before warm before beneficial (R05).
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from qunluo.conversation.rules.reading import STREAM_DAYS

WAITING, PEOPLE, REST, PLAIN = "waiting", "people", "rest", ""
SECTIONS = (WAITING, PEOPLE, REST, PLAIN)
RANKED, NEWEST = "ranked", "newest"
ORDERS = (RANKED, NEWEST)
# Why something waits, the most pressing first; then why it stands elsewhere.
PRESSING = ("mentioned", "waiting", "voting", "due")
NEAR, FAR = len(PRESSING), len(PRESSING) + 1
# Points for each person who felt it so, in the order of R05; more than MOST_FELT count no more.
FELT: Mapping[str, int] = {"useful": 4, "fun": 3, "warm": 2, "beneficial": 1}
MOST_FELT = 10
WORTH = tuple(FELT.values())
FRESH, HALF_LIFE = 100, timedelta(days=3)
HALF_LIFE_SECONDS = HALF_LIFE.total_seconds()
OWN = 20  # one opened or follows it
TOLD_FROM = 2  # so many people have to feel something before a card says so
DUE_WITHIN = timedelta(days=7)
STREAM_CARDS = 100  # then it ends
LOOKED_AT = 120  # of the newest, since muted ones may be among them
TIE_DAYS = 90


@dataclass(frozen=True, slots=True)
class Formula:
    """What the order is made of, for whoever wants to know."""

    felt: Mapping[str, int]
    most_felt: int = MOST_FELT
    fresh: int = FRESH
    half_life_days: int = HALF_LIFE.days
    own: int = OWN
    due_days: int = DUE_WITHIN.days
    tie_days: int = TIE_DAYS
    days: int = STREAM_DAYS
    cards: int = STREAM_CARDS


def formula() -> Formula:
    """Return the numbers of the order."""
    return Formula(FELT)


class Standing(NamedTuple):
    """What the order goes by for one thread and one member."""

    id: int
    active_at: datetime
    mentioned: bool = False
    waits: bool = False
    votes: bool = False
    due_on: date | None = None  # a promise of one's own, not kept yet
    own: bool = False
    followed: bool = False
    answered: bool = False  # it is one's own, and somebody said something new
    knows_author: bool = False
    knows_last: bool = False
    felt: tuple[int, ...] = (0, 0, 0, 0)  # as in FELT


def why(one: Standing, today: date) -> str:
    """Return the strongest reason, a code of definitions/why.toml."""
    due = one.due_on
    reasons = (
        ("mentioned", one.mentioned),
        ("waiting", one.waits and due is None),
        ("voting", one.votes),
        ("due", due is not None and due <= today + DUE_WITHIN),
        ("answered", one.answered),
        ("knows_last", one.knows_last),
        ("knows_author", one.knows_author),
        *((name, n >= TOLD_FROM) for name, n in zip(FELT, one.felt, strict=True) if n),
        ("yours", one.own),
        ("following", one.followed),
    )
    for name, holds in reasons:
        if holds:
            return name
    return "space"


def section(reason: str) -> str:
    """Return in which part something stands for that reason."""
    if reason in PRESSING:
        return WAITING
    return PEOPLE if reason in {"answered", "knows_last", "knows_author"} else REST


def points(one: Standing, now: datetime) -> float:
    """Return freshness, halved every three days, and what is added to it."""
    age = (now - one.active_at).total_seconds() / HALF_LIFE_SECONDS
    found = FRESH * 0.5**age if age > 0 else float(FRESH)
    if one.own or one.followed:
        found += OWN
    for worth, count in zip(WORTH, one.felt, strict=True):
        if count:
            found += worth * (count if count < MOST_FELT else MOST_FELT)
    return found


def ranked(found: Iterable[Standing], now: datetime) -> list[tuple[int, str]]:
    """Return (id, section) in the order of the stream; the same for the same moment."""
    today = now.date()
    keyed = []
    for one in found:
        pressing = one.mentioned or one.waits or one.votes or one.due_on is not None
        if pressing and (reason := why(one, today)) in PRESSING:
            key = -one.active_at.timestamp()
            keyed.append((PRESSING.index(reason), key, -one.id, WAITING))
        else:
            near = one.answered or one.knows_last or one.knows_author
            place, part = (NEAR, PEOPLE) if near else (FAR, REST)
            keyed.append((place, -points(one, now), -one.id, part))
    keyed.sort()
    return [(-pk, part) for _place, _key, pk, part in keyed[:STREAM_CARDS]]


def newest(found: Iterable[Standing]) -> list[tuple[int, str]]:
    """Return (id, no section), the newest first."""
    order = sorted(found, key=lambda one: (one.active_at, one.id), reverse=True)
    return [(one.id, PLAIN) for one in order[:STREAM_CARDS]]


def packed(before: str, rest: Sequence[tuple[int, str]]) -> str:
    """Return the cursor of a stream: all that is still to come, so that nothing comes twice.

    `before` is the section that the page before ended with.
    """
    numbers = [SECTIONS.index(before)]
    numbers += [pk * len(SECTIONS) + SECTIONS.index(part) for pk, part in rest]
    made = bytearray()
    for number in numbers:
        while number >= 0x80:
            made.append(number & 0x7F | 0x80)
            number >>= 7
        made.append(number)
    return urlsafe_b64encode(made).rstrip(b"=").decode()


def unpacked(cursor: str) -> tuple[str, list[tuple[int, str]]]:
    """Return the section before and what is to come; ValueError for what we did not make."""
    try:
        data = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except (binascii.Error, UnicodeError):
        raise ValueError(cursor) from None
    numbers, number, shift = [], 0, 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(number)
            number = shift = 0
    if shift or not numbers or numbers[0] >= len(SECTIONS) or len(numbers) > STREAM_CARDS + 1:
        raise ValueError(cursor)
    rest = [(one // len(SECTIONS), SECTIONS[one % len(SECTIONS)]) for one in numbers[1:]]
    if any(pk >= 2**63 for pk, _part in rest):
        raise ValueError(cursor)
    return SECTIONS[numbers[0]], rest
