"""Harvest shares for who subscribes: seasons, joining, one's boxes and paying for them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Path, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.buying import key_of, shown_order
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.market import LARGEST
from qunluo.api.ordered import Order
from qunluo.api.shapes import Given, Id, Shown
from qunluo.api.shared import (
    HarvestShare,
    Season,
    SeasonCard,
    ShareCard,
    show_season,
    show_season_card,
    show_share,
    show_share_card,
)
from qunluo.kernel.text import _
from qunluo.market import actions
from qunluo.market.errors import SeasonNotFound
from qunluo.market.queries import shares

if TYPE_CHECKING:
    from qunluo.market import models as rows

area = Area("shares", "Harvest shares")
SEASONS = "/communities/{slug}/seasons"
SEASON = f"{SEASONS}/{{season_uid}}"
SHARE = "/communities/{slug}/shares/{share_uid}"
UID = r"^[A-Z0-9]{1,12}$"
SeasonPath = Annotated[str, Path(pattern=UID, description=_("Code of the season."))]
SharePath = Annotated[str, Path(pattern=UID, description=_("Code of the share."))]


class SubscribingWish(Given):
    """Subscribing to a season."""

    variant_id: Id = Field(description=_("The size."))
    depot_id: Id
    parts: int = Field(1, ge=1, le=24, description=_("In how many parts it is paid."))
    signed: str = Field(
        min_length=1, max_length=60, description=_("The name under the shared risk.")
    )
    price: int | None = Field(
        None, ge=0, le=LARGEST,
        description=_("What was seen for the whole season; refused when it has changed."),
    )  # fmt: skip
    terms: int | None = Field(
        None, ge=1, le=LARGEST,
        description=_("The number of the terms that were read; refused when they have changed."),
    )  # fmt: skip
    wait: bool = Field(default=False, description=_("Wait in the queue when the depot is full."))


class MovingWish(Given):
    """Where a box is to be handed out."""

    delivery_id: Id
    depot_id: Id | None = None


class RiseReply(Given):
    """Agreeing to pay more for each box still to come, or not."""

    agree: bool


class ShareEnding(Given):
    """Ending a share early; `refund` is decided by who runs the shop alone."""

    reason: str = Field("", max_length=400)
    refund: bool | None = None


class RiseAnswered(Shown):
    """The order of the difference, or nothing."""

    order: Order | None


@area.read(SEASONS, list[SeasonCard], scope="shop:read", public=True)
def share_seasons(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List the seasons of a farm."""
    found = shares.seasons(community_of(request, slug), viewer=request.person)
    return [show_season_card(one, slug) for one in found]


@area.read(SEASON, Season, scope="shop:read", public=True)
def share_season(request: Caller, slug: SlugPath, season_uid: SeasonPath) -> dict[str, Any]:
    """Get a season."""
    return show_season(season_of(request, slug, season_uid))


@area.write("POST", f"{SEASON}/subscribe", HarvestShare, scope="shop:write", status=201)
def subscribe(
    request: Caller, slug: SlugPath, season_uid: SeasonPath, wish: SubscribingWish
) -> Status[dict[str, Any]]:
    """Subscribe to a season."""
    view = season_of(request, slug, season_uid)
    sizes = {one.variant.pk: one.variant for one in view.sizes}
    if wish.variant_id not in sizes:
        raise SeasonNotFound
    made = actions.ask_share(
        actor=request.person,
        season=view.season,
        variant=sizes[wish.variant_id],
        depot=shares.get_depot(view.season, wish.depot_id),
        parts=wish.parts,
        signed=wish.signed,
        key=key_of(request, view.season.pk),
        price=wish.price,
        terms=wish.terms,
        wait=wish.wait,
    )
    return Status(201, shown_share(request, slug, made.uid))


