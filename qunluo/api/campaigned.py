"""How a campaign, its teams and its places are shown to whoever may see it."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pydantic import Field

from qunluo.api.caller import Caller
from qunluo.api.shapes import Shown
from qunluo.kernel.money import digits
from qunluo.kernel.text import _
from qunluo.market import queries

if TYPE_CHECKING:
    from qunluo.market import models as rows


class CampaignCard(Shown):
    """A campaign in a list."""

    uid: str
    url: str
    kind: str
    state: str = Field(description=_("offered, proposed, declined, open, closed or failed."))
    title: str
    starts_at: datetime
    ends_at: datetime
    host: str = Field(description=_("Who leads it; empty for the shop itself."))


class CampaignStep(Shown):
    """A lower price from so many pieces on."""

    units: int
    price: int


class CampaignBatch(Shown):
    """So many of a drop, for sale from a moment on."""

    opens_at: datetime
    amount: int
    released_at: datetime | None


class CampaignItem(Shown):
    """What a campaign sells of a variant; amounts are whole minor units."""

    variant_id: int
    product_uid: str
    title: str
    variant_name: str
    price: int = Field(description=_("What everybody pays first."))
    reached: int = Field(description=_("The price that is reached so far."))
    steps: list[CampaignStep]
    units: int = Field(description=_("How many are paid for."))
    left: int | None = Field(description=_("Null where nothing is counted."))
    case: int = Field(description=_("How many come in one case."))
    batches: list[CampaignBatch]


class CampaignPlace(Shown):
    """Who has a place; a name that is masked shows its first letter."""

    number: int
    name: str
    state: str = Field(description=_("waiting, held or paid."))
    mine: bool
    leads: bool
    lines: list[str]


class CampaignTeam(Shown):
    """So many who buy together."""

    uid: str
    number: int
    state: str = Field(description=_("forming, formed or failed."))
    size: int
    free: int
    paid: int
    mine: bool
    lowered_from: int | None
    lower_reason: str
    expires_at: datetime
    seats: list[CampaignPlace]


class CampaignProgress(Shown):
    """What is paid for until now."""

    units: int
    amount: int
    buyers: int


class CampaignOption(Shown):
    """Something that is to be said with an order."""

    name: str
    choices: list[str]
    required: bool


class Campaign(CampaignCard):
    """A campaign as the caller may see it; amounts are whole minor units."""

    text: str
    currency: str
    exponent: int = Field(description=_("How many decimals an amount has."))
    stands: str = Field(description=_("How it stands by the clock: coming, open, over and so on."))
    size: int | None
    window: int | None = Field(description=_("For how many minutes a team waits."))
    threshold_kind: str = Field(description=_("units, amount or buyers; empty for none."))
    threshold: int
    lowered_from: int | None
    lower_reason: str
    most: int | None = Field(description=_("How many one person may have in all."))
    ships_on: date | None
    masked: bool
    end_reason: str
    ended_at: datetime | None
    sold_out_at: datetime | None
    progress: CampaignProgress
    options: list[CampaignOption]
    items: list[CampaignItem]
    teams: list[CampaignTeam]
    places: list[CampaignPlace] = Field(description=_("Empty where there are teams."))


def show_campaign_card(one: "rows.Campaign") -> dict[str, Any]:
    """Show a campaign in a list."""
    names = ("uid", "kind", "state", "title", "starts_at", "ends_at")
    return {
        **{name: getattr(one, name) for name in names},
        "url": f"/c/{one.community.slug}/campaigns/{one.uid}/",
        "host": one.host.name if one.host else "",
    }


def show_campaign(view: queries.CampaignView, request: Caller) -> dict[str, Any]:
    """Show a campaign with all that is in it."""
    one, viewer = view.campaign, request.person
    names = (
        "text", "size", "window", "threshold_kind", "threshold", "lowered_from", "lower_reason",
        "most", "ships_on", "masked", "end_reason", "ended_at", "sold_out_at",
    )  # fmt: skip
    currency = queries.get_shop(one.community).currency
    teams = queries.teams(view, viewer=viewer) if view.kind.teams else []
    places = [] if view.kind.teams else queries.places(view, viewer=viewer)
    return {
        **show_campaign_card(one),
        **{name: getattr(one, name) for name in names},
        "currency": currency,
        "exponent": digits(currency),
        "stands": view.stands,
        "progress": vars(view.progress),
        "options": [
            {"name": o["name"], "choices": o.get("choices") or [], "required": bool(o["required"])}
            for o in one.options
        ],
        "items": [_item(shown) for shown in view.items],
        "teams": [_team(shown) for shown in teams],
        "places": [_place(shown) for shown in places],
    }


def _item(view: queries.ItemView) -> dict[str, Any]:
    item = view.item
    names = ("opens_at", "amount", "released_at")
    return {
        "variant_id": item.variant_id,
        "product_uid": item.variant.product.uid,
        "title": item.variant.product.title,
        "variant_name": item.variant.name,
        "price": item.price,
        "reached": view.reached,
        "steps": [{"units": units, "price": price} for units, price in item.steps],
        "units": view.units,
        "left": view.left,
        "case": item.case,
        "batches": [{name: getattr(b, name) for name in names} for b in view.batches],
    }


def _team(view: queries.TeamView) -> dict[str, Any]:
    names = ("uid", "number", "size", "lowered_from", "lower_reason", "expires_at")
    return {
        **{name: getattr(view.team, name) for name in names},
        **{name: getattr(view, name) for name in ("state", "free", "paid", "mine")},
        "seats": [_place(one) for one in view.seats],
    }


def _place(one: queries.Place) -> dict[str, Any]:
    names = ("number", "name", "state", "mine", "leads")
    return {**{name: getattr(one, name) for name in names}, "lines": list(one.lines)}
