"""How long a tier lasts; plain Python."""

from calendar import monthrange
from datetime import datetime, timedelta


def after(start: datetime, months: int, days: int) -> datetime:
    """Return when a time ends that begins at `start`, on the same day of the month or its last."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day) + timedelta(days=days)
