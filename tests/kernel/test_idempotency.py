import threading
from datetime import timedelta

import pytest

from qunluo.kernel import idempotency
from qunluo.kernel.clock import now, travel
from qunluo.kernel.errors import Forbidden
from qunluo.kernel.idempotency import KeyReused, once
from qunluo.kernel.models import EventRecord, OnceKey
from tests.kernel.makers import happen

pytestmark = pytest.mark.django_db(transaction=True)


def order(key="k", body="b", scope="7:orders"):
    return once(scope, key, body, lambda: {"order": happen(1)})


def test_the_same_request_acts_once_and_hears_the_same_answer():
    assert order() == order() == order()
    assert EventRecord.objects.count() == 1


def test_the_same_key_with_another_body_is_refused():
    order()
    with pytest.raises(KeyReused):
        order(body="other")
    assert EventRecord.objects.count() == 1


def test_keys_of_others_do_not_mix():
    assert order() != order(scope="8:orders")
    assert order() != order(key="other")


def test_a_refused_request_leaves_the_key_free():
    def refuse():
        happen(1)
        raise Forbidden

    with pytest.raises(Forbidden):
        once("7:orders", "k", "b", refuse)
    assert EventRecord.objects.count() == OnceKey.objects.count() == 0
    assert order()


def test_an_empty_answer_is_an_answer():
    calls = []
    for _try in range(2):
        assert once("s", "k", "b", lambda: calls.append(1)) is None
    assert calls == [1]


def test_a_key_expires():
    first = order()
    with travel(now() + idempotency.KEEP - timedelta(seconds=1)):
        assert order() == first
        assert idempotency.forget_expired() == 0
    with travel(now() + idempotency.KEEP):
        assert order(body="other") != first
    with travel(now() + 2 * idempotency.KEEP):
        assert idempotency.forget_expired() == 1


def test_without_the_guard_a_double_click_acts_twice(race):
    both_looked = threading.Barrier(2, timeout=10)
    answers = {}

    def careless():
        known = answers.get("k")
        both_looked.wait()
        if known is None:
            answers["k"] = happen(1)

    race(2, careless)
    assert EventRecord.objects.count() == 2


def test_a_double_click_acts_once(race):
    outcome = race(8, lambda: order())
    assert outcome.errors == []
    assert len({answer["order"] for answer in outcome.results}) == 1
    assert EventRecord.objects.count() == 1
