"""Tiers bought: for oneself or for another, renewed, moved up to, and taken back with the money."""

from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import IntegrityError

from qunluo.community import actions as communities
from qunluo.community import queries as members
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events, queries
from qunluo.market.actions.order_rows import locked
from qunluo.market.actions.ordering import first_order, order_of, require_key, write_order
from qunluo.market.actions.refunding import refund_whole_or_part
from qunluo.market.actions.special import KINDS, Special
from qunluo.market.actions.tier_time import (
    about,
    bring_back,
    end_time,
    free_from,
    hold,
    resume_tier,
)
from qunluo.market.actions.tier_time import require_running as running
from qunluo.market.models import Order, Product, Shop, TierOrder, TierPeriod, TierTime
from qunluo.market.queries.quotes import LARGEST, Quote
from qunluo.market.rules import tiers as rules
from qunluo.market.rules.wishes import Delivery, Wish, digest

if TYPE_CHECKING:
    from collections.abc import Collection

    from qunluo.people.models import Person

VIRTUAL = Delivery("virtual")


def buy_tier(
    *, actor: "Person", shop: Shop, variant: int, key: str, total: int | None = None,
    to: "Person | None" = None, up_from: str = "",
) -> Order:  # fmt: skip
    """Order a tier for a period, or renew it: what is bought begins where what one holds ends.

    `to` is a member for whom it is meant; `up_from` the name of a tier that one holds and leaves
    for this one: what is left of what it cost comes off the price. The same key with the same wish
    returns the first order. TierNotFound, TierWithoutEnd, TierPaused, PriceChanged, OrderKeyReused,
    GiftRefused, NotUpward, JoinFirst for a tier that lets in, and all that a quote refuses.
    """
    require_key(key)
    wish = [Wish(variant, 1)]
    more = f"to {to.pk if to else 0} from {up_from}" if to or up_from else ""
    marked = digest(wish, VIRTUAL, more)
    if first := first_order(actor, key, marked):
        return first
    period = queries.get_period(shop, variant if 0 < variant <= LARGEST else 0)
    _check_person(shop, period, actor, to)
    made = queries.quote(
        shop, wish, VIRTUAL, viewer=actor, gives=Product.Kind.TIER, entry=period.plan.lets_in
    )
    left = queries.left_to_move(shop.community, actor, up_from) if up_from and not to else None
    if up_from:
        made = _less(made, left, period, up_from)
    if total is not None and made.total != total:
        raise errors.PriceChanged
    order = order_of(actor, made, key, marked, "")
    try:
        with write_tx():
            write_order(order, made)
            if to or left:
                extra = TierOrder.objects.create(
                    order=order, person=to or actor, credit=made.discount
                )
                TierTime.objects.filter(pk__in=left.times if left else ()).update(moved_to=extra)
    except IntegrityError:
        if first := first_order(actor, key, marked):
            return first
        raise
    return order


@write_tx
def give_tier_back(*, actor: "Person", order: Order) -> Order:
    """Take a tier back within the days that it names: everything paid comes back, its time ends.

    OrderNotFound, RefundOver.
    """
    fresh = locked(order.pk)
    if fresh.buyer_id != actor.pk:
        raise errors.OrderNotFound
    if not queries.tier_refundable(fresh):
        raise errors.RefundOver
    left = fresh.total - fresh.refunded
    refund_whole_or_part(fresh, left, _("Taken back within the days for it."), actor_id=actor.pk)
    return fresh


def _check_person(shop: Shop, period: TierPeriod, actor: "Person", to: "Person | None") -> None:
    """Refuse to sell what its person could not have."""
    person = to or actor
    if to is not None:
        if to.pk == actor.pk:
            raise errors.GiftRefused(fields={"person": [_("Buy it for yourself instead.")]})
        if not members.entry_known(to, shop.community):
            raise errors.GiftRefused(fields={"person": [_("This person is not a member.")]})
    elif period.plan.lets_in:
        members.require_entry(actor, shop.community)
    running(period.plan, person)


