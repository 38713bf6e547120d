"""What the values of a column look like: the evidence behind a guess."""

import re
from collections.abc import Callable, Sequence

from qunluo.growth.rules.cells import CONSENT, BadCell, day

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE = re.compile(r"(?:\+|00)?\d[\d\-\s()（）]{5,16}\d")
CHINESE_MOBILE = re.compile(r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}")
MONEY = re.compile(r"[¥￥$€£]?\s*-?\d[\d,]*(?:\.\d+)?\s*[万元]?")
WITH_CENTS = re.compile(r"[¥￥$€£]?\s*-?\d[\d,]*\.\d{1,2}\s*元?")
CODE = re.compile(r"[!-~]{1,40}")
CHINESE_NAME = re.compile(r"[\u3400-\u9fff·]{2,6}(?:先生|女士|小姐)?")
LATIN_NAME = re.compile(r"[^\W\d_]+(?:[ '’.\-]+[^\W\d_]+){0,3}\.?")


def _is_date(value: str) -> bool:
    try:
        day(value)
    except BadCell:
        return False
    return True


def _is_small_number(value: str) -> bool:
    number = value.replace(".", "", 1)
    padded = value[:1] == "0" and value[1:2].isdecimal()
    return number.isdecimal() and not padded and float(value) < 10_000


TESTS: dict[str, Callable[[str], bool]] = {
    "email": lambda value: bool(EMAIL.fullmatch(value)),
    "phone": lambda value: bool(PHONE.fullmatch(value)) and not _is_date(value),
    "date": _is_date,
    "money": lambda value: bool(MONEY.fullmatch(value)),
    "integer": lambda value: value.isdigit() and len(value) < 7,
    "quantity": _is_small_number,
    "id": lambda value: bool(CODE.fullmatch(value)),
    "name": lambda value: bool(CHINESE_NAME.fullmatch(value) or LATIN_NAME.fullmatch(value)),
    "consent": lambda value: value.casefold() in CONSENT,
    "text": lambda value: len(value) > 0,
}


def fit(shape: str, values: Sequence[str]) -> float:
    """Return which share of the non-empty values has the shape; 0.5 when there are none."""
    known = [value for value in values if value]
    return sum(map(TESTS[shape], known)) / len(known) if known else 0.5


def telling(shape: str, values: Sequence[str]) -> float:
    """Return how surely the values alone say what the column is, for tables without headers."""
    known = [value for value in values if value]
    if not known:
        return 0.0
    share = fit(shape, known)
    match shape:
        case "email" | "date":
            return share
        case "phone":
            return share * sum(bool(CHINESE_MOBILE.fullmatch(v)) for v in known) / len(known)
        case "money":
            return sum(bool(WITH_CENTS.fullmatch(value)) for value in known) / len(known)
        case "quantity":
            return share * 0.8 if len(set(known)) <= max(10, len(known) / 4) else 0.0
        case "name":
            return share * 0.9 if len(set(known)) > len(known) / 3 else 0.0
        case "id":
            return share * 0.7 if all(any(map(str.isdigit, v)) for v in known) else 0.0
    return 0.0
