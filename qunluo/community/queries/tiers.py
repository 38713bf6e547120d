"""Who holds a tier, by the clock: an expired one counts for nothing, whatever has run."""

from datetime import datetime
from typing import TYPE_CHECKING

from qunluo.community.models import Community, Grant
from qunluo.community.queries.permissions import live_grants

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.people.models import Person

TIER = Grant.Kind.TIER


def live_tier(community: Community, person: "Person", name: str) -> Grant | None:
    """Return the grant by which somebody holds a tier at this moment, or None."""
    return tier_holders(community).filter(person=person, name=name).first()


def own_tiers(community: Community, person: "Person") -> dict[str, datetime | None]:
    """Return the tiers that somebody holds at this moment, and until when (None: no end)."""
    return dict(tier_holders(community).filter(person=person).values_list("name", "expires_at"))


def had_tier(community: Community, person: "Person", name: str) -> bool:
    """Tell whether somebody holds a tier or ever did."""
    had = Grant.objects.filter(community=community, person=person, kind=TIER, name=name)
    return had.exists()


def tier_holders(community: Community) -> "QuerySet[Grant]":
    """Return who holds a tier at this moment; those whose time ends first come first."""
    held = Grant.objects.filter(live_grants(), community=community, kind=TIER)
    return held.select_related("person").order_by("expires_at", "pk")
