"""What time, the desk and letters ask about shares of a harvest."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from qunluo.kernel.clock import now
from qunluo.kernel.text import _
from qunluo.market.models import (
    Depot,
    DepotDay,
    Entitlement,
    Instalment,
    Order,
    RiseAnswer,
    ShareContract,
    ShareDelivery,
    ShareSeason,
)
from qunluo.market.rules.shares import OPEN

State, Box = ShareContract.State, Entitlement.State
NO_BOX_LEFT = _("No delivery is left.")


def suspended_ids() -> QuerySet[Instalment, int]:
    """Return the contracts of which a part is unpaid past its days of grace, by the clock alone."""
    found = Instalment.objects.filter(_overdue(), contract__state=State.ACTIVE)
    return found.values_list("contract_id", flat=True)


def _overdue() -> Q:
    return Q(paid_at=None, order__isnull=False, grace_until__lte=now())


def overdue_instalments() -> list[Instalment]:
    """Return the overdue parts of which nobody was told."""
    found = Instalment.objects.filter(_overdue(), told_at=None, contract__state=State.ACTIVE)
    return list(found.select_related("contract__season")[:100])


def due_instalments() -> QuerySet[Instalment]:
    """Return the parts that have fallen due and are no orders yet."""
    return Instalment.objects.filter(
        order=None, due_at__lte=now(), contract__state=State.ACTIVE
    ).order_by("due_at")


def covered_instalments() -> list[Instalment]:
    """Return the paid parts whose last delivery is over, or whose share ended early."""
    over = Q(last__ends_at__lte=now()) | Q(contract__state=State.CANCELLED)
    found = Instalment.objects.filter(
        over, paid_at__isnull=False, order__state=Order.State.CONFIRMED
    )
    return list(found[:100])


def due_boxes() -> QuerySet[Entitlement]:
    """Return the boxes that nobody fetched by the end of their day.

    What was never packed is only missed when its share was suspended on that day.
    """
    overdue = Instalment.objects.filter(
        _overdue(), contract=OuterRef("contract"), grace_until__lt=OuterRef("handed__ends_at"),
        contract__state=State.ACTIVE,
    )  # fmt: skip
    missed = Q(state=Box.PACKED) | Q(Exists(overdue), state__in=OPEN)
    return Entitlement.objects.filter(missed, handed__ends_at__lte=now()).order_by("pk")


def shares_over() -> list[ShareContract]:
    """Return the active shares whose season is over."""
    coming = ShareDelivery.objects.filter(season=OuterRef("season"), ends_at__gt=now())
    found = ShareContract.objects.filter(~Exists(coming), state=State.ACTIVE)
    return list(found[:100])


def depots_with_room() -> list[Depot]:
    """Return the depots for which somebody waits and that have a place on each day left."""
    waiting = ShareContract.objects.filter(depot=OuterRef("pk"), state=State.WAITING)
    full = DepotDay.objects.filter(
        depot=OuterRef("pk"), free__lte=0, delivery__cut_off_at__gt=now()
    )
    found = Depot.objects.filter(Exists(waiting), ~Exists(full), season__closed_at=None)
    return list(found.select_related("point", "season")[:100])


def due_shares() -> bool:
    """Tell whether time has something to do with shares."""
    moment = now()
    offers = ShareSeason.objects.filter(
        Q(told_holders_at=None, holders_at__lte=moment)
        | Q(told_waiting_at=None, waiting_at__lte=moment),
        opens_at__gt=moment, after__isnull=False, closed_at=None,
    )  # fmt: skip
    return bool(
        due_instalments().exists()
        or due_boxes().exists()
        or overdue_instalments()
        or covered_instalments()
        or shares_over()
        or depots_with_room()
        or offers.exists()
    )


def find_share(pk: int) -> ShareContract | None:
    """Return a share by its id, or None."""
    found = ShareContract.objects.select_related("season__community", "person", "depot__point")
    return found.filter(pk=pk).first()


def offered_to(season: ShareSeason, to: str) -> list[ShareContract]:
    """Return the shares of the season before whose holders, or who waited, may renew now."""
    found = ShareContract.objects.filter(season=season.after_id).select_related("person")
    if to == "holders":
        return list(found.filter(state__in=[State.ACTIVE, State.ENDED]))
    return list(found.filter(waited()))


def waited() -> Q:
    """Return the condition under which somebody waits, or waited to the end."""
    return Q(state=State.WAITING) | Q(end_reason=NO_BOX_LEFT)


def who_gets(delivery: ShareDelivery) -> list[ShareContract]:
    """Return the shares of which a box is handed out with a delivery."""
    boxes = Entitlement.objects.filter(
        handed=delivery, contract=OuterRef("pk"), state__in=[*OPEN, Box.PACKED, Box.PICKED]
    )
    return list(ShareContract.objects.filter(Exists(boxes)).select_related("person"))


def answers_to(rise: int) -> list[RiseAnswer]:
    """Return what is asked of whom by a rise, by its id."""
    found = RiseAnswer.objects.filter(rise=rise, state=RiseAnswer.State.ASKED)
    return list(found.select_related("rise", "contract__person", "contract__season"))
