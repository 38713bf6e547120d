"""Letting open pages know that a bell shows another number; the number is asked when it is told."""

from collections.abc import Iterable

from qunluo.kernel.whisper import whisper

AT_ONCE = 500  # people in one whisper: PostgreSQL carries 8,000 bytes


def ring(people: Iterable[int]) -> None:
    """Say that the bells of some people changed; inside the transaction that changed them."""
    wanted = sorted(set(people))
    for start in range(0, len(wanted), AT_ONCE):
        whisper("bell", people=wanted[start : start + AT_ONCE])
