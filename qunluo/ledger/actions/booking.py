"""Writing a transfer: lock, refuse, write, tell; the database seals it and moves the balances."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, connection

from qunluo.kernel.clock import now
from qunluo.kernel.ids import uuid7
from qunluo.kernel.outbox import publish_all
from qunluo.kernel.tx import write_tx
from qunluo.ledger import errors
from qunluo.ledger.actions.expiring import release_expired
from qunluo.ledger.events import TransferPosted
from qunluo.ledger.models import Balance, Hold, Posting, Transfer
from qunluo.ledger.rules import legs as rules
from qunluo.ledger.rules.legs import NOTHING, Cause, Leg
from qunluo.ledger.rules.purposes import kinds

if TYPE_CHECKING:
    from qunluo.kernel.events import Event

POSTINGS = "INSERT INTO ledger_posting (transfer_id, account_id, amount, place) VALUES "
HEADER = """INSERT INTO ledger_transfer (id, community_id, kind, key, digest, cause_type, cause_id,
actor_id, memo, occurred_at, at, corrects_id, number)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
OVERDRAWN = "ledger_never_overdrawn"


@dataclass(frozen=True)
class Draft:
    """A transfer that is to be."""

    community_id: int
    kind: str
    legs: Sequence[Leg]
    key: str
    digest: str
    cause: Cause = NOTHING
    actor_id: int | None = None
    memo: str = ""
    occurred_at: datetime | None = None
    corrects_id: UUID | None = None
    number: int | None = None
    hold: Hold | None = None  # what it takes
    tell: "Callable[[Draft], Event] | None" = None  # what more there is to tell about it
    id: UUID = field(default_factory=uuid7)

    def __post_init__(self) -> None:
        """Refuse what is no transfer. UnknownKind, BadKey, NotBalanced, OtherBooks."""
        if self.kind not in kinds():
            raise errors.UnknownKind(kind=self.kind)
        if not 1 <= len(self.key) <= rules.KEY_LENGTH or "\0" in self.key:
            raise errors.BadKey
        rules.check_cause(self.cause)
        wrong = rules.faults(self.legs, self.community_id)
        if wrong == "books":
            raise errors.OtherBooks
        if wrong:
            raise errors.NotBalanced


def book(draft: Draft, write: Callable[[Draft], Transfer] | None = None) -> Transfer:
    """Write a transfer, or return the one that its key stands for. InsufficientFunds and others.

    `write` is what to do in the transaction; by default it covers, inserts and tells.
    """
    try:
        with write_tx():
            return (write or _write)(draft)
    except IntegrityError as error:
        if first := earlier(draft):
            return first
        if OVERDRAWN in str(error):
            raise errors.InsufficientFunds from error
        if draft.corrects_id:
            raise errors.CorrectedMeanwhile from error
        raise


def _write(draft: Draft) -> Transfer:
    balances = locked(draft)
    # After the lock, so that whoever waited for the first of two requests sees what it wrote.
    if first := earlier(draft):
        return first
    cover(rules.net(draft.legs), balances)
    # Named now, so that transfers of one account sort in the order in which they counted.
    return insert(replace(draft, id=uuid7()))


def earlier(draft: Draft) -> Transfer | None:
    """Return the transfer that a key stands for already. LedgerKeyReused for another body."""
    return written(draft.community_id, draft.key, draft.digest, lambda found: _same(found, draft))


def written(
    community_id: int, key: str, digest: str, same: Callable[[Transfer], bool]
) -> Transfer | None:
    """Return the transfer of a key. LedgerKeyReused when its body was another.

    A digest is made of ids, and a restored archive has others: then what is booked decides.
    """
    found = Transfer.objects.filter(community_id=community_id, key=key).first()
    if found and found.digest != digest and not same(found):
        raise errors.LedgerKeyReused
    return found


def _same(found: Transfer, draft: Draft) -> bool:
    """Tell whether a transfer books what a draft would."""
    taken = Hold.objects.filter(capture=found).values_list("key", flat=True).first()
    holds = {draft.hold.key, honoured(draft.hold.key)} if draft.hold else {None}
    legs = Posting.objects.filter(transfer=found).values_list("account_id", "amount")
    return (
        (found.kind, found.cause_type, found.cause_id) == (draft.kind, *draft.cause)
        and found.corrects_id == draft.corrects_id
        and taken in holds
        and sorted(legs) == sorted(rules.merged(draft.legs))
    )


