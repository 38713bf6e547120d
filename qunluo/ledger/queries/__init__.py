"""Reading the books; fetching is permission."""

from qunluo.ledger.queries.accounts import (
    Amounts,
    Holding,
    accounts_of,
    balance,
    balances,
    community_accounts,
    get_account,
    get_books,
    own_account,
    sees_books,
    wallets_matching,
)
from qunluo.ledger.queries.clearing import clearing_entries
from qunluo.ledger.queries.holds import due_holds, find_hold, open_holds
from qunluo.ledger.queries.own_data import KEEPS, blockers, own_documents
from qunluo.ledger.queries.permissions import GIVE, MANAGE, VIEW
from qunluo.ledger.queries.points import known_wallets, points_name
from qunluo.ledger.queries.proof import SAYINGS, Proof, verify
from qunluo.ledger.queries.statements import (
    LegView,
    Line,
    Totals,
    TransferView,
    TrialLine,
    booked,
    booked_for,
    find_transfer,
    get_transfer,
    statement,
    statement_totals,
    totals_of,
    transfers,
    trial_balance,
    whole_statement,
)
from qunluo.ledger.rules.legs import MOST_POINTS
from qunluo.ledger.rules.purposes import NAME_LENGTH, PLAIN_POINTS, POINTS, Named, kinds, purposes
from qunluo.ledger.rules.reconcile import SAYINGS as RECONCILED
from qunluo.ledger.rules.reconcile import BillRow, Entry, Report, read_bill, reconcile
from qunluo.ledger.rules.saying import amount_said, plain_amount, unit_said

__all__ = [
    "GIVE",
    "KEEPS",
    "MANAGE",
    "MOST_POINTS",
    "NAME_LENGTH",
    "POINTS",
    "RECONCILED",
    "SAYINGS",
    "VIEW",
    "Amounts",
    "BillRow",
    "Entry",
    "Holding",
    "LegView",
    "Line",
    "PLAIN_POINTS",
    "Named",
    "Proof",
    "Report",
    "Totals",
    "TransferView",
    "TrialLine",
    "accounts_of",
    "amount_said",
    "balance",
    "balances",
    "blockers",
    "booked",
    "booked_for",
    "clearing_entries",
    "community_accounts",
    "due_holds",
    "find_hold",
    "find_transfer",
    "get_account",
    "get_books",
    "get_transfer",
    "kinds",
    "known_wallets",
    "open_holds",
    "own_account",
    "own_documents",
    "plain_amount",
    "points_name",
    "purposes",
    "read_bill",
    "reconcile",
    "sees_books",
    "statement",
    "statement_totals",
    "totals_of",
    "transfers",
    "trial_balance",
    "unit_said",
    "verify",
    "wallets_matching",
    "whole_statement",
]
