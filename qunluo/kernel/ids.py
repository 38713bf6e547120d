"""Identifiers: sortable, secret, and short ones that people can read aloud."""

import random
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from qunluo.kernel.clock import now

# No 0/O, 1/I/L: a code survives handwriting and a phone call.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_random: ContextVar[random.Random | None] = ContextVar("random", default=None)


def _bits(count: int) -> int:
    seeded = _random.get()
    return seeded.getrandbits(count) if seeded else secrets.randbits(count)


def uuid7() -> UUID:
    """Return a UUID that sorts by the clock (RFC 9562, version 7, microseconds in rand_a)."""
    micros = round(now().timestamp() * 1_000_000)
    millis, rest = divmod(micros, 1000)
    fraction = rest * 4096 // 1000
    return UUID(int=millis << 80 | 7 << 76 | fraction << 64 | 0b10 << 62 | _bits(62))


def token(nbytes: int = 20) -> str:
    """Return a URL-safe secret of that many random bytes."""
    return urlsafe_b64encode(_bits(nbytes * 8).to_bytes(nbytes)).rstrip(b"=").decode()


def short_code(n: int = 8) -> str:
    """Return n characters from A-Z and 2-9 without look-alikes; 8 hold 39 bits."""
    seeded = _random.get()
    choice = seeded.choice if seeded else secrets.choice
    return "".join(choice(ALPHABET) for _ in range(n))


@contextmanager
def seeded(seed: int) -> Iterator[random.Random]:
    """Make ids inside the block repeatable; for the demo only, since they can be guessed."""
    generator = random.Random(seed)  # noqa: S311 -- repeatable on purpose
    before = _random.set(generator)
    try:
        yield generator
    finally:
        _random.reset(before)
