"""How orders move: forward only, and who may move them; plain Python."""

from collections.abc import Mapping

# From which states an order may come into each. A payment that comes late takes up an order that
# has ended unpaid, when there is still enough for it.
MOVES: Mapping[str, tuple[str, ...]] = {
    "paid": ("placed", "expired", "cancelled"),
    "confirmed": ("paid",),
    "fulfilled": ("confirmed",),
    "received": ("fulfilled",),
    "settled": ("received",),
    "cancelled": ("placed",),
    "expired": ("placed",),
    "refunded": ("paid", "confirmed", "fulfilled", "received", "settled"),
}
LIVE = ("placed", "paid", "confirmed", "fulfilled")  # something is still owed to somebody
PAID = ("paid", "confirmed", "fulfilled", "received", "settled")
UNPAID_END = ("expired", "cancelled")
REFUNDABLE = ("paid", "confirmed", "fulfilled", "received", "settled")


def may_move(before: str, after: str) -> bool:
    """Tell whether an order in one state may come into another.

    >>> may_move("paid", "confirmed"), may_move("settled", "paid")
    (True, False)
    """
    return before in MOVES.get(after, ())
