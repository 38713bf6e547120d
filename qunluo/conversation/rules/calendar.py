"""The calendar of what is said: what an item can be, what is looked at before, and the measures."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from statistics import mean, pstdev
from typing import Any

from qunluo.conversation.rules.writing import Faults
from qunluo.kernel.definitions import load_file
from qunluo.kernel.text import _

FILE = Path(__file__).parents[1] / "definitions" / "calendar.toml"
GIVING = ("useful", "fun", "warm")
ATTRIBUTES = (*GIVING, "beneficial")  # benefit comes last (R05)
MOST = 3  # of an attribute
EARLY = ("members", "role", "badge", "pass", "tier", "seat")
TARGET_LENGTH, NAME_LENGTH, MOST_TOGETHER, MOST_CHECKS, CHECK_LENGTH = 120, 40, 10, 12, 120
WEEKS, RECENT_DAYS, AGAIN_DAYS = 8, 28, 30
WEAK = 0.2
Words = Mapping[str, str]


@cache
def named(group: str) -> dict[str, Words]:
    """Return labels by name: attributes, causes, motives, licences, originality or states."""
    return {name: one["label"] for name, one in load_file(FILE)[group].items()}


@cache
def suggestions() -> dict[str, Words]:
    """Return what to try for each cause of attraction."""
    return {name: one["try"] for name, one in load_file(FILE)["causes"].items()}


def measure(name: str) -> Mapping[str, Words]:
    """Return label and meaning of a measure."""
    found: Mapping[str, Words] = load_file(FILE)["measures"][name]
    return found


def digest(title: str, source: str) -> str:
    """Return what tells a text again, however it is spaced and punctuated."""
    said = re.sub(r"[\W_]+", "", f"{title}{source}".casefold())
    return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True)
class Tags:
    """What an item is said to be and to carry, checked; `faults` by field."""

    target: str = ""
    values: list[str] = field(default_factory=list)
    attributes: dict[str, int] = field(default_factory=dict)
    causes: list[str] = field(default_factory=list)
    motive: str = ""
    licence: str = "reserved"
    originality: str = "own"
    faults: Faults = field(default_factory=dict)


def check_tags(given: Mapping[str, Any], values: Sequence[str]) -> Tags:
    """Return the tags of an item; `values` are those of the charter, others are refused."""
    faults: Faults = {}
    target = " ".join(str(given.get("target") or "").replace("\0", "").split())
    if len(target) > TARGET_LENGTH:
        faults["target"] = [_("At most 120 characters.")]
    carried = list(dict.fromkeys(str(one) for one in given.get("values") or ()))
    if set(carried) - set(values):
        faults["values"] = [_("Choose among the values of the charter.")]
    causes = [str(one) for one in given.get("causes") or ()]
    if set(causes) - named("causes").keys():
        faults["causes"] = [_("Choose one of those that are offered.")]
    attributes = {}
    for name in ATTRIBUTES:
        said = given.get(name) or 0
        if not isinstance(said, int) or not 0 <= said <= MOST:
            faults[name] = [_("From 0 to 3.")]
            said = 0
        attributes[name] = said
    chosen = {}
    defaults = {"motive": "", "licence": "reserved", "originality": "own"}
    groups = {"motive": "motives", "licence": "licences", "originality": "originality"}
    for name, group in groups.items():
        chosen[name] = str(given.get(name) or defaults[name])
        if chosen[name] and chosen[name] not in named(group):
            faults[name] = [_("Choose one of those that are offered.")]
    ordered = [one for one in named("causes") if one in causes]
    return Tags(target, carried, attributes, ordered, **chosen, faults=faults)


def check_times(
    publish_at: datetime | None,
    open_at: datetime | None,
    early_kind: str,
    early_name: str,
    *,
    leads: bool,
) -> Faults:
    """Return what is wrong with the times; who `leads` may let some read before the others."""
    faults: Faults = {}
    if open_at is None:
        if early_kind:
            faults["open_at"] = [_("Say when everybody else reads it.")]
        return faults
    if publish_at is None or open_at <= publish_at:
        faults["open_at"] = [_("Everybody reads it later than those who read it first.")]
    if early_kind not in EARLY:
        faults["early_kind"] = [_("Say who reads it first.")]
    elif early_kind != "members" and not early_name:
        faults["early_name"] = [_("Name the role, badge, pass or tier.")]
    if len(early_name) > NAME_LENGTH:
        faults["early_name"] = [_("At most 40 characters.")]
    if not leads:
        faults["early_kind"] = [_("Only who publishes for the community lets some read first.")]
    return faults


# Checks before publishing


@dataclass(frozen=True)
class Check:
    """One thing that is looked at before an item appears, and why.

    `state` is fine, open (a tick is missing), warn, or stop: open and stop keep it from being
    scheduled. `hand` says that a person ticks it.
    """

    id: str
    state: str
    label: Words
    why: Words
    hand: bool = False


@cache
def _lures() -> list[tuple[str, Words, re.Pattern[str]]]:
    return [
        (name, one["label"], re.compile("|".join(one["words"]), re.IGNORECASE))
        for name, one in load_file(FILE)["clickbait"].items()
    ]


def lures(text: str) -> list[tuple[str, Words, str]]:
    """Return what in a text promises more than it tells: the rule, its label, and the words."""
    found = [(name, label, at[0]) for name, label, words in _lures() if (at := words.search(text))]
    return [(name, label, words) for name, label, words in found if words]


def check_lures(text: str) -> Check:
    """Look for clickbait (R08)."""
    found = lures(text)
    rules = {
        code: "；".join(f"{label[code]}「{words}」" for _name, label, words in found)
        if code == "zh"
        else "; ".join(f"{label[code]}: “{words}”" for _name, label, words in found)
        for code in ("en", "zh")
    }
    fine = {
        "en": "It says what it is, without bait.",
        "zh": "有话直说，没有标题党。",
    }
    told = {
        "en": f"{rules['en']}. Say what it is; people come back to whom they can believe.",
        "zh": f"{rules['zh']}。直接说事，让人信得过，人才会再来。",
    }
    label = {"en": "No clickbait", "zh": "不做标题党"}
    return Check("lures", "warn" if found else "fine", label, told if found else fine)


def check_values(carried: Sequence[str], known: Sequence[str]) -> Check:
    """Look whether an item carries one of the values of the charter (R16)."""
    label = {"en": "Carries a value", "zh": "承载价值观"}
    if carried:
        both = "、".join(carried)
        return Check("values", "fine", label, {"en": ", ".join(carried), "zh": both})
    if not known:
        why = {
            "en": "The charter names no values yet.",
            "zh": "章程里还没有写价值观。",
        }
        return Check("values", "warn", label, why)
    why = {
        "en": "It names none of the values of the charter; is there one that it stands for?",
        "zh": "还没有标明章程里的价值观：它体现的是哪一条？",
    }
    return Check("values", "warn", label, why)


def check_pictures(pictures: int, described: int) -> Check:
    """Look whether every picture says what it shows."""
    label = {"en": "Pictures are described", "zh": "图片有文字说明"}
    missing = pictures - described
    if missing <= 0:
        why = {"en": "Nobody is left out.", "zh": "看不见图的人也读得懂。"}
        return Check("pictures", "fine", label, why)
    why = {
        "en": f"{missing} without words; who cannot see them would miss what they say.",
        "zh": f"有 {missing} 张还没有说明，看不见图的人会错过内容。",
    }
    return Check("pictures", "warn", label, why)


def check_benefit(
    attributes: Mapping[str, int], giving: float, line: float, *, holds: bool
) -> Check:
    """Look whether enough was given before something asks for benefit (R05)."""
    label = {"en": "Giving before gaining", "zh": "先有用、有趣、有情，再有利"}
    numbers = f"{giving:.1f} / {line:.1f}"
    if not seeks_benefit(attributes) or giving >= line:
        why = {
            "en": f"Useful, fun and warm over four weeks: {numbers}.",
            "zh": f"近四周有用、有趣、有情的平均分：{numbers}。",
        }
        return Check("benefit", "fine", label, why)
    why = {
        "en": f"This item is mainly about benefit, and what was useful, fun and warm in the last"
        f" four weeks is below the line ({numbers}). Give something first.",
        "zh": f"这一条主要在讲利益，而近四周有用、有趣、有情的平均分还在线下（{numbers}）。"
        "先给，再谈。",
    }
    return Check("benefit", "stop" if holds else "warn", label, why)


def seeks_benefit(attributes: Mapping[str, int]) -> bool:
    """Return whether benefit is what an item has most of."""
    most = max((attributes.get(name, 0) for name in GIVING), default=0)
    return attributes.get("beneficial", 0) > 0 and attributes.get("beneficial", 0) >= most


def check_again(target: str, others: Sequence[tuple[str, str]]) -> Check:
    """Look whether the same text is meant for other spaces (name, target) as well (R09)."""
    label = {"en": "Written for somebody", "zh": "写给具体的人"}
    if not others:
        if target:
            return Check("target", "fine", label, {"en": target, "zh": target})
        why = {
            "en": "For whom is it? Another trade, other people: another text.",
            "zh": "写给谁看？不同行业、不同人群，内容就该不一样。",
        }
        return Check("target", "warn", label, why)
    names = [space for space, _target in others]
    if target and all(one and one != target for _space, one in others):
        why = {
            "en": f"The same text stands for other people in {', '.join(names)}.",
            "zh": f"同样的文字也发给了另一群人：{'、'.join(names)}。",
        }
        return Check("target", "warn", label, why)
    why = {
        "en": f"The same text is planned for {', '.join(names)} as well. Say for each whom it is"
        " for, or write it anew.",
        "zh": f"同样的文字也排在了{'、'.join(names)}。请分别写明给谁看，或者重新写一份。",
    }
    return Check("target", "stop", label, why)


def check_words(hit: tuple[str, Words] | None) -> Check:
    """Tell what the kept lists of words find: such an item waits for a look when it appears."""
    label = {"en": "Words that need a look", "zh": "需要留意的用词"}
    if hit is None:
        return Check("words", "fine", label, {"en": "Nothing found.", "zh": "没有发现。"})
    word, rule = hit
    why = {
        "en": f"“{word}” touches a rule: {rule['en']} At its time it would wait for a look.",
        "zh": f"「{word}」触及规矩：{rule['zh']}到时会先等人工查看。",
    }
    return Check("words", "warn", label, why)


# Measures


@dataclass(frozen=True)
class Said:
    """An item as the measures count it; `day` in the time of the community."""

    day: date
    attributes: Mapping[str, int]
    causes: Sequence[str]
    values: Sequence[str]
    of_members: bool


@dataclass(frozen=True)
class Measure:
    """A number (None when it cannot be said yet) with how many items stand behind it."""

    name: str
    value: float | None
    n: int

    @property
    def label(self) -> Words:
        """Return what it is called."""
        return measure(self.name)["label"]

    @property
    def means(self) -> Words:
        """Return how it is computed."""
        return measure(self.name)["means"]


def share(name: str, some: int, of: int) -> Measure:
    """Return a part of a whole; nothing of nothing says nothing."""
    return Measure(name, some / of if of else None, of)


def cadence(days: Iterable[date], today: date) -> list[Measure]:
    """Return how steadily something appeared in the last eight weeks (R01)."""
    lately = sorted(day for day in days if 0 <= (today - day).days < 7 * WEEKS)
    weeks = {(today - day).days // 7 for day in lately}
    gaps = [(after - before).days for before, after in zip(lately, lately[1:], strict=False)]
    even = pstdev(gaps) / mean(gaps) if len(gaps) > 1 and mean(gaps) else None
    return [
        Measure("cadence", len(weeks) / WEEKS, len(lately)),
        Measure("evenness", even, len(lately)),
    ]


def giving(said: Iterable[Said], today: date) -> Measure:
    """Return how useful, fun and warm the last four weeks were, 0 to 3."""
    recent = [one for one in said if 0 <= (today - one.day).days < RECENT_DAYS]
    points = [mean(one.attributes.get(name, 0) for name in GIVING) for one in recent]
    return Measure("giving", mean(points) if points else 0.0, len(recent))


def weak_causes(said: Iterable[Said], today: date) -> list[tuple[str, float]]:
    """Return the causes that fewer than a fifth of the items of four weeks had, rarest first."""
    recent = [one for one in said if 0 <= (today - one.day).days < RECENT_DAYS]
    shares = {
        name: sum(name in one.causes for one in recent) / len(recent) if recent else 0.0
        for name in named("causes")
    }
    return sorted(
        ((name, part) for name, part in shares.items() if part < WEAK), key=lambda one: one[1]
    )


def gap(days: Iterable[date], today: date, limit: int) -> tuple[bool, bool]:
    """Return whether nothing that carries a value stands in the last, and in the next, days."""
    away = [(day - today).days for day in days]
    before = not any(-limit < one <= 0 for one in away)
    ahead = not any(0 <= one < limit for one in away)
    return before, ahead
