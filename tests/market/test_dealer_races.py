"""One code of a product, typed in by twenty at once."""

import threading

import pytest

from qunluo.kernel.clock import now
from qunluo.kernel.models import EventRecord
from qunluo.kernel.tx import write_tx
from qunluo.market import actions, errors
from qunluo.market.models import CodeBatch, ProductCode
from tests.community.makers import person
from tests.market.makers import product, shop

pytestmark = pytest.mark.req("T03")
MANY = 20


@pytest.fixture
def here(transactional_db):
    """A community with dealers, and a code."""
    here = shop("dealers")
    here.kettle = product(here, title="Kettle", stock=None)
    made = actions.make_codes(actor=here.owner, product=here.kettle, name="Autumn", count=1)
    here.code = made[1][0]
    waiting, lock = iter([person(f"B{n}") for n in range(MANY)]), threading.Lock()

    def following():
        with lock:
            return next(waiting)

    here.following = following
    return here


def test_without_the_guard_twenty_use_one_code(here, race):
    meeting = threading.Barrier(MANY)

    def use():
        who, row = here.following(), ProductCode.objects.get()
        assert row.used_by_id is None
        meeting.wait(timeout=20)
        with write_tx():
            ProductCode.objects.filter(pk=row.pk).update(used_by=who, used_at=now())

    assert race(MANY, use).winners == MANY


def test_one_of_twenty_at_once_uses_a_code(here, race):
    def use():
        actions.register_code(actor=here.following(), community=here.community, code=here.code)

    outcome = race(MANY, use)
    assert outcome.winners == 1
    assert {type(error) for error in outcome.errors} == {errors.CodeNotFound}
    assert ProductCode.objects.get().used_by is not None


def test_a_form_sent_many_times_at_once_makes_its_codes_once(here, race):
    def make():
        given = {"product": here.kettle, "name": "Winter", "count": 30, "key": "web:one"}
        return actions.make_codes(actor=here.owner, **given)

    outcome = race(8, make)
    assert (outcome.winners, outcome.errors) == (8, [])
    assert len({tuple(codes) for _batch, codes in outcome.results}) == 1
    assert CodeBatch.objects.filter(name="Winter").count() == 1
    assert ProductCode.objects.filter(batch__name="Winter").count() == 30
    assert EventRecord.objects.filter(name="market.codes_made").count() == 2  # one was there
