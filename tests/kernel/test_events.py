import json
from dataclasses import FrozenInstanceError, dataclass
from datetime import UTC, date, datetime
from typing import ClassVar
from uuid import UUID

import pytest

from qunluo.kernel import events, outbox, queries
from qunluo.kernel.events import Event, UnknownEvent
from qunluo.kernel.money import Money
from qunluo.kernel.outbox import NotInTransaction, publish
from qunluo.kernel.tx import write_tx
from tests.kernel.makers import Colour, Everything, Happened, happen

ALL = Everything(
    community_id=1,
    actor_id=2,
    person_id=3,
    text="群落",
    price=Money(5, "CNY"),
    day=date(2024, 2, 29),
    moment=datetime(2024, 2, 29, 1, 2, 3, 4, tzinfo=UTC),
    uid=UUID(int=7),
    colour=Colour.RED,
    numbers=(1, 2),
    prices=[Money(1, "USD")],
)


def test_an_event_is_frozen():
    with pytest.raises(FrozenInstanceError):
        ALL.text = "other"


def test_every_kind_of_value_comes_back_from_json_as_it_was():
    data = json.loads(json.dumps(ALL.data()))
    back = events.restore(ALL.name, data, community_id=1, actor_id=2, person_id=3, id=9, at=None)
    assert back == ALL
    assert isinstance(back.numbers, tuple)
    assert back.id == 9


def test_a_value_that_json_cannot_hold_is_refused():
    with pytest.raises(TypeError, match="object"):
        events.encode(object())


def test_an_old_event_reads_with_todays_defaults_and_without_dropped_fields():
    assert events.restore(Happened.name, {"dropped": 1}) == Happened(number=0)


def test_an_event_whose_class_is_gone_still_reads():
    back = events.restore("gone.away", {"a": 1}, id=4)
    assert isinstance(back, UnknownEvent)
    assert (back.was, back.payload, back.id) == ("gone.away", {"a": 1}, 4)


def test_an_event_that_no_longer_fits_its_class_stops_nobody():
    for data in ({}, {"text": "x"}, {**ALL.data(), "day": "tomorrow"}, {**ALL.data(), "price": 5}):
        back = events.restore(ALL.name, data)
        assert isinstance(back, UnknownEvent)
        assert back.payload == data


def test_two_events_cannot_share_a_name_and_none_goes_without():
    with pytest.raises(TypeError, match="named kernel_test.happened"):

        @dataclass(frozen=True, kw_only=True)
        class Other(Event):
            name: ClassVar[str] = "kernel_test.happened"

    with pytest.raises(TypeError, match="needs a name"):

        class Nameless(Event):
            pass


@pytest.mark.django_db
def test_what_was_published_reads_back():
    with write_tx():
        pk = publish(ALL)
    (back,) = queries.events_of(1)
    assert back == ALL
    assert back.id == pk
    assert back.at.tzinfo is not None


@pytest.mark.django_db(transaction=True)
def test_nothing_is_published_outside_a_transaction():
    with pytest.raises(NotInTransaction):
        publish(Happened())
    with pytest.raises(NotInTransaction):
        outbox.bring_in([])


@pytest.mark.django_db(transaction=True)
def test_an_action_that_fails_reports_nothing():
    @write_tx
    def act():
        publish(Happened(community_id=1))
        raise LookupError

    with pytest.raises(LookupError):
        act()
    assert queries.events_of(1) == []


@pytest.mark.django_db
def test_an_event_carries_the_time_of_the_clock(travel):
    with travel(datetime(2020, 1, 1, tzinfo=UTC)):
        happen()
    assert queries.events_of(1)[0].at == datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.django_db
def test_history_is_brought_in_once_with_its_own_time():
    at = datetime(2019, 1, 1, tzinfo=UTC)
    history = [(UUID(int=i), Happened(number=i, community_id=1, at=at)) for i in range(3)]
    with write_tx():
        assert outbox.bring_in(history) == 3
        assert outbox.bring_in(history) == 0
    assert [e.at for e in queries.events_of(1)] == [at] * 3


@pytest.mark.django_db
def test_the_log_answers_by_community_person_and_kind():
    happen(1, community_id=1, person_id=5)
    happen(2, community_id=1, actor_id=5)
    happen(3, community_id=2, person_id=5)
    happen(4, community_id=1, person_id=6)

    def numbers(found):
        return [e.number for e in found]

    assert numbers(queries.events_of(1)) == [4, 2, 1]
    assert numbers(queries.events_of(1, names=["other"])) == []
    assert numbers(queries.events_about(5, 1)) == [2, 1]
    assert numbers(queries.events_about(5, None)) == [3, 2, 1]
    newest = queries.events_of(1, limit=1)
    assert numbers(queries.events_of(1, before=newest[0].id)) == [2, 1]
    assert queries.get_event(newest[0].id) == newest[0]
