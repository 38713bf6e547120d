"""Services at the desk: how they can be had, and who gives them."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any

from qunluo.community import queries as communities
from qunluo.market import errors
from qunluo.market.models import ServicePlan, Staff
from qunluo.market.rules import bookings as rules
from qunluo.market.rules.permissions import MANAGE

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.market.queries.shop import Viewer
    from qunluo.people.models import Person


def services(community: "Community", *, viewer: "Viewer") -> list[ServicePlan]:
    """Return the services of a shop, for who runs it. PermissionMissing."""
    communities.require(viewer, community, MANAGE)
    found = ServicePlan.objects.filter(product__community=community).select_related("product")
    return list(found.order_by("-pk")[:200])


def plan_of(community: "Community", uid: str) -> ServicePlan:
    """Return the plan of a service by the address of its product. NotBookable."""
    found = ServicePlan.objects.filter(product__community=community, product__uid=uid)
    plan = found.select_related("product__community").first()
    if plan is None:
        raise errors.NotBookable
    return plan


def staff_of(plan: ServicePlan, person: "Person", *, viewer: "Viewer") -> Staff | None:
    """Return somebody of the staff, for who runs the shop, or oneself. PermissionMissing."""
    found = plan.staff.filter(person=person).first()
    if found is None or viewer is None or viewer.pk != person.pk:
        communities.require(viewer, plan.product.community, MANAGE)
    return found


def manages_shop(viewer: "Viewer", community: "Community") -> bool:
    """Tell whether somebody runs the shop."""
    return MANAGE in communities.permissions_of(viewer, community)


def bookable_people(community: "Community", *, viewer: "Viewer") -> list["Person"]:
    """Return members who could give a service, for who runs the shop. PermissionMissing."""
    communities.require(viewer, community, MANAGE)
    found = communities.active_members(community).select_related("person")
    return [one.person for one in found.order_by("pk")[:300]]


def service_staff(plan: ServicePlan, *, viewer: "Viewer") -> list[Staff]:
    """Return who gives a service, for who runs the shop, or oneself. PermissionMissing."""
    found = plan.staff.select_related("person").order_by("pk")
    community = plan.product.community
    if MANAGE in communities.permissions_of(viewer, community):
        return list(found)
    mine = [one for one in found if viewer is not None and one.person_id == viewer.pk]
    if not mine:
        communities.require(viewer, community, MANAGE)
    return mine


def checked_week(given: Any) -> dict[str, list[list[int]]]:
    """Return hours of a week as they are kept. InvalidService."""
    try:
        week = {int(day): [(int(a), int(b)) for a, b in spans] for day, spans in given.items()}
    except (AttributeError, TypeError, ValueError):
        raise errors.InvalidService from None
    if not rules.valid_week(week):
        raise errors.InvalidService
    return {str(day): [list(span) for span in spans] for day, spans in week.items() if spans}


def checked_days(given: Collection[Any]) -> list[str]:
    """Return days off as they are kept, each once and in order. InvalidService."""
    try:
        return sorted({date.fromisoformat(str(day)).isoformat() for day in given})[:200]
    except ValueError:
        raise errors.InvalidService from None
