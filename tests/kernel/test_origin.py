"""A dump restored into another PostgreSQL cluster goes on where it stopped."""

import pytest
from django.db import connection

from qunluo.kernel.delivery import Courier, origin, reacts_to
from qunluo.kernel.models import EventRecord, Origin
from tests.kernel.makers import Happened, happen

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'", reason="SQLite has no transaction numbers"
    ),
]
AHEAD = 10**9


@pytest.fixture
def seen():
    numbers = []

    @reacts_to(Happened)
    def note(event):
        numbers.append(event.number)

    return numbers


def come_from_a_cluster_far_ahead():
    """Leave the database as a dump from a busier cluster leaves it: high numbers, other rows."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_eventrecord SET xid = xid + %s", [AHEAD])
        cursor.execute("UPDATE kernel_reactioncursor SET xid = xid + %s WHERE xid > 0", [AHEAD])
    Origin.objects.update_or_create(pk=origin.KEY, defaults={"value": "another cluster"})


@pytest.fixture
def restored(seen):
    """Two events delivered, one not yet; then moved to this cluster, where a fourth happened."""
    origin.check()
    happen(1)
    happen(2)
    Courier().turn()
    happen(3)
    come_from_a_cluster_far_ahead()
    happen(4)


def test_without_renumbering_events_are_lost_after_a_restore(seen, restored):
    Courier().turn()
    assert seen == [1, 2]


def test_after_renumbering_delivery_goes_on_in_order(seen, restored):
    assert origin.check() is True
    Courier().turn()
    happen(5)
    Courier().turn()
    assert seen == [1, 2, 3, 4, 5]
    assert origin.check() is False


def test_a_second_restore_works_as_well(seen, restored):
    origin.check()
    Courier().turn()
    happen(5)
    come_from_a_cluster_far_ahead()
    happen(6)
    assert origin.check() is True
    Courier().turn()
    happen(7)
    Courier().turn()
    assert seen == [1, 2, 3, 4, 5, 6, 7]
    numbers = EventRecord.objects.order_by("xid", "id").values_list("data__number", flat=True)
    assert list(numbers) == [1, 2, 3, 4, 5, 6, 7]


def test_where_the_cluster_has_no_name_high_numbers_give_it_away(seen, restored, monkeypatch):
    monkeypatch.setattr(origin, "_identity", lambda: "")
    Origin.objects.update(value="")
    assert origin.check() is True
    Courier().turn()
    assert seen == [1, 2, 3, 4]


def test_a_database_that_stayed_is_left_alone(seen):
    happen(1)
    assert origin.check() is False
    before = list(EventRecord.objects.values_list("xid"))
    assert origin.check() is False
    assert list(EventRecord.objects.values_list("xid")) == before
