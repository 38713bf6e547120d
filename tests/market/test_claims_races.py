"""Many at once: the one who makes it many is found, and a dispute is decided once."""

import threading

import pytest

from qunluo.kernel.clock import now
from qunluo.kernel.tx import write_tx
from qunluo.market import actions, errors
from qunluo.market.actions import claims
from qunluo.market.models import Claim, GroupComplaint, Remedy, Shop
from tests.community.makers import member
from tests.market.claim_makers import bought, complaint, crowd
from tests.market.makers import clean, credit, free, product, shop

pytestmark = [pytest.mark.req("M15")]


@pytest.fixture
def here(transactional_db):
    """A shop in which three complaints are many."""
    return shop()


def buyers(here, number):
    """Orders that were received, by as many buyers, to be taken one by one by several threads."""
    rice = product(here)
    people = [member(here.community, f"B{n}") for n in range(number)]
    waiting, lock = iter([(one, bought(here, one, rice)) for one in people]), threading.Lock()

    def take():
        with lock:
            return next(waiting)

    return rice, take


def test_without_the_guard_nobody_is_the_third(here, race, monkeypatch):
    _rice, take = buyers(here, 3)
    meeting = threading.Barrier(3)

    def unguarded(_claim):
        return None

    monkeypatch.setattr(claims, "gather", unguarded)

    def act():
        who, one = take()
        alike = Claim.objects.filter(kind="broken").values("buyer").distinct().count()
        meeting.wait(timeout=10)
        complaint(who, one)
        if alike + 1 >= 3:
            raise AssertionError("counted")

    assert race(3, act).errors == []  # each counted before the others wrote
    assert (Claim.objects.count(), GroupComplaint.objects.count()) == (3, 0)


def test_the_third_of_many_at_once_makes_one_group_complaint(here, race):
    rice, take = buyers(here, 6)
    outcome = race(6, lambda: complaint(*take()))
    assert outcome.errors == []
    group = GroupComplaint.objects.get()
    assert group.claims.count() == 6
    rice.refresh_from_db()
    assert rice.state == "paused"


def test_listing_and_the_third_complaint_at_once_never_leave_it_on_sale(here, race):
    rice, take = buyers(here, 3)
    complaint(*take())
    complaint(*take())
    actions.withdraw_product(actor=here.owner, product=rice)
    acts = iter([
        lambda: complaint(*take()),
        lambda: actions.list_product(actor=here.owner, product=rice),
    ])  # fmt: skip
    lock = threading.Lock()

    def act():
        with lock:
            mine = next(acts)
        mine()

    outcome = race(2, act)
    assert {type(one) for one in outcome.errors} <= {errors.ComplaintOpen}
    rice.refresh_from_db()
    assert (rice.state, GroupComplaint.objects.get().state) == ("paused", "open")


def disputed(here):
    claim = complaint(here.mei, bought(here, here.mei, product(here)))
    Claim.objects.filter(pk=claim.pk).update(state="disputed", due_at=None)
    return claim, [member(here.community, f"J{n}", role="operator") for n in range(2)]


def test_without_the_guard_two_decide_the_same_dispute(here, race):
    claim, _judges = disputed(here)
    meeting = threading.Barrier(2)

    def decide():
        assert Claim.objects.get(pk=claim.pk).state == "disputed"
        meeting.wait(timeout=10)
        with write_tx():
            Claim.objects.filter(pk=claim.pk).update(state="done")
            credit(here, here.mei, 400)

    assert race(2, decide).winners == 2
    assert free(here, "", "credit-CNY", here.mei) == 800


def test_a_dispute_is_decided_once(here, race):
    claim, judges = disputed(here)
    waiting, lock = iter(judges * 2), threading.Lock()

    def decide():
        with lock:
            who = next(waiting)
        actions.decide_dispute(actor=who, claim=claim, amount=400, words="So be it.")

    outcome = race(4, decide)
    assert outcome.winners == 1
    assert {type(one) for one in outcome.errors} == {errors.ClaimMovedOn}
    assert free(here, "", "credit-CNY", here.mei) == 400
    clean(here)


def test_two_workers_give_each_remedy_once(here, race):
    Shop.objects.filter(pk=here.shop.pk).update(group_from=2)
    crowd(here, product(here), 3)
    actions.answer_group_complaint(
        actor=here.owner, group=GroupComplaint.objects.get(), words="Sorry.", remedy="part",
        percent=50,
    )  # fmt: skip
    race(3, actions.give_remedies)
    Remedy.objects.filter(state="waiting").update(try_at=now())  # whoever was too busy, again
    actions.give_remedies()
    assert set(Remedy.objects.values_list("state", "amount")) == {("done", 500)}
    assert free(here, "escrow", "credit-CNY") == 1_500
    clean(here)
