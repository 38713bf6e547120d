"""Campaigns for who runs the shop or leads one: starting, deciding, lists to pack by."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from ninja import Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.campaigned import Campaign, CampaignCard, show_campaign, show_campaign_card
from qunluo.api.campaigns import ONE, UidPath, view_of
from qunluo.api.community import SlugPath, community_of
from qunluo.api.market import LARGEST, Price, Quantity, managed_shop_of
from qunluo.api.shapes import Day, Given, Id, Instant, Shown
from qunluo.kernel.text import _
from qunluo.market import actions, queries
from qunluo.market.actions import Item, Plan

area = Area("campaign_desk", "Leading campaigns")
KindName = Literal["team", "chain", "drop", "pledge", "preorder", "pool"]
Reason = Annotated[str, Field(max_length=400, description=_("Everybody concerned reads it."))]


class StepWish(Given):
    """A lower price from so many pieces on."""

    units: int = Field(ge=1, le=1_000_000)
    price: Price


class DropWish(Given):
    """So many of a drop, for sale from a moment on."""

    opens_at: Instant
    amount: int = Field(ge=1, le=1_000_000)


class SoldWish(Given):
    """What a campaign sells of a variant."""

    variant_id: Id
    price: Price
    steps: list[StepWish] = Field(default=[], max_length=10)
    own: int | None = Field(
        None, ge=1, le=1_000_000, description=_("How many are set aside for it beforehand.")
    )
    case: Quantity = 1
    batches: list[DropWish] = Field(default=[], max_length=50)


class AskedWish(Given):
    """Something that is to be said with an order."""

    name: str = Field(min_length=1, max_length=60)
    choices: list[Annotated[str, Field(max_length=60)]] = Field(default=[], max_length=20)
    required: bool = False


class CampaignWish(Given):
    """A campaign; which of these apply depends on its kind."""

    kind: KindName
    title: str = Field(max_length=80)
    text: str = Field("", max_length=20_000)
    starts_at: Instant
    ends_at: Instant
    items: list[SoldWish] = Field(max_length=50)
    size: int | None = Field(None, ge=2, le=1_000, description=_("How many make a team."))
    window: int | None = Field(
        None, ge=1, le=43_200, description=_("For how many minutes a team waits.")
    )
    threshold_kind: Literal["", "units", "amount", "buyers"] = ""
    threshold: int = Field(0, ge=0, le=LARGEST)
    most: Quantity | None = None
    options: list[AskedWish] = Field(default=[], max_length=10)
    masked: bool = Field(default=False, description=_("Names show their first letter only."))
    ships_on: Day | None = None
    offer: bool = Field(default=False, description=_("Not opened, but offered to members to lead."))


class CampaignReason(Given):
    """CampaignReason."""

    reason: Reason


class Lowering(CampaignReason):
    """How few are enough from now on, and why."""

    to: int = Field(ge=0, le=LARGEST)


class ListedLine(Shown):
    """So many of a thing."""

    title: str
    variant_name: str
    quantity: int


class ListedEntry(Shown):
    """Who gets what."""

    number: int
    name: str
    lines: list[ListedLine]
    codes: list[str] = Field(description=_("By which things are handed over."))
    options: dict[str, str]
    note: str


class CampaignList(Shown):
    """What is to be packed for a pick-up point."""

    point: str = Field(description=_("Empty for what is sent."))
    entries: list[ListedEntry]


@area.read("/communities/{slug}/shop/campaigns", list[CampaignCard], scope="selling:read")
def managed_campaigns(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List every campaign."""
    found = queries.managed_campaigns(community_of(request, slug), viewer=request.person)
    return [show_campaign_card(one) for one in found]


@area.write(
    "POST", "/communities/{slug}/shop/campaigns", CampaignCard, scope="selling:write", status=201
)
def start_campaign(request: Caller, slug: SlugPath, wish: CampaignWish) -> Status[dict[str, Any]]:
    """Start a campaign, or offer it to members to lead."""
    made = actions.start_campaign(
        actor=request.person,
        shop=managed_shop_of(request, slug),
        plan=_plan(wish),
        offer=wish.offer,
    )
    return Status(201, show_campaign_card(made))


