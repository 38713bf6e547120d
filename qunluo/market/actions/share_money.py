"""Paying for a share in parts, ending one early, and asking for more with consent only."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Max, Min, Q

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events, queries
from qunluo.market.actions.advancing import advance_and_tell
from qunluo.market.actions.giving_back import give_back
from qunluo.market.actions.one_by_one import one_by_one
from qunluo.market.actions.order_rows import locked
from qunluo.market.actions.refunding import refund_whole_or_part
from qunluo.market.actions.share_parts import place_order_of
from qunluo.market.actions.share_seasons import held_season, of_contract, told
from qunluo.market.actions.shares import (
    end_contract,
    give_up_share,
    held_contract,
)
from qunluo.market.models import (
    Entitlement,
    Instalment,
    Order,
    PriceRise,
    RiseAnswer,
    ShareContract,
    ShareSeason,
    Variant,
)
from qunluo.market.rules.permissions import MANAGE
from qunluo.market.rules.pricing import MOST_PRICE
from qunluo.market.rules.shares import OPEN, value_of
from qunluo.market.rules.states import REFUNDABLE

if TYPE_CHECKING:
    from qunluo.people.models import Person

State, Answer = ShareContract.State, RiseAnswer.State
BATCH = 100
TIME = timedelta(days=7)  # to pay the difference of a rise
ENDED_EARLY = _("The share ended early; this is what was not delivered.")


def bill_due_instalments(limit: int = BATCH) -> int:
    """Place the order of each part that has fallen due; return how many.

    Nothing depends on when, and of two who try at once one places it.
    """
    return one_by_one(_bill, queries.share_work.due_instalments()[:limit])


@write_tx
def _bill(part: Instalment) -> bool:
    contract = held_contract(part.contract_id)
    fresh = Instalment.objects.filter(pk=part.pk, order=None).select_related("contract").first()
    if fresh is None or contract.state != State.ACTIVE:
        return False
    fresh.contract = contract
    _place(fresh)
    return True


def _place(part: Instalment) -> Order:
    """Place the order of a part, with its days of grace to pay; the contract is held."""
    contract, moment = part.contract, now()
    if part.rise_id is None:
        grace = moment + timedelta(days=contract.season.grace_days)
        # Who is billed late keeps all the days of grace; who lets an order run out gains none.
        part.grace_until = part.grace_until if part.tries else max(part.grace_until or grace, grace)
    order = place_order_of(part, _until(part, moment))
    part.save(update_fields=["grace_until", "tries"])
    publish(events.InstalmentDue(**of_contract(contract), order_id=order.pk, number=part.number))
    return order


def _until(part: Instalment, moment: datetime) -> datetime:
    """Return until when an order of a part can be paid."""
    grace = part.grace_until
    return grace if grace and grace > moment else moment + TIME


@write_tx
def pay_instalment(*, actor: "Person", part: Instalment) -> Order:
    """Return the order with which a part is paid now, a new one where the last ended unpaid.

    ShareNotFound, ShareMovedOn.
    """
    contract = held_contract(part.contract_id)
    if contract.person_id != actor.pk:
        raise errors.ShareNotFound
    fresh = Instalment.objects.select_related("order").get(pk=part.pk)
    fresh.contract = contract
    if fresh.order and fresh.order.state == Order.State.PLACED and fresh.order.expires_at > now():
        return fresh.order
    if contract.state != State.ACTIVE or fresh.paid_at:
        raise errors.ShareMovedOn
    if fresh.order:
        if fresh.order.state == Order.State.PLACED:  # over, and not swept yet
            raise errors.OrderOver
        fresh.tries += 1
    return _place(fresh)


def suspend_due_shares() -> int:
    """Tell who has not paid a part in time that nothing more is packed; return how many."""
    return one_by_one(_suspend, queries.share_work.overdue_instalments())


@write_tx
def _suspend(part: Instalment) -> bool:
    mine = Instalment.objects.filter(pk=part.pk, told_at=None, paid_at=None)
    if not mine.update(told_at=now()):
        return False
    publish(events.ShareSuspended(**of_contract(part.contract), order_id=part.order_id))
    return True


def fulfil_instalments() -> int:
    """Count a part as fulfilled after the last delivery that it covers; return how many."""
    return one_by_one(_fulfil, queries.share_work.covered_instalments())


def _fulfil(part: Instalment) -> bool:
    if part.order_id is None:
        return False
    try:
        with write_tx():
            order = locked(part.order_id)
            advance_and_tell(order, Order.State.FULFILLED, by_time=True)
    except errors.OrderMovedOn:
        return False
    return True


def end_due_shares() -> int:
    """End the shares whose season is over; return how many."""
    return one_by_one(_end, queries.share_work.shares_over())


@write_tx
def _end(contract: ShareContract) -> bool:
    fresh = held_contract(contract.pk)
    if fresh.state != State.ACTIVE:
        return False
    ShareContract.objects.filter(pk=fresh.pk).update(state=State.ENDED, ended_at=now())
    publish(events.ShareEnded(**of_contract(fresh), season_id=fresh.season_id))
    return True


def cancel_share(
    *, actor: "Person", contract: ShareContract, reason: str = "", refund: bool | None = None
) -> ShareContract:
    """End a share early. What was paid for boxes still to come goes back as was agreed,

    or as who runs the shop decides (`refund`). ShareNotFound, PermissionMissing, ShareMovedOn,
    InvalidShare.
    """
    mine = contract.person_id == actor.pk
    community = contract.season.community
    if not mine:
        communities.require(actor, community, MANAGE)
        if not reason.strip():
            raise errors.InvalidShare(fields={"reason": [_("Say why; the subscriber reads it.")]})
    if give_up_share(contract, reason, actor.pk):
        contract.refresh_from_db()
        return contract
    gives_back = contract.refunds if mine or refund is None else refund
    return _cancel(actor, contract, reason, gives_back)


@write_tx
def _cancel(
    actor: "Person",
    contract: ShareContract,
    reason: str,
    gives_back: bool,  # noqa: FBT001
) -> ShareContract:
    parts = Instalment.objects.filter(contract=contract).exclude(order=None)
    ids = sorted(pk for pk in parts.values_list("order", flat=True) if pk is not None)
    orders = {pk: locked(pk) for pk in ids}
    fresh = held_contract(contract.pk)
    if fresh.state == State.ASKED:
        # Its order is all there is of it: calling that off ends it.
        for order in orders.values():
            _call_off(order, actor, reason)
        fresh.refresh_from_db()
        return fresh
    if fresh.state != State.ACTIVE:
        raise errors.ShareMovedOn
    kept = list(parts.select_related("first", "last"))
    if {one.order_id for one in kept} != set(orders):
        raise errors.ShareMovedOn  # a part fell due at this moment
    back = {one.pk: worth_left(one) for one in kept if gives_back and one.paid_at}
    end_contract(fresh, State.CANCELLED, reason, actor_id=actor.pk, back=sum(back.values()))
    for part in kept:
        order = orders[part.order_id or 0]
        if order.state == Order.State.PLACED:
            _call_off(order, actor, reason)
        amount = min(back.get(part.pk, 0), order.total - order.refunded)
        if amount and order.state in REFUNDABLE:
            refund_whole_or_part(order, amount, reason or ENDED_EARLY, actor_id=actor.pk)
    return fresh


def _call_off(order: Order, actor: "Person", reason: str) -> None:
    """Call an unpaid order off; its row is held. OrderMovedOn."""
    advance_and_tell(order, Order.State.CANCELLED, actor_id=actor.pk, end_reason=reason[:400])
    give_back(order)


def worth_left(part: Instalment) -> int:
    """Return what the boxes of a part that are neither packed nor given up are worth."""
    left = Entitlement.objects.filter(
        contract=part.contract_id, state__in=OPEN,
        delivery__day__gte=part.first.day, delivery__day__lte=part.last.day,
    ).count()  # fmt: skip
    return value_of(part.amount, part.boxes, min(left, part.boxes))


@write_tx
def propose_rise(
    *, actor: "Person", season: ShareSeason, variant: Variant, for_box: int, reason: str,
    answer_by: datetime,
) -> PriceRise:  # fmt: skip
    """Ask who holds a share to pay more for each box still to come; silence is a no.

    PermissionMissing, InvalidSeason.
    """
    fresh = held_season(actor, season, MANAGE)
    wrong: dict[str, list[str]] = {}
    if type(for_box) is not int or not 1 <= for_box <= MOST_PRICE:
        wrong["for_box"] = [_("Give an amount above 0.")]
    if not reason.strip() or "\0" in reason:
        wrong["reason"] = [_("Say why; subscribers read it.")]
    if not now() < answer_by <= now() + timedelta(days=90):
        wrong["answer_by"] = [_("Give them time, at most 90 days.")]
    if variant.product_id != fresh.product_id:
        wrong["variant"] = [_("Choose one of these.")]
    holders = ShareContract.objects.filter(season=fresh, variant=variant, state=State.ACTIVE)
    if not wrong and not holders.exists():
        wrong["variant"] = [_("Nobody holds a share of this size.")]
    if wrong:
        raise errors.InvalidSeason(fields=wrong)
    rise = PriceRise.objects.create(
        season=fresh, variant=variant, for_box=for_box, reason=reason.strip()[:400],
        answer_by=answer_by, proposed_by=actor, proposed_at=now(),
    )  # fmt: skip
    RiseAnswer.objects.bulk_create(RiseAnswer(rise=rise, contract=one) for one in holders)
    publish(events.RiseProposed(**told(fresh, actor), rise_id=rise.pk, for_box=for_box))
    return rise


@write_tx
def answer_rise(*, actor: "Person", answer: RiseAnswer, agree: bool) -> Order | None:
    """Agree to pay more for the boxes still to come, or keep the price that was agreed on.

    Return the order of the difference. ShareNotFound, RiseOver.
    """
    contract = held_contract(answer.contract_id)
    if contract.person_id != actor.pk:
        raise errors.ShareNotFound
    mine = RiseAnswer.objects.filter(pk=answer.pk, state=Answer.ASKED, rise__answer_by__gt=now())
    if contract.state != State.ACTIVE or not mine.update(
        state=Answer.ACCEPTED if agree else Answer.DECLINED, answered_at=now()
    ):
        raise errors.RiseOver
    rise = answer.rise
    publish(events.RiseAnswered(**of_contract(contract, actor.pk), rise_id=rise.pk, agreed=agree))
    return _difference(contract, rise) if agree else None


def _difference(contract: ShareContract, rise: PriceRise) -> Order:
    """Place the order of what more the boxes still to come cost. RiseOver when none are left."""
    left = Entitlement.objects.filter(
        Q(handed__cut_off_at__gt=now()), contract=contract, state__in=OPEN
    )
    ends = left.aggregate(first=Min("delivery__day"), last=Max("delivery__day"))
    boxes = left.count()
    if not boxes:
        raise errors.RiseOver
    days = {one.day: one for one in contract.season.deliveries.filter(day__in=ends.values())}
    highest = contract.instalments.aggregate(n=Max("number"))["n"] or 0
    part = Instalment.objects.create(
        contract=contract,
        number=highest + 1,
        amount=rise.for_box * boxes,
        boxes=boxes,
        due_at=now(),
        first=days[ends["first"]],
        last=days[ends["last"]],
        rise=rise,
    )
    return _place(part)
