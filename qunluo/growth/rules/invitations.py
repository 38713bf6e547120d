"""When an invitation can be used and how many places somebody may still give."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_PLACES = 500
NOTE_LENGTH = 200
CODE_LENGTH = 8


@dataclass(frozen=True)
class Policy:
    """The numbers of a community; each is a default† that its operators may change."""

    member_quota: int = 10
    invitation_days: int = 30
    dormant_days: int = 90
    reactivation_days: int = 90
    phone_region: str = "CN"

    def expiry(self, at: datetime) -> datetime:
        """Return until when an invitation made now holds."""
        return at + timedelta(days=self.invitation_days)


@dataclass(frozen=True)
class Allowance:
    """How many places a member may give (None: as many as they like) and has given."""

    quota: int | None
    taken: int

    @property
    def left(self) -> int | None:
        """Return how many places are left; None when there is no limit."""
        return None if self.quota is None else max(0, self.quota - self.taken)


def state(
    *, used: int, max_uses: int, expires_at: datetime | None, revoked_at: datetime | None,
    at: datetime,
) -> str:  # fmt: skip
    """Return live, revoked, expired or used_up; a revoked one stays revoked."""
    if revoked_at is not None:
        return "revoked"
    if used >= max_uses:
        return "used_up"
    return "expired" if expires_at is not None and expires_at <= at else "live"
