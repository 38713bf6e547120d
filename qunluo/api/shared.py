"""How a season of harvest shares, a share and its boxes are shown to whoever may see them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pydantic import Field

from qunluo.api.shapes import Shown
from qunluo.kernel.money import digits
from qunluo.kernel.text import _
from qunluo.market.queries import share_desk, shares

if TYPE_CHECKING:
    from qunluo.market import models as rows


class SeasonCard(Shown):
    """A season in a list."""

    uid: str
    url: str
    title: str
    first: date
    last: date
    closed: bool = Field(description=_("It takes in nobody new."))


class BoxThing(Shown):
    """What is in a box."""

    name: str
    amount: str


class ShareDelivery(Shown):
    """A delivery, and what is in its boxes."""

    id: int
    day: date
    cut_off_at: datetime = Field(description=_("Until then boxes are skipped or moved."))
    begins_at: datetime
    ends_at: datetime
    contents: list[BoxThing]
    note: str
    shortfall: str = Field(description=_("Why there is less; empty when there is not."))
    missing: list[BoxThing]


class ShareSize(Shown):
    """A size, in whole minor units."""

    variant_id: int
    name: str
    season_price: int
    price: int = Field(description=_("For what is left of the season."))


class ShareDepot(Shown):
    """A pick-up point of a season."""

    id: int
    name: str
    address: str
    free: int = Field(description=_("Places on each delivery that is left."))
    waiting: int


class Season(SeasonCard):
    """A season, its terms, and what is delivered."""

    text: str
    risk: str = Field(description=_("What subscribers put their name to."))
    weekdays: list[int] = Field(description=_("0 is Monday."))
    starts: str = Field(description=_("By the clock of the community, hh:mm."))
    cutoff_hours: int
    absences: int
    skip_gives: str = Field(description=_("pool or credit."))
    refunds: bool
    terms: int = Field(description=_("The number of these terms; one more with each change."))
    instalments: list[int]
    tag: str
    currency: str
    exponent: int
    open: bool = Field(description=_("The caller may subscribe now."))
    opens_at: datetime
    sizes: list[ShareSize]
    depots: list[ShareDepot]
    deliveries: list[ShareDelivery]


class ShareCard(Shown):
    """A share in a list."""

    uid: str
    url: str
    season_uid: str
    person: str
    size: str
    depot: str
    state: str = Field(description=_("waiting, asked, active, ended or cancelled."))
    currency: str
    price: int
    parts: int
    boxes: int
    agreed_at: datetime


class ShareBox(Shown):
    """A box: promised for a delivery, handed out with another once it was moved."""

    delivery_id: int
    handed_id: int
    day: date
    depot: str
    state: str = Field(
        description=_("planned, skipped, moved, packed, picked, missed or cancelled.")
    )
    credited: int


class SharePart(Shown):
    """A part of the price, which is an order once it is due."""

    number: int
    amount: int
    due_at: datetime
    grace_until: datetime | None
    order_uid: str | None
    paid_at: datetime | None
    rise: bool = Field(description=_("What the subscriber agreed to pay more."))


class ShareRise(Shown):
    """Being asked to pay more; silence is a no."""

    id: int
    for_box: int
    reason: str
    answer_by: datetime
    state: str = Field(description=_("asked, accepted or declined."))


class HarvestShare(ShareCard):
    """A share, its boxes and what is paid; the code is told to its subscriber alone."""

    code: str
    risk: str
    signed: str
    absences: int
    skipped: int
    suspended: bool = Field(description=_("A part is overdue, so nothing is packed."))
    queue: int = Field(description=_("The place in the queue, 0 when it does not wait."))
    end_reason: str
    deliveries: list[ShareBox]
    paying: list[SharePart]
    rises: list[ShareRise]


class PackedBox(Shown):
    """A box to pack or hand out."""

    share_uid: str
    name: str
    size: str
    state: str
    suspended: bool


class DepotBoxes(Shown):
    """What goes to a depot."""

    depot_id: int
    depot: str
    pool: int = Field(description=_("Skipped boxes that are packed for the pool."))
    boxes: list[PackedBox]


def show_season_card(season: "rows.ShareSeason", slug: str) -> dict[str, Any]:
    """Return a season in a list."""
    return {
        **{name: getattr(season, name) for name in ("uid", "title", "first", "last")},
        "url": f"/c/{slug}/shares/{season.uid}/",
        "closed": season.closed_at is not None,
    }


TERMS = (
    "text", "risk", "weekdays", "cutoff_hours", "absences", "skip_gives", "refunds", "terms",
    "instalments", "tag",
)  # fmt: skip


def show_season(view: shares.SeasonView) -> dict[str, Any]:
    """Return a season as its viewer may see it."""
    season = view.season
    return {
        **show_season_card(season, season.community.slug),
        **{name: getattr(season, name) for name in TERMS},
        "starts": f"{season.starts:%H:%M}",
        "currency": view.currency,
        "exponent": digits(view.currency),
        "open": view.turn,
        "opens_at": view.opens_at,
        "sizes": [
            {"variant_id": one.variant.pk, "name": one.variant.name, "season_price": one.price,
             "price": one.now}
            for one in view.sizes
        ],
        "depots": [
            {"id": one.depot.pk, "name": one.depot.point.name, "address": one.depot.point.address,
             "free": one.free, "waiting": one.waiting}
            for one in view.depots
        ],
        "deliveries": view.deliveries,
    }  # fmt: skip


def show_share_card(one: "rows.ShareContract", slug: str) -> dict[str, Any]:
    """Return a share in a list."""
    names = ("uid", "size", "state", "currency", "parts", "boxes", "agreed_at")
    return {
        **{name: getattr(one, name) for name in names},
        "url": f"/c/{slug}/shares/mine/{one.uid}/",
        "season_uid": one.season.uid,
        "person": one.person.name,
        "depot": one.depot.point.name,
        "price": one.price or one.season_price,
    }


def show_share(view: shares.ShareView, viewer_id: int | None) -> dict[str, Any]:
    """Return a share as its subscriber, or who looks after it, may see it."""
    one = view.contract
    names = ("risk", "signed", "absences", "skipped", "end_reason")
    return {
        **show_share_card(one, one.season.community.slug),
        **{name: getattr(one, name) for name in names},
        "code": one.code if one.person_id == viewer_id else "",
        "suspended": view.suspended,
        "queue": view.in_queue,
        "deliveries": [
            {"delivery_id": box.delivery_id, "handed_id": box.handed_id, "day": box.handed.day,
             "depot": box.depot.point.name, "state": box.state, "credited": box.credited}
            for box in view.boxes
        ],
        "paying": [
            {"number": part.number, "amount": part.amount, "due_at": part.due_at,
             "grace_until": part.grace_until, "paid_at": part.paid_at,
             "order_uid": part.order.uid if part.order else None,
             "rise": part.rise_id is not None}
            for part in view.parts
        ],
        "rises": [
            {"id": answer.rise_id, "for_box": answer.rise.for_box, "reason": answer.rise.reason,
             "answer_by": answer.rise.answer_by, "state": answer.state}
            for answer in view.answers
        ],
    }  # fmt: skip


def show_packing(some: share_desk.DepotList) -> dict[str, Any]:
    """Return what goes to a depot."""
    return {
        "depot_id": some.depot.pk,
        "depot": some.depot.point.name,
        "pool": some.pool,
        "boxes": [
            {"share_uid": one.box.contract.uid, "name": one.box.contract.person.name,
             "size": one.box.contract.size, "state": one.box.state, "suspended": one.suspended}
            for one in some.boxes
        ],
    }  # fmt: skip
