"""Harvest shares for who looks after them: seasons, packing lists, and what is in the boxes."""

from datetime import time
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ninja import File, Query, Status
from ninja.files import UploadedFile
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import PICTURES, SlugPath, community_of
from qunluo.api.errors import TooLarge
from qunluo.api.market import Price, managed_shop_of
from qunluo.api.shapes import Day, Given, Id, Instant, Listing, Paging, Shown, listing
from qunluo.api.shared import (
    DepotBoxes,
    Season,
    ShareCard,
    ShareDelivery,
    show_packing,
    show_season,
    show_share_card,
)
from qunluo.api.shares import UID, SeasonPath, season_of
from qunluo.community import queries as communities
from qunluo.kernel import media
from qunluo.kernel.text import _
from qunluo.market import actions, queries
from qunluo.market.actions import SeasonPlan
from qunluo.market.errors import SeasonNotFound
from qunluo.market.queries import share_desk, shares

if TYPE_CHECKING:
    from qunluo.market import models as rows

area = Area("share_desk", "Looking after harvest shares")
SEASONS = "/communities/{slug}/shop/seasons"
SEASON = f"{SEASONS}/{{season_uid}}"
DELIVERY = f"{SEASON}/deliveries/{{delivery_id}}"


CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
Weekdays = Annotated[
    list[Annotated[int, Field(ge=0, le=6)]],
    Field(min_length=1, max_length=7, description=_("0 is Monday.")),
]
Parts = Annotated[list[Annotated[int, Field(ge=1, le=24)]], Field(min_length=1, max_length=10)]


class DepotWish(Given):
    """How many boxes a pick-up point takes on a day."""

    point_id: Id
    capacity: int = Field(ge=1, le=10_000)


class ShareProductWish(Given):
    """What is subscribed to; its sizes and prices are its variants."""

    title: str = Field(min_length=1, max_length=80)


class ShareProduct(Shown):
    """The product by whose variants sizes and prices are said."""

    product_uid: str


class SeasonWish(Given):
    """A season; who subscribes keeps the terms that they put their name to."""

    product_uid: str = Field(max_length=12, pattern=UID)
    title: str = Field(max_length=80)
    risk: str = Field(max_length=2_000)
    first: Day
    last: Day
    weekdays: Weekdays
    depots: list[DepotWish] = Field(min_length=1, max_length=50)
    starts: str = Field("16:00", pattern=CLOCK)
    cutoff_hours: int = Field(48, ge=0, le=720)
    absences: int = Field(2, ge=0, le=60)
    skip_gives: Literal["pool", "credit"] = "pool"
    refunds: bool = False
    instalments: Parts = [1]
    lead_days: int = Field(7, ge=0, le=90)
    grace_days: int = Field(7, ge=1, le=90)
    claim_hours: int = Field(48, ge=1, le=336)
    text: str = Field("", max_length=8_000)
    tag: str = Field("", max_length=40)
    after_uid: str = Field(
        "", max_length=12, pattern=r"^[A-Z0-9]*$", description=_("The season it follows on.")
    )
    holders_at: Instant | None = None
    waiting_at: Instant | None = None
    opens_at: Instant | None = None


class TermsWish(Given):
    """Other terms, for who subscribes from now on; what is left out stays.

    Days and hours can only be others before the first share is asked for.
    """

    risk: str | None = Field(None, max_length=2_000)
    first: Day | None = None
    last: Day | None = None
    weekdays: Weekdays | None = None
    starts: str | None = Field(None, pattern=CLOCK)
    cutoff_hours: int | None = Field(None, ge=0, le=720)
    absences: int | None = Field(None, ge=0, le=60)
    skip_gives: Literal["pool", "credit"] | None = None
    refunds: bool | None = None
    instalments: Parts | None = None
    lead_days: int | None = Field(None, ge=0, le=90)
    grace_days: int | None = Field(None, ge=1, le=90)
    claim_hours: int | None = Field(None, ge=1, le=336)
    holders_at: Instant | None = None
    waiting_at: Instant | None = None
    opens_at: Instant | None = None


class SeasonEdit(Given):
    """What is said otherwise."""

    title: str | None = Field(None, min_length=1, max_length=80)
    text: str | None = Field(None, max_length=8_000)
    tag: str | None = Field(None, max_length=40)
    closed: bool | None = None


class RoomWish(Given):
    """How many boxes a depot takes on a day."""

    capacity: int = Field(ge=1, le=10_000)


