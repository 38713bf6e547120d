"""A service, who gives it, and who books it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from qunluo.kernel.clock import now
from qunluo.market import actions, queries
from qunluo.market.models import Booking
from tests.community.makers import member
from tests.market.makers import FIT, credit, key

ALL_WEEK = {day: [[9 * 60, 12 * 60], [13 * 60, 17 * 60]] for day in range(7)}
ZONE = ZoneInfo("Asia/Shanghai")


def service(here, *, minutes=60, price=2_000, week=None, staff=None, **said):
    """A service on sale that somebody gives: its plan, with `variant` and `staff`."""
    plan = actions.add_service(
        actor=here.owner, community=here.community, title="One hour of advice"
    )
    actions.edit_product(actor=here.owner, product=plan.product, category="learning", **FIT)
    variant = actions.save_variant(
        actor=here.owner, product=plan.product, name="60", price=price, counted=False
    )
    actions.set_minutes(actor=here.owner, variant=variant, minutes=minutes)
    plan = actions.save_plan(actor=here.owner, plan=plan, **{"notice_hours": 2, **said})
    person = staff or member(here.community, "Coach")
    plan.coach = actions.save_staff(
        actor=here.owner, plan=plan, person=person, week=week or ALL_WEEK
    )
    actions.list_product(actor=here.owner, product=plan.product)
    plan.variant = variant
    plan.person = person
    return plan


def day_after(days=2, hour=9, minute=0):
    """A moment so many days from today, on the wall of the community."""
    day = (now().astimezone(ZONE) + timedelta(days=days)).date()
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def book(here, plan, who, at=None, **more):
    """An order that holds a time."""
    return actions.book(
        actor=who, shop=here.shop, variant=plan.variant, staff=plan.coach,
        starts_at=at or day_after(), **{"key": key(), **more},
    )  # fmt: skip


def paid(here, plan, who, at=None, **more):
    """A time that is paid for."""
    order = book(here, plan, who, at, **more)
    credit(here, who, order.total)
    actions.pay_from_credit(actor=who, order=order)
    return booking(order)


def booking(order):
    """The booking of an order, as it is now."""
    found = Booking.objects.select_related("order__community", "staff__plan__product__community")
    return found.get(order=order)


def starts(plan, **more):
    """The moments that are free."""
    days = queries.free_slots(queries.get_plan(plan.product), plan.variant, **more)
    return [slot.starts_at for slots in days.values() for slot in slots]
