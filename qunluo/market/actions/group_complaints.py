"""Similar complaints of many: sales pause, the shop answers in public, and everybody gets the same.

M15. The row of the product decides who is the one that makes it so; it is taken after the row of
the order and never before those of money.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.kernel.ids import short_code
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events
from qunluo.market.actions.claim_rows import cleaned, give, left, told, turn, until
from qunluo.market.actions.one_by_one import one_by_one
from qunluo.market.actions.order_rows import about, locked
from qunluo.market.models import Claim, GroupComplaint, Order, Product, Remedy, Shop
from qunluo.market.queries.group_complaints import affected_orders, had_for, paid_for
from qunluo.market.rules.claims import LIVE, PART, WHOLE, remedies, remedy_amount, span
from qunluo.market.rules.payments import back_off
from qunluo.market.rules.permissions import MANAGE

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.people.models import Person

State, Given = GroupComplaint.State, Remedy.State
PAUSED = _("Many buyers complain about the same. It is not sold until the shop has answered.")
REASON = _("Remedy after a group complaint")
BATCH = 100


def gather(claim: Claim) -> GroupComplaint | None:
    """Let a new complaint join those that are alike, or make them one; inside a transaction."""
    product = hold_product(claim.product_id or 0)
    group = GroupComplaint.objects.filter(
        product=product, kind=claim.kind, state=State.OPEN
    ).first()
    if group is None:
        alike = _alike(claim)
        shop = Shop.objects.get(community_id=claim.community_id)
        if alike.values("buyer").distinct().count() < shop.group_from:
            return None
        group = _open(claim, product, shop)
    _attach(_alike(claim), group)
    claim.refresh_from_db()
    return group


def hold_product(pk: int) -> Product:
    """Take the row of a product, so that complaints about it are counted one after the other."""
    return Product.objects.select_for_update().get(pk=pk)


@write_tx
def answer_group_complaint(
    *, actor: "Person", group: GroupComplaint, words: str, remedy: str, percent: int = 0
) -> GroupComplaint:
    """Answer in public, with one remedy for every affected order; a job gives it to each.

    PermissionMissing, ClaimMovedOn, InvalidClaim. Afterwards the product may be sold again.
    """
    communities.require(actor, group.community, MANAGE)
    words = cleaned(words, "answer")
    wrong: dict[str, list[str]] = {}
    if remedy not in remedies():
        wrong["remedy"] = [_("Choose one of these.")]
    if remedy == PART and (type(percent) is not int or not 1 <= percent <= 99):
        wrong["percent"] = [_("Give a number from 1 to 99.")]
    if wrong:
        raise errors.InvalidClaim(fields=wrong)
    hold_product(group.product_id)
    moment = now()
    mine = GroupComplaint.objects.filter(pk=group.pk, state=State.OPEN)
    share = {PART: percent, WHOLE: 100}.get(remedy, 0)
    if not mine.update(
        state=State.ANSWERED, answer=words, remedy=remedy, percent=share, answered_at=moment,
        answered_by=actor,
    ):  # fmt: skip
        raise errors.ClaimMovedOn
    orders = affected_orders(group).values_list("pk", flat=True)
    rows = [Remedy(group=group, order_id=pk, try_at=moment) for pk in orders]
    Remedy.objects.bulk_create(rows, batch_size=500)
    group.refresh_from_db()
    publish(
        events.GroupComplaintAnswered(
            **_about(group, actor.pk), remedy=remedy, percent=share, affected=len(rows)
        )
    )
    return group


def give_remedies(limit: int = BATCH) -> int:
    """Give what was published to affected orders, one by one; return to how many."""
    due = Remedy.objects.filter(state=Given.WAITING, try_at__lte=now()).order_by("pk")
    return one_by_one(_give_one, due[:limit])


def tell_overdue_complaints(limit: int = BATCH) -> int:
    """Tell, once, of group complaints whose time for an answer is over; return how many."""
    due = GroupComplaint.objects.filter(
        state=State.OPEN, answer_by__lte=now(), overdue_at=None
    ).order_by("pk")
    return one_by_one(_tell_one, due[:limit])


def _alike(claim: Claim) -> "QuerySet[Claim]":
    """Return the open complaints like one, of the days within which they count together."""
    return Claim.objects.filter(
        product=claim.product_id,
        kind=claim.kind,
        sort=Claim.Sort.COMPLAINT,
        state__in=LIVE,
        group=None,
        made_at__gt=now() - span("similar"),
    )


def _open(claim: Claim, product: Product, shop: Shop) -> GroupComplaint:
    moment = now()
    alike = _alike(claim)
    first = alike.order_by("order__placed_at").values_list("order__placed_at", flat=True)[0]
    group = GroupComplaint.objects.create(
        community_id=claim.community_id,
        uid=short_code(10),
        product=product,
        title=product.title,
        kind=claim.kind,
        since=min(first, moment - span("similar")),
        opened_at=moment,
        answer_by=moment + timedelta(days=shop.answer_days),
    )
    publish(
        events.GroupComplaintOpened(
            **_about(group), kind=group.kind, buyers=alike.values("buyer").distinct().count()
        )
    )
    sold = Product.objects.filter(pk=product.pk, state=Product.State.ON_SALE)
    if sold.update(state=Product.State.PAUSED, pause_reason=PAUSED):
        publish(
            events.ProductWithdrawn(
                community_id=group.community_id, product_id=product.pk, state=Product.State.PAUSED
            )
        )
    return group


def _attach(alike: "QuerySet[Claim]", group: GroupComplaint) -> None:
    """Let complaints be answered with all others: none waits for an answer of its own."""
    found = list(alike.values_list("pk", flat=True))
    mine = Claim.objects.filter(pk__in=found)
    mine.filter(state=Claim.State.OPEN).update(due_at=group.answer_by)
    mine.update(group=group)


def _give_one(remedy: Remedy) -> bool:
    """Give one remedy; the conditional update decides between two workers."""
    mine = Remedy.objects.filter(pk=remedy.pk, state=Given.WAITING, tries=remedy.tries)
    with write_tx():
        if not mine.update(tries=remedy.tries + 1, try_at=now() + back_off(remedy.tries)):
            return False
    with write_tx():
        return _give(remedy)


def _give(remedy: Remedy) -> bool:
    order = locked(remedy.order_id)
    fresh = Remedy.objects.select_for_update(of=("self",)).select_related("group").get(pk=remedy.pk)
    if fresh.state == Given.DONE:
        return False
    group = fresh.group
    due = remedy_amount(
        group.remedy, group.percent, paid_for(order, group), had_for(order, group), left(order)
    )
    _answer_claims(order, group)
    fresh.refund = give(order, due, REASON)
    fresh.amount = fresh.refund.amount if fresh.refund else 0
    fresh.state, fresh.done_at = Given.DONE, now()
    fresh.save()
    publish(
        events.RemedyGiven(**about(order), group_id=group.pk, amount=fresh.amount, unit=order.unit)
    )
    return True


def _answer_claims(order: Order, group: GroupComplaint) -> None:
    """End the complaints of an order that the remedy answers; what is disputed is decided apart.

    Where everybody gets the whole price there is nothing left to decide. Where nobody gets
    anything, the buyer may still let somebody else decide.
    """
    answers = [Claim.State.OPEN, Claim.State.OFFERED]
    if group.remedy == GroupComplaint.Remedy.WHOLE:
        answers.append(Claim.State.DISPUTED)
    nothing = group.remedy == GroupComplaint.Remedy.NONE
    said: dict[str, Any] = {
        "answer": group.answer,
        "answered_by": group.answered_by,
        "answered_at": now(),
    }
    for claim in order.claims.select_for_update().filter(group=group, state__in=answers):
        if nothing:
            turn(claim, Claim.State.DECLINED, before=answers, due=until("reply"), **said)
            continue
        turn(claim, Claim.State.DONE, before=answers, **said)
        publish(events.ClaimEnded(**told(order, claim), outcome=Claim.State.DONE))


def _tell_one(group: GroupComplaint) -> bool:
    mine = GroupComplaint.objects.filter(pk=group.pk, state=State.OPEN, overdue_at=None)
    with write_tx():
        if not mine.update(overdue_at=now()):
            return False
        publish(events.GroupComplaintOverdue(**_about(group)))
    return True


def _about(group: GroupComplaint, actor_id: int | None = None) -> dict[str, Any]:
    return {
        "community_id": group.community_id,
        "actor_id": actor_id,
        "group_id": group.pk,
        "product_id": group.product_id,
    }
