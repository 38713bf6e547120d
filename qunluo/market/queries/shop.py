"""The shop of a community; fetching is permission."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from qunluo.community import queries as communities
from qunluo.conversation.queries import pairs_who_talk
from qunluo.kernel.clock import now
from qunluo.kernel.prepared import first, objects
from qunluo.market.errors import ShopNotFound
from qunluo.market.models import DeliveryRate, MerchantAccount, PickupPoint, Shop
from qunluo.market.rules.permissions import MANAGE

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.people.models import Person

    Viewer = Person | AnonymousUser | None

AUDIENCES = {"members": "members", "everyone": "everyone", "dealers": "dealers"}


@dataclass(frozen=True)
class TrustLine:
    """How a circle stands before its shop may open: trust first, sell last.

    `members` have stayed for `wanted_days` at least, `pairs` have answered each other of late.
    """

    members: int
    pairs: int
    wanted_members: int
    wanted_days: int
    wanted_pairs: int

    @property
    def met(self) -> bool:
        """Tell whether the line is met."""
        return self.members >= self.wanted_members and self.pairs >= self.wanted_pairs


def find_shop(community: "Community") -> Shop | None:
    """Return the shop of a community, or None."""
    found: Shop | None = first("", _shop, [community.pk])
    if found is not None:
        found.community = community
    return found


def _shop(given: Sequence[int]) -> "QuerySet[Shop]":
    return Shop.objects.filter(community=given[0]).select_related("overridden_by")


def get_shop(community: "Community") -> Shop:
    """Return the shop of a community. ShopNotFound."""
    if shop := find_shop(community):
        return shop
    raise ShopNotFound


def managed_shop(community: "Community", *, viewer: "Viewer") -> Shop:
    """Return a shop for who runs it. PermissionMissing, ShopNotFound."""
    communities.require(viewer, community, MANAGE)
    return get_shop(community)


def audience_of(community: "Community") -> str:
    """Return to whom a community sells, by the closure in its charter: M04."""
    return AUDIENCES.get(communities.behaviour_of(community).audience, "members")


def trust_line(shop: Shop) -> TrustLine:
    """Return how the trust line stands at this moment: M10.

    Counted are who has been a member for `trust_days`, and pairs who talked within 90 days.
    """
    since = now() - timedelta(days=shop.trust_days)
    members = communities.active_members(shop.community).filter(joined_at__lte=since)
    return TrustLine(
        members=members.count(),
        pairs=pairs_who_talk(shop.community),
        wanted_members=shop.trust_members,
        wanted_days=shop.trust_days,
        wanted_pairs=shop.trust_pairs,
    )


def pickup_points(community: "Community", *, all_of_them: bool = False) -> list[PickupPoint]:
    """Return where things may be fetched, in their order."""
    found: list[PickupPoint] = objects("", _points, [community.pk])
    return [one for one in found if all_of_them or one.active]


def _points(given: Sequence[int]) -> "QuerySet[PickupPoint]":
    return PickupPoint.objects.filter(community_id=given[0]).order_by("place", "pk")


def delivery_rates(community: "Community", *, all_of_them: bool = False) -> list[DeliveryRate]:
    """Return what sending costs, in the order in which rates are tried."""
    found: list[DeliveryRate] = objects("", _rates, [community.pk])
    return [one for one in found if all_of_them or one.active]


def _rates(given: Sequence[int]) -> "QuerySet[DeliveryRate]":
    return DeliveryRate.objects.filter(community_id=given[0]).order_by("place", "pk")


def merchants(community: "Community", *, viewer: "Viewer") -> list[MerchantAccount]:
    """Return the accounts with providers, for who runs the shop. PermissionMissing."""
    communities.require(viewer, community, MANAGE)
    return list(MerchantAccount.objects.filter(community=community).order_by("-active", "pk"))


def shop_opened(shop: Shop) -> bool:
    """Tell whether a shop sells at this moment."""
    return (
        shop.state == Shop.State.OPEN
        and shop.audience != Shop.Audience.DEALERS
        and shop.community.stage != shop.community.Stage.CLOSED
    )


def door_open(shop: Shop) -> bool:
    """Tell whether a shop sells the way in: from the first day on, before anybody can be trusted.

    Goods wait for the trust line of M10; a fee for entry (M03) is what lets the first members in.
    """
    return (
        shop.state != Shop.State.PAUSED
        and shop.audience != Shop.Audience.DEALERS
        and shop.community.stage != shop.community.Stage.CLOSED
    )
