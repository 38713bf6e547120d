"""Events reach reactions once, in order, and one community's trouble is not another's."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction

from qunluo.kernel import queries
from qunluo.kernel.clock import now, travel
from qunluo.kernel.delivery import Courier, drain, reacts_to
from qunluo.kernel.delivery.parked import MAX_ATTEMPTS, delay
from qunluo.kernel.models import ParkedEvent, ReactionCursor
from qunluo.kernel.outbox import bring_in
from tests.kernel.makers import Happened, Ruled, happen

START = datetime(2024, 5, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def collect(into, *, fails=lambda event: False, **options):
    """Declare a reaction that notes the numbers it saw and fails for some."""

    @reacts_to(Happened, **options)
    def note(event):
        if fails(event):
            raise ValueError(f"no {event.number}")
        # Only what was not undone counts.
        transaction.on_commit(lambda: into.append(event.number))

    return note


def work(turns=20):
    """Turn a courier as the worker does, until nothing moves."""
    courier = Courier()
    for _turn in range(turns):
        before = courier.handled
        courier.turn()
        if courier.handled == before and not courier.dirty:
            return
    raise AssertionError("still busy")


def test_a_reaction_gets_its_events_in_order_and_no_others():
    seen = []
    collect(seen)
    for number in range(5):
        happen(number)
    drain()
    assert seen == [0, 1, 2, 3, 4]


def test_nothing_is_delivered_twice():
    seen = []
    collect(seen)
    happen(1)
    drain()
    drain()
    happen(2)
    drain()
    assert seen == [1, 2]


def test_several_reactions_each_get_every_event():
    one, other = [], []

    @reacts_to(Happened)
    def first(event):
        one.append(event.number)

    @reacts_to(Happened, Ruled)
    def second(event):
        other.append(event.number)

    for number in range(3):
        happen(number)
    drain()
    assert one == other == [0, 1, 2]


def test_what_a_reaction_publishes_is_delivered_too():
    seen = []

    @reacts_to(Happened)
    def countdown(event):
        seen.append(event.number)
        if event.number:
            happen(event.number - 1)

    happen(4)
    drain()
    assert seen == [4, 3, 2, 1, 0]


def test_a_later_reaction_starts_now_and_one_from_the_start_sees_all():
    collect([])
    happen(1)
    drain()
    late, full = [], []

    @reacts_to(Happened)
    def latecomer(event):
        late.append(event.number)

    @reacts_to(Happened, from_start=True)
    def historian(event):
        full.append(event.number)

    Courier()
    happen(2)
    drain()
    assert (late, full) == ([2], [1, 2])


def test_the_first_reactions_of_an_installation_miss_nothing():
    happen(1)
    seen = []
    collect(seen)
    drain()
    assert seen == [1]


def test_two_reactions_cannot_share_a_name():
    def one(event):
        pass

    def other(event):
        pass

    reacts_to(Happened, name="test.same")(one)
    with pytest.raises(TypeError, match="test.same"):
        reacts_to(Happened, name="test.same")(other)
    with pytest.raises(TypeError, match="in one @reacts_to"):
        reacts_to(Ruled, name="test.same")(one)
    with pytest.raises(TypeError, match="at least one"):
        reacts_to()


def test_a_failing_event_is_parked_and_its_community_waits_in_order():
    seen, broken = [], {2}
    collect(seen, fails=lambda event: event.number in broken)
    with travel(START) as t:
        for number, community_id in [(1, 1), (2, 1), (3, 1), (4, 2), (5, 1), (6, 2)]:
            happen(number, community_id)
        work()
        assert seen == [1, 4, 6]
        assert ParkedEvent.objects.count() == 3
        happen(7, 1)
        work()
        assert seen == [1, 4, 6]
        broken.clear()
        t.move(delay(1))
        work()
        assert seen == [1, 4, 6, 2, 3, 5, 7]
        happen(8, 1)
        work()
    assert seen[-1] == 8


def test_what_a_failing_reaction_wrote_is_undone():
    @reacts_to(Happened)
    def half(event):
        happen(99, 9)
        raise ValueError

    happen(1)
    work()
    assert queries.events_of(9) == []


def test_a_broken_query_does_not_spoil_the_batch():
    seen = []

    @reacts_to(Happened)
    def query(event):
        if event.number == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT no_such_column FROM kernel_eventrecord")
        transaction.on_commit(lambda: seen.append(event.number))

    for number in range(3):
        happen(number, community_id=number + 1)
    work()
    assert seen == [0, 2]
    assert ParkedEvent.objects.get().attempts == 1


def test_waits_grow_until_the_letter_is_dead_and_the_community_goes_on():
    seen = []
    collect(seen, fails=lambda event: event.number == 1)
    waits = []
    with travel(START) as t:
        happen(1)
        happen(2)
        work()
        while (row := ParkedEvent.objects.order_by("pk").first()).state == "waiting":
            waits.append(row.next_try_at - now())
            t.move_to(row.next_try_at - timedelta(microseconds=1))
            work()
            assert ParkedEvent.objects.get(pk=row.pk).attempts == row.attempts
            t.move(timedelta(microseconds=1))
            work()
        assert row.attempts == MAX_ATTEMPTS
        assert waits == sorted(waits)
        assert len(set(waits)) == len(waits) == MAX_ATTEMPTS - 1
        assert seen == [2]
        happen(3)
        work()
    assert seen == [2, 3]
    (letter,) = queries.dead_letters(1)
    assert "no 1" in letter.error
    assert letter.event.number == 1


def test_events_of_no_community_wait_per_person_only():
    seen, broken = [], {1}
    collect(seen, fails=lambda event: event.number in broken)
    happen(1, community_id=None, person_id=5)
    happen(2, community_id=None, person_id=5)
    happen(3, community_id=None, person_id=6)
    happen(4, community_id=None)
    work()
    assert seen == [3, 4]


def test_one_reactions_trouble_is_not_anothers():
    fine = []

    @reacts_to(Happened)
    def bad(event):
        raise ValueError

    @reacts_to(Happened)
    def good(event):
        transaction.on_commit(lambda: fine.append(event.number))

    happen(1)
    happen(2)
    work()
    assert fine == [1, 2]


def test_drain_raises_what_a_reaction_raises():
    collect([], fails=lambda event: True)
    happen(1)
    with pytest.raises(ValueError, match="no 1"):
        drain()


def test_drain_gives_up_on_reactions_that_never_rest():
    @reacts_to(Happened)
    def again(event):
        happen(event.number + 1)

    happen(1)
    with pytest.raises(RuntimeError, match="again"):
        drain(most_turns=20)


def test_drain_works_inside_a_transaction_that_is_never_committed():
    seen = []

    @reacts_to(Happened)
    def note(event):
        seen.append(event.number)

    with transaction.atomic():
        happen(1)
        drain()
        happen(2)
        drain()
        assert seen == [1, 2]
        transaction.set_rollback(True)


def test_imported_history_moves_nobody():
    seen = []
    collect(seen)
    happen(1)
    drain()
    with transaction.atomic():
        bring_in([(UUID(int=5), Happened(number=2, community_id=1, at=START))])
    happen(3)
    drain()
    assert seen == [1, 3]


def test_idle_cursors_are_carried_along():
    collect([])

    @reacts_to(Ruled)
    def idle(event):
        pass

    happen(1)
    drain()
    places = set(ReactionCursor.objects.values_list("xid", "event_id"))
    assert len(places) == 1


def test_a_long_log_is_delivered_in_batches(monkeypatch):
    monkeypatch.setattr("qunluo.kernel.delivery.engine.BATCH", 7)
    seen = []
    collect(seen)
    for number in range(50):
        happen(number, community_id=number % 3 + 1)
    work(turns=60)
    assert seen == list(range(50))
