"""Whatever subscribers and the farm do, in whatever order: boxes and places stay accounted for."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qunluo.kernel.errors import DomainError
from qunluo.market import actions
from qunluo.market.models import DepotDay, Entitlement, ShareContract
from tests.market.makers import clean
from tests.market.share_makers import ask, boxes, pay_part, season, sweep

pytestmark = [pytest.mark.django_db, pytest.mark.req("N10")]
ACTS = ["ask", "pay", "skip", "move", "pack", "hand", "cancel", "wait"]
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 2), st.integers(0, 30)),
    min_size=5, max_size=25,
)  # fmt: skip


def _act(here, act, who, number):
    spring = here.season
    days = list(spring.deliveries.order_by("day"))
    depots = list(spring.depots.order_by("place"))
    if act == "wait":
        here.clock.move(timedelta(hours=number * 4))
        return sweep()
    if act == "ask":
        return ask(spring, who, depot=depots[number % 2], parts=1 + number % 2, wait=True)
    contract = ShareContract.objects.filter(person=who).order_by("-pk").first()
    if contract is None:
        return None
    mine = boxes(contract)
    box = mine[number % len(mine)] if mine else None
    if act == "pay":
        return pay_part(here, contract, contract.instalments.filter(paid_at=None).first().number)
    if act == "cancel":
        return actions.cancel_share(actor=who, contract=contract)
    if act == "pack":
        return actions.pack_boxes(actor=here.owner, delivery=days[number % 3])
    if act == "hand":
        delivery = days[number % 3]
        return actions.hand_over_box(actor=here.owner, delivery=delivery, code=contract.code)
    if box is None:
        return None
    if act == "skip":
        return actions.skip_box(actor=who, box=box)
    return actions.move_box(actor=who, box=box, to=days[number % 3], depot=depots[number % 2])


@given(steps=STEPS)
@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_each_contract_has_one_box_for_each_delivery_and_each_box_one_place(here, clock, steps):
    with transaction.atomic():
        here.clock = clock
        here.season = season(here, room=2, points=("Mill", "Church"), weeks=3, skip_gives="credit")
        people = [here.mei, here.li, here.stranger]
        for act, who, number in steps:
            with suppress(DomainError, AttributeError):
                _act(here, act, people[who], number)
            _prove(here.season)
        clean(here)
        transaction.set_rollback(True)


def _prove(spring):
    for contract in ShareContract.objects.filter(season=spring):
        promised = [one.delivery_id for one in boxes(contract)]
        assert len(promised) == len(set(promised)) == contract.boxes
        assert contract.skipped <= contract.absences
    gone = ["skipped", "cancelled"]
    kept = Entitlement.objects.filter(contract__season=spring).exclude(state__in=gone)
    taken = Counter(kept.values_list("depot", "handed"))
    for day in DepotDay.objects.filter(depot__season=spring):
        assert day.free == 2 - taken[day.depot_id, day.delivery_id]