class RiseWish(Given):
    """More for each box still to come, for those who agree."""

    variant_id: Id
    for_box: Price
    reason: str = Field(min_length=1, max_length=400)
    answer_by: Instant


class ProposedRise(Shown):
    """A rise that was asked for, and of how many."""

    id: int
    asked: int


class ThingWish(Given):
    """What is in a box."""

    name: str = Field(min_length=1, max_length=60)
    amount: str = Field("", max_length=40)


class BoxWish(Given):
    """What is in the boxes of a delivery."""

    contents: list[ThingWish] = Field(max_length=40)
    note: str = Field("", max_length=400)
    less: str = Field(
        "", max_length=400, description=_("Why something is gone; subscribers read it.")
    )


class PackWish(Given):
    """The depot whose boxes are packed; all of them without one."""

    depot_id: Id | None = None


class Packed(Shown):
    """How many boxes are packed with this."""

    boxes: int


class CodeWish(Given):
    """What somebody says who comes for their box."""

    code: str = Field(min_length=1, max_length=20)


@area.write(
    "POST", "/communities/{slug}/share-products", ShareProduct, scope="selling:write", status=201
)
def add_share_product(
    request: Caller, slug: SlugPath, wish: ShareProductWish
) -> Status[dict[str, Any]]:
    """Write down what is subscribed to."""
    made = actions.add_product(
        actor=request.person, community=community_of(request, slug), gives="share",
        title=wish.title, category="food",
    )  # fmt: skip
    return Status(201, {"product_uid": made.uid})


@area.write("POST", SEASONS, Season, scope="selling:write", status=201)
def start_season(request: Caller, slug: SlugPath, wish: SeasonWish) -> Status[dict[str, Any]]:
    """Plan a season."""
    shop = managed_shop_of(request, slug)
    product = queries.managed_product(shop.community, wish.product_uid, viewer=request.person)
    said = wish.model_dump(exclude={"product_uid", "after_uid", "depots", "starts"})
    after = None
    if wish.after_uid:
        after = season_of(request, slug, wish.after_uid).season
    plan = SeasonPlan(
        **said,
        after=after,
        starts=time.fromisoformat(wish.starts),
        depots={one.point_id: one.capacity for one in wish.depots},
    )
    made = actions.start_season(actor=request.person, product=product, plan=plan)
    return Status(201, show_season(season_of(request, slug, made.uid)))


@area.write("PATCH", SEASON, Season, scope="selling:write")
def edit_season(
    request: Caller, slug: SlugPath, season_uid: SeasonPath, wish: SeasonEdit
) -> dict[str, Any]:
    """Say something of a season otherwise, or close it."""
    view = season_of(request, slug, season_uid)
    said = wish.model_dump(exclude_none=True)
    actions.edit_season(actor=request.person, season=view.season, **said)
    return show_season(season_of(request, slug, season_uid))


@area.write("PATCH", f"{SEASON}/terms", Season, scope="selling:write")
def change_terms(
    request: Caller, slug: SlugPath, season_uid: SeasonPath, wish: TermsWish
) -> dict[str, Any]:
    """Change the terms, for who subscribes from now on."""
    view = season_of(request, slug, season_uid)
    said = wish.model_dump(exclude_none=True)
    if wish.starts:
        said["starts"] = time.fromisoformat(wish.starts)
    actions.change_terms(actor=request.person, season=view.season, terms=said)
    return show_season(season_of(request, slug, season_uid))


@area.read(f"{SEASON}/shares", Listing[ShareCard], scope="selling:read")
def season_shares(
    request: Caller, slug: SlugPath, season_uid: SeasonPath, wanted: Query[Paging]
) -> dict[str, Any]:
    """List who has a share of a season."""
    view = season_of(request, slug, season_uid)
    found = share_desk.contracts(
        view.season, viewer=request.person, after=wanted.after, limit=wanted.limit
    )
    return listing(request, found.items, found.next, lambda one: show_share_card(one, slug))


@area.write("POST", f"{SEASON}/depots", Season, scope="selling:write", status=201)
def add_depot(
    request: Caller, slug: SlugPath, season_uid: SeasonPath, wish: DepotWish
) -> Status[dict[str, Any]]:
    """Let boxes be fetched at one more pick-up point."""
    view = season_of(request, slug, season_uid)
    point = shares.get_other_point(view.season, wish.point_id)
    actions.add_depot(actor=request.person, season=view.season, point=point, capacity=wish.capacity)
    return Status(201, show_season(season_of(request, slug, season_uid)))


