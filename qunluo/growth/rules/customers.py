"""In which state a customer is, and how reactivation is counted."""

from dataclasses import dataclass
from datetime import date, timedelta

from qunluo.kernel.text import _

BUYING, DORMANT, MEMBER, RETURNED = "buying", "dormant", "member", "returned"
STATES = {
    BUYING: _("Buying"),
    DORMANT: _("Dormant"),
    MEMBER: _("Member"),
    RETURNED: _("Reactivated"),
}
MEANINGS = {
    BUYING: _("Bought within the last {days} days, and is no member yet."),
    DORMANT: _("Did not buy within the last {days} days (or never did), and is no member."),
    MEMBER: _("Joined the community and was recognised."),
    RETURNED: _("Was dormant when invited, and then joined or bought again."),
}
BATCH_LIMIT = 2_000
LEFT_OUT = {
    "no_email": _("have no e-mail address"),
    "no_consent": _("did not agree to be written to"),
    "unsubscribed": _("unsubscribed"),
    "member": _("are members already"),
}


def dormant_before(today: date, days: int) -> date:
    """Return the day before which a last purchase makes a customer dormant."""
    return today - timedelta(days=days)


def state(
    *, person_id: int | None, returned: bool, was_dormant: bool, last_order_on: date | None,
    today: date, days: int,
) -> str:  # fmt: skip
    """Return buying, dormant, member or returned."""
    if was_dormant and returned:
        return RETURNED
    if person_id is not None:
        return MEMBER
    if last_order_on is not None and last_order_on >= dormant_before(today, days):
        return BUYING
    return DORMANT


@dataclass(frozen=True)
class Reactivation:
    """Reactivated ÷ invited while dormant, both among the invitations of the last `days`."""

    invited: int
    returned: int
    days: int

    @property
    def rate(self) -> float | None:
        """Return the share, or None when nobody dormant was invited."""
        return self.returned / self.invited if self.invited else None


@dataclass(frozen=True)
class Summary:
    """How many customers there are, by state and by what may be done."""

    total: int
    buying: int
    dormant: int
    members: int
    returned: int
    unsubscribed: int
    reachable: int
    hostless: int
