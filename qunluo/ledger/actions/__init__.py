"""Everything that writes the books."""

from qunluo.ledger.actions.accounts import Wanted, ensure_account, ensure_accounts
from qunluo.ledger.actions.correcting import correct, correct_by_hand, reverse, reverse_by_hand
from qunluo.ledger.actions.expiring import release_due_holds
from qunluo.ledger.actions.holding import capture, hold, release
from qunluo.ledger.actions.own_data import erase
from qunluo.ledger.actions.points import give_points, name_points, tell_of_points
from qunluo.ledger.actions.posting import post
from qunluo.ledger.actions.spending import spend
from qunluo.ledger.rules.legs import Cause, Leg

__all__ = [
    "Cause",
    "Leg",
    "Wanted",
    "capture",
    "correct",
    "correct_by_hand",
    "ensure_account",
    "ensure_accounts",
    "erase",
    "give_points",
    "hold",
    "name_points",
    "post",
    "release",
    "release_due_holds",
    "reverse",
    "reverse_by_hand",
    "spend",
    "tell_of_points",
]