def _less(
    made: Quote, left: "queries.LeftToMove | None", period: TierPeriod, up_from: str
) -> Quote:
    """Take what is left of a tier off the price of a higher one. NotUpward."""
    credit = left.credit if left else 0
    if not 0 < credit < made.total or up_from == period.plan.name:
        raise errors.NotUpward
    line = replace(made.lines[0], discount=credit)
    return replace(made, lines=(line,), discount=credit)


def _enter(order: Order, late: bool) -> None:  # noqa: FBT001 -- as Special has it
    """Take no money for what could not be had for it any more. EntryShut."""
    period, person, extra = _of(order)
    plan = period.plan
    if plan.lets_in and not members.entry_possible(person, plan.community):
        raise errors.EntryShut
    if person.pk != order.buyer_id and not members.entry_known(person, plan.community):
        raise errors.EntryShut
    if extra and extra.credit:
        stretches = extra.moved.all()
        gone = stretches.exclude(ended_at=None, paused_at=None)
        if not stretches or gone.exists():
            raise errors.EntryShut


def _give(order: Order) -> None:
    """Add what was bought to the end of what its person holds; once for each order."""
    if TierTime.objects.filter(order=order).exists():
        return
    period, person, extra = _of(order)
    plan = period.plan
    communities.lock(plan.community)  # two orders paid at once add up
    if queries.paused_time(plan, person):
        resume_tier(actor=None, plan=plan, person=person)
    for one in _moved(extra):
        end_time(one, "moved up")
    start = free_from(plan, person)
    there = start.astimezone(ZoneInfo(plan.community.time_zone))
    made = TierTime.objects.create(
        plan=plan, person=person, order=order, starts_at=start,
        ends_at=rules.after(there, period.months, period.days),
    )  # fmt: skip
    hold(plan, person, made.ends_at, f"order {order.uid}")
    if person.pk != order.buyer_id:
        days = (made.ends_at - made.starts_at).days
        publish(events.TierGiven(**about(made, order.buyer_id), days=days))


def _take_back(order: Order) -> None:
    """Take what is not used of a refunded order off the end, and give back what went into it."""
    bought = TierTime.objects.filter(order=order, ended_at=None)
    one = bought.select_related("plan__community", "person").first()
    if one is None:
        return
    communities.lock(one.plan.community)
    end_time(one, "refunded")
    for moved in _moved(TierOrder.objects.filter(order=order).first()):
        bring_back(moved)


def _refunding(order: Order, _amount: int, _parts: "Collection[int]") -> None:
    """Refuse to pay back what stands still, or what went into a higher tier. TierPaused, MovedUp"""
    one = TierTime.objects.filter(order=order).select_related("plan", "person").first()
    if one is None:
        return
    if one.ended_at is None and queries.paused_time(one.plan, one.person):
        raise errors.TierPaused
    if into := queries.moved_into(one):
        raise errors.MovedUp(uid=into.uid)


def _refundable(order: Order, amount: int) -> int:
    """Return nothing for what stands still, or went into a higher tier; else the amount."""
    try:
        _refunding(order, amount, ())
    except (errors.TierPaused, errors.MovedUp):
        return 0
    return amount


def _of(order: Order) -> tuple[TierPeriod, "Person", TierOrder | None]:
    """Return the period that an order is of, for whom, and what it does besides."""
    line = order.lines.select_related("variant__period__plan__community").get()
    extra = TierOrder.objects.filter(order=order).select_related("person").first()
    return line.variant.period, extra.person if extra else order.buyer, extra


def _moved(extra: TierOrder | None) -> list[TierTime]:
    """Return the stretches that went into an order, the last one first."""
    found = extra.moved.all() if extra else TierTime.objects.none()
    return list(found.select_related("plan__community", "person").order_by("-starts_at"))


KINDS[Product.Kind.TIER] = Special(
    enter=_enter, confirmed=_give, ended=_take_back, refunding=_refunding, refundable=_refundable
)
