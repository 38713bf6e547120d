"""The first hundred: one seat each, and no seat 101."""

SEATS = 100
BADGE = "founding100"
KOL_BADGE = "kol"
BADGES = {"founding": BADGE, "kol": KOL_BADGE}
SOURCE = "founding-100"


def free_seat(taken: set[int]) -> int | None:
    """Return the lowest free seat, or None when all are taken.

    >>> free_seat({1, 2, 4}), free_seat(set(range(1, 101)))
    (3, None)
    """
    return next((seat for seat in range(1, SEATS + 1) if seat not in taken), None)
