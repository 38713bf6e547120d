"""Gift cards: what they would cost, for who bought them, and for who looks after orders."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qunluo.community import queries as communities
from qunluo.kernel.paging import Page, page
from qunluo.kernel.sealing import Unreadable, unseal
from qunluo.kernel.text import _
from qunluo.market import errors
from qunluo.market.models import CardPlan, CardRange, GiftCard, Product, Shop, Variant
from qunluo.market.queries.quotes import LARGEST, Offer, Quote, quote
from qunluo.market.rules.cards import MOST_CARDS
from qunluo.market.rules.permissions import MANAGE, ORDERS
from qunluo.market.rules.wishes import Delivery, Wish

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qunluo.community.models import Community
    from qunluo.market.models import Order
    from qunluo.market.queries.shop import Viewer
    from qunluo.people.models import Person

CARD = Product.Kind.CARD
SEALED = "market.gift_card"


@dataclass(frozen=True)
class OwnCard:
    """A card for who bought it; its code is empty until it has one, and where it cannot be read."""

    card: GiftCard
    code: str


def card_quote(
    shop: Shop, variant: int, quantity: int, value: int | None, *, viewer: "Viewer"
) -> Quote:
    """Return what gift cards would cost: what they are worth, whoever buys them.

    `value` is chosen where the card allows it. InvalidCard and all that a quote refuses.
    """
    if type(quantity) is not int or not 1 <= quantity <= MOST_CARDS:
        raise errors.InvalidCard(fields={"quantity": [_("Give a number from 1 to 20.")]})
    worth = _worth(shop, variant, value)
    # Every row of the shop stays as it is counted; prices for members and tiers do not apply.
    offer = Offer(prices={variant: worth}, stock={}, tolerance={}, shop=True)
    wish = [Wish(variant, quantity)]
    return quote(shop, wish, Delivery("virtual"), viewer=viewer, offer=offer, gives=CARD)


def card_ranges(product: Product) -> dict[int, CardRange]:
    """Return the bounds of those variants of which the buyer chooses the value, by their ids."""
    found = CardRange.objects.filter(variant__product=product)
    return {one.variant_id: one for one in found}


def cards_of(order: "Order", *, viewer: "Viewer") -> list[OwnCard]:
    """Return the cards of an order, with their codes for its buyer alone."""
    own = viewer is not None and viewer.pk == order.buyer_id
    return [_own(one, own=own) for one in order.cards.order_by("pk")] if order.gives else []


def bought_cards(
    person: "Person", community: "Community", *, after: str | None = None, limit: int = 20
) -> Page[OwnCard]:
    """Return the cards that somebody bought and paid, the newest first, with their codes."""
    found = GiftCard.objects.filter(community=community, order__buyer=person, digest__isnull=False)
    got = page(found.select_related("order"), ["-id"], after, limit)
    return Page([_own(one, own=True) for one in got.items], got.next)


def gift_cards(
    community: "Community", *, viewer: "Viewer", state: str = "", after: str | None = None,
    limit: int = 50,
) -> Page[GiftCard]:  # fmt: skip
    """Return the cards of a shop, the newest first; nobody sees their codes. PermissionMissing."""
    communities.require(viewer, community, ORDERS)
    found = GiftCard.objects.filter(community=community, digest__isnull=False)
    if state in GiftCard.State.values:
        found = found.filter(state=state)
    return page(found.select_related("order__buyer", "redeemed_by"), ["-id"], after, limit)


def get_card(community: "Community", uid: str, *, viewer: "Viewer") -> GiftCard:
    """Return a card, for who looks after orders. PermissionMissing, CardNotFound."""
    communities.require(viewer, community, ORDERS)
    found = GiftCard.objects.filter(community=community, uid=uid, digest__isnull=False)
    card = found.select_related("order__buyer", "redeemed_by").first()
    if card is None:
        raise errors.CardNotFound
    return card


def card_plan(community: "Community", *, viewer: "Viewer") -> CardPlan:
    """Return how many cards may be out, and how many are. PermissionMissing."""
    communities.require(viewer, community, MANAGE)
    found = CardPlan.objects.filter(community=community).first()
    return found or CardPlan(community=community)


def cards_to_send(order_id: int) -> "Sequence[OwnCard]":
    """Return the cards of an order that go to somebody by mail, with their codes."""
    found = GiftCard.objects.filter(order=order_id, state=GiftCard.State.ISSUED).exclude(mail="")
    return [_own(one, own=True) for one in found.select_related("order__buyer", "community")]


def tail_of_card(pk: int) -> str:
    """Return the end of a card's code."""
    return GiftCard.objects.filter(pk=pk).values_list("tail", flat=True).first() or ""


def _worth(shop: Shop, variant: int, value: int | None) -> int:
    """Return what a card of a variant is worth. ProductNotFound, InvalidCard."""
    found = Variant.objects.filter(
        pk=min(max(variant, 0), LARGEST), product__community_id=shop.community_id
    ).select_related("card_range")
    one = found.first()
    if one is None:
        raise errors.ProductNotFound
    bounds = getattr(one, "card_range", None)
    if bounds is None:
        return one.price
    if type(value) is not int or not bounds.least <= value <= bounds.largest:
        raise errors.InvalidCard(fields={"value": [_("Choose a value within the bounds.")]})
    return value


def _own(card: GiftCard, *, own: bool) -> OwnCard:
    if not own or not card.sealed:
        return OwnCard(card, "")
    try:
        return OwnCard(card, unseal(card.sealed, SEALED))
    except Unreadable:  # sealed under another key, as after a restore; the code itself still counts
        return OwnCard(card, "")
