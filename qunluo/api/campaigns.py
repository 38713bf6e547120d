"""Campaigns for who joins them: what runs, who is in, what it would cost, and joining."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Path, Query, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.buying import DeliveryWish, LineWish, delivery_of, key_of, shown_order
from qunluo.api.caller import Caller
from qunluo.api.campaigned import Campaign, CampaignCard, show_campaign, show_campaign_card
from qunluo.api.community import SlugPath, community_of
from qunluo.api.market import LARGEST
from qunluo.api.ordered import Order
from qunluo.api.shapes import Given, Id, Instant, Shown
from qunluo.kernel.money import digits
from qunluo.kernel.text import _
from qunluo.market import actions, queries
from qunluo.market.actions import Ask

if TYPE_CHECKING:
    pass

area = Area("campaigns", "Campaigns")
UidPath = Annotated[str, Path(max_length=12, pattern=r"^[A-Z0-9]+$")]
ONE = "/communities/{slug}/campaigns/{campaign_uid}"
Said = Annotated[str, Field(max_length=200)]


class CampaignFilter(Given):
    """Which campaigns."""

    over: bool = Field(default=False, description=_("Those that are over."))


class JoinQuoteWish(Given):
    """What is wanted of a campaign, and how it reaches its buyer."""

    lines: list[LineWish] = Field(max_length=50)
    delivery: DeliveryWish = Field(default_factory=DeliveryWish)
    tolerance: dict[Annotated[str, Field(pattern=r"^[0-9]{1,18}$")], int] = Field(
        default_factory=dict,
        max_length=50,
        description=_("How many more of a variant, by id, would be taken to fill a case."),
    )


class JoiningWish(JoinQuoteWish):
    """Joining a campaign."""

    team_uid: str = Field("", max_length=12, pattern=r"^[A-Z0-9]*$")
    options: dict[Said, Said] = Field(default_factory=dict, max_length=10)
    note: str = Field("", max_length=400)
    total: int | None = Field(
        None, ge=0, le=LARGEST, description=_("What the buyer saw; refused when it has changed.")
    )
    wait: bool = Field(default=False, description=_("Wait in the queue when nothing is left."))


class JoinQuote(Shown):
    """What joining would cost, in whole minor units."""

    currency: str
    exponent: int
    goods: int
    delivery: int
    total: int


class Joined(Shown):
    """What came of it: an order to pay, or a line in the queue."""

    order: Order | None
    number: int | None = Field(description=_("That of the line, where there are no teams."))
    state: str = Field(description=_("waiting, held or paid; empty in a team."))


class EntryLine(Given):
    """So many of a variant; 0 for none."""

    variant_id: Id
    quantity: int = Field(ge=0, le=9_999)


class EntryWish(Given):
    """How many of each thing are wanted from now on."""

    lines: list[EntryLine] = Field(max_length=50)
    options: dict[Said, Said] | None = Field(None, max_length=10)
    note: str | None = Field(None, max_length=400)


class EntryChanged(Shown):
    """What came of it: an order that tops up, or none, and what goes back."""

    top_up: Order | None
    back: int


class LeadWish(Given):
    """When somebody wants to lead a campaign that is offered, and what they say of it."""

    starts_at: Instant
    ends_at: Instant
    title: str = Field("", max_length=80)
    text: str = Field("", max_length=20_000)


@area.read("/communities/{slug}/campaigns", list[CampaignCard], scope="shop:read", public=True)
def campaigns(
    request: Caller, slug: SlugPath, wanted: Query[CampaignFilter]
) -> list[dict[str, Any]]:
    """List campaigns."""
    found = queries.campaigns(community_of(request, slug), viewer=request.person, over=wanted.over)
    return [show_campaign_card(one) for one in found]


@area.read("/communities/{slug}/campaigns/offered", list[CampaignCard], scope="shop:read")
def offered_campaigns(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List what members may lead."""
    found = queries.offered_campaigns(community_of(request, slug), viewer=request.person)
    return [show_campaign_card(one) for one in found]