def honoured(key: str) -> str:
    """Return the key of the hold that stands for one that lapsed."""
    return f"honour:{rules.digest(key)}"


def locked(draft: Draft) -> dict[int, int]:
    """Return what is free on the accounts that cannot be overdrawn, and let nobody else move it.

    Always in the order of the accounts, so that no two transfers wait for each other; before the
    postings are written, so that those of an account stand in the order in which they counted.
    """
    kept = {leg.account.pk for leg in draft.legs if not leg.account.overdraws}
    return free(kept) if kept else {}


def free(accounts: set[int]) -> dict[int, int]:
    """Lock balances in the order of their accounts; return what is free on each."""
    rows = Balance.objects.filter(pk__in=accounts).order_by("pk").select_for_update()
    return {pk: posted - held for pk, posted, held in rows.values_list("pk", "posted", "held")}


def cover(moves: Mapping[int, int], balances: Mapping[int, int]) -> None:
    """Refuse to take more than is free, holds whose time is over not counted. InsufficientFunds.

    The database would refuse it as well; this knows why.
    """
    short = {pk for pk, amount in moves.items() if balances.get(pk, 0) + amount < 0}
    short &= balances.keys()
    if short and release_expired(short):
        balances = {**balances, **free(short)}
        short = {pk for pk in short if balances[pk] + moves[pk] < 0}
    if short:
        worst = min(short, key=lambda pk: balances[pk] + moves[pk])
        raise errors.InsufficientFunds(available=balances[worst], wanted=-moves[worst])


def insert(draft: Draft, *more: "Event") -> Transfer:
    """Write postings, then the row that seals them, then tell."""
    moment = now()
    transfer = Transfer(
        id=draft.id,
        community_id=draft.community_id,
        kind=draft.kind,
        key=draft.key,
        digest=draft.digest,
        cause_type=draft.cause.type,
        cause_id=draft.cause.id,
        actor_id=draft.actor_id,
        memo=draft.memo.replace("\0", "")[: rules.MEMO_LENGTH],
        occurred_at=draft.occurred_at or moment,
        at=moment,
        corrects_id=draft.corrects_id,
        number=draft.number,
    )
    write_rows(transfer, rules.merged(draft.legs))
    transfer._state.adding = False
    told = [draft.tell(draft)] if draft.tell else []
    publish_all([_posted(draft), *told, *more])
    return transfer


def write_rows(transfer: Transfer, legs: Sequence[tuple[int, int]]) -> None:
    """Write the rows of a transfer by two statements, without the detour over model objects."""
    sqlite = connection.vendor == "sqlite"
    uid: Any = transfer.id.hex if sqlite else transfer.id
    moments: list[Any] = [transfer.occurred_at, transfer.at]
    corrects: Any = transfer.corrects_id
    if sqlite:
        moments = [connection.ops.adapt_datetimefield_value(one) for one in moments]
        corrects = corrects.hex if corrects else None
    places = ", ".join(["(%s, %s, %s, %s)"] * len(legs))
    values = [v for place, (pk, amount) in enumerate(legs) for v in (uid, pk, amount, place)]
    with connection.cursor() as cursor:
        cursor.execute(POSTINGS + places, values)
        cursor.execute(
            HEADER,
            [
                uid, transfer.community_id, transfer.kind, transfer.key, transfer.digest,
                transfer.cause_type, transfer.cause_id, transfer.actor_id, transfer.memo,
                *moments, corrects, transfer.number,
            ],
        )  # fmt: skip


def _posted(draft: Draft) -> TransferPosted:
    units = {leg.account.unit for leg in draft.legs}
    single = units.pop() if len(units) == 1 else None
    return TransferPosted(
        community_id=draft.community_id,
        actor_id=draft.actor_id,
        person_id=only_person(draft.legs),
        transfer_id=str(draft.id),
        kind=draft.kind,
        unit=single.code if single else "",
        amount=sum(leg.amount for leg in draft.legs if leg.amount > 0) if single else 0,
        cause_type=draft.cause.type,
        cause_id=draft.cause.id,
        corrects=str(draft.corrects_id) if draft.corrects_id else "",
    )


def only_person(legs: Sequence[Leg]) -> int | None:
    """Return the person whose wallet is touched, when it is one person's."""
    people = {leg.account.person_id for leg in legs} - {None}
    return people.pop() if len(people) == 1 else None
