"""What payment providers share: whole answers or none, notices, amounts, times, keys."""

import json
import logging
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from qunluo.kernel.clock import now
from qunluo.market.ports import BadNotice, ProviderRefused, ProviderUnreachable
from qunluo.providers.calling import MOST_BYTES, Answer, call

log = logging.getLogger(__name__)
BEIJING = timezone(timedelta(hours=8))
STALE = timedelta(minutes=5)
BILL_WITHIN = 180  # seconds
MOST_BILL = 64 * 1024 * 1024  # a million lines; a day of more is read at the provider's own desk
LEAST_BITS = 2048
PLAIN = re.compile(r"[+-]?[0-9]{1,16}(\.[0-9]{1,8})?")


def asked(
    method: str,
    address: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    most: int = MOST_BYTES,
    within: float | None = None,
) -> Answer:
    """Return the whole answer of a provider, whatever it says. ProviderUnreachable.

    A provider that is busy or broken has not decided anything, so it counts as not reached.
    """
    answer = call(method, address, body=body, headers=headers, most=most, within=within)
    busy = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if busy or answer.status in {0, HTTPStatus.TOO_MANY_REQUESTS} or not answer.whole:
        log.warning(
            "%s gave no answer that counts: %s %s", urlsplit(address).hostname, answer.status,
            answer.said or ("" if answer.whole else "too long"),
        )  # fmt: skip
        raise ProviderUnreachable
    return answer


def odd(said: str) -> ProviderUnreachable:
    """Return what to raise for an answer that cannot be trusted or read: nothing is known by it."""
    log.warning("An answer about a payment was put aside: %s", said)
    return ProviderUnreachable()


def object_in(body: bytes | str) -> dict[str, Any]:
    """Return the JSON object of an answer. ProviderUnreachable."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise odd("no JSON") from None
    if not isinstance(told, dict):
        raise odd("no JSON object")
    return told


def notice_in(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a notice. BadNotice."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise BadNotice from None
    if not isinstance(told, dict):
        raise BadNotice
    return told


def refuse_stale(timestamp: str, at: datetime, tolerance: timedelta = STALE) -> None:
    """Refuse what was signed too long before or after a moment, in seconds of Unix. BadNotice."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        raise BadNotice
    if abs(at.timestamp() - int(timestamp)) > tolerance.total_seconds():
        raise BadNotice


def minor_of(text: str, digits: int = 2) -> int:
    """Return an amount in major units as whole minor units; never by way of a float. ValueError.

    >>> [minor_of(one) for one in ("0.10", "1.1", "100", "-0.06")]
    [10, 110, 10000, -6]
    """
    exact = exact_of(text).scaleb(digits)
    if exact != int(exact):
        raise ValueError(f"{text!r} is no whole amount.")
    return int(exact)


def exact_of(text: str) -> Decimal:
    """Return an amount as it is written, without exponents and the like. ValueError."""
    if not PLAIN.fullmatch(text.strip()):
        raise ValueError(f"{text[:40]!r} is no amount.")
    return Decimal(text.strip())


def major_of(minor: int) -> str:
    """Return whole fen as yuan with two decimals.

    >>> major_of(10), major_of(110), major_of(10000)
    ('0.10', '1.10', '100.00')
    """
    return f"{minor // 100}.{minor % 100:02d}"


def beijing_time(text: str) -> datetime | None:
    """Return a moment written as 2026-11-23 12:00:00 in Beijing, or as RFC 3339; None for none."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=BEIJING)


def today_in_beijing() -> datetime:
    """Return the time of now as it is told in Beijing."""
    return now().astimezone(BEIJING)


def only_cny(currency: str) -> None:
    """Refuse every currency but the yuan. ProviderRefused."""
    if currency != "CNY":
        raise ProviderRefused("Only CNY can be taken in here.")


def pem(text: str, kind: str) -> str:
    """Return a key with the lines around it, which some services leave away; `kind` names it."""
    bare = text.strip()
    if not bare or bare.startswith("-----BEGIN"):
        return bare
    joined = "".join(bare.split())
    rows = [joined[i : i + 64] for i in range(0, len(joined), 64)]
    return "\n".join([f"-----BEGIN {kind}-----", *rows, f"-----END {kind}-----", ""])


def is_number(text: str) -> bool:
    """Return whether a text is made of digits, as account numbers are."""
    return text.isascii() and text.isdecimal() and len(text) <= 32


def is_private_key(text: str) -> bool:
    """Return whether a text is a private RSA key that is long enough."""
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError):
        return False
    return isinstance(key, RSAPrivateKey) and key.key_size >= LEAST_BITS


def is_public_key(text: str) -> bool:
    """Return whether a text is a public RSA key that is long enough."""
    try:
        key = load_pem_public_key(text.encode())
    except ValueError:
        return False
    return isinstance(key, RSAPublicKey) and key.key_size >= LEAST_BITS