@area.read(ONE, Campaign, scope="shop:read", public=True)
def campaign(request: Caller, slug: SlugPath, campaign_uid: UidPath) -> dict[str, Any]:
    """Get a campaign."""
    return show_campaign(view_of(request, slug, campaign_uid), request)


@area.write("POST", f"{ONE}/quote", JoinQuote, scope="shop:read", public=True, keyed=False)
def quote_campaign(
    request: Caller, slug: SlugPath, campaign_uid: UidPath, wish: JoinQuoteWish
) -> dict[str, Any]:
    """Ask what joining would cost."""
    view = view_of(request, slug, campaign_uid)
    ask = _ask(wish)
    made = queries.campaign_quote(
        view.campaign, ask.wishes, ask.delivery, viewer=request.person, more=ask.tolerance
    )
    return {
        "currency": made.shop.currency,
        "exponent": digits(made.shop.currency),
        "goods": made.goods,
        "delivery": made.fee,
        "total": made.total,
    }


@area.write("POST", f"{ONE}/join", Joined, scope="shop:write", status=201)
def join_campaign(
    request: Caller, slug: SlugPath, campaign_uid: UidPath, wish: JoiningWish
) -> Status[dict[str, Any]]:
    """Join a campaign."""
    found = view_of(request, slug, campaign_uid).campaign
    team = None
    if wish.team_uid:
        team = queries.get_team(wish.team_uid, viewer=request.person, campaign=found)
    done = actions.join_campaign(
        actor=request.person,
        campaign=found,
        ask=_ask(wish, options=wish.options, note=wish.note),
        key=key_of(request, found.pk),
        team=team,
        total=wish.total,
        wait=wish.wait,
    )
    entry = done.entry
    return Status(
        201,
        {
            "order": shown_order(request, done.order) if done.order else None,
            "number": entry.number if entry else None,
            "state": entry.state if entry else "",
        },
    )


@area.write("PUT", f"{ONE}/entry", EntryChanged, scope="shop:write")
def change_entry(
    request: Caller, slug: SlugPath, campaign_uid: UidPath, wish: EntryWish
) -> dict[str, Any]:
    """Change what one has in a campaign."""
    found = view_of(request, slug, campaign_uid).campaign
    done = actions.edit_entry(
        actor=request.person,
        entry=queries.get_entry(found, viewer=request.person),
        wishes=[queries.Wish(one.variant_id, one.quantity) for one in wish.lines],
        key=key_of(request, found.pk),
        options=wish.options,
        note=wish.note,
    )
    return {"top_up": shown_order(request, done.top_up) if done.top_up else None, "back": done.back}


@area.write("DELETE", f"{ONE}/queue", None, scope="shop:write", status=204)
def leave_queue(request: Caller, slug: SlugPath, campaign_uid: UidPath) -> Status[None]:
    """Wait no longer."""
    found = view_of(request, slug, campaign_uid).campaign
    actions.leave_queue(actor=request.person, campaign=found)
    return Status(204, None)


@area.write("POST", f"{ONE}/lead", CampaignCard, scope="shop:write", status=201)
def propose_campaign(
    request: Caller, slug: SlugPath, campaign_uid: UidPath, wish: LeadWish
) -> Status[dict[str, Any]]:
    """Ask to lead a campaign like the one that is offered."""
    offer = view_of(request, slug, campaign_uid).campaign
    made = actions.propose_campaign(actor=request.person, offer=offer, **wish.model_dump())
    return Status(201, show_campaign_card(made))


def view_of(request: Caller, slug: str, uid: str) -> queries.CampaignView:
    """Return a campaign as the caller may see it. CampaignNotFound, MembersOnlyShop."""
    community = community_of(request, slug)
    return queries.get_campaign(uid, viewer=request.person, community=community)


def _ask(wish: JoinQuoteWish, options: Mapping[str, str] | None = None, note: str = "") -> Ask:
    return Ask(
        [queries.Wish(one.variant_id, one.quantity) for one in wish.lines],
        delivery_of(wish.delivery),
        {int(pk): number for pk, number in wish.tolerance.items()},
        options or {},
        note,
    )
