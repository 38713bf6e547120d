"""Seasons of a harvest: their days, depots and terms, and what is in the boxes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q

from qunluo.community import queries as communities
from qunluo.kernel import media
from qunluo.kernel.clock import now
from qunluo.kernel.ids import short_code
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events
from qunluo.market.models import (
    Depot,
    DepotDay,
    PickupPoint,
    Product,
    ShareContract,
    ShareDelivery,
    ShareSeason,
)
from qunluo.market.rules.permissions import MANAGE, ORDERS
from qunluo.market.rules.shares import days_of, times_of

if TYPE_CHECKING:
    from qunluo.people.models import Person

MOST_DELIVERIES, MOST_DEPOTS, MOST_PARTS, MOST_CONTENTS = 120, 50, 24, 40
LONGEST = {"title": 80, "text": 8_000, "risk": 2_000, "tag": 40}
NUMBERS = {
    "cutoff_hours": (0, 720), "absences": (0, 60), "lead_days": (0, 90), "grace_days": (1, 90),
    "claim_hours": (1, 336),
}  # fmt: skip
SAID = ("title", "text", "tag")  # what is said of it; the terms are changed by `change_terms`
TOO_MANY_DAYS = _("A season has from 1 to 120 deliveries.")


@dataclass(frozen=True)
class SeasonPlan:
    """A season to be: `depots` says how many boxes each pick-up point (by id) takes on a day.

    `instalments` are the numbers of parts in which it may be paid; see ShareSeason for the rest.
    """

    title: str
    risk: str
    first: date
    last: date
    weekdays: Sequence[int]
    depots: Mapping[int, int]
    starts: time = time(16)
    cutoff_hours: int = 48
    absences: int = 2
    skip_gives: str = "pool"
    refunds: bool = False
    instalments: Sequence[int] = (1,)
    lead_days: int = 7
    grace_days: int = 7
    claim_hours: int = 48
    text: str = ""
    tag: str = ""
    after: ShareSeason | None = None
    holders_at: datetime | None = None
    waiting_at: datetime | None = None
    opens_at: datetime | None = None


@write_tx
def start_season(*, actor: "Person", product: Product, plan: SeasonPlan) -> ShareSeason:
    """Write a season down, with every delivery and the room at each depot.

    PermissionMissing, InvalidSeason.
    """
    communities.require(actor, product.community, MANAGE)
    moment = now()
    opens = plan.opens_at or moment
    waiting = plan.waiting_at or opens
    season = ShareSeason(
        community=product.community,
        uid=short_code(10),
        product=product,
        after=plan.after,
        title=plan.title.strip(),
        text=plan.text.strip(),
        risk=plan.risk.strip(),
        first=plan.first,
        last=plan.last,
        weekdays=sorted(set(plan.weekdays)),
        starts=plan.starts,
        skip_gives=plan.skip_gives,
        refunds=plan.refunds,
        instalments=sorted(set(plan.instalments)),
        tag=plan.tag.strip().lstrip("#"),
        holders_at=plan.holders_at or waiting,
        waiting_at=waiting,
        opens_at=opens,
        started_by=actor,
        created_at=moment,
        **{name: getattr(plan, name) for name in NUMBERS},
    )
    points = _points(product.community_id, plan.depots)
    wrong = wrong_about(season) | _wrong_depots(plan, points)
    days = None if wrong else planned_days(season)
    if days is None:
        raise errors.InvalidSeason(fields=wrong or {"last": [TOO_MANY_DAYS]})
    season.save(force_insert=True)
    deliveries = write_days(season, days)
    for place, point in enumerate(points):
        depot = Depot.objects.create(
            season=season, point=point, capacity=plan.depots[point.pk], place=place
        )
        DepotDay.objects.bulk_create(
            DepotDay(depot=depot, delivery=one, free=depot.capacity) for one in deliveries
        )
    publish(events.SeasonStarted(**told(season, actor), deliveries=len(deliveries)))
    return season


@write_tx
def edit_season(
    *, actor: "Person", season: ShareSeason, closed: bool | None = None, **said: Any
) -> ShareSeason:
    """Say something otherwise (title, text, tag), or take in nobody new.

    PermissionMissing, InvalidSeason.
    """
    fresh = held_season(actor, season, MANAGE)
    for name in SAID:
        setattr(fresh, name, str(said.get(name, getattr(fresh, name))).strip().lstrip("#"))
    wrong = wrong_about(fresh)
    if wrong:
        raise errors.InvalidSeason(fields=wrong)
    if closed is not None:
        fresh.closed_at = (fresh.closed_at or now()) if closed else None
    fresh.save(update_fields=[*SAID, "closed_at"])
    publish(events.SeasonChanged(**told(fresh, actor), closed=fresh.closed_at is not None))
    return fresh


@write_tx
def fill_box(
    *,
    actor: "Person",
    delivery: ShareDelivery,
    contents: Sequence[Mapping[str, str]],
    note: str = "",
    less: str = "",
    picture: bytes = b"",
    alt: str = "",
) -> ShareDelivery:
    """Say what is in the boxes of a delivery: {name, amount} each; and show it, or neither.

    Once it can no longer be skipped, what was named is only taken out with a reason (`less`), as
    when the weather spoilt it: both stay for subscribers to read. PermissionMissing, InvalidSeason,
    and what `show_box` refuses.
    """
    season = held_season(actor, delivery.season, ORDERS)
    fresh = ShareDelivery.objects.select_for_update().get(pk=delivery.pk)
    filled = _contents(contents)
    gone = [one for one in fresh.contents if one not in filled]
    less = less.strip()[:400]
    if gone and not less and fresh.cut_off_at <= now():
        raise errors.InvalidSeason(
            fields={"less": [_("Say why there is less in it; subscribers read it.")]}
        )
    fresh.contents, fresh.note = filled, note.strip()[:400]
    if less:
        fresh.shortfall, fresh.shortfall_at = less, now()
        fresh.missing = [*fresh.missing, *gone][:MOST_CONTENTS]
    fresh.save()
    if less:
        publish(events.ShortfallTold(**told(season, actor), delivery_id=fresh.pk))
    else:
        publish(events.BoxFilled(**told(season, actor), delivery_id=fresh.pk))
    return show_box(actor=actor, delivery=fresh, data=picture, alt=alt) if picture else fresh


@write_tx
def show_box(
    *, actor: "Person", delivery: ShareDelivery, data: bytes, alt: str = ""
) -> ShareDelivery:
    """Show the box of a delivery in a picture, instead of the one before.

    PermissionMissing, NotAPicture, PictureTooLarge.
    """
    season = held_season(actor, delivery.season, ORDERS)
    fresh = ShareDelivery.objects.select_for_update().get(pk=delivery.pk)
    before, fresh.picture = fresh.picture, media.store_image(data, "picture")
    fresh.picture_width, fresh.picture_height = media.size_of(fresh.picture)
    fresh.picture_alt = alt.strip()[:200]
    fresh.save()
    if before:
        media.delete(before)
    publish(events.BoxFilled(**told(season, actor), delivery_id=fresh.pk))
    return fresh


def offer_seasons() -> int:
    """Tell whose turn it is that they may subscribe before everybody; return how many were told."""
    return _offer("holders") + _offer("waiting")


def _offer(to: str) -> int:
    moment = now()
    due = ShareSeason.objects.filter(
        **{f"told_{to}_at": None, f"{to}_at__lte": moment},
        opens_at__gt=moment, after__isnull=False, closed_at=None,
    )  # fmt: skip
    return sum(_offer_one(season, to) for season in due)


@write_tx
def _offer_one(season: ShareSeason, to: str) -> bool:
    mine = ShareSeason.objects.filter(pk=season.pk, **{f"told_{to}_at": None})
    if not mine.update(**{f"told_{to}_at": now()}):
        return False
    publish(events.SeasonOffered(**told(season), to=to))
    return True


def held_season(actor: "Person", season: ShareSeason, permission: str) -> ShareSeason:
    """Take the row of a season for who may look after it; inside a transaction.

    PermissionMissing.
    """
    found = ShareSeason.objects.select_for_update(of=("self",)).select_related("community")
    fresh = found.get(pk=season.pk)
    communities.require(actor, fresh.community, permission)
    return fresh


def planned_days(season: ShareSeason) -> list[date] | None:
    """Return the days of the deliveries of a season; None when there are none, or too many."""
    days = list(days_of(season.first, season.last, season.weekdays))
    return days if 1 <= len(days) <= MOST_DELIVERIES else None


def write_days(season: ShareSeason, days: Sequence[date]) -> list[ShareDelivery]:
    """Write down the deliveries of these days; inside a transaction."""
    zone = season.community.time_zone
    made = []
    for day in days:
        times = times_of(day, season.starts, season.cutoff_hours, zone)
        made.append(ShareDelivery(season=season, day=day, **times._asdict()))
    return ShareDelivery.objects.bulk_create(made)


def told(season: ShareSeason, actor: "Person | None" = None) -> dict[str, Any]:
    """Return what every event of a season tells."""
    return {
        "community_id": season.community_id,
        "actor_id": actor.pk if actor else None,
        "season_id": season.pk,
    }


def of_contract(contract: ShareContract, actor_id: int | None = None) -> dict[str, Any]:
    """Return what every event of a share tells."""
    return {
        "community_id": contract.season.community_id,
        "actor_id": actor_id,
        "person_id": contract.person_id,
        "contract_id": contract.pk,
    }


def take_places(depot: Depot, deliveries: Sequence[int]) -> None:
    """Take a place at a depot on each day; the database decides who gets the last. DepotFull.

    Rows are taken in one order, so that two never wait for each other; inside a transaction.
    """
    days = DepotDay.objects.filter(depot=depot, delivery__in=deliveries)
    wanted = len(list(days.select_for_update().order_by("pk").values_list("pk")))
    if days.filter(free__gte=1).update(free=F("free") - 1) != wanted:
        raise errors.DepotFull(depot=depot.point.name)


def hold_days(places: Sequence[tuple[int, int]]) -> None:
    """Take the rows of days at depots, each as (depot, delivery), in the one order that all use."""
    wanted = Q(pk__in=[])
    for depot, delivery in places:
        wanted |= Q(depot=depot, delivery=delivery)
    days = DepotDay.objects.filter(wanted).select_for_update()
    list(days.order_by("pk").values_list("pk"))


def free_places(places: Sequence[tuple[int, int]]) -> None:
    """Give places back, each as (depot, delivery); inside a transaction."""
    hold_days(places)
    for depot, delivery in sorted(places):
        DepotDay.objects.filter(depot=depot, delivery=delivery).update(free=F("free") + 1)


def _points(community_id: int, depots: Mapping[int, int]) -> list[PickupPoint]:
    known = PickupPoint.objects.filter(community=community_id, active=True)
    found = {one.pk: one for one in known}
    return [found[pk] for pk in depots if pk in found]


def _wrong_depots(plan: SeasonPlan, points: Sequence[PickupPoint]) -> dict[str, list[str]]:
    rooms = plan.depots.values()
    if not 1 <= len(points) <= MOST_DEPOTS or len(points) != len(plan.depots):
        return {"depots": [_("Choose at least one pick-up point.")]}
    if any(type(room) is not int or not 1 <= room <= 10_000 for room in rooms):
        return {"depots": [_("Give a number from 1 to 10,000.")]}
    return {}


def wrong_about(season: ShareSeason) -> dict[str, list[str]]:
    """Return what is wrong about a season, by field."""
    wrong: dict[str, list[str]] = {}
    for name, most in LONGEST.items():
        text = getattr(season, name)
        if len(text) > most:
            wrong[name] = [_("This is too long.")]
        elif name in {"title", "risk"} and not text or "\0" in text:
            wrong[name] = [_("Write something here.")]
    for name, (least, most) in NUMBERS.items():
        value = getattr(season, name)
        if type(value) is not int or not least <= value <= most:
            wrong[name] = [_("This number is not possible here.")]
    return wrong | {name: [said] for name, said in _checks(season) if said}


def _checks(season: ShareSeason) -> Iterator[tuple[str, str]]:
    """Yield fields with what is wrong about them; nothing where they are right."""
    days, parts = set(season.weekdays), set(season.instalments)
    ends = season.first <= season.last <= season.first + timedelta(days=800)
    inside = season.after is None or season.after.community_id == season.community_id
    ordered = season.holders_at <= season.waiting_at <= season.opens_at
    share = season.product.kind == Product.Kind.SHARE
    chosen = season.skip_gives in ShareSeason.SkipGives.values
    week, many = set(range(7)), set(range(1, MOST_PARTS + 1))
    yield "product", "" if share else _("Choose a product that is a share of a harvest.")
    yield "last", "" if ends else _("The last day comes after the first, within two years.")
    yield "weekdays", "" if days and days <= week else _("Choose at least one weekday.")
    yield "instalments", "" if parts and parts <= many else _("Give numbers from 1 to 24.")
    yield "skip_gives", "" if chosen else _("Choose one of these.")
    yield "opens_at", "" if ordered else _("Holders come first, then who waited, then everybody.")
    yield "after", "" if inside else _("Choose one of these.")


def _contents(given: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return what is in a box, as it is kept. InvalidSeason."""
    found = [
        {"name": str(one.get("name", "")).strip(), "amount": str(one.get("amount", "")).strip()}
        for one in given
    ]
    right = all(
        0 < len(one["name"]) <= 60 and len(one["amount"]) <= 40 and "\0" not in str(one.values())
        for one in found
    )
    if len(found) > MOST_CONTENTS or not right:
        raise errors.InvalidSeason(
            fields={"contents": [_("Give each thing a short name, and at most 40 things.")]}
        )
    return found
