"""Subscribing to a share: places and price are agreed on at once, the first part pays for it.

Rows are taken in one order everywhere: the season or the order, then the contract, then the places
at a depot, then the books, and the stock last.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError

from qunluo.kernel.clock import now
from qunluo.kernel.errors import DomainError
from qunluo.kernel.ids import short_code
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events, queries
from qunluo.market.actions.expiring import expire_orders_holding
from qunluo.market.actions.one_by_one import one_by_one
from qunluo.market.actions.ordering import KEY_LENGTH, order_of, write_order
from qunluo.market.actions.share_credit import credit_skipped
from qunluo.market.actions.share_parts import VIRTUAL, digest_of, divide, order_key, quote_of
from qunluo.market.actions.share_seasons import free_places, of_contract, take_places
from qunluo.market.actions.special import KINDS, Special
from qunluo.market.models import (
    Depot,
    Entitlement,
    Instalment,
    Order,
    ShareContract,
    ShareSeason,
    Stock,
    Variant,
)
from qunluo.market.queries.shares import require_turn
from qunluo.market.rules.shares import LIVE, OPEN, price_of
from qunluo.market.rules.wishes import Wish

if TYPE_CHECKING:
    from qunluo.people.models import Person

State, Box = ShareContract.State, Entitlement.State
UNPAID = _("Its first part was not paid in time.")


def ask_share(
    *,
    actor: "Person",
    season: ShareSeason,
    variant: Variant,
    depot: Depot,
    parts: int,
    signed: str,
    key: str,
    price: int | None = None,
    terms: int | None = None,
    wait: bool = False,
) -> ShareContract:
    """Subscribe: a place on each delivery still to come, and the first part to be paid.

    `signed` is the name with which the subscriber confirms the shared risk; `price` what they saw,
    for the whole season, and `terms` the number of the terms that they read. Who lets it `wait` and
    finds the depot full waits in its queue. The same key returns the first share. SeasonNotOpen,
    AlreadyIn, DepotFull, PriceChanged, TermsChanged, OrderKeyReused, InvalidShare and all that a
    quote refuses.
    """
    if not 1 <= len(key) <= KEY_LENGTH or "\0" in key:
        raise errors.OrderKeyReused
    fresh = ShareSeason.objects.select_related("community", "product").get(pk=season.pk)
    if first := _first(actor, key, (fresh.pk, variant.pk, depot.pk)):
        return first
    _require_choice(fresh, variant, depot, parts, signed)
    require_turn(fresh, actor)
    if ShareContract.objects.filter(season=fresh, person=actor, state__in=LIVE).exists():
        raise errors.AlreadyIn
    shop = queries.get_shop(fresh.community)
    made = queries.quote(shop, [Wish(variant.pk, 1)], VIRTUAL, viewer=actor, gives="share")
    if price is not None and price != made.goods:
        raise errors.PriceChanged
    if terms is not None and terms != fresh.terms:
        raise errors.TermsChanged
    contract = ShareContract(
        season=fresh,
        uid=short_code(10),
        person=actor,
        variant=variant,
        depot=depot,
        state=State.ASKED,
        size=variant.name,
        currency=shop.currency,
        season_price=made.goods,
        parts=parts,
        absences=fresh.absences,
        skip_gives=fresh.skip_gives,
        refunds=fresh.refunds,
        risk=fresh.risk,
        signed=signed.strip(),
        agreed_at=now(),
        key=key,
        code=short_code(6),
        member=made.member,
    )
    until = now() + timedelta(minutes=shop.pay_minutes)
    try:
        return _take_twice(contract, made.lines[0].stock, until)
    except errors.DepotFull:
        if not wait:
            raise
        return _wait(contract)


def _take_twice(contract: ShareContract, stock: Stock | None, until: datetime) -> ShareContract:
    try:
        return _take(contract, stock, until)
    except errors.DepotFull:
        # Time is a predicate: what is not paid in time is free, for who waits first.
        variants = Variant.objects.filter(product=contract.season.product_id)
        ended = expire_orders_holding(list(variants.values_list("pk", flat=True)))
        if not (move_up(contract.depot) + ended):
            raise
        contract.pk = None
        return _take(contract, stock, until)


def _first(actor: "Person", key: str, chosen: tuple[int, int, int]) -> ShareContract | None:
    """Return the share that a key stands for already. OrderKeyReused for another."""
    found = ShareContract.objects.filter(person=actor, key=key).first()
    if found and (found.season_id, found.variant_id, found.depot_id) != chosen:
        raise errors.OrderKeyReused
    return found


def _take(contract: ShareContract, stock: Stock | None, until: datetime) -> ShareContract:
    """Take the places. DepotFull also while somebody waits for them; AlreadyIn."""
    if _waiting(contract.depot).exists():
        raise errors.DepotFull(depot=contract.depot.point.name)
    try:
        with write_tx():
            _sign(contract)
            _begin(contract, stock, until)
    except IntegrityError:
        raise errors.AlreadyIn from None
    return contract


def _sign(contract: ShareContract) -> None:
    """Write a contract down while its season is held, so that it is the one read. TermsChanged."""
    season = contract.season
    held = ShareSeason.objects.select_for_update(no_key=True).values_list("pk")
    if not list(held.filter(pk=season.pk, terms=season.terms)):
        raise errors.TermsChanged
    contract.save(force_insert=True)


def _require_choice(
    season: ShareSeason, variant: Variant, depot: Depot, parts: int, signed: str
) -> None:
    if depot.season_id != season.pk or variant.product_id != season.product_id:
        raise errors.SeasonNotFound
    wrong: dict[str, list[str]] = {}
    if parts not in season.instalments:
        wrong["parts"] = [_("Choose one of these.")]
    if not 1 <= len(signed.strip()) <= 60 or "\0" in signed:
        wrong["signed"] = [_("Write your name: with it you carry the risk of the harvest along.")]
    if not depot.point.active:
        wrong["depot"] = [_("Nothing is handed out there any more.")]
    if wrong:
        raise errors.InvalidShare(fields=wrong)


@write_tx
def _wait(contract: ShareContract) -> ShareContract:
    """Take a line in the queue of a depot. AlreadyIn."""
    contract.pk, contract.state = None, State.WAITING
    contract.boxes = contract.price = 0  # nothing is promised yet
    try:
        _sign(contract)
    except IntegrityError:
        raise errors.AlreadyIn from None
    publish(
        events.ShareAsked(
            **of_contract(contract, contract.person_id),
            season_id=contract.season_id, price=contract.season_price, waits=True,
        )
    )  # fmt: skip
    return contract


def _begin(contract: ShareContract, stock: Stock | None, until: datetime) -> Order:
    """Promise every box that is left and place the order of the first part. DepotFull,

    SeasonNotOpen; inside a transaction, the contract's row is held.
    """
    season = contract.season
    total = season.deliveries.count()
    left = list(season.deliveries.filter(cut_off_at__gt=now()).order_by("day"))
    if not left:
        raise errors.SeasonNotOpen
    contract.boxes = len(left)
    contract.parts = min(contract.parts, len(left))
    contract.price = price_of(contract.season_price, len(left), total)
    contract.save(update_fields=["boxes", "parts", "price"])
    Entitlement.objects.bulk_create(
        Entitlement(
            contract=contract, delivery=one, handed=one, depot=contract.depot, changed_at=now()
        )
        for one in left
    )
    first = divide(contract, left)

    def place(order: Order) -> None:
        Instalment.objects.filter(pk=first.pk).update(order=order)
        take_places(contract.depot, [one.pk for one in left])
        publish(
            events.ShareAsked(
                **of_contract(contract, contract.person_id),
                season_id=season.pk, price=contract.price,
            )
        )  # fmt: skip

    made = quote_of(contract, first.amount, stock)
    order = order_of(contract.person, made, order_key(first), digest_of(contract), "")
    order.expires_at = until
    write_order(order, made, place)
    return order


def held_contract(pk: int) -> ShareContract:
    """Take the row of a contract; inside a transaction."""
    found = ShareContract.objects.select_for_update(of=("self",))
    return found.select_related("season__community", "person", "depot__point").get(pk=pk)


def _enter(order: Order, late: bool) -> None:  # noqa: FBT001 -- the shape of every kind
    """Let a paid part count. CampaignOver when it no longer does, so that the money goes back."""
    part = Instalment.objects.filter(order=order).first()
    if part is None:
        raise errors.CampaignOver
    contract = held_contract(part.contract_id)
    part = Instalment.objects.filter(order=order, paid_at=None).first()
    asked = contract.state == State.ASKED and not late
    if part is None or not (asked or contract.state == State.ACTIVE):
        raise errors.CampaignOver
    Instalment.objects.filter(pk=part.pk).update(paid_at=now(), told_at=None)
    if asked:
        moment = now()
        ShareContract.objects.filter(pk=contract.pk).update(state=State.ACTIVE, active_at=moment)
        publish(
            events.ShareBegan(
                **of_contract(contract), season_id=contract.season_id, boxes=contract.boxes
            )
        )
    elif part.told_at:
        publish(events.ShareReinstated(**of_contract(contract)))
    credit_skipped(contract)


def _ended(order: Order) -> None:
    """Free what a share held when its first part was not paid, or went back before it counted."""
    part = Instalment.objects.filter(order=order).first()
    if part is None or order.confirmed_at is not None or order.state == Order.State.PLACED:
        return
    contract = held_contract(part.contract_id)
    if part.number > 1:
        Instalment.objects.filter(pk=part.pk).update(paid_at=None)
    elif contract.state in {State.ASKED, State.ACTIVE}:
        end_contract(contract, State.CANCELLED, UNPAID)


KINDS["share"] = Special(_enter, lambda _order: None, _ended, at_once=False)


def end_contract(
    contract: ShareContract, state: str, reason: str = "", *, actor_id: int | None = None,
    back: int = 0,
) -> int:  # fmt: skip
    """End a contract whose row is held; boxes still to come are given up. Return how many."""
    boxes = Entitlement.objects.filter(contract=contract, state__in=OPEN)
    places = list(boxes.values_list("depot", "handed"))
    boxes.update(state=Box.CANCELLED, changed_at=now())
    ShareContract.objects.filter(pk=contract.pk).update(
        state=state, end_reason=reason[:400], ended_at=now()
    )
    contract.state, contract.end_reason = state, reason[:400]
    free_places(places)
    if state == State.CANCELLED:
        told = of_contract(contract, actor_id)
        publish(events.ShareCancelled(**told, season_id=contract.season_id, back=back))
    return len(places)


def move_up(depot: Depot) -> int:
    """Let who waits for a depot have the places that are free, the first first; return how many."""
    moved = 0
    for contract in _waiting(depot).select_related("season__community", "person", "depot__point"):
        if contract.season.closed_at:
            break
        try:
            moved += _move_up(contract)
        except errors.DepotFull:
            break
        except errors.SeasonNotOpen:
            give_up_share(contract, queries.share_work.NO_BOX_LEFT)
        except DomainError as error:
            give_up_share(contract, str(error))
    return moved


def _waiting(depot: Depot) -> "queries.shares.Contracts":
    return ShareContract.objects.filter(depot=depot, state=State.WAITING).order_by("pk")


@write_tx
def _move_up(contract: ShareContract) -> bool:
    mine = ShareContract.objects.filter(pk=contract.pk, state=State.WAITING)
    if not mine.update(state=State.ASKED):
        return False
    contract.state = State.ASKED
    season = contract.season
    order = _begin(contract, None, now() + timedelta(hours=season.claim_hours))
    publish(events.ShareMovedUp(**of_contract(contract), season_id=season.pk, order_id=order.pk))
    return True


@write_tx
def give_up_share(contract: ShareContract, reason: str = "", actor_id: int | None = None) -> bool:
    """Take a line out of the queue; False when it waits no more."""
    fresh = held_contract(contract.pk)
    if fresh.state != State.WAITING:
        return False
    end_contract(fresh, State.CANCELLED, reason, actor_id=actor_id)
    return True


def move_up_everywhere() -> int:
    """Let who waits for any depot have what is free there; return how many moved up."""
    return one_by_one(_move_up_at, queries.share_work.depots_with_room())


def _move_up_at(depot: Depot) -> bool:
    return bool(move_up(depot))
