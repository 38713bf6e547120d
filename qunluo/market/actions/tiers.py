"""Tiers: written down and priced, bought or renewed for a period, tried once, and taken back.

The grant holds until its end and no longer; nothing here has to run for that.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import IntegrityError
from django.db.models import F

from qunluo.community import actions as communities
from qunluo.community import queries as members
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events, queries
from qunluo.market.actions.one_by_one import one_by_one
from qunluo.market.actions.order_rows import locked
from qunluo.market.actions.ordering import KEY_LENGTH, first_order, order_of, write_order
from qunluo.market.actions.products import add_product, save_variant
from qunluo.market.actions.refunding import refund_whole_or_part
from qunluo.market.actions.special import KINDS, Special
from qunluo.market.models import Order, Product, Shop, TierPeriod, TierPlan, TierTime
from qunluo.market.queries.quotes import LARGEST
from qunluo.market.rules import tiers as rules
from qunluo.market.rules.permissions import MANAGE
from qunluo.market.rules.wishes import Delivery, Wish, digest

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

MOST_BENEFITS, BENEFIT, MOST_TRIAL, MOST_MONTHS, MOST_DAYS = 12, 120, 90, 60, 1_825
VIRTUAL = Delivery("virtual")


@write_tx
def add_tier(
    *, actor: "Person", community: "Community", name: str, benefits: Sequence[str],
    trial_days: int = 0, refund_days: int = 7, notice_days: int = 7,
) -> TierPlan:  # fmt: skip
    """Write a tier down with a product of its own, which goes on sale like any other.

    PermissionMissing, InvalidTier, InvalidProduct.
    """
    made = add_product(
        actor=actor, community=community, gives=Product.Kind.TIER, title=name, category="other"
    )
    return save_tier(
        actor=actor, product=made, name=name, benefits=benefits, trial_days=trial_days,
        refund_days=refund_days, notice_days=notice_days,
    )  # fmt: skip


@write_tx
def save_tier(
    *, actor: "Person", product: Product, name: str, benefits: Sequence[str], trial_days: int = 0,
    refund_days: int = 7, notice_days: int = 7,
) -> TierPlan:  # fmt: skip
    """Say which tier a product of that kind gives and what it brings; its name stays.

    PermissionMissing, InvalidTier.
    """
    members.require(actor, product.community, MANAGE)
    name = name.replace("\0", "").strip()
    lines = [str(one).replace("\0", "").strip() for one in benefits]
    lines = [one for one in lines if one]
    wrong: dict[str, list[str]] = {}
    if product.kind != Product.Kind.TIER or not 1 <= len(name) <= 40:
        wrong["name"] = [_("Give the tier a name of up to 40 characters.")]
    if not 1 <= len(lines) <= MOST_BENEFITS or max(map(len, lines)) > BENEFIT:
        wrong["benefits"] = [_("Name 1 to 12 benefits, each in up to 120 characters.")]
    days = {"trial_days": trial_days, "refund_days": refund_days, "notice_days": notice_days}
    for field, number in days.items():
        if type(number) is not int or not 0 <= number <= MOST_TRIAL:
            wrong[field] = [_("Give a number from 0 to 90.")]
    taken = TierPlan.objects.filter(community=product.community, name=name)
    if taken.exclude(product=product).exists():
        wrong["name"] = [_("There is a tier of this name already.")]
    plan = TierPlan.objects.filter(product=product).first()
    if plan is not None and plan.name != name and plan.times.exists():
        wrong["name"] = [_("People hold this tier; its name stays.")]
    if wrong:
        raise errors.InvalidTier(fields=wrong)
    plan = plan or TierPlan(product=product, community=product.community)
    plan.name, plan.benefits, plan.trial_days = name, lines, trial_days
    plan.refund_days, plan.notice_days = refund_days, notice_days
    plan.save()
    _saved(actor, plan)
    return plan


@write_tx
def save_tier_period(
    *, actor: "Person", plan: TierPlan, name: str, price: int, months: int = 0, days: int = 0
) -> TierPeriod:
    """Sell a tier for so many months, or so many days, at a price in whole minor units.

    PermissionMissing, InvalidTier, InvalidProduct.
    """
    members.require(actor, plan.community, MANAGE)
    fits = (type(months), type(days)) == (int, int) and (
        1 <= months <= MOST_MONTHS and days == 0 or 1 <= days <= MOST_DAYS and months == 0
    )
    if not fits:
        raise errors.InvalidTier(fields={"months": [_("Give either months or days.")]})
    variant = save_variant(actor=actor, product=plan.product, name=name, price=price, counted=False)
    made = TierPeriod.objects.create(plan=plan, variant=variant, months=months, days=days)
    _saved(actor, plan)
    return made


def buy_tier(
    *, actor: "Person", shop: Shop, variant: int, key: str, total: int | None = None
) -> Order:
    """Order a tier for a period, or renew it: what is bought begins where what one holds ends.

    The same key with the same wish returns the first order. TierNotFound, TierWithoutEnd,
    PriceChanged, OrderKeyReused and all that a quote refuses.
    """
    if not 1 <= len(key) <= KEY_LENGTH or "\0" in key:
        raise errors.OrderKeyReused
    wish = [Wish(variant, 1)]
    marked = digest(wish, VIRTUAL)
    if first := first_order(actor, key, marked):
        return first
    if not 0 < variant <= LARGEST:
        raise errors.TierNotFound
    period = queries.get_period(shop, variant)
    held = members.live_tier(shop.community, actor, period.plan.name)
    if held is not None and held.expires_at is None:
        raise errors.TierWithoutEnd
    made = queries.quote(shop, wish, VIRTUAL, viewer=actor, gives=Product.Kind.TIER)
    if total is not None and made.total != total:
        raise errors.PriceChanged
    order = order_of(actor, made, key, marked, "")
    try:
        with write_tx():
            write_order(order, made)
    except IntegrityError:
        if first := first_order(actor, key, marked):
            return first
        raise
    return order


def try_tier(*, actor: "Person", plan: TierPlan) -> TierTime:
    """Begin the trial of a tier on sale: once for each person, for nothing; it ends by itself.

    MembersOnly, TierNotFound, NoTrial.
    """
    members.require_member(actor, plan.community)
    fresh = TierPlan.objects.select_related("product", "community").get(pk=plan.pk)
    if fresh.product.state != Product.State.ON_SALE:
        raise errors.TierNotFound
    if not fresh.trial_days or members.had_tier(fresh.community, actor, fresh.name):
        raise errors.NoTrial
    moment = now()
    ends = moment + timedelta(days=fresh.trial_days)
    try:
        with write_tx():
            made = TierTime.objects.create(plan=fresh, person=actor, starts_at=moment, ends_at=ends)
            _hold(fresh, actor, ends, "trial")
            publish(
                events.TierTried(
                    community_id=fresh.community_id, actor_id=actor.pk, person_id=actor.pk,
                    product_id=fresh.product_id, tier=fresh.name,
                )
            )  # fmt: skip
    except IntegrityError:  # the database lets each person try once
        raise errors.NoTrial from None
    return made


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


def tell_of_tier_ends(limit: int = 200) -> int:
    """Tell whose time in a tier ends soon, once for each end; return how many."""
    return one_by_one(_tell, queries.ending_tiers(now())[:limit])


def _tell(one: TierTime) -> bool:
    with write_tx():
        if not TierTime.objects.filter(pk=one.pk, told=False).update(told=True):
            return False
        publish(
            events.TierNear(
                community_id=one.plan.community_id, person_id=one.person_id,
                product_id=one.plan.product_id, tier=one.plan.name,
            )
        )  # fmt: skip
    return True


def _saved(actor: "Person", plan: TierPlan) -> None:
    publish(
        events.TierSaved(
            community_id=plan.community_id, actor_id=actor.pk, product_id=plan.product_id,
            tier=plan.name,
        )
    )  # fmt: skip


def _hold(plan: TierPlan, person: "Person", until: datetime, source: str) -> None:
    communities.grant(
        actor=None, community=plan.community, person=person, kind=Product.Kind.TIER,
        name=plan.name, source=source, expires_at=until,
    )  # fmt: skip


def _give(order: Order) -> None:
    """Add what was bought to the end of what its buyer holds; once for each order."""
    if TierTime.objects.filter(order=order).exists():
        return
    line = order.lines.select_related("variant__period__plan__community").get()
    period = line.variant.period
    communities.lock(period.plan.community)  # two orders paid at once add up
    held = members.live_tier(period.plan.community, order.buyer, period.plan.name)
    start = now()
    if held is not None:
        start = held.expires_at or start
    there = start.astimezone(ZoneInfo(period.plan.community.time_zone))
    end = rules.after(there, period.months, period.days)
    TierTime.objects.create(
        plan=period.plan, person=order.buyer, order=order, starts_at=start, ends_at=end
    )
    if held is None or held.expires_at is not None:
        _hold(period.plan, order.buyer, end, f"order {order.uid}")


def _take_back(order: Order) -> None:
    """Take what is not used of a refunded order off the end; what was bought later moves up."""
    held = TierTime.objects.filter(order=order, ended_at=None)
    one = held.select_related("plan__community", "person").first()
    moment = now()
    if one is None:
        return
    communities.lock(one.plan.community)
    held.update(ended_at=moment)
    unused = one.ends_at - max(moment, one.starts_at)
    grant = members.live_tier(one.plan.community, one.person, one.plan.name)
    if grant is None or grant.expires_at is None or unused <= timedelta(0):
        return
    later = TierTime.objects.filter(plan=one.plan, person=one.person, starts_at__gte=one.ends_at)
    later.update(starts_at=F("starts_at") - unused, ends_at=F("ends_at") - unused)
    until = grant.expires_at - unused
    if until > moment:
        _hold(one.plan, one.person, until, grant.source)
    else:
        communities.end_grant(grant, reason="refunded", actor_id=None)


KINDS[Product.Kind.TIER] = Special(
    enter=lambda _order, _late: None, confirmed=_give, ended=_take_back
)
