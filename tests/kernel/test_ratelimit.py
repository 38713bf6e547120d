from datetime import UTC, datetime, timedelta

import pytest

from qunluo.kernel import ratelimit
from qunluo.kernel.clock import travel
from qunluo.kernel.errors import TooMany
from qunluo.kernel.models import RateBucket
from qunluo.kernel.ratelimit import limit

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rate_limits")]


def uses(count, key="a", times=5, seconds=60):
    for _use in range(count):
        limit("join", key, times=times, seconds=seconds)


def test_so_many_uses_are_free_and_the_next_is_refused():
    with travel(NOON):
        uses(5)
        with pytest.raises(TooMany) as refused:
            uses(1)
        assert refused.value.status == 429
        assert refused.value.retry_after == 12


def test_uses_come_back_evenly():
    with travel(NOON) as t:
        uses(5)
        t.move(timedelta(seconds=11))
        with pytest.raises(TooMany):
            uses(1)
        t.move(timedelta(seconds=1))
        uses(1)
        with pytest.raises(TooMany):
            uses(1)
        t.move(timedelta(seconds=60))
        uses(5)


def test_a_refused_use_costs_nothing():
    with travel(NOON) as t:
        uses(5)
        for _try in range(20):
            with pytest.raises(TooMany):
                uses(1)
        t.move(timedelta(seconds=12))
        uses(1)


def test_callers_and_limits_do_not_mix():
    with travel(NOON):
        uses(5)
        uses(5, key="b")
        limit("other", "a", times=1, seconds=60)


def test_waiting_as_told_is_enough():
    with travel(NOON) as t:
        for _use in range(30):
            try:
                uses(1, times=7, seconds=100)
            except TooMany as refused:
                t.move(timedelta(seconds=refused.retry_after))
                uses(1, times=7, seconds=100)


def test_no_address_is_stored():
    limit("join", "203.0.113.9", times=1, seconds=60)
    assert "203" not in RateBucket.objects.get().pk


def test_it_can_be_switched_off(monkeypatch):
    monkeypatch.setenv("QUNLUO_NO_RATE_LIMITS", "1")
    uses(50)


def test_empty_buckets_are_forgotten():
    with travel(NOON) as t:
        uses(1)
        assert ratelimit.forget_empty() == 0
        t.move(timedelta(seconds=12))
        assert ratelimit.forget_empty() == 1


def test_a_race_gives_away_exactly_so_many(race):
    def use():
        with travel(NOON):
            uses(1)

    outcome = race(16, use)
    assert outcome.winners == 5
    assert {type(error) for error in outcome.errors} == {TooMany}
