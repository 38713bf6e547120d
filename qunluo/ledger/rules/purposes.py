"""What accounts and transfers are for, read from definitions; plain Python."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from qunluo.kernel.definitions import load_file
from qunluo.kernel.money import CURRENCIES, digits

DEFINITIONS = Path(__file__).parents[1] / "definitions"
POINTS, CREDIT = "points", "credit-"
CREDIT_NAME = {"en": "store credit", "zh": "储值"}
NAME_LENGTH = 20


class Named(NamedTuple):
    """What points are called: in English one and many of them, and in Chinese."""

    one: str = "point"
    many: str = "points"
    zh: str = "积分"


PLAIN_POINTS = Named()


@dataclass(frozen=True)
class Purpose:
    """What an account is for."""

    code: str
    owner: str
    overdraws: bool
    name: Mapping[str, str]
    about: Mapping[str, str]
    labelled: bool = False


@dataclass(frozen=True)
class Kind:
    """What a transfer is."""

    code: str
    name: Mapping[str, str]
    hands: bool = False


@dataclass(frozen=True)
class Counted:
    """What a unit counts: its kind, its currency ("" for points), and its decimals."""

    kind: str
    currency: str
    exponent: int


@cache
def purposes() -> dict[str, Purpose]:
    """Return every purpose of an account by its code."""
    return {code: Purpose(code, **told) for code, told in _read("accounts").items()}


@cache
def kinds() -> dict[str, Kind]:
    """Return every kind of transfer by its code."""
    return {code: Kind(code, **told) for code, told in _read("transfers").items()}


def counted(code: str) -> Counted | None:
    """Return what a code of a unit means; None when it means nothing.

    >>> counted("credit-JPY"), counted("shells")
    (Counted(kind='credit', currency='JPY', exponent=0), None)
    """
    if code == POINTS:
        return Counted("points", "", 0)
    currency = code.removeprefix(CREDIT)
    if currency not in CURRENCIES:
        return None
    return Counted("currency" if code == currency else "credit", currency, digits(currency))


def _read(name: str) -> Mapping[str, Any]:
    return load_file(DEFINITIONS / f"{name}.toml")
