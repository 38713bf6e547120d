"""When a mail is tried again, and whom unasked mail may reach; plain Python."""

import hashlib
import re
from datetime import datetime, timedelta

TRANSACTIONAL, INVITATION, NOTICE = "transactional", "invitation", "notice"
KINDS = (TRANSACTIONAL, INVITATION, NOTICE)
# Twelve attempts over about three days: long enough for a mail server's bad weekend.
WAITS = tuple(
    timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 30, 60, 120, 240, 480, 960, 1440)
)
# A worker that dies while sending leaves the mail to the next one after this time.
LEASE = timedelta(minutes=5)
SENT_KEPT = timedelta(days=30)
_ADDRESS = re.compile(r"[^@\s<>\"(),:;\\]+@[^@\s<>\"(),:;\\]+\.[^@\s<>\"(),:;\\.]+")
_LOCAL = re.compile(r"[^@\s<>\"(),:;\\]+@localhost")


def normal_address(address: str) -> str:
    """Return the address as it is compared, or '' when it is none."""
    address = address.strip().lower()
    fits = _ADDRESS.fullmatch(address) or _LOCAL.fullmatch(address)
    return address if fits and len(address) <= 254 else ""


def digest(address: str) -> str:
    """Return what the suppression list keeps; without a key, so that it survives a move."""
    return hashlib.sha256(f"qunluo:{normal_address(address)}".encode()).hexdigest()


def asked_for(kind: str) -> bool:
    """Return True for mail that the recipient has just asked for and always gets."""
    return kind == TRANSACTIONAL


def next_try(attempts: int, at: datetime, expires_at: datetime | None) -> datetime | None:
    """Return when to try again after so many failed attempts, None to give up."""
    if attempts > len(WAITS):
        return None
    again = at + WAITS[attempts - 1]
    return None if expires_at and again > expires_at else again
