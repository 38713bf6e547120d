"""Depots of a season: where its boxes are fetched, and how many a place takes on a day."""

from typing import TYPE_CHECKING

from django.db.models import F

from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events
from qunluo.market.actions.share_seasons import MOST_DEPOTS, held_season, told
from qunluo.market.models import Depot, DepotDay, PickupPoint, ShareSeason
from qunluo.market.rules.permissions import MANAGE

if TYPE_CHECKING:
    from qunluo.people.models import Person

MOST_BOXES = 10_000


@write_tx
def add_depot(*, actor: "Person", season: ShareSeason, point: PickupPoint, capacity: int) -> Depot:
    """Let boxes of a season be fetched at one more pick-up point, on each of its days.

    PermissionMissing, InvalidSeason.
    """
    fresh = held_season(actor, season, MANAGE)
    known = PickupPoint.objects.filter(community=fresh.community, active=True, pk=point.pk)
    here = fresh.depots.order_by("place")
    if not known.exists() or here.filter(point_id=point.pk).exists():
        raise errors.InvalidSeason(fields={"point": [_("Choose one of these.")]})
    if len(here) >= MOST_DEPOTS:
        raise errors.InvalidSeason(fields={"point": [_("A season has at most 50 pick-up points.")]})
    _check(capacity)
    depot = Depot.objects.create(
        season=fresh, point_id=point.pk, capacity=capacity,
        place=max((one.place for one in here), default=-1) + 1,
    )  # fmt: skip
    DepotDay.objects.bulk_create(
        DepotDay(depot=depot, delivery=one, free=capacity) for one in fresh.deliveries.all()
    )
    publish(events.SeasonChanged(**told(fresh, actor), closed=fresh.closed_at is not None))
    return depot


@write_tx
def set_depot(*, actor: "Person", depot: Depot, capacity: int) -> Depot:
    """Say how many boxes a depot takes on a day; never fewer than are promised there.

    PermissionMissing, InvalidSeason.
    """
    season = held_season(actor, depot.season, MANAGE)
    fresh = Depot.objects.get(pk=depot.pk)
    _check(capacity)
    more = capacity - fresh.capacity
    days = DepotDay.objects.filter(depot=fresh)
    list(days.select_for_update().order_by("pk").values_list("pk"))
    if more < 0 and days.filter(free__lt=-more).exists():
        raise errors.InvalidSeason(
            fields={"capacity": [_("More boxes than that are promised there already.")]}
        )
    days.update(free=F("free") + more)
    fresh.capacity = capacity
    fresh.save(update_fields=["capacity"])
    publish(events.SeasonChanged(**told(season, actor)))
    return fresh


def _check(capacity: int) -> None:
    if type(capacity) is not int or not 1 <= capacity <= MOST_BOXES:
        raise errors.InvalidSeason(fields={"capacity": [_("Give a number from 1 to 10,000.")]})
