"""Money in whole minor units of an ISO 4217 currency; plain Python, exact."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache

from babel.numbers import (
    NumberFormatError,
    format_currency,
    get_currency_precision,
    get_currency_symbol,
    list_currencies,
    parse_decimal,
)

from qunluo.kernel.errors import Invalid
from qunluo.kernel.text import _

LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
CURRENCIES = frozenset(list_currencies())
CHINESE_UNITS = {"万": 4, "亿": 8}
# No exponents, no NaN.
PLAIN = re.compile(r"[+-]?[0-9.,'\u202f]{1,30}")
MOST = 2**63  # what a database column holds
FULL_WIDTH = str.maketrans("０１２３４５６７８９．，－＋￥", "0123456789.,-+¥")


class NotMoney(Invalid):
    """The text is not an amount."""

    code = "kernel.not_money"
    message = _("“{text}” is not an amount of money.")
    next_step = _("Write it like 12.50.")


class TooFine(Invalid):
    """The amount has more decimals than the currency."""

    code = "kernel.money_too_fine"
    message = _("{currency} has {digits} decimals; “{text}” has more.")
    next_step = _("Round the amount.")


class MixedCurrencies(Invalid):
    """Two currencies met in one sum."""

    code = "kernel.mixed_currencies"
    message = _("{one} and {other} cannot be added or compared.")
    next_step = _("Convert one of them first.")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: `minor` counts cents, fen or whole yen; the currency is an ISO code."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse fractions and unknown currencies: both are mistakes of the programmer."""
        if type(self.minor) is not int:
            raise TypeError(f"Money counts whole minor units, not {self.minor!r}.")
        if self.currency not in CURRENCIES:
            raise ValueError(f"{self.currency!r} is not an ISO 4217 currency.")

    def __add__(self, other: "Money") -> "Money":
        """Return the sum; one currency only."""
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Return the difference; one currency only."""
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> "Money":
        """Return the opposite amount."""
        return Money(-self.minor, self.currency)

    def __abs__(self) -> "Money":
        """Return the amount without its sign."""
        return Money(abs(self.minor), self.currency)

    def __mul__(self, times: int) -> "Money":
        """Return a whole multiple; for fractions use split or portion."""
        return Money(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        """Return False for nothing."""
        return self.minor != 0

    def __lt__(self, other: "Money") -> bool:
        """Compare; one currency only."""
        return self.minor < self._same(other).minor

    def __le__(self, other: "Money") -> bool:
        """Compare; one currency only."""
        return self.minor <= self._same(other).minor

    def __gt__(self, other: "Money") -> bool:
        """Compare; one currency only."""
        return self.minor > self._same(other).minor

    def __ge__(self, other: "Money") -> bool:
        """Compare; one currency only."""
        return self.minor >= self._same(other).minor

    def __str__(self) -> str:
        """Return a stable form for logs: 12.50 CNY."""
        return f"{self.decimal} {self.currency}"

    @property
    def decimal(self) -> Decimal:
        """Return the amount in major units, exact."""
        return Decimal(self.minor).scaleb(-digits(self.currency))

    def split(self, shares: Sequence[int]) -> list["Money"]:
        """Return one part per share, in proportion; the first that are cut carry the remainder."""
        whole = sum(shares)
        if whole <= 0 or min(shares) < 0:
            raise ValueError("Shares are not negative and not all zero.")
        parts = [self.minor * share // whole for share in shares]
        # Whose part is whole has nothing to round: one more would be a unit too much.
        takers = (i for i, share in enumerate(shares) if self.minor * share % whole)
        for _cent, i in zip(range(self.minor - sum(parts)), takers, strict=False):
            parts[i] += 1
        return [Money(part, self.currency) for part in parts]

    def portion(self, numerator: int, denominator: int) -> "Money":
        """Return a part, rounded towards zero, so that parts never exceed the whole."""
        part = abs(self.minor) * numerator // denominator
        return Money(part if self.minor >= 0 else -part, self.currency)

    def format(self, language: str) -> str:
        """Return the amount as people write it in a language."""
        return format_currency(self.decimal, self.currency, locale=locale_of(language))

    @classmethod
    def parse(cls, text: str, currency: str, language: str = "zh-hans") -> "Money":
        """Return the amount that a person typed: 12.5, ￥1,200, 1.2万, CNY 3; NotMoney, TooFine."""
        bare, power = _bare(text, currency, locale_of(language))
        if not PLAIN.fullmatch(bare):
            raise NotMoney(text=text)
        try:
            value = parse_decimal(bare, locale=locale_of(language), strict=True)
            minor = value.scaleb(power + digits(currency))
            whole = int(minor)
        except (NumberFormatError, InvalidOperation, ValueError, OverflowError):
            raise NotMoney(text=text) from None
        if whole != minor:
            raise TooFine(text=text, currency=currency, digits=digits(currency))
        if abs(whole) >= MOST:
            raise NotMoney(text=text)
        return cls(whole, currency)

    def _same(self, other: "Money") -> "Money":
        if self.currency != other.currency:
            raise MixedCurrencies(one=self.currency, other=other.currency)
        return other


@cache
def digits(currency: str) -> int:
    """Return the decimals of a currency by CLDR: 2 for CNY, 0 for JPY, 3 for KWD."""
    return get_currency_precision(currency)


def locale_of(language: str) -> str:
    """Return the Babel locale for one of our languages."""
    return LOCALES.get(language.lower().replace("_", "-").split("-")[0], "en")


def total(amounts: Sequence[Money], currency: str) -> Money:
    """Return the sum, which is zero of that currency when there are none."""
    return sum(amounts, Money(0, currency))


def _bare(text: str, currency: str, locale: str) -> tuple[str, int]:
    """Return the digits without symbols and spaces, and the power of ten of 万 or 亿."""
    bare = text.translate(FULL_WIDTH).strip()
    symbols = {currency, get_currency_symbol(currency, "en"), get_currency_symbol(currency, locale)}
    if currency == "CNY":
        symbols |= {"¥", "RMB", "元", "块", "人民币"}
    for symbol in sorted(symbols, key=len, reverse=True):
        bare = re.sub(re.escape(symbol), "", bare, count=1, flags=re.IGNORECASE)
    bare = bare.strip()
    power = CHINESE_UNITS.get(bare[-1:], 0)
    return re.sub(r"\s", "", bare[:-1] if power else bare), power
