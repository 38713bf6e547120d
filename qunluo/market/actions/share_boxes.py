"""The boxes of a share: skipped and moved by who gets them, packed and handed out by the farm."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events
from qunluo.market.actions.one_by_one import one_by_one
from qunluo.market.actions.share_credit import CREDIT, credit_skipped
from qunluo.market.actions.share_seasons import free_places, hold_days, of_contract, take_places
from qunluo.market.actions.shares import held_contract
from qunluo.market.models import (
    Depot,
    Entitlement,
    Instalment,
    ShareContract,
    ShareDelivery,
    ShareSeason,
)
from qunluo.market.queries.share_work import due_boxes, suspended_ids
from qunluo.market.rules.permissions import ORDERS
from qunluo.market.rules.shares import MOVES

if TYPE_CHECKING:
    from qunluo.people.models import Person

State = Entitlement.State
BATCH = 200


@write_tx
def skip_box(*, actor: "Person", box: Entitlement) -> Entitlement:
    """Go without a box, as often as the season allows and before it can no longer be changed.

    As was agreed on, it goes to the pool, or its price comes back as store credit. Once more
    changes nothing. ShareNotFound, ShareMovedOn, CutOffOver, NoAbsenceLeft, BoxMovedOn.
    """
    contract, fresh = _mine(actor, box)
    if fresh.state == State.SKIPPED:
        return fresh
    _require_changeable(fresh.handed)
    mine = ShareContract.objects.filter(pk=contract.pk, skipped__lt=F("absences"))
    if not mine.update(skipped=F("skipped") + 1):
        raise errors.NoAbsenceLeft(most=contract.absences)
    move_to(fresh, State.SKIPPED)
    if contract.skip_gives == CREDIT:
        free_places([(fresh.depot_id, fresh.handed_id)])
        credit_skipped(contract)
    publish(events.BoxSkipped(**of_contract(contract, actor.pk), delivery_id=fresh.delivery_id))
    return fresh


@write_tx
def move_box(
    *, actor: "Person", box: Entitlement, to: ShareDelivery, depot: Depot | None = None
) -> Entitlement:
    """Fetch a box on another day, or at another depot, once, where there is room.

    ShareNotFound, ShareMovedOn, InvalidShare, CutOffOver, PayFirst, DepotFull, BoxMovedOn.
    """
    contract, fresh = _mine(actor, box)
    depot = depot or fresh.depot
    if to.season_id != contract.season_id or depot.season_id != contract.season_id:
        raise errors.SeasonNotFound
    if (to.pk, depot.pk) == (fresh.handed_id, fresh.depot_id):
        if fresh.state == State.MOVED:
            return fresh
        raise errors.InvalidShare(fields={"to": [_("Choose another day or another depot.")]})
    if not depot.point.active:
        raise errors.InvalidShare(fields={"to": [_("Nothing is handed out there any more.")]})
    _require_changeable(fresh.handed)
    _require_changeable(to)
    _require_paid(fresh, to)
    before = (fresh.depot_id, fresh.handed_id)
    hold_days([before, (depot.pk, to.pk)])
    move_to(fresh, State.MOVED, handed=to, depot=depot)
    take_places(depot, [to.pk])
    free_places([before])
    publish(
        events.BoxMoved(
            **of_contract(contract, actor.pk), delivery_id=fresh.delivery_id, to_id=to.pk
        )
    )
    return fresh


@write_tx
def pack_boxes(
    *, actor: "Person", delivery: ShareDelivery, depot: Depot | None = None,
    boxes: Sequence[int] | None = None,
) -> int:  # fmt: skip
    """Say that the boxes of a delivery are packed: all of them, those of a depot, or some by id.

    Suspended ones stay unpacked. Return how many are packed with this. PermissionMissing,
    CutOffAhead.
    """
    season = ShareSeason.objects.select_related("community").get(pk=delivery.season_id)
    communities.require(actor, season.community, ORDERS)
    if delivery.cut_off_at > now():
        there = delivery.cut_off_at.astimezone(ZoneInfo(season.community.time_zone))
        raise errors.CutOffAhead(moment=there)
    found = to_pack(delivery)
    if depot is not None:
        found = found.filter(depot=depot)
    if boxes is not None:
        found = found.filter(pk__in=list(boxes)[:2_000])
    packed = found.update(state=State.PACKED, changed_at=now())
    if packed:
        publish(
            events.BoxesPacked(
                community_id=season.community_id, actor_id=actor.pk, delivery_id=delivery.pk,
                boxes=packed,
            )
        )  # fmt: skip
    return packed


def to_pack(delivery: ShareDelivery) -> QuerySet[Entitlement]:
    """Return the boxes of a delivery that are still to be packed."""
    return Entitlement.objects.filter(
        handed=delivery, state__in=MOVES["packed"], contract__state=ShareContract.State.ACTIVE
    ).exclude(contract__in=suspended_ids())


@write_tx
def hand_over_box(*, actor: "Person", delivery: ShareDelivery, code: str) -> ShareContract:
    """Hand out what is packed for whoever says the code of a share.

    PermissionMissing, InvalidShare, SuspendedShare, BoxMovedOn.
    """
    season = ShareSeason.objects.select_related("community").get(pk=delivery.season_id)
    communities.require(actor, season.community, ORDERS)
    named = ShareContract.objects.filter(season=season, code=code.strip().upper()[:8])
    found = named.values_list("pk", flat=True).first()
    if found is None or not code.strip():
        raise errors.InvalidShare(fields={"code": [_("No share of this season has this code.")]})
    contract = held_contract(found)
    boxes = Entitlement.objects.filter(contract=contract, handed=delivery)
    packed = boxes.filter(state=State.PACKED)
    which = list(packed.values_list("delivery", flat=True))
    if not packed.update(state=State.PICKED, changed_at=now()):
        if suspended_ids().filter(contract=contract).exists():
            raise errors.SuspendedShare
        raise errors.BoxMovedOn
    for one in which:
        publish(events.BoxPicked(**of_contract(contract, actor.pk), delivery_id=one))
    return contract


def miss_due_boxes() -> int:
    """Count as missed what nobody fetched by the end of its day; return how many."""
    return one_by_one(_miss, due_boxes().select_related("contract__season")[:BATCH])


@write_tx
def _miss(box: Entitlement) -> bool:
    try:
        move_to(box, State.MISSED)
    except errors.BoxMovedOn:
        return False
    publish(events.BoxMissed(**of_contract(box.contract), delivery_id=box.delivery_id))
    return True


def move_to(box: Entitlement, state: str, **columns: object) -> None:
    """Move a box forward by a conditional update. BoxMovedOn."""
    mine = Entitlement.objects.filter(pk=box.pk, state__in=MOVES[state])
    if not mine.update(state=state, changed_at=now(), **columns):
        raise errors.BoxMovedOn
    box.state = state
    for name, value in columns.items():
        setattr(box, name, value)


def _mine(actor: "Person", box: Entitlement) -> tuple[ShareContract, Entitlement]:
    """Take the contract of one's own box. ShareNotFound, ShareMovedOn."""
    contract = held_contract(box.contract_id)
    if contract.person_id != actor.pk:
        raise errors.ShareNotFound
    if contract.state != ShareContract.State.ACTIVE:
        raise errors.ShareMovedOn
    found = Entitlement.objects.select_related("handed", "delivery", "depot__point")
    return contract, found.get(pk=box.pk)


def _require_paid(box: Entitlement, to: ShareDelivery) -> None:
    """Let nobody fetch earlier than promised what is not paid yet. PayFirst."""
    if to.day >= box.delivery.day:
        return
    covers = Instalment.objects.filter(
        contract=box.contract_id, rise=None, paid_at=None, first__day__lte=box.delivery.day,
        last__day__gte=box.delivery.day,
    )  # fmt: skip
    if covers.exists():
        raise errors.PayFirst


def _require_changeable(delivery: ShareDelivery) -> None:
    if delivery.cut_off_at <= now():
        raise errors.CutOffOver
