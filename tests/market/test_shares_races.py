"""Many at once: a depot takes as many boxes as it has places, and a part is billed once."""

import threading
from collections import Counter
from datetime import timedelta

import pytest

from qunluo.kernel.clock import now
from qunluo.kernel.tx import write_tx
from qunluo.market import actions, errors
from qunluo.market.models import DepotDay, Entitlement, Instalment, Order
from tests.community.makers import member
from tests.market.makers import clean, shop
from tests.market.share_makers import ask, boxes, free, hold, season, states

pytestmark = pytest.mark.req("N10")
MANY = 6


@pytest.fixture
def here(transactional_db):
    """A shop that sells to everybody."""
    return shop()


def one_each(people):
    """Hand out one of some to each thread."""
    left, lock = iter(people), threading.Lock()

    def take():
        with lock:
            return next(left)

    return take


def test_without_the_guard_a_depot_is_promised_to_two(here, race):
    spring = season(here, room=1, weeks=1)
    meeting = threading.Barrier(2)

    def take():
        row = DepotDay.objects.get(depot=spring.depot)
        assert row.free >= 1
        meeting.wait(timeout=10)
        with write_tx():
            DepotDay.objects.filter(pk=row.pk).update(free=row.free - 1)

    assert race(2, take).winners == 2  # two were let in, and one place is counted
    assert free(spring) == [0]


def test_the_last_place_of_a_depot_has_one_subscriber(here, race):
    spring = season(here, room=1)
    take = one_each([member(here.community, f"B{n}") for n in range(MANY)])
    outcome = race(MANY, lambda: ask(spring, take()))
    assert outcome.winners == 1
    assert Counter(type(error) for error in outcome.errors) == {errors.DepotFull: MANY - 1}
    assert free(spring) == [0] * 4
    assert Entitlement.objects.count() == 4


def test_a_part_is_billed_once_by_two_sweepers(here, race):
    spring = season(here)
    contract = hold(here, spring, here.mei, parts=2)
    Instalment.objects.filter(contract=contract, number=2).update(due_at=now())
    outcome = race(4, actions.bill_due_instalments)
    assert (outcome.errors, sum(outcome.results)) == ([], 1)
    assert Order.objects.filter(key__startswith=f"share:{contract.uid}:2").count() == 1


def test_a_box_that_is_skipped_and_moved_at_once_is_one_of_the_two(here, race):
    spring = season(here, skip_gives="credit")
    contract = hold(here, spring, here.mei)
    box, other = boxes(contract)[0], boxes(contract)[1]
    take = one_each([
        lambda: actions.skip_box(actor=here.mei, box=box),
        lambda: actions.move_box(actor=here.mei, box=box, to=other.handed),
    ])  # fmt: skip
    outcome = race(2, lambda: take()())
    assert outcome.winners >= 1
    contract.refresh_from_db()
    assert states(contract)[0] in {"skipped", "moved"}
    # Moved and then skipped is both, in this order; a place is held for whatever still comes.
    held = Entitlement.objects.exclude(state="skipped").values_list("handed", flat=True)
    days = DepotDay.objects.filter(depot=spring.depot)
    counted = Counter(held)
    assert all(one.free == 5 - counted[one.delivery_id] for one in days)
    assert timedelta(0) < spring.deliveries.first().cut_off_at - now()
    clean(here)


def test_two_who_change_places_never_wait_for_each_other(here, race):
    spring = season(here, weeks=2)
    mine, other = hold(here, spring, here.mei), hold(here, spring, here.li)
    one, two = boxes(mine)[0], boxes(other)[1]
    take = one_each([
        lambda: actions.move_box(actor=here.mei, box=one, to=two.delivery),
        lambda: actions.move_box(actor=here.li, box=two, to=one.delivery),
    ])  # fmt: skip
    assert race(2, lambda: take()()).errors == []
    assert free(spring) == [3, 3]


def test_days_do_not_change_under_who_subscribes(here, race):
    spring = season(here)
    lock, acts = threading.Lock(), []

    def act():
        with lock:
            acts.append(1)
            first = len(acts) == 1
        if first:
            return ask(spring, here.mei)
        return actions.change_terms(
            actor=here.owner, season=spring, terms={"last": spring.last + timedelta(days=7)}
        )

    outcome = race(2, act)
    spring.refresh_from_db()
    days = spring.deliveries.count()
    assert Entitlement.objects.count() in {0, days}
    assert (outcome.winners, days) in {(2, 5), (1, 4), (1, 5)}
    refused = {type(error) for error in outcome.errors}
    assert refused <= {errors.InvalidSeason, errors.TermsChanged}
