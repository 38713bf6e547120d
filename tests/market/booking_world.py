"""A service of the world of the API, and a time of it that the member has paid for."""

from types import SimpleNamespace

from tests.market.booking_makers import day_after, paid, service


def booking(shop, cast):
    """Return the ids that paths name."""
    here = SimpleNamespace(community=shop.community, shop=shop, owner=cast.owner)
    plan = service(here, days_ahead=60)
    booked = paid(here, plan, cast.member, day_after(days=30))
    return {
        "service_uid": plan.product.uid, "booked_uid": booked.order.uid,
        "coach": plan.person.handle, "length_id": plan.variant.pk, "staff_id": plan.coach.pk,
        "free_at": day_after(days=31).isoformat(),
    }  # fmt: skip
