"""What the shop answers to returns and complaints, and how disputes are decided."""

from typing import TYPE_CHECKING

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events, queries
from qunluo.market.actions.claim_rows import cleaned, held, left, pay, told, turn, until
from qunluo.market.actions.giving_back import give_back_units
from qunluo.market.actions.taking import uncount
from qunluo.market.models import Claim, Order
from qunluo.market.queries.claims import return_worth
from qunluo.market.rules.permissions import DISPUTES, ORDERS

if TYPE_CHECKING:
    from qunluo.people.models import Person

State, Sort = Claim.State, Claim.Sort
RETURNED = _("Returned")


@write_tx
def offer_remedy(
    *, actor: "Person", claim: Claim, words: str, amount: int = 0, replaces: bool = False
) -> Claim:
    """Answer a complaint, with money back, a replacement, or words alone.

    In a dispute only more money than before can be offered. PermissionMissing, OwnOrder,
    ClaimMovedOn, InvalidClaim.
    """
    order, fresh = _at_desk(actor, claim, Sort.COMPLAINT)
    words = cleaned(words, "answer")
    least = fresh.offer + 1 if fresh.state == State.DISPUTED else 0
    _require_amount(order, amount, least)
    turn(
        fresh, State.OFFERED, before=[State.OPEN, State.DISPUTED], due=until("reply"),
        answer=words, offer=amount, replaces=replaces, answered_by=actor, answered_at=now(),
    )  # fmt: skip
    publish(
        events.ClaimAnswered(**told(order, fresh, actor.pk), answer=State.OFFERED, amount=amount)
    )
    return fresh


@write_tx
def accept_return(*, actor: "Person", claim: Claim, words: str = "") -> Claim:
    """Let something come back; `words` say where it is to be sent.

    PermissionMissing, OwnOrder, ClaimMovedOn, InvalidClaim.
    """
    order, fresh = _at_desk(actor, claim, Sort.RETURN)
    turn(
        fresh, State.ACCEPTED, before=[State.OPEN], due=until("send"), answered_by=actor,
        answer=cleaned(words, "answer", needed=False), answered_at=now(),
    )  # fmt: skip
    publish(events.ClaimAnswered(**told(order, fresh, actor.pk), answer=State.ACCEPTED))
    return fresh


@write_tx
def decline_return(*, actor: "Person", claim: Claim, words: str) -> Claim:
    """Not let something come back, with a reason; the buyer may let somebody else decide.

    PermissionMissing, OwnOrder, ClaimMovedOn, InvalidClaim.
    """
    order, fresh = _at_desk(actor, claim, Sort.RETURN)
    turn(
        fresh, State.DECLINED, before=[State.OPEN], due=until("reply"), answered_by=actor,
        answer=cleaned(words, "answer"), answered_at=now(),
    )  # fmt: skip
    publish(events.ClaimAnswered(**told(order, fresh, actor.pk), answer=State.DECLINED))
    return fresh


@write_tx
def take_return(
    *, actor: "Person", claim: Claim, amount: int | None = None, words: str = "",
    restock: bool = False,
) -> Claim:  # fmt: skip
    """Say that something came back: its price goes back to the buyer.

    Less than its price (`amount`) needs a reason. With `restock` it is for sale again.
    PermissionMissing, OwnOrder, ClaimMovedOn, InvalidClaim.
    """
    order, fresh = _at_desk(actor, claim, Sort.RETURN)
    worth = min(return_worth(fresh, order), left(order))
    words = cleaned(words, "answer", needed=False)
    amount = worth if amount is None else amount
    if type(amount) is not int or not 0 <= amount <= worth:
        raise errors.InvalidClaim(fields={"amount": [_("Give an amount that is due at most.")]})
    if amount < worth and not words:
        raise errors.InvalidClaim(fields={"answer": [_("Say why; the buyer reads it.")]})
    whole_before = order.restocked and not order.claims.filter(restocked=True).exists()
    again = restock and not whole_before
    turn(
        fresh, State.DONE, before=[State.ACCEPTED, State.SENT], restocked=again,
        answer=words or fresh.answer,
    )  # fmt: skip
    pay(order, fresh, amount, words or RETURNED, actor.pk)
    if again:
        _restock(order, fresh)
    publish(
        events.ReturnArrived(**told(order, fresh, actor.pk), amount=fresh.paid, restocked=again)
    )
    return fresh


@write_tx
def decide_dispute(*, actor: "Person", claim: Claim, amount: int, words: str) -> Claim:
    """Decide a dispute for good: so much goes back, or nothing (0), with a reason both read.

    PermissionMissing, OwnOrder, OwnAnswer, ClaimMovedOn, InvalidClaim.
    """
    communities.require(actor, claim.community, DISPUTES)
    order, fresh = held(claim)
    if order.buyer_id == actor.pk:
        raise errors.OwnOrder
    if fresh.answered_by_id == actor.pk:
        raise errors.OwnAnswer
    words = cleaned(words, "decision")
    _require_amount(order, amount, 0)
    turn(
        fresh, State.DONE, before=[State.DISPUTED], decision=words, decided_by=actor,
        decided_at=now(),
    )  # fmt: skip
    pay(order, fresh, amount, words, actor.pk)
    publish(events.DisputeDecided(**told(order, fresh, actor.pk), amount=fresh.paid))
    return fresh


def _require_amount(order: Order, amount: int, least: int) -> None:
    most = left(order)
    if type(amount) is not int or not least <= amount <= most:
        raise errors.InvalidClaim(
            fields={"amount": [_("Give an amount from {least} to {most}.")]},
            least=queries.said(least, order.currency),
            most=queries.said(most, order.currency),
        )


def _restock(order: Order, claim: Claim) -> None:
    """Put on sale again what came back; once for all, as refunds with restocking do."""
    Order.objects.filter(pk=order.pk).update(restocked=True)
    parts = list(claim.lines.select_related("line__stock__campaign").order_by("line__variant_id"))
    for part in parts:
        uncount(part.line, order.buyer_id, part.quantity)
    give_back_units((part.line, part.quantity) for part in parts)


def _at_desk(actor: "Person", claim: Claim, sort: str) -> tuple[Order, Claim]:
    communities.require(actor, claim.community, ORDERS)
    if claim.sort != sort:
        raise errors.ClaimMovedOn
    order, fresh = held(claim)
    if order.buyer_id == actor.pk:
        raise errors.OwnOrder
    return order, fresh
