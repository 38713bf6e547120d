"""Saying how a service can be booked, and when somebody gives it."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from qunluo.community import queries as communities
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events
from qunluo.market.actions.products import add_product, save_variant
from qunluo.market.models import Product, ServicePlan, Staff, Variant
from qunluo.market.queries.products import buyer_of
from qunluo.market.queries.service_plans import checked_days, checked_week
from qunluo.market.rules.bookings import UNIT
from qunluo.market.rules.permissions import MANAGE

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

RANGES = {
    "before": (0, 240), "after": (0, 240), "notice_hours": (0, 720), "days_ahead": (1, 365),
    "seats": (1, 100), "cancel_hours": (0, 720), "late_percent": (0, 100),
}  # fmt: skip
TEXTS = {"place": 200, "link": 400}
LONGEST, MOST_STAFF = 12 * 60, 50


@write_tx
def add_service(*, actor: "Person", community: "Community", title: str) -> ServicePlan:
    """Write a service down; it goes on sale as any product does. PermissionMissing."""
    product = add_product(actor=actor, community=community, gives=Product.Kind.SERVICE, title=title)
    return ServicePlan.objects.create(product=product)


@write_tx
def save_plan(*, actor: "Person", plan: ServicePlan, **said: Any) -> ServicePlan:
    """Say how a service can be booked; what is booked already stays as it was.

    `said` are columns of ServicePlan. PermissionMissing, InvalidService.
    """
    communities.require(actor, plan.product.community, MANAGE)
    wrong: dict[str, list[str]] = {}
    for name, (least, most) in RANGES.items():
        value = said.get(name, getattr(plan, name))
        if type(value) is not int or not least <= value <= most:
            wrong[name] = [_("This number is too small or too large.")]
        elif name in {"before", "after"} and value % UNIT:
            wrong[name] = [_("Give quarters of an hour.")]
        setattr(plan, name, value)
    for name, most in TEXTS.items():
        setattr(plan, name, str(said.get(name, getattr(plan, name))).replace("\0", "").strip())
        if len(getattr(plan, name)) > most:
            wrong[name] = [_("This is too long.")]
    if plan.link and not plan.link.startswith(("https://", "http://")):
        wrong["link"] = [_("Give an address that begins with https://.")]
    if wrong:
        raise errors.InvalidService(fields=wrong)
    plan.save()
    _planned(actor, plan)
    return plan


@write_tx
def set_minutes(*, actor: "Person", variant: Variant, minutes: int) -> Variant:
    """Say how long a variant of a service takes. PermissionMissing, InvalidService."""
    communities.require(actor, variant.product.community, MANAGE)
    right = type(minutes) is int and UNIT <= minutes <= LONGEST and minutes % UNIT == 0
    if variant.product.kind != Product.Kind.SERVICE or not right:
        raise errors.InvalidService(fields={"minutes": [_("Give quarters of an hour.")]})
    variant.minutes = minutes
    variant.save(update_fields=["minutes"])
    return variant


@write_tx
def add_length(
    *, actor: "Person", product: Product, name: str, minutes: int, price: int
) -> Variant:
    """Offer a service in one more length, at a price in whole minor units.

    PermissionMissing, InvalidService, InvalidProduct.
    """
    variant = save_variant(
        actor=actor, product=product, name=name or f"{minutes} min", price=price, counted=False
    )
    return set_minutes(actor=actor, variant=variant, minutes=minutes)


@write_tx
def save_staff(
    *, actor: "Person", plan: ServicePlan, person: "Person", week: Mapping[Any, Any],
    days_off: Collection[Any] = (), active: bool = True,
) -> Staff:  # fmt: skip
    """Say when somebody gives a service: who runs the shop, or who gives it.

    `week` holds spans of minutes since midnight by weekday, Monday is 0; breaks lie between. What
    is booked already stays. PermissionMissing, InvalidService.
    """
    community = plan.product.community
    found = Staff.objects.filter(plan=plan, person=person).first()
    if found is None or actor.pk != person.pk:
        communities.require(actor, community, MANAGE)
    try:
        hours = checked_week(week)
    except errors.InvalidService:
        told = _("Give hours as 9:00–12:00, in quarters of an hour, that do not overlap.")
        raise errors.InvalidService(fields={"week": [told]}) from None
    try:
        off = checked_days(days_off)
    except errors.InvalidService:
        raise errors.InvalidService(fields={"days_off": [_("Give days as 2026-12-24.")]}) from None
    if found is None:
        if not buyer_of(person, community, tiers=False).member:
            raise errors.InvalidService(fields={"person": [_("Choose a member.")]})
        if plan.staff.count() >= MOST_STAFF:
            raise errors.InvalidService(fields={"person": [_("There are too many already.")]})
        found = Staff(plan=plan, person=person)
    found.week, found.days_off, found.active = hours, off, active
    found.save()
    _planned(actor, plan)
    return found


def _planned(actor: "Person", plan: ServicePlan) -> None:
    product = plan.product
    publish(
        events.ServicePlanned(
            community_id=product.community_id, actor_id=actor.pk, product_id=product.pk
        )
    )