@area.read("/communities/{slug}/my-shares", list[ShareCard], scope="shop:read")
def my_shares(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List one's shares in a community."""
    found = shares.own_shares(request.person, community_of(request, slug))
    return [show_share_card(one, slug) for one in found]


@area.read(SHARE, HarvestShare, scope="shop:read")
def share(request: Caller, slug: SlugPath, share_uid: SharePath) -> dict[str, Any]:
    """Get a share."""
    return shown_share(request, slug, share_uid)


@area.write("POST", f"{SHARE}/boxes/{{delivery_id}}/skip", HarvestShare, scope="shop:write")
def skip_box(
    request: Caller, slug: SlugPath, share_uid: SharePath, delivery_id: Id
) -> dict[str, Any]:
    """Go without a box."""
    return _with_box(request, slug, share_uid, delivery_id, actions.skip_box)


@area.write("POST", f"{SHARE}/boxes/{{delivery_id}}/move", HarvestShare, scope="shop:write")
def move_box(
    request: Caller, slug: SlugPath, share_uid: SharePath, delivery_id: Id, wish: MovingWish
) -> dict[str, Any]:
    """Fetch a box on another day, or elsewhere."""
    season = share_of(request, slug, share_uid).contract.season
    depot = shares.get_depot(season, wish.depot_id) if wish.depot_id else None
    return _with_box(
        request, slug, share_uid, delivery_id, actions.move_box,
        to=shares.get_delivery(season, wish.delivery_id), depot=depot,
    )  # fmt: skip


@area.write("POST", f"{SHARE}/parts/{{part_number}}/pay", Order, scope="shop:write")
def pay_part(
    request: Caller, slug: SlugPath, share_uid: SharePath, part_number: Id
) -> dict[str, Any]:
    """Get the order with which a part is paid now."""
    community = community_of(request, slug)
    part = shares.get_part(share_uid, part_number, person=request.person, community=community)
    return shown_order(request, actions.pay_instalment(actor=request.person, part=part))


@area.write("POST", f"{SHARE}/rises/{{rise_id}}/answer", RiseAnswered, scope="shop:write")
def answer_rise(
    request: Caller, slug: SlugPath, share_uid: SharePath, rise_id: Id, wish: RiseReply
) -> dict[str, Any]:
    """Agree to pay more, or keep one's price."""
    community = community_of(request, slug)
    asked = shares.get_answer(share_uid, rise_id, person=request.person, community=community)
    order = actions.answer_rise(actor=request.person, answer=asked, agree=wish.agree)
    return {"order": shown_order(request, order) if order else None}


@area.write("POST", f"{SHARE}/cancel", HarvestShare, scope="shop:write")
def cancel_share(
    request: Caller, slug: SlugPath, share_uid: SharePath, wish: ShareEnding
) -> dict[str, Any]:
    """End a share early, or wait no longer."""
    found = share_of(request, slug, share_uid).contract
    refund = None if found.person_id == request.person.pk else wish.refund
    actions.cancel_share(actor=request.person, contract=found, reason=wish.reason, refund=refund)
    return shown_share(request, slug, share_uid)


def season_of(request: Caller, slug: str, uid: str) -> shares.SeasonView:
    """Return a season as the caller may see it. SeasonNotFound, MembersOnlyShop."""
    community = community_of(request, slug)
    return shares.get_season(uid, viewer=request.person, community=community)


def share_of(request: Caller, slug: str, uid: str) -> shares.ShareView:
    """Return a share that the caller may see. ShareNotFound."""
    return shares.get_share(uid, viewer=request.person, community=community_of(request, slug))


def shown_share(request: Caller, slug: str, uid: str) -> dict[str, Any]:
    """Show a share as it is now."""
    return show_share(share_of(request, slug, uid), request.person.pk)


def _with_box(
    request: Caller, slug: str, uid: str, delivery: int, act: Callable[..., object], **said: Any
) -> dict[str, Any]:
    community = community_of(request, slug)
    box: rows.Entitlement = shares.get_box(
        uid, delivery, person=request.person, community=community
    )
    act(actor=request.person, box=box, **said)
    return shown_share(request, slug, uid)
