"""The tables of the ledger."""

from qunluo.ledger.models.accounts import Account, Balance, PointsName, Unit
from qunluo.ledger.models.books import Posting, Transfer
from qunluo.ledger.models.holds import Hold

__all__ = ["Account", "Balance", "Hold", "PointsName", "Posting", "Transfer", "Unit"]