@area.write("POST", f"{ONE}/approve", Campaign, scope="selling:write")
def approve_campaign(request: Caller, slug: SlugPath, campaign_uid: UidPath) -> dict[str, Any]:
    """Let a member lead the campaign they proposed."""
    return _decided(request, slug, campaign_uid, actions.approve_campaign)


@area.write("POST", f"{ONE}/decline", Campaign, scope="selling:write")
def decline_campaign(
    request: Caller, slug: SlugPath, campaign_uid: UidPath, wish: CampaignReason
) -> dict[str, Any]:
    """Refuse what a member proposed, or offer something no more."""
    return _decided(request, slug, campaign_uid, actions.decline_campaign, reason=wish.reason)


@area.write("POST", f"{ONE}/close", Campaign, scope="selling:write")
def close_campaign(request: Caller, slug: SlugPath, campaign_uid: UidPath) -> dict[str, Any]:
    """Close a campaign before its time."""
    return _decided(request, slug, campaign_uid, actions.close_campaign)


@area.write("POST", f"{ONE}/cancel", Campaign, scope="selling:write")
def cancel_campaign(
    request: Caller, slug: SlugPath, campaign_uid: UidPath, wish: CampaignReason
) -> dict[str, Any]:
    """Call a campaign off."""
    return _decided(request, slug, campaign_uid, actions.cancel_campaign, reason=wish.reason)


@area.write("POST", f"{ONE}/threshold", Campaign, scope="selling:write")
def lower_threshold(
    request: Caller, slug: SlugPath, campaign_uid: UidPath, wish: Lowering
) -> dict[str, Any]:
    """Let fewer be enough."""
    return _decided(
        request, slug, campaign_uid, actions.lower_threshold, to=wish.to, reason=wish.reason
    )


@area.write("POST", f"{ONE}/teams/{{team_uid}}/size", Campaign, scope="selling:write")
def lower_team(
    request: Caller, slug: SlugPath, campaign_uid: UidPath, team_uid: UidPath, wish: Lowering
) -> dict[str, Any]:
    """Let a team be complete with fewer."""
    found = view_of(request, slug, campaign_uid).campaign
    team = queries.get_team(team_uid, viewer=request.person, campaign=found)
    actions.lower_team(actor=request.person, team=team, to=wish.to, reason=wish.reason)
    return show_campaign(view_of(request, slug, campaign_uid), request)


@area.read(f"{ONE}/list", list[CampaignList], scope="shop:read")
def campaign_list(request: Caller, slug: SlugPath, campaign_uid: UidPath) -> list[dict[str, Any]]:
    """Get who gets what."""
    found = view_of(request, slug, campaign_uid).campaign
    lists = queries.campaign_list(found, viewer=request.person)
    return [
        {"point": point, "entries": [_listed(one) for one in some]} for point, some in lists.items()
    ]


def _decided(
    request: Caller, slug: str, uid: str, act: Callable[..., object], **said: Any
) -> dict[str, Any]:
    """Carry out what was decided about a campaign, and show it as it is then."""
    act(actor=request.person, campaign=view_of(request, slug, uid).campaign, **said)
    return show_campaign(view_of(request, slug, uid), request)


def _listed(one: queries.ListedEntry) -> dict[str, Any]:
    names = ("title", "variant_name", "quantity")
    return {
        **{name: getattr(one, name) for name in ("number", "name", "note")},
        "codes": list(one.codes),
        "options": dict(one.options),
        "lines": [dict(zip(names, line, strict=True)) for line in one.lines],
    }


def _plan(wish: CampaignWish) -> Plan:
    said: Mapping[str, Any] = wish.model_dump(exclude={"items", "options", "offer"})
    return Plan(
        **said,
        items=[_item(one) for one in wish.items],
        options=[one.model_dump() for one in wish.options],
    )


def _item(wish: SoldWish) -> Item:
    return Item(
        variant=wish.variant_id,
        price=wish.price,
        steps=[(one.units, one.price) for one in wish.steps],
        own=wish.own,
        case=wish.case,
        batches=[(one.opens_at, one.amount) for one in wish.batches],
    )
