import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qunluo.kernel import ids
from qunluo.kernel.clock import now, travel

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def test_time_is_aware_and_passes():
    assert now().tzinfo is UTC
    assert abs(now().timestamp() - time.time()) < 5


def test_a_traveller_stands_still_until_moved():
    with travel(NOON) as t:
        assert now() == now() == NOON
        t.move(timedelta(days=3))
        assert now() == NOON + timedelta(days=3)
        with travel(NOON):
            assert now() == NOON
        assert now() == NOON + timedelta(days=3)
    assert now() > NOON + timedelta(days=100)


def test_another_thread_does_not_travel_along():
    seen = []
    with travel(NOON):
        thread = threading.Thread(target=lambda: seen.append(now()))
        thread.start()
        thread.join()
    assert seen[0] > NOON + timedelta(days=100)


def test_nobody_travels_to_a_naive_time():
    with pytest.raises(ValueError, match="aware"), travel(NOON.replace(tzinfo=None)):
        pass


def test_the_clock_comes_back_after_an_error():
    with pytest.raises(RuntimeError), travel(NOON):
        raise RuntimeError
    assert now() > NOON + timedelta(days=100)


@given(st.lists(st.integers(1, 10**9), min_size=2, max_size=20))
def test_uuids_sort_by_the_clock(steps):
    with travel(NOON) as t:
        made = []
        for step in steps:
            t.move(timedelta(microseconds=step))
            made.append(ids.uuid7())
    assert made == sorted(made)
    assert all(uid.version == 7 and uid.variant == "specified in RFC 4122" for uid in made)


def test_ids_do_not_repeat():
    assert len({ids.uuid7() for _ in range(10_000)}) == 10_000
    assert len({ids.token() for _ in range(10_000)}) == 10_000


def test_a_short_code_has_no_look_alikes():
    code = ids.short_code(2000)
    assert not set(code) & set("01OIL")
    assert len(ids.short_code()) == 8


def test_a_token_carries_the_bytes_it_promises():
    assert len(ids.token(20)) == 27
    assert all(c.isalnum() or c in "-_" for c in ids.token(200))


def test_a_seed_makes_ids_repeatable_and_only_inside():
    def made():
        return ids.uuid7(), ids.token(), ids.short_code()

    with travel(NOON):
        with ids.seeded(7):
            first = made()
        with ids.seeded(7):
            assert made() == first
        assert made() != first
