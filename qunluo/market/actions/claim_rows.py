"""What all acts on claims share: taking the rows, moving a claim, and what time does to it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.market import errors, events
from qunluo.market.actions.order_rows import about, locked
from qunluo.market.actions.refunding import refund_whole_or_part
from qunluo.market.actions.special import special
from qunluo.market.models import Claim, Order, Refund
from qunluo.market.rules.claims import LIVE, span, standing
from qunluo.market.rules.states import REFUNDABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

State = Claim.State
WORDS = 2_000
AGREED = _("Agreed after a complaint")


def held(claim: Claim) -> tuple[Order, Claim]:
    """Take the rows of an order and of a claim of it, as time has left it; in a transaction."""
    order = locked(claim.order_id)
    found = Claim.objects.select_for_update(of=("self",)).select_related("community", "product")
    fresh = found.get(pk=claim.pk)
    catch_up(order, fresh)
    return order, fresh


def turn(
    claim: Claim, state: str, *, before: "Sequence[str]", due: datetime | None = None, **more: Any
) -> None:
    """Move a claim by a conditional update. ClaimMovedOn when it is not where it could."""
    columns = {"state": state, "due_at": due, **more}
    if state not in LIVE:
        columns["ended_at"] = now()
    if not Claim.objects.filter(pk=claim.pk, state__in=before).update(**columns):
        raise errors.ClaimMovedOn
    for name, value in columns.items():
        setattr(claim, name, value)


def catch_up(order: Order, claim: Claim) -> bool:
    """Let time do what it has done already; False when it has done nothing."""
    offers = bool(claim.offer or claim.replaces)
    state = standing(claim.state, claim.due_at, now(), offers=offers)
    if state == claim.state:
        return False
    before = [claim.state]
    if state == State.DISPUTED:
        turn(claim, state, before=before, disputed_at=claim.due_at)
        publish(events.ClaimDisputed(**told(order, claim), by_time=True))
    elif state == State.DONE:
        agree(order, claim, by_time=True)
    else:
        turn(claim, state, before=before)
        publish(events.ClaimEnded(**told(order, claim), outcome=state, by_time=True))
    return True


def agree(
    order: Order, claim: Claim, *, actor_id: int | None = None, by_time: bool = False
) -> None:
    """End a claim with what was offered; rows of order and claim are held."""
    turn(claim, State.DONE, before=[State.OFFERED])
    pay(order, claim, claim.offer, AGREED)
    publish(
        events.ClaimEnded(
            **told(order, claim, actor_id), outcome=State.DONE, amount=claim.paid, by_time=by_time
        )
    )


def left(order: Order) -> int:
    """Return how much of what was paid has not gone back yet; the order's row is held."""
    payment = order.payments.filter(counts=True).first()
    if payment is None or order.state not in REFUNDABLE:
        return 0
    return possible(order, payment.amount - payment.refunding)


def possible(order: Order, amount: int) -> int:
    """Return how much of an amount can go back of what an order is of; its row is held."""
    kind = special(order)
    return kind.refundable(order, amount) if kind and kind.refundable else amount


def give(order: Order, amount: int, reason: str, actor_id: int | None = None) -> Refund | None:
    """Send back so much, or what is left of it; None when there is nothing."""
    amount = possible(order, min(amount, left(order)))
    return refund_whole_or_part(order, amount, reason, actor_id=actor_id) if amount > 0 else None


def pay(order: Order, claim: Claim, amount: int, reason: str, actor_id: int | None = None) -> None:
    """Send back money for a claim, and note it there."""
    refund = give(order, amount, reason, actor_id)
    if refund is not None:
        claim.refund, claim.paid = refund, refund.amount
        claim.save(update_fields=["refund", "paid"])


def told(order: Order, claim: Claim, actor_id: int | None = None) -> dict[str, Any]:
    """Return the fields that every event of a claim has."""
    return about(order, actor_id) | {"claim_id": claim.pk}


def cleaned(text: str, field: str, *, needed: bool = True) -> str:
    """Return words as they are kept. InvalidClaim."""
    text = text.replace("\0", "").strip()
    if needed and not text:
        raise errors.InvalidClaim(fields={field: [_("Write something here.")]})
    if len(text) > WORDS:
        raise errors.InvalidClaim(fields={field: [_("This is too long.")]})
    return text


def until(step: str) -> datetime:
    """Return when a step that begins now is over."""
    return now() + span(step)
