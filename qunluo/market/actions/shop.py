"""Setting up a shop, opening it once it is trusted, and everything that its orders need."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qunluo.community import actions as tell
from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.kernel.money import CURRENCIES
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events, queries
from qunluo.market.models import DeliveryRate, PickupPoint, Shop
from qunluo.market.rules.claims import group_range
from qunluo.market.rules.permissions import MANAGE
from qunluo.market.rules.pricing import MOST_PRICE

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

SELL = "sell"
BOOKS = "fact.ledger"  # money can be taken in and accounted for
OPENED = "shop.opened"  # from then on the community leads to it from everywhere
SETTINGS = (
    "about", "contact", "pay_minutes", "receive_days", "return_days", "confirms", "trust_members",
    "trust_days", "trust_pairs", "group_from", "answer_days",
)  # fmt: skip
RANGES = {
    "pay_minutes": (5, 7 * 24 * 60), "receive_days": (1, 60), "return_days": (0, 90),
    "trust_members": (0, 1000), "trust_days": (0, 365), "trust_pairs": (0, 1000),
    "group_from": group_range("from"), "answer_days": group_range("answer_days"),
}  # fmt: skip
LONGEST = {
    "about": 4_000, "contact": 200, "name": 80, "address": 200, "hours": 120, "phone": 40,
}  # fmt: skip
MOST_PLACES = 200
MOST_REGIONS = 50
LAST_PLACE = 9_999


@write_tx
def set_up_shop(*, actor: "Person", community: "Community", currency: str = "CNY") -> Shop:
    """Begin a shop, which sells nothing yet; once more returns the one there is.

    PermissionMissing, InvalidShop, GateClosed, NoCart.
    """
    communities.require(actor, community, MANAGE)
    if found := queries.find_shop(community):
        return found
    if currency not in CURRENCIES:
        raise errors.InvalidShop(fields={"currency": [_("There is no such currency.")]})
    tell.push_fact(community=community, fact=BOOKS, value=True)
    shop, made = Shop.objects.get_or_create(
        community=community,
        defaults={
            "currency": currency,
            "audience": queries.audience_of(community),
            "created_at": now(),
        },
    )
    if made:
        publish(events.ShopChanged(community_id=community.pk, actor_id=actor.pk))
    return shop


@write_tx
def edit_shop(*, actor: "Person", shop: Shop, **settings: Any) -> Shop:
    """Change what holds for all orders from now on. PermissionMissing, InvalidShop."""
    communities.require(actor, shop.community, MANAGE)
    wrong = {
        name: [_("Give a number between {least} and {most}.")]
        for name, (least, most) in RANGES.items()
        if name in settings
        and (type(settings[name]) is not int or not least <= settings[name] <= most)
    }
    if wrong:
        least, most = RANGES[next(iter(wrong))]
        raise errors.InvalidShop(fields=wrong, least=least, most=most)
    _check(settings)
    fresh = Shop.objects.select_for_update().get(pk=shop.pk)
    given = {name: value for name, value in settings.items() if name in SETTINGS}
    changed = [name for name, value in given.items() if getattr(fresh, name) != value]
    if changed:
        for name in changed:
            setattr(fresh, name, given[name])
        fresh.save(update_fields=changed)
        publish(events.ShopChanged(community_id=shop.community_id, actor_id=actor.pk))
    return fresh


@write_tx
def open_shop(*, actor: "Person", shop: Shop, reason: str = "") -> Shop:
    """Let a shop sell: its gates are open and its trust line is met, or somebody says why not.

    The reason of who opens it all the same is read by everybody. PermissionMissing, GateClosed,
    NoCart, TrustLineNotMet.
    """
    communities.require(actor, shop.community, MANAGE)
    communities.require_open(shop.community, SELL)
    fresh = Shop.objects.select_for_update().get(pk=shop.pk)
    if fresh.state == Shop.State.OPEN:
        return fresh
    fresh.audience = queries.audience_of(shop.community)
    if fresh.audience == Shop.Audience.DEALERS:
        raise errors.NoCart
    reason, moment = reason.strip()[:400], now()
    line = queries.trust_line(fresh)
    if line.met:
        fresh.trust_met_at = fresh.trust_met_at or moment
    elif fresh.trust_met_at is None and not fresh.override_reason:
        if not reason:
            raise errors.TrustLineNotMet(
                members=line.members,
                wanted_members=line.wanted_members,
                pairs=line.pairs,
                wanted_pairs=line.wanted_pairs,
            )
        fresh.overridden_by, fresh.overridden_at, fresh.override_reason = actor, moment, reason
    fresh.state, fresh.opened_at = Shop.State.OPEN, fresh.opened_at or moment
    fresh.save()
    tell.push_fact(community=shop.community, fact=OPENED, value=True)
    publish(
        events.ShopOpened(
            community_id=shop.community_id,
            actor_id=actor.pk,
            audience=fresh.audience,
            overridden=fresh.trust_met_at is None,
        )
    )
    return fresh


@write_tx
def pause_shop(*, actor: "Person", shop: Shop) -> Shop:
    """Sell nothing for now; orders that live go on. PermissionMissing."""
    communities.require(actor, shop.community, MANAGE)
    if Shop.objects.filter(pk=shop.pk, state=Shop.State.OPEN).update(state=Shop.State.PAUSED):
        publish(events.ShopPaused(community_id=shop.community_id, actor_id=actor.pk))
    shop.refresh_from_db()
    return shop


@write_tx
def set_trust_line_met(*, community_id: int) -> bool:
    """Note that the trust line of a circle is met, as whoever measures it found. M10."""
    shops = Shop.objects.filter(community=community_id, trust_met_at=None)
    return bool(shops.update(trust_met_at=now()))


@write_tx
def follow_charter(*, community_id: int) -> bool:
    """Follow the closure of a charter that was published: to whom the community sells. M04."""
    shop = Shop.objects.filter(community=community_id).select_for_update().first()
    if shop is None:
        return False
    before, after = shop.audience, queries.audience_of(shop.community)
    if before == after:
        return False
    shop.audience = after
    if after == Shop.Audience.DEALERS and shop.state == Shop.State.OPEN:
        shop.state = Shop.State.PAUSED
    shop.save(update_fields=["audience", "state"])
    publish(events.AudienceSwitched(community_id=community_id, before=before, after=after))
    return True


@write_tx
def save_point(
    *, actor: "Person", shop: Shop, point: PickupPoint | None = None, **given: Any
) -> PickupPoint:
    """Write down a pick-up point, or change one. PermissionMissing, InvalidShop."""
    communities.require(actor, shop.community, MANAGE)
    _check(given, ("name", "address"))
    if point is None:
        _room_for_another(PickupPoint, shop)
        point = PickupPoint(community=shop.community)
    for name in ("name", "address", "hours", "phone", "active", "place"):
        if name in given:
            setattr(point, name, given[name])
    point.save()
    publish(events.ShopChanged(community_id=shop.community_id, actor_id=actor.pk))
    return point


@write_tx
def save_rate(
    *, actor: "Person", shop: Shop, rate: DeliveryRate | None = None, **given: Any
) -> DeliveryRate:
    """Write down what sending costs, or change it. PermissionMissing, InvalidShop."""
    communities.require(actor, shop.community, MANAGE)
    _check(given, ("name",))
    for name in ("fee", "free_from"):
        amount = given.get(name)
        if amount is not None and not 0 <= amount <= MOST_PRICE:
            raise errors.InvalidShop(fields={name: [_("Give an amount of 0 or more.")]})
    if rate is None:
        _room_for_another(DeliveryRate, shop)
        rate = DeliveryRate(community=shop.community, fee=0)
    if "regions" in given:
        given["regions"] = _regions(given["regions"])
    for name in ("name", "regions", "fee", "free_from", "active", "place"):
        if name in given:
            setattr(rate, name, given[name])
    rate.save()
    publish(events.ShopChanged(community_id=shop.community_id, actor_id=actor.pk))
    return rate


def _regions(given: Sequence[str]) -> list[str]:
    found = [one.strip()[:40] for one in given if one.strip()]
    if len(found) > MOST_REGIONS:
        raise errors.InvalidShop(fields={"regions": [_("These are too many.")]})
    return list(dict.fromkeys(found))


def _check(given: Mapping[str, Any], needed: Sequence[str] = ()) -> None:
    """Refuse texts that are missing or too long, and places beyond the last. InvalidShop."""
    wrong = {
        name: [_("This is too long.")]
        for name, most in LONGEST.items()
        if len(str(given.get(name, ""))) > most
    }
    empty = [name for name in needed if name in given and not str(given[name]).strip()]
    wrong |= {name: [_("Write something here.")] for name in empty}
    if not 0 <= given.get("place", 0) <= LAST_PLACE:
        wrong["place"] = [_("Give a number from 0 to 9,999.")]
    if wrong:
        raise errors.InvalidShop(fields=wrong)


def _room_for_another(model: Any, shop: Shop) -> None:
    if model.objects.filter(community=shop.community_id).count() >= MOST_PLACES:
        raise errors.InvalidShop(_("There are too many of these already."))
