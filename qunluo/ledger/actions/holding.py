"""Moving something in two phases: hold it, then capture it or let it go."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError

from qunluo.kernel.clock import now
from qunluo.kernel.ids import uuid7
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx
from qunluo.ledger import errors, events
from qunluo.ledger.actions.booking import (
    OVERDRAWN,
    Draft,
    book,
    cover,
    earlier,
    free,
    honoured,
    insert,
    locked,
)
from qunluo.ledger.actions.expiring import released
from qunluo.ledger.models import Account, Hold, Transfer
from qunluo.ledger.rules import legs as rules
from qunluo.ledger.rules.legs import NOTHING, Cause, Leg, digest, plain

if TYPE_CHECKING:
    from qunluo.people.models import Person

State = Hold.State


def hold(
    *,
    account: Account,
    amount: int,
    key: str,
    expires_at: datetime | None = None,
    cause: Cause = NOTHING,
    actor: "Person | None" = None,
) -> Hold:
    """Set an amount of an account aside until it is captured, released, or its time is over.

    The same key with the same account, amount and cause returns the first hold.
    InsufficientFunds, LedgerKeyReused, NothingToHold, BadKey, BadCause.
    """
    if account.overdraws or type(amount) is not int or not 0 < amount <= rules.LARGEST:
        raise errors.NothingToHold
    if not 1 <= len(key) <= rules.KEY_LENGTH or "\0" in key:
        raise errors.BadKey
    rules.check_cause(cause)
    wanted = _wanted(
        account, amount, key,
        cause=cause, actor_id=actor.pk if actor else None, expires_at=expires_at,
    )  # fmt: skip
    try:
        with write_tx():
            return _place(wanted)
    except IntegrityError as error:
        if first := _first(wanted):
            return first
        if OVERDRAWN in str(error):
            raise errors.InsufficientFunds from error
        raise


def capture(
    *,
    hold: Hold,
    to: Sequence[Leg],
    key: str,
    kind: str = "payment",
    actor: "Person | None" = None,
    memo: str = "",
    honour: bool = False,
    occurred_at: datetime | None = None,
) -> Transfer:
    """Take what is held, or a part of it, to other accounts; the rest is free again.

    `to` are amounts above 0. With `honour`, a hold whose time is over is taken all the same, once,
    as far as the account has it; one that somebody released is not. HoldResolved, HoldExpired,
    TooMuchCaptured, InsufficientFunds, LedgerKeyReused, NotBalanced, OtherBooks, UnknownKind,
    BadKey.
    """
    total = sum(leg.amount for leg in to)
    if any(leg.amount <= 0 or leg.account.pk == hold.account_id for leg in to):
        raise errors.NotBalanced
    if total > hold.amount:
        raise errors.TooMuchCaptured
    cause = Cause(hold.cause_type, hold.cause_id)
    draft = Draft(
        community_id=hold.community_id,
        kind=kind,
        legs=[Leg(hold.account, -total), *to],
        key=key,
        digest=digest("capture", kind, hold.pk, plain(to)),
        cause=cause,
        actor_id=actor.pk if actor else None,
        memo=memo,
        occurred_at=occurred_at,
        hold=hold,
    )
    return book(draft, partial(_capture, hold=hold, honour=honour))


def release(*, hold: Hold, actor: "Person | None" = None) -> Hold:
    """Let go of what is held; once more changes nothing. HoldResolved when it was captured.

    What was let go because its time was over is not honoured any more after that.
    """
    actor_id = actor.pk if actor else None
    with write_tx():
        # Balances are locked before holds, here as everywhere.
        free({hold.account_id})
        mine = Hold.objects.filter(pk=hold.pk)
        done = mine.filter(state=State.HELD).update(state=State.RELEASED, resolved_at=now())
        if done:
            publish(released(hold, actor_id=actor_id))
        else:
            mine.filter(lapsed=True).update(lapsed=False)
        found = mine.select_related("account__unit").get()
    if found.state != State.RELEASED:
        raise errors.HoldResolved
    return found


def _wanted(
    account: Account,
    amount: int,
    key: str,
    *,
    cause: Cause,
    actor_id: int | None,
    expires_at: datetime | None = None,
) -> Hold:
    return Hold(
        id=uuid7(),
        community_id=account.community_id,
        account=account,
        amount=amount,
        key=key,
        digest=digest("hold", account.pk, amount, cause),
        cause_type=cause.type,
        cause_id=cause.id,
        actor_id=actor_id,
        expires_at=expires_at,
    )


def _place(wanted: Hold) -> Hold:
    free_here = free({wanted.account_id})
    if first := _first(wanted):
        return first
    cover({wanted.account_id: -wanted.amount}, free_here)
    wanted.placed_at = now()
    wanted.save(force_insert=True)
    publish(
        events.HoldPlaced(
            community_id=wanted.community_id,
            actor_id=wanted.actor_id,
            person_id=wanted.account.person_id,
            hold_id=str(wanted.pk),
            unit=wanted.account.unit.code,
            amount=wanted.amount,
            cause_type=wanted.cause_type,
            cause_id=wanted.cause_id,
        )
    )
    return wanted


def _first(wanted: Hold) -> Hold | None:
    """Return the hold that a key stands for already. LedgerKeyReused for another body."""
    found = Hold.objects.filter(community_id=wanted.community_id, key=wanted.key)
    first = found.select_related("account__unit").first()
    same = ("account_id", "amount", "cause_type", "cause_id")
    # As with transfers: a digest is made of ids, of which a restored archive has others.
    if (
        first
        and first.digest != wanted.digest
        and any(getattr(first, name) != getattr(wanted, name) for name in same)
    ):
        raise errors.LedgerKeyReused
    return first


def _capture(draft: Draft, *, hold: Hold, honour: bool) -> Transfer:
    # Balances before holds: who waited for the first of two equal requests finds what it wrote.
    balances = locked(draft)
    if first := earlier(draft):
        return first
    draft = replace(draft, id=uuid7())
    moment, total = now(), -draft.legs[0].amount
    if honour and _give_up(hold):
        hold = _again(hold, total, draft.actor_id)
        balances = {**balances, **free({hold.account_id})}
    open_hold = Hold.objects.filter(pk=hold.pk, state=State.HELD)
    if not honour:
        open_hold = open_hold.exclude(expires_at__lte=moment)
    # The row of the hold decides between two captures, and between capture and release.
    taken = open_hold.update(
        state=State.CAPTURED, captured=total, capture_id=draft.id, resolved_at=moment
    )
    if not taken:
        _refuse(hold.pk)
    balances = {**balances, hold.account_id: balances[hold.account_id] + hold.amount}
    cover(rules.net(draft.legs), balances)
    return insert(draft, _told(draft, hold, total))


def _give_up(hold: Hold) -> bool:
    """Take the one chance to honour a hold that was let go because its time was over."""
    return bool(Hold.objects.filter(pk=hold.pk, lapsed=True).update(lapsed=False))


def _again(hold: Hold, amount: int, actor_id: int | None) -> Hold:
    """Hold what is needed of a hold that lapsed once more, to be taken at once."""
    cause = Cause(hold.cause_type, hold.cause_id)
    return _place(_wanted(hold.account, amount, honoured(hold.key), cause=cause, actor_id=actor_id))


def _refuse(pk: UUID) -> None:
    """Say why a hold was not taken; one whose time was over may still be honoured."""
    found = Hold.objects.get(pk=pk)
    raise errors.HoldExpired if found.state == State.HELD or found.lapsed else errors.HoldResolved


def _told(draft: Draft, hold: Hold, total: int) -> events.HoldCaptured:
    return events.HoldCaptured(
        community_id=draft.community_id,
        actor_id=draft.actor_id,
        person_id=hold.account.person_id,
        hold_id=str(hold.pk),
        transfer_id=str(draft.id),
        unit=hold.account.unit.code,
        amount=total,
    )
