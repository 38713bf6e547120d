"""Proving the books: everything the ledger promises, asked of every row anew.

Each promise is one statement, which sees one state of the database, over a window of rows, so that
neither the memory nor a running shop feels it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from qunluo.kernel.text import _
from qunluo.ledger.models import Account, Hold, Transfer
from qunluo.ledger.rules.purposes import purposes

if TYPE_CHECKING:
    from django.db.models import QuerySet

TRANSFERS, ACCOUNTS = 20_000, 5_000  # in one window
SHOWN = 20  # rows named of each kind
Progress = Callable[[int, int, str], None]

BALANCED = """
SELECT p.transfer_id, MAX(CASE WHEN t.id IS NULL THEN 1 ELSE 0 END),
    MAX(CASE WHEN a.community_id = t.community_id THEN 0 ELSE 1 END),
    MAX(CASE WHEN p.amount = CAST(p.amount AS bigint) THEN 0 ELSE 1 END)
FROM ledger_posting p LEFT JOIN ledger_account a ON a.id = p.account_id
LEFT JOIN ledger_transfer t ON t.id = p.transfer_id
WHERE {window} {here}
GROUP BY p.transfer_id, a.unit_id
HAVING MAX(CASE WHEN t.id IS NULL THEN 1 ELSE 0 END) = 1 OR SUM(p.amount) <> 0
    OR MIN(ABS(p.amount)) = 0
    OR MAX(CASE WHEN p.amount = CAST(p.amount AS bigint) THEN 0 ELSE 1 END) = 1
    OR MAX(CASE WHEN a.community_id = t.community_id THEN 0 ELSE 1 END) = 1"""
EMPTY = """
SELECT t.id FROM ledger_transfer t WHERE {window} {here}
AND NOT EXISTS (SELECT 1 FROM ledger_posting p WHERE p.transfer_id = t.id)"""
REPLAYED = """
SELECT a.id, b.posted, COALESCE(r.total, 0), COALESCE(r.lowest, 0), b.held, COALESCE(h.total, 0)
FROM ledger_account a
LEFT JOIN ledger_balance b ON b.account_id = a.id
LEFT JOIN (
    SELECT account_id, SUM(amount) AS total, MIN(running) AS lowest FROM (
        SELECT account_id, amount,
            SUM(amount) OVER (PARTITION BY account_id ORDER BY first) AS running
        FROM (SELECT p.account_id, SUM(p.amount) AS amount, MIN(p.id) AS first
            FROM ledger_posting p JOIN ledger_account k ON k.id = p.account_id
            WHERE p.account_id > %s AND p.account_id <= %s AND NOT k.overdraws
            GROUP BY p.account_id, p.transfer_id) moved) replay
    GROUP BY account_id) r ON r.account_id = a.id
LEFT JOIN (
    SELECT account_id, SUM(amount) AS total FROM ledger_hold
    WHERE state = 'held' AND account_id > %s AND account_id <= %s GROUP BY account_id
    ) h ON h.account_id = a.id