@area.write("PUT", f"{SEASON}/depots/{{depot_id}}", Season, scope="selling:write")
def set_depot(
    request: Caller, slug: SlugPath, season_uid: SeasonPath, depot_id: Id, wish: RoomWish
) -> dict[str, Any]:
    """Say how many boxes a depot takes on a day."""
    view = season_of(request, slug, season_uid)
    depot = shares.get_depot(view.season, depot_id)
    actions.set_depot(actor=request.person, depot=depot, capacity=wish.capacity)
    return show_season(season_of(request, slug, season_uid))


@area.write("POST", f"{SEASON}/rises", ProposedRise, scope="selling:write", status=201)
def propose_rise(
    request: Caller, slug: SlugPath, season_uid: SeasonPath, wish: RiseWish
) -> Status[dict[str, Any]]:
    """Ask who holds a share to pay more."""
    view = season_of(request, slug, season_uid)
    sizes = {one.variant.pk: one.variant for one in view.sizes}
    if wish.variant_id not in sizes:
        raise SeasonNotFound
    made = actions.propose_rise(
        actor=request.person, season=view.season, variant=sizes[wish.variant_id],
        for_box=wish.for_box, reason=wish.reason, answer_by=wish.answer_by,
    )  # fmt: skip
    return Status(201, {"id": made.pk, "asked": made.answers.count()})


@area.read(f"{DELIVERY}/packing", list[DepotBoxes], scope="selling:read")
def packing_of_delivery(
    request: Caller, slug: SlugPath, season_uid: SeasonPath, delivery_id: Id
) -> list[dict[str, Any]]:
    """Get what is to be packed."""
    found = _delivery(request, slug, season_uid, delivery_id)
    return [show_packing(one) for one in share_desk.packing(found, viewer=request.person)]


@area.write("PUT", f"{DELIVERY}/box", ShareDelivery, scope="selling:write")
def fill_box(
    request: Caller, slug: SlugPath, season_uid: SeasonPath, delivery_id: Id, wish: BoxWish
) -> "rows.ShareDelivery":
    """Say what is in the boxes."""
    return actions.fill_box(
        actor=request.person,
        delivery=_delivery(request, slug, season_uid, delivery_id),
        contents=[one.model_dump() for one in wish.contents],
        note=wish.note,
        less=wish.less,
    )


@area.write("POST", f"{DELIVERY}/picture", ShareDelivery, scope="selling:write", rate=PICTURES)
def show_box(
    request: Caller, slug: SlugPath, season_uid: SeasonPath, delivery_id: Id,
    picture: File[UploadedFile],
) -> "rows.ShareDelivery":  # fmt: skip
    """Show the box in a picture."""
    if (picture.size or 0) > media.MOST_BYTES:
        raise TooLarge
    found = _delivery(request, slug, season_uid, delivery_id)
    return actions.show_box(actor=request.person, delivery=found, data=picture.read())


@area.write("POST", f"{DELIVERY}/pack", Packed, scope="selling:write")
def pack_boxes(
    request: Caller, slug: SlugPath, season_uid: SeasonPath, delivery_id: Id, wish: PackWish
) -> dict[str, int]:
    """Say that boxes are packed."""
    found = _delivery(request, slug, season_uid, delivery_id)
    depot = shares.get_depot(found.season, wish.depot_id) if wish.depot_id else None
    return {"boxes": actions.pack_boxes(actor=request.person, delivery=found, depot=depot)}


@area.write("POST", f"{DELIVERY}/hand-over", ShareCard, scope="selling:write")
def hand_over_box(
    request: Caller, slug: SlugPath, season_uid: SeasonPath, delivery_id: Id, wish: CodeWish
) -> dict[str, Any]:
    """Hand out what is packed for a code."""
    found = _delivery(request, slug, season_uid, delivery_id)
    share = actions.hand_over_box(actor=request.person, delivery=found, code=wish.code)
    return show_share_card(share, slug)


def _delivery(request: Caller, slug: str, uid: str, pk: int) -> "rows.ShareDelivery":
    """Return a delivery for who looks after orders. PermissionMissing, SeasonNotFound."""
    view = season_of(request, slug, uid)
    communities.require(request.person, view.season.community, queries.ORDERS)
    return shares.get_delivery(view.season, pk)
