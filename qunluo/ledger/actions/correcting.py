"""Correcting by difference: what should be, minus what is booked, is posted; nothing is edited."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from qunluo.community import queries as communities
from qunluo.kernel.events import Event
from qunluo.kernel.text import _
from qunluo.ledger import errors, events
from qunluo.ledger.actions.booking import Draft, book, written
from qunluo.ledger.models import Account, Transfer
from qunluo.ledger.queries.permissions import MANAGE
from qunluo.ledger.queries.statements import booked
from qunluo.ledger.rules.legs import MEMO_LENGTH, Cause, Leg, difference, digest, net, plain

if TYPE_CHECKING:
    from qunluo.people.models import Person

Tell = Callable[[Draft], Event]


def correct(
    *,
    transfer: Transfer,
    should: Sequence[Leg],
    key: str,
    actor: "Person | None" = None,
    memo: str = "",
    kind: str = "correction",
) -> Transfer:
    """Post the difference between what should be and what the transfer and its corrections book.

    NotCorrectable, NothingToCorrect, CorrectedMeanwhile, and what post raises.
    """
    return _correct(transfer, should, key, actor, memo, kind)


def reverse(
    *, transfer: Transfer, key: str, actor: "Person | None" = None, memo: str = ""
) -> Transfer:
    """Undo a transfer by its opposite: a correction after which nothing of it is left."""
    return correct(transfer=transfer, should=[], key=key, actor=actor, memo=memo, kind="reversal")


def correct_by_hand(
    *, actor: "Person", transfer: Transfer, should: Sequence[Leg], reason: str, key: str
) -> Transfer:
    """Correct a transfer as somebody who keeps the books, with a reason that stays with it.

    Nobody corrects what touches their own account. PermissionMissing, OwnAccount, InvalidEntry,
    and what correct raises.
    """
    return _by_hand(actor, transfer, should, reason, key, "correction")


def reverse_by_hand(*, actor: "Person", transfer: Transfer, reason: str, key: str) -> Transfer:
    """Undo a transfer as somebody who keeps the books. As correct_by_hand."""
    return _by_hand(actor, transfer, [], reason, key, "reversal")


def _by_hand(
    actor: "Person", transfer: Transfer, should: Sequence[Leg], reason: str, key: str, kind: str
) -> Transfer:
    communities.require(actor, transfer.community, MANAGE)
    reason = said_reason(reason)
    # What earlier corrections booked on it counts as well: the next one takes it into account.
    touched = Account.objects.filter(person=actor, pk__in=booked(transfer))
    if touched.exists() or any(leg.account.person_id == actor.pk for leg in should):
        raise errors.OwnAccount

    def tell(draft: Draft) -> Event:
        return events.TransferCorrected(
            community_id=transfer.community_id,
            actor_id=actor.pk,
            transfer_id=str(transfer.pk),
            correction_id=str(draft.id),
        )

    return _correct(transfer, should, key, actor, reason, kind, tell)


def _correct(
    transfer: Transfer,
    should: Sequence[Leg],
    key: str,
    actor: "Person | None",
    memo: str,
    kind: str,
    tell: Tell | None = None,
) -> Transfer:
    if transfer.corrects_id:
        raise errors.NotCorrectable
    if any(leg.account.community_id != transfer.community_id for leg in should):
        raise errors.OtherBooks
    body = digest("correct", transfer.pk, plain(should))
    wanted = {pk: amount for pk, amount in net(should).items() if amount}

    def same(found: Transfer) -> bool:
        return found.corrects_id == transfer.pk and wanted == booked(transfer, found.number)

    if first := written(transfer.community_id, key, body, same):
        return first
    number = Transfer.objects.filter(corrects=transfer).count()
    legs = _legs(difference(net(should), booked(transfer)))
    if not legs:
        raise errors.NothingToCorrect
    draft = Draft(
        community_id=transfer.community_id,
        kind=kind,
        legs=legs,
        key=key,
        digest=body,
        cause=Cause(transfer.cause_type, transfer.cause_id),
        actor_id=actor.pk if actor else None,
        memo=memo,
        corrects_id=transfer.pk,
        # Two corrections at once want the same number, and the unique index lets one have it.
        number=number + 1,
        tell=tell,
    )
    return book(draft)


def said_reason(reason: str) -> str:
    """Return a reason in one line. InvalidEntry when there is none or it is too long."""
    said = " ".join(reason.replace("\0", "").split())
    if not 1 <= len(said) <= MEMO_LENGTH:
        raise errors.InvalidEntry(fields={"reason": [_("Say why, in at most 400 characters.")]})
    return said


def _legs(moves: Mapping[int, int]) -> list[Leg]:
    accounts = Account.objects.select_related("unit").in_bulk(list(moves))
    return [Leg(accounts[pk], amount) for pk, amount in moves.items()]
