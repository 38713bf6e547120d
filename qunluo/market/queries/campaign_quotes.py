"""What an order in a campaign would cost, and what has to be said with it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from qunluo.kernel.text import _
from qunluo.market import errors
from qunluo.market.models import Campaign, CampaignItem, Stock
from qunluo.market.queries.quotes import Offer, Quote, quote
from qunluo.market.queries.shop import get_shop
from qunluo.market.rules.campaigns import OWN, kinds
from qunluo.market.rules.pricing import MOST_QUANTITY
from qunluo.market.rules.wishes import Delivery, Wish

if TYPE_CHECKING:
    from qunluo.market.queries.shop import Viewer

LONGEST_OPTION = 200


def campaign_quote(
    campaign: Campaign,
    wishes: Sequence[Wish],
    delivery: Delivery,
    *,
    viewer: "Viewer",
    more: Mapping[int, int] | None = None,
    topping_up: bool = False,
) -> Quote:
    """Return what an order in a campaign would cost, at the price that everybody pays first.

    `more` is what somebody would take besides to fill a case; it is paid too, and what is not
    needed comes back. Sending is charged once: who tops up pays none. As `queries.quote` refuses.
    """
    shop = get_shop(campaign.community)
    kind = kinds()[campaign.kind]
    tolerance = _tolerance(campaign, wishes, more or {})
    asked = [Wish(pk, sure + tolerance.get(pk, 0)) for pk, sure in _sure(wishes).items()]
    items = CampaignItem.objects.filter(campaign=campaign)
    offer = Offer(
        prices=dict(items.values_list("variant", "price")),
        stock={row.variant_id: row for row in Stock.objects.filter(campaign=campaign)},
        tolerance=tolerance,
        shop=kind.stock == "shop",
    )
    made = quote(shop, asked, delivery, viewer=viewer, offer=offer)
    return replace(made, fee=0) if topping_up else made


def checked_options(campaign: Campaign, given: Mapping[str, str]) -> dict[str, str]:
    """Return what is said with an order, as it is kept. InvalidOrder says what is missing."""
    found: dict[str, str] = {}
    wrong: dict[str, list[str]] = {}
    for one in campaign.options:
        name, choices = one["name"], one.get("choices") or []
        said = str(given.get(name, "")).replace("\0", "").strip()
        if not said and one.get("required"):
            wrong[name] = [_("Write something here.")]
        elif said and choices and said not in choices:
            wrong[name] = [_("Choose one of these.")]
        elif len(said) > LONGEST_OPTION:
            wrong[name] = [_("This is too long.")]
        elif said:
            found[name] = said
    if wrong:
        raise errors.InvalidOrder(fields=wrong)
    return found


def takes_own(campaign: Campaign) -> bool:
    """Tell whether a campaign sells what was set aside for it."""
    return kinds()[campaign.kind].stock == OWN


def _sure(wishes: Sequence[Wish]) -> dict[int, int]:
    """Return how many of each variant are asked for surely. InvalidOrder."""
    found: dict[int, int] = {}
    for one in wishes:
        if type(one.quantity) is not int or one.quantity < 1:
            raise errors.InvalidOrder(fields={"quantity": [_("Give a number from 1 on.")]})
        found[one.variant] = found.get(one.variant, 0) + one.quantity
    return found


def _tolerance(
    campaign: Campaign, wishes: Sequence[Wish], more: Mapping[int, int]
) -> dict[int, int]:
    given = {pk: number for pk, number in more.items() if number}
    right = kinds()[campaign.kind].cases and given.keys() <= {one.variant for one in wishes}
    numbers = all(type(n) is int and 0 < n <= MOST_QUANTITY for n in given.values())
    if given and not (right and numbers):
        raise errors.InvalidOrder(fields={"tolerance": [_("Give a number from 0 on.")]})
    return given
