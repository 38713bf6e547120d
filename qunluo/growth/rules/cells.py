"""Cells become values: phones, addresses, dates, amounts; each refusal has a code."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from qunluo.kernel.money import FULL_WIDTH, Money, NotMoney, TooFine, digits
from qunluo.kernel.text import _

REASONS = {
    "nul": _("The row holds a character that no text has (NUL)."),
    "no_identity": _("Customer number, phone and e-mail are all empty."),
    "bad_email": _("This is not an e-mail address."),
    "bad_phone": _("This is not a phone number."),
    "bad_date": _("This is not a date, or one that lies in the future."),
    "bad_amount": _("This is not an amount of money."),
    "too_fine": _("The amount has more decimals than the currency."),
    "bad_quantity": _("This is not a quantity (at most three decimals)."),
    "bad_count": _("This is not a whole number."),
    "bad_consent": _("This is neither a yes nor a no."),
    "too_long": _("This is too long."),
    "missing": _("This is empty."),
    "unknown_customer": _("No customer with this number, phone or e-mail."),
}
YES = "1,y,yes,true,t,ok,on,given,agreed,subscribed,是,有,同意,已同意,允许,愿意,订阅,已订阅,√,✓,✔"
NO = "0,n,no,false,f,off,refused,unsubscribed,否,无,不同意,未同意,不允许,拒绝,不愿意,退订,已退订,✗"
CONSENT = dict.fromkeys(YES.split(","), "given") | dict.fromkeys(NO.split(","), "refused")
PLAIN_AMOUNT = re.compile(r"(-?)(\d{1,13})(?:\.(\d+))?")
CHINESE_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")
EASY_EMAIL = re.compile(
    r"[a-z0-9]+(?:[._+\-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,24}"
)
ISO_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d\d)(\d\d))(?:[T\s].*)?")
OTHER_DAY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T\s].*)?")
PHONE_NOISE = re.compile(r"[\s\-()（）.·]")
SEPARATORS = re.compile(r"[,，;；、|]+")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
EARLIEST = date(1900, 1, 1)
LONGEST_NOTE = 2000


class BadCell(ValueError):
    """A cell that cannot be taken; `code` is a key of REASONS."""

    def __init__(self, code: str) -> None:
        """Take the code."""
        self.code = code
        super().__init__(code)


def text(longest: int) -> Callable[[str], str]:
    """Return a reader of text of at most so many characters."""

    def read(value: str) -> str:
        if len(value) > longest:
            raise BadCell("too_long")
        return bare(value)

    return read


def bare(value: str) -> str:
    """Return the text without the apostrophe that keeps spreadsheets from running a formula."""
    return value[1:] if value[:1] == "'" and value[1:].startswith(FORMULA) else value


def safe(value: str) -> str:
    """Return the text as a spreadsheet may show it: a leading formula sign is defused (CWE-1236).

    >>> safe("=HYPERLINK(1)"), safe("+8613800138000"), safe("阿梅")
    ("'=HYPERLINK(1)", "'+8613800138000", '阿梅')
    """
    return f"'{value}" if value.startswith(FORMULA) else value


def email(value: str) -> str:
    """Return the address in lower case; nothing for an empty cell."""
    address = bare(value).lower()
    if not address or (len(address) < 100 and EASY_EMAIL.fullmatch(address)):
        return address
    try:
        return validate_email(address, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise BadCell("bad_email") from None


def phone(region: str) -> Callable[[str], str]:
    """Return a reader of phone numbers into E.164; a number without +… belongs to the region."""

    def read(value: str) -> str:
        dialled = PHONE_NOISE.sub("", bare(value).translate(FULL_WIDTH))
        if not dialled:
            return ""
        if region == "CN" and (mobile := CHINESE_MOBILE.fullmatch(dialled)):
            return f"+86{mobile[1]}"
        return e164(dialled, region)

    return read


@lru_cache(maxsize=4096)
def e164(dialled: str, region: str) -> str:
    """Return the number as +<country><number>; BadCell when no such number can exist."""
    if dialled.startswith("00"):
        dialled = f"+{dialled[2:]}"
    try:
        number = phonenumbers.parse(dialled, region)
    except phonenumbers.NumberParseException:
        raise BadCell("bad_phone") from None
    if not phonenumbers.is_possible_number(number):
        raise BadCell("bad_phone")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


@lru_cache(maxsize=65_536)
def day(value: str, *, month_first: bool = False) -> date | None:
    """Return the date written as 2024-05-01, 20240501, 2024年5月1日, 1.5.2024 or 5/1/2024."""
    written = bare(value).translate(FULL_WIDTH).strip()
    if not written:
        return None
    if found := ISO_DAY.fullmatch(written):
        year, month, number = (int(part) for part in found.groups() if part)
    elif found := OTHER_DAY.fullmatch(written):
        first, second, year = map(int, found.groups())
        month, number = (first, second) if month_first else (second, first)
    else:
        raise BadCell("bad_date")
    try:
        parsed = date(year, month, number)
    except ValueError:
        raise BadCell("bad_date") from None
    if parsed < EARLIEST:
        raise BadCell("bad_date")
    return parsed


def month_comes_first(values: list[str]) -> bool | None:
    """Return whether 3/4/2024 means March, by values that allow one reading; None: unsure."""
    pairs = [found for value in values if (found := OTHER_DAY.fullmatch(value.strip()))]
    first, second = ({int(pair[i]) for pair in pairs} for i in (1, 2))
    if not pairs or (max(first) <= 12 and max(second) <= 12):
        return None
    return max(second) > 12


def amount(currency: str) -> Callable[[str], int]:
    """Return a reader of amounts into whole minor units, exact."""
    places = digits(currency)

    @lru_cache(maxsize=65_536)
    def read(value: str) -> int:
        if plain := PLAIN_AMOUNT.fullmatch(value):
            sign, whole, fraction = plain[1], plain[2], (plain[3] or "").rstrip("0")
            if len(fraction) <= places:
                minor = int(whole) * 10**places + int(fraction.ljust(places, "0") or 0)
                return -minor if sign else int(minor)
            raise BadCell("too_fine")
        return _written_amount(bare(value), currency)

    return read


def _written_amount(value: str, currency: str) -> int:
    try:
        return int(Money.parse(value, currency, "en").minor)
    except TooFine:
        raise BadCell("too_fine") from None
    except NotMoney:
        raise BadCell("bad_amount") from None


@lru_cache(maxsize=4096)
def thousandths(value: str) -> int:
    """Return a quantity in thousandths; an empty cell is one."""
    if value.isdecimal() and len(value) < 12:
        return int(value) * 1000
    try:
        exact = Decimal(bare(value).translate(FULL_WIDTH).replace(",", "") or 1) * 1000
    except InvalidOperation:
        raise BadCell("bad_quantity") from None
    if not exact.is_finite() or exact != int(exact) or abs(exact) >= 10**15:
        raise BadCell("bad_quantity")
    return int(exact)


def count(value: str) -> int | None:
    """Return a whole number of purchases, or None for an empty cell."""
    if not value:
        return None
    number = value.replace(",", "").removesuffix(".0")
    if not number.isdecimal() or len(number) > 7:
        raise BadCell("bad_count")
    return int(number)


@lru_cache(maxsize=256)
def consent(value: str) -> str:
    """Return given, refused or nothing."""
    try:
        return CONSENT[value.casefold()] if value else ""
    except KeyError:
        raise BadCell("bad_consent") from None


def tags(value: str) -> list[str]:
    """Return the tags of a cell, in order, each once; BadCell for more than twenty."""
    found = list(dict.fromkeys(tag.strip() for tag in SEPARATORS.split(bare(value)) if tag.strip()))
    if len(found) > 20 or any(len(tag) > 30 for tag in found):
        raise BadCell("too_long")
    return found
