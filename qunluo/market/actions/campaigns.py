"""Starting a campaign: by who runs the shop, or by a member who leads what was offered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.kernel.ids import short_code
from qunluo.kernel.outbox import publish, publish_all
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events
from qunluo.market.actions.places import form_if_full, free_overdue, held_campaign, held_team
from qunluo.market.models import Batch, Campaign, CampaignItem, Shop, Stock, Team, Variant
from qunluo.market.queries.products import buyer_of
from qunluo.market.rules.campaigns import Kind, kinds
from qunluo.market.rules.permissions import MANAGE
from qunluo.market.rules.pricing import MOST_PRICE, MOST_QUANTITY
from qunluo.market.rules.wishes import PLAIN_KINDS

if TYPE_CHECKING:
    from qunluo.people.models import Person

State = Campaign.State
TITLE, TEXT, REASON = 80, 20_000, 400
MOST_ITEMS, MOST_STEPS, MOST_BATCHES, MOST_OPTIONS, MOST_CHOICES = 50, 10, 50, 10, 20
MOST_SEATS, LONGEST_WINDOW, LONGEST = 1_000, 30 * 24 * 60, timedelta(days=366)
MOST_STOCK = 1_000_000
TAKE = "UPDATE market_stock SET amount = amount - %s WHERE id = %s AND amount >= %s"


@dataclass(frozen=True)
class Item:
    """What a campaign sells of a variant: `steps` as (from units, price), `batches` as (from when,

    how many); `own` is set aside beforehand, by batches as many as they hold together.
    """

    variant: int
    price: int
    steps: Sequence[tuple[int, int]] = ()
    own: int | None = None
    case: int = 1
    batches: Sequence[tuple[datetime, int]] = ()


@dataclass(frozen=True)
class Plan:
    """Everything that is said of a campaign; amounts are whole minor units, `window` is minutes."""

    kind: str
    title: str
    starts_at: datetime
    ends_at: datetime
    items: Sequence[Item]
    text: str = ""
    size: int | None = None
    window: int | None = None
    threshold_kind: str = ""
    threshold: int = 0
    most: int | None = None
    options: Sequence[Mapping[str, Any]] = ()
    masked: bool = False
    ships_on: date | None = None


@write_tx
def start_campaign(*, actor: "Person", shop: Shop, plan: Plan, offer: bool = False) -> Campaign:
    """Open a campaign, from its beginning on; or `offer` it, so that members may lead one like it.

    What it sells of its own is set aside at once. PermissionMissing, InvalidCampaign, SoldOut.
    """
    communities.require(actor, shop.community, MANAGE)
    variants = _check(shop, plan, hosted=offer)
    made = _create(actor, shop, plan, variants, State.OFFERED if offer else State.OPEN)
    if offer:
        publish(events.CampaignOffered(**_told(made, actor)))
    else:
        _open(made, actor)
    return made


@write_tx
def propose_campaign(
    *, actor: "Person", offer: Campaign, starts_at: datetime, ends_at: datetime, title: str = "",
    text: str = "",
) -> Campaign:  # fmt: skip
    """Ask to lead a campaign like one that is offered to members; prices stay those of the offer.

    CampaignNotFound, MembersOnlyShop, InvalidCampaign.
    """
    found = Campaign.objects.filter(pk=offer.pk, state=State.OFFERED)
    fresh = found.select_related("community").first()
    if fresh is None:
        raise errors.CampaignNotFound
    if not buyer_of(actor, fresh.community, tiers=False).member:
        raise errors.MembersOnlyShop
    wrong = _wrong_times(starts_at, ends_at) | _wrong_words(title or fresh.title, text)
    if wrong:
        raise errors.InvalidCampaign(fields=wrong)
    items = list(fresh.items.order_by("place"))
    made = Campaign.objects.get(pk=fresh.pk)
    made.pk, made.uid, made.state = None, short_code(10), State.PROPOSED
    made.title, made.text = (title.strip() or fresh.title), (text.strip() or fresh.text)
    made.starts_at, made.ends_at, made.created_at = starts_at, ends_at, now()
    made.host, made.started_by, made.offer = actor, actor, fresh
    made.last_number = 0
    made.save(force_insert=True)
    for item in items:
        item.pk, item.campaign = None, made
    CampaignItem.objects.bulk_create(items)
    publish(events.CampaignProposed(**_told(made, actor)))
    return made


@write_tx
def approve_campaign(*, actor: "Person", campaign: Campaign) -> Campaign:
    """Let a member lead the campaign they proposed; who agreed is kept.

    PermissionMissing, CampaignOver.
    """
    communities.require(actor, campaign.community, MANAGE)
    proposed = Campaign.objects.filter(pk=campaign.pk, state=State.PROPOSED, ends_at__gt=now())
    if not proposed.update(state=State.OPEN, decided_by=actor, decided_at=now()):
        raise errors.CampaignOver
    campaign.refresh_from_db()
    _open(campaign, actor)
    return campaign


@write_tx
def decline_campaign(*, actor: "Person", campaign: Campaign, reason: str) -> Campaign:
    """Refuse what a member proposed, or offer something no more, with a reason that they read.

    PermissionMissing, InvalidCampaign, CampaignOver.
    """
    communities.require(actor, campaign.community, MANAGE)
    reason = _reason(reason)
    waiting = Campaign.objects.filter(pk=campaign.pk, state__in=[State.PROPOSED, State.OFFERED])
    moment = now()
    if not waiting.update(
        state=State.DECLINED, decided_by=actor, decided_at=moment, end_reason=reason
    ):
        raise errors.CampaignOver
    campaign.refresh_from_db()
    publish(events.CampaignDeclined(**_told(campaign, actor)))
    return campaign


@write_tx
def lower_threshold(*, actor: "Person", campaign: Campaign, to: int, reason: str) -> Campaign:
    """Let fewer be enough, with a reason that everybody reads; never more than before.

    PermissionMissing, InvalidCampaign, CampaignOver.
    """
    communities.require(actor, campaign.community, MANAGE)
    reason = _reason(reason)
    fresh = held_campaign(campaign.pk)
    if fresh.state != State.OPEN or fresh.ends_at <= now():
        raise errors.CampaignOver
    if not fresh.threshold_kind or type(to) is not int or not 1 <= to < fresh.threshold:
        raise errors.InvalidCampaign(fields={"to": [_("Give a number below the one before.")]})
    before, fresh.threshold = fresh.threshold, to
    fresh.lowered_from = fresh.lowered_from or before
    fresh.lower_reason = reason
    fresh.save(update_fields=["threshold", "lowered_from", "lower_reason"])
    publish(events.ThresholdLowered(**_told(fresh, actor), before=before, after=to))
    return fresh


@write_tx
def lower_team(*, actor: "Person", team: Team, to: int, reason: str) -> Team:
    """Let a team be complete with fewer, with a reason that everybody reads; nobody loses a seat.

    There are no seats of nobody: this is the only way in which a team is helped.
    PermissionMissing, InvalidCampaign, CampaignOver.
    """
    communities.require(actor, team.campaign.community, MANAGE)
    reason = _reason(reason)
    fresh = held_team(team.pk)
    if fresh.state != Team.State.FORMING or fresh.expires_at <= now():
        raise errors.CampaignOver
    free_overdue(fresh)
    seats = list(fresh.seats.filter(state__in=["held", "paid"]).order_by("number"))
    if type(to) is not int or not max(2, len(seats)) <= to < fresh.size:
        raise errors.InvalidCampaign(
            fields={"to": [_("Give a number below the one before, with a seat for who is in.")]}
        )
    before, fresh.size = fresh.size, to
    fresh.lowered_from = fresh.lowered_from or before
    fresh.lower_reason = reason
    fresh.save(update_fields=["size", "lowered_from", "lower_reason"])
    for number, seat in enumerate(seats, 1):  # only ever downwards, so that none meet
        if seat.number != number:
            seat.number = number
            seat.save(update_fields=["number"])
    told = _told(fresh.campaign, actor)
    lowered = events.ThresholdLowered(**told, before=before, after=to, team_id=fresh.pk)
    publish_all([lowered, *form_if_full(fresh)])
    fresh.refresh_from_db()
    return fresh


def _create(
    actor: "Person", shop: Shop, plan: Plan, variants: Mapping[int, Variant], state: str
) -> Campaign:
    made = Campaign.objects.create(
        community=shop.community,
        uid=short_code(10),
        kind=plan.kind,
        state=state,
        title=plan.title.strip(),
        text=plan.text.replace("\0", "").strip(),
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        size=plan.size,
        window=plan.window,
        threshold_kind=plan.threshold_kind,
        threshold=plan.threshold if plan.threshold_kind else 0,
        most=plan.most,
        options=_options(plan.options),
        masked=plan.masked,
        ships_on=plan.ships_on,
        started_by=actor,
        created_at=now(),
    )
    for place, one in enumerate(plan.items):
        own = sum(n for _when, n in one.batches) if one.batches else one.own
        item = CampaignItem.objects.create(
            campaign=made,
            variant=variants[one.variant],
            price=one.price,
            steps=[list(step) for step in sorted(one.steps)],
            own=own,
            case=one.case,
            place=place,
        )
        Batch.objects.bulk_create(
            [Batch(item=item, opens_at=when, amount=n) for when, n in one.batches]
        )
    return made


def _open(campaign: Campaign, actor: "Person") -> None:
    """Set aside what the campaign sells of its own, and tell of it. SoldOut."""
    for item in campaign.items.select_related("variant__product").order_by("variant"):
        if item.own is None:
            continue
        if item.variant.counted:
            _take_from_shop(item, item.own)
        later = sum(item.batches.values_list("amount", flat=True))
        Stock.objects.create(variant=item.variant, campaign=campaign, amount=item.own - later)
    publish(events.CampaignOpened(**_told(campaign, actor), kind=campaign.kind))


def _take_from_shop(item: CampaignItem, amount: int) -> None:
    shelf = Stock.objects.filter(variant=item.variant_id, point=None, campaign=None).first()
    if shelf is not None:
        with connection.cursor() as cursor:
            cursor.execute(TAKE, [amount, shelf.pk, amount])
            if cursor.rowcount == 1:
                return
    title = item.variant.product.title
    raise errors.SoldOut(title=title, left=shelf.amount if shelf else 0)


def _check(shop: Shop, plan: Plan, *, hosted: bool) -> dict[int, Variant]:
    """Return the variants of a plan. InvalidCampaign says what is missing or wrong."""
    kind = kinds().get(plan.kind)
    if kind is None or hosted and not kind.hosted:
        raise errors.InvalidCampaign(fields={"kind": [_("Choose one of these.")]})
    wrong = _wrong_times(plan.starts_at, plan.ends_at) | _wrong_words(plan.title, plan.text)
    wrong |= _wrong_team(kind, plan) | _wrong_threshold(kind, plan)
    if plan.most is not None and not _within(plan.most, 1, MOST_QUANTITY):
        wrong["most"] = [_("Give a number from 1 on, or leave it empty.")]
    wanted = {one.variant for one in plan.items}
    found = Variant.objects.filter(
        pk__in=wanted, active=True, product__community=shop.community_id
    ).select_related("product")
    variants = {one.pk: one for one in found}
    if not 1 <= len(plan.items) <= MOST_ITEMS or len(wanted) < len(plan.items):
        wrong["items"] = [_("Choose what is sold, each thing once, 50 at most.")]
    elif variants.keys() != wanted:
        wrong["items"] = [_("Choose things of this shop.")]
    elif any(one.product.kind not in PLAIN_KINDS for one in found):
        wrong["items"] = [_("Choose things that are not bought by themselves.")]
    elif any(not _item_fits(kind, plan, one) for one in plan.items):
        wrong["items"] = [_("Prices, steps, batches or cases do not fit this kind.")]
    if wrong:
        raise errors.InvalidCampaign(fields=wrong)
    return variants


def _item_fits(kind: Kind, plan: Plan, one: Item) -> bool:
    """Tell whether an item has what its kind has, and nothing else."""
    fits = _within(one.price, 0, MOST_PRICE) and _within(one.case, 1, MOST_QUANTITY)
    fits = fits and (kind.cases or one.case == 1) and (kind.ladder or not one.steps)
    fits = fits and len(one.steps) <= MOST_STEPS and _falls(one)
    if one.batches:
        moments = [plan.starts_at <= when < plan.ends_at for when, _n in one.batches]
        amounts = [_within(n, 1, MOST_STOCK) for _when, n in one.batches]
        return fits and kind.batches and len(moments) <= MOST_BATCHES and all(moments + amounts)
    if one.own is None:
        return fits and kind.stock != "own"
    return fits and kind.stock == "own" and _within(one.own, 1, MOST_STOCK)


def _falls(one: Item) -> bool:
    """Tell whether each step asks for more units and a lower price than the one before."""
    steps = [(1, one.price), *sorted(one.steps)]
    return all(
        type(units) is int and type(cost) is int and units > before and 1 <= cost < above
        for (before, above), (units, cost) in zip(steps, steps[1:], strict=False)
    )


def _wrong_times(starts_at: datetime, ends_at: datetime) -> dict[str, list[str]]:
    if ends_at <= starts_at or ends_at <= now():
        return {"ends_at": [_("Give an end that is yet to come, after the beginning.")]}
    if ends_at - min(starts_at, now()) > LONGEST:
        return {"ends_at": [_("Give an end within a year.")]}
    return {}


def _wrong_words(title: str, text: str) -> dict[str, list[str]]:
    if not title.strip() or "\0" in title:
        return {"title": [_("Give it a name.")]}
    if len(title.strip()) > TITLE:
        return {"title": [_("This is too long.")]}
    return {"text": [_("This is too long.")]} if len(text) > TEXT else {}


def _wrong_team(kind: Kind, plan: Plan) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    if kind.teams:
        if not _within(plan.size, 2, MOST_SEATS):
            wrong["size"] = [_("Give a number from 2 on.")]
        if not _within(plan.window, 1, LONGEST_WINDOW):
            wrong["window"] = [_("Give a time between a minute and 30 days.")]
    elif plan.size is not None or plan.window is not None:
        wrong["size"] = [_("Only a team buy has seats.")]
    return wrong


def _wrong_threshold(kind: Kind, plan: Plan) -> dict[str, list[str]]:
    if not plan.threshold_kind:
        missing = kind.needs_threshold
        return {"threshold_kind": [_("Say in what the minimum is counted.")]} if missing else {}
    if plan.threshold_kind not in kind.thresholds:
        return {"threshold_kind": [_("Choose one of these.")]}
    if not _within(plan.threshold, 1, MOST_PRICE):
        return {"threshold": [_("Give a number from 1 on.")]}
    return {}


def _options(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what has to be said with each order, as it is kept. InvalidCampaign."""
    found: list[dict[str, Any]] = [
        {
            "name": str(one.get("name", "")).strip()[:40],
            "required": bool(one.get("required")),
            "choices": [str(c).strip()[:60] for c in one.get("choices") or [] if str(c).strip()],
        }
        for one in given
    ]
    names = [one["name"] for one in found]
    if (
        len(found) > MOST_OPTIONS
        or not all(names)
        or len(set(names)) < len(names)
        or any(len(one["choices"]) > MOST_CHOICES for one in found)
    ):
        raise errors.InvalidCampaign(
            fields={"options": [_("Give up to 10 options, each with a name of its own.")]}
        )
    return found


def _reason(said: str) -> str:
    if not said.strip():
        raise errors.InvalidCampaign(fields={"reason": [_("Say why; everybody reads it.")]})
    return said.replace("\0", "").strip()[:REASON]


def _within(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _told(campaign: Campaign, actor: "Person") -> dict[str, Any]:
    return {
        "community_id": campaign.community_id,
        "actor_id": actor.pk,
        "person_id": campaign.host_id,
        "campaign_id": campaign.pk,
    }
