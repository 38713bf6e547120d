"""Tiers written down: what each brings, for how long it is sold, and whether it lets in."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from qunluo.community import actions as communities
from qunluo.community import queries as members
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _, pick
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events
from qunluo.market.actions.products import add_product, save_variant
from qunluo.market.models import Product, TierPeriod, TierPlan
from qunluo.market.rules import tiers as rules
from qunluo.market.rules.permissions import MANAGE

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

MOST_BENEFITS, BENEFIT, MOST_DAYS_OF_PLAN, MOST_MONTHS, MOST_DAYS = 12, 120, 90, 60, 1_825
ENTRY = "fact.entry"


@write_tx
def add_tier(
    *, actor: "Person", community: "Community", name: str, benefits: Sequence[str],
    lets_in: bool = False, title: str = "", **days: int,
) -> TierPlan:  # fmt: skip
    """Write a tier down with a product of its own, which goes on sale like any other.

    PermissionMissing, InvalidTier, InvalidProduct.
    """
    made = add_product(
        actor=actor, community=community, gives=Product.Kind.TIER, title=title or name,
        category="other",
    )  # fmt: skip
    return save_tier(
        actor=actor, product=made, name=name, benefits=benefits, lets_in=lets_in, **days
    )


@write_tx
def save_tier(
    *, actor: "Person", product: Product, name: str, benefits: Sequence[str],
    lets_in: bool = False, **days: int,
) -> TierPlan:  # fmt: skip
    """Say which tier a product of that kind gives and what it brings; its name stays.

    `days` are trial_days (0), refund_days (7), notice_days (7) and pause_days (0), each to 90. With
    `lets_in`, who holds it is let into a community with an entry fee. PermissionMissing,
    InvalidTier.
    """
    members.require(actor, product.community, MANAGE)
    name = name.replace("\0", "").strip()
    lines = [one for text in benefits if (one := str(text).replace("\0", "").strip())]
    days = {**rules.DAYS, **days}
    plan = TierPlan.objects.filter(product=product).first()
    if wrong := _faults(product, plan, name, lines, days):
        raise errors.InvalidTier(fields=wrong)
    plan = plan or TierPlan(product=product, community=product.community)
    plan.name, plan.benefits, plan.lets_in = name, lines, bool(lets_in)
    for field in rules.DAYS:
        setattr(plan, field, days[field])
    plan.save()
    _tell_door(plan)
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


@write_tx
def add_declared_tiers(*, actor: "Person", community: "Community") -> list[TierPlan]:
    """Write down the tiers that the charter declares, else the two usual ones of 200 and 1,200.

    Each is sold for a year; they go on sale once their facts are filled in. Nothing where there
    are tiers. PermissionMissing.
    """
    members.require(actor, community, MANAGE)
    if TierPlan.objects.filter(community=community).exists():
        return []
    business = members.declared_values(community).get("business", {})
    made = []
    for name, price, gets in rules.declared(business.get("tiers"), community.language):
        plan = add_tier(actor=actor, community=community, name=name, benefits=[gets])
        year = str(pick(rules.YEAR, community.language))
        save_tier_period(actor=actor, plan=plan, name=year, price=price, months=12)
        made.append(plan)
    return made


def _faults(
    product: Product, plan: TierPlan | None, name: str, lines: Sequence[str],
    days: Mapping[str, object],
) -> dict[str, list[str]]:  # fmt: skip
    wrong: dict[str, list[str]] = {}
    if product.kind != Product.Kind.TIER or not 1 <= len(name) <= 40:
        wrong["name"] = [_("Give the tier a name of up to 40 characters.")]
    if not 1 <= len(lines) <= MOST_BENEFITS or max(map(len, lines)) > BENEFIT:
        wrong["benefits"] = [_("Name 1 to 12 benefits, each in up to 120 characters.")]
    for field, number in days.items():
        if not isinstance(number, int) or not 0 <= number <= MOST_DAYS_OF_PLAN:
            wrong[field] = [_("Give a number from 0 to 90.")]
    taken = TierPlan.objects.filter(community=product.community, name=name)
    if taken.exclude(product=product).exists():
        wrong["name"] = [_("There is a tier of this name already.")]
    if plan is not None and plan.name != name and plan.times.exists():
        wrong["name"] = [_("People hold this tier; its name stays.")]
    return wrong


def _tell_door(plan: TierPlan) -> None:
    """Tell the door which tiers let in. M03."""
    inward = TierPlan.objects.filter(community=plan.community, lets_in=True)
    names = list(inward.values_list("name", flat=True))
    communities.let_tiers_in(community=plan.community, tiers=names)
    communities.push_fact(community=plan.community, fact=ENTRY, value=bool(names))


def _saved(actor: "Person", plan: TierPlan) -> None:
    publish(
        events.TierSaved(
            community_id=plan.community_id, actor_id=actor.pk, product_id=plan.product_id,
            tier=plan.name,
        )
    )  # fmt: skip