WHERE a.id > %s AND a.id <= %s AND NOT a.overdraws {here} AND (
    b.account_id IS NULL OR b.posted <> COALESCE(r.total, 0) OR COALESCE(r.lowest, 0) < 0
    OR b.held <> COALESCE(h.total, 0) OR b.held > b.posted)"""
HOLDS = """
SELECT h.id FROM ledger_hold h
LEFT JOIN ledger_transfer t ON t.id = h.capture_id
WHERE ((h.state = 'captured') <> (h.capture_id IS NOT NULL)
    OR h.amount <> CAST(h.amount AS bigint)
    OR h.state = 'captured' AND (t.id IS NULL OR h.captured < 1 OR h.captured > h.amount
        OR h.community_id <> t.community_id OR h.captured <> COALESCE((
            SELECT -SUM(p.amount) FROM ledger_posting p
            WHERE p.transfer_id = t.id AND p.account_id = h.account_id), 0))) {here}"""
TAKEN_TWICE = """
SELECT h.capture_id FROM ledger_hold h WHERE h.capture_id IS NOT NULL {here}
GROUP BY h.capture_id HAVING COUNT(*) > 1"""
CORRECTIONS = """
SELECT t.id FROM ledger_transfer t LEFT JOIN ledger_transfer o ON o.id = t.corrects_id
WHERE t.corrects_id IS NOT NULL {here}
AND (o.id IS NULL OR o.corrects_id IS NOT NULL OR o.community_id <> t.community_id)"""
UNITS = """
SELECT a.id FROM ledger_account a LEFT JOIN ledger_unit u ON u.id = a.unit_id
WHERE (u.id IS NULL OR u.community_id <> a.community_id) {here}"""
KEYS = """
SELECT t.key FROM ledger_transfer t WHERE 1 = 1 {here}
GROUP BY t.community_id, t.key HAVING COUNT(*) > 1"""

SAYINGS = {
    "unsealed": _("postings without their transfer"),
    "unbalanced": _("transfers that do not add up to nothing"),
    "fractions": _("transfers of amounts that are no whole numbers"),
    "books": _("transfers that touch the books of another community"),
    "empty": _("transfers without postings"),
    "unkept": _("accounts without their balance"),
    "posted": _("balances that are not what was booked"),
    "overdrawn": _("accounts that were overdrawn at some moment"),
    "held": _("balances that hold another amount than their holds"),
    "holds": _("holds that did not end as they should"),
    "corrections": _("corrections of something that cannot be corrected"),
    "keys": _("keys that stand for two transfers"),
    "units": _("accounts that count in a unit of another community"),
    "purposes": _("accounts that are not as their purpose says"),
}


@dataclass
class Proof:
    """What was looked at and what is wrong: how often, and the first rows of each kind by name."""

    transfers: int = 0
    accounts: int = 0
    holds: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    rows: dict[str, list[str]] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """Return whether every promise is kept."""
        return not self.wrong

    def find(self, rule: str, row: object) -> None:
        """Note a row that breaks a promise."""
        self.wrong[rule] += 1
        named = self.rows.setdefault(rule, [])
        if len(named) < SHOWN:
            named.append(str(row))


def verify(
    *, community_id: int | None = None, progress: Progress = lambda _done, _total, _note: None
) -> Proof:
    """Prove the books of one community, or of all."""
    proof = Proof()
    mine = {} if community_id is None else {"community": community_id}
    proof.transfers = Transfer.objects.filter(**mine).count()
    proof.accounts = Account.objects.filter(**mine).count()
    proof.holds = Hold.objects.filter(**mine).count()
    total = proof.transfers + proof.accounts + proof.holds
    for done in _sealed(proof, community_id):
        progress(done, total, "")
    for done in _replayed(proof, community_id):
        progress(proof.transfers + done, total, "")
    _once(proof, community_id)
    for pk in _strange(Account.objects.filter(**mine)):
        proof.find("purposes", pk)
    progress(total, total, "")
    return proof


def _sealed(proof: Proof, community_id: int | None) -> Iterator[int]:
    """Look at the postings of each transfer; what belongs to none lies between two of them."""
    low: Any = None
    done = 0
    while True:
        high = _bound(low)
        postings, given = _window("p.transfer_id", low, high)
        here = _here("a", community_id)
        for pk, unsealed, strange, broken in _ask(BALANCED, postings, here, given):
            rule = (
                "unsealed" if unsealed
                else "books" if strange
                else "fractions" if broken
                else "unbalanced"
            )  # fmt: skip
            proof.find(rule, _name(pk))
        headers, given = _window("t.id", low, high)
        for (pk,) in _ask(EMPTY, headers, _here("t", community_id), given):
            proof.find("empty", _name(pk))
        if high is None:
            break
        low = high
        done += TRANSFERS
        yield min(done, proof.transfers)


def _replayed(proof: Proof, community_id: int | None) -> Iterator[int]:
    """Play each balance again, in the order in which it moved."""
    last = Account.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for low in range(0, last, ACCOUNTS):
        given = [low, low + ACCOUNTS] * 3
        rows = _ask(REPLAYED, "", _here("a", community_id), given)
        for pk, posted, booked, lowest, held, holds in rows:
            if posted is None:
                proof.find("unkept", pk)
                continue
            for rule, broken in (
                ("posted", posted != booked),
                ("overdrawn", lowest < 0 or held > posted),
                ("held", held != holds),
            ):
                if broken:
                    proof.find(rule, pk)
        yield min(low + ACCOUNTS, proof.accounts)


def _once(proof: Proof, community_id: int | None) -> None:
    for rule, sql, table in (
        ("holds", HOLDS, "h"),
        ("holds", TAKEN_TWICE, "h"),
        ("corrections", CORRECTIONS, "t"),
        ("keys", KEYS, "t"),
        ("units", UNITS, "a"),
    ):
        for (row,) in _ask(sql, "", _here(table, community_id), []):
            proof.find(rule, row if rule in {"keys", "units"} else _name(row))


def _strange(accounts: "QuerySet[Account]") -> Iterator[int]:
    """Yield accounts whose owner, label or leave to be overdrawn is not that of their purpose."""
    known = Q(pk__in=[])
    for one in purposes().values():
        mine = Q(purpose=one.code, owner=one.owner, overdraws=one.overdraws)
        known |= mine & (~Q(label="") if one.labelled else Q(label=""))
    yield from accounts.exclude(known).order_by("pk").values_list("pk", flat=True).iterator()


def _bound(low: Any) -> Any:
    """Return the id of the last transfer of a window; None when it is the last window."""
    after = "WHERE id > %s" if low is not None else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM ledger_transfer {after} ORDER BY id LIMIT 1 OFFSET %s",  # noqa: S608
            [*([low] if low is not None else []), TRANSFERS - 1],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _window(column: str, low: Any, high: Any) -> tuple[str, list[Any]]:
    bounds = [(">", low)] if low is not None else []
    bounds += [("<=", high)] if high is not None else []
    return " AND ".join(f"{column} {sign} %s" for sign, _v in bounds) or "1 = 1", [
        value for _sign, value in bounds
    ]


def _here(table: str, community_id: int | None) -> str:
    return "" if community_id is None else f"AND {table}.community_id = {int(community_id)}"


def _ask(sql: str, window: str, here: str, given: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(window=window, here=here), given)
        return list(cursor.fetchall())


def _name(pk: object) -> str:
    """Return an id of the database as it is written: SQLite keeps them without hyphens."""
    try:
        return str(UUID(str(pk)))
    except ValueError:  # damaged
        return str(pk)
