from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qunluo.kernel.models import ScheduledJob
from qunluo.kernel.paging import BadCursor, page

MAY = datetime(2024, 5, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def jobs():
    """Thirty rows with few names and times, so that many compare equal."""
    ScheduledJob.objects.bulk_create(
        ScheduledJob(
            name=f"n{i % 3}",
            key=str(i),
            time_zone="UTC",
            due_at=MAY + timedelta(microseconds=i % 4),
            next_try_at=MAY,
        )
        for i in range(30)
    )


def walk(queryset, order, limit):
    found, after = [], None
    while True:
        part = page(queryset, order, after, limit)
        assert len(part.items) <= limit
        found += part.items
        if part.next is None:
            return found
        after = part.next


@pytest.mark.parametrize(
    "order",
    [("id",), ("-id",), ("name", "id"), ("-due_at", "id"), ("name", "-due_at", "-id"), ("-pk",)],
)
@pytest.mark.parametrize("limit", [1, 7, 30, 31])
def test_walking_the_pages_gives_every_row_once_in_order(jobs, order, limit):
    found = walk(ScheduledJob.objects.all(), order, limit)
    assert found == list(ScheduledJob.objects.order_by(*order))


def test_values_can_be_paged_too(jobs):
    rows = ScheduledJob.objects.values("id", "name")
    assert walk(rows, ("name", "id"), 4) == list(rows.order_by("name", "id"))


def test_a_row_that_comes_in_between_moves_nothing(jobs):
    first = page(ScheduledJob.objects.all(), ("-id",), None, 10)
    ScheduledJob.objects.create(name="new", time_zone="UTC", due_at=MAY, next_try_at=MAY)
    second = page(ScheduledJob.objects.all(), ("-id",), first.next, 10)
    assert first.items[-1].pk == second.items[0].pk + 1


def test_one_page_is_never_endless(jobs):
    assert len(page(ScheduledJob.objects.all(), ("id",), None, 10**9).items) == 30
    assert len(page(ScheduledJob.objects.all(), ("id",), None, 0).items) == 1


@pytest.mark.parametrize(
    "cursor", ["x", "!!!", "bnVsbA", "W10", "WyJhIl0", "W251bGxd", "WzFdWzFd", "é", "W3t9XQ", "\0"]
)
def test_a_made_up_cursor_is_refused_clearly(cursor):
    with pytest.raises(BadCursor):
        page(ScheduledJob.objects.all(), ("id",), cursor, 10)


@given(st.text(max_size=60))
def test_no_text_breaks_the_cursor(cursor):
    with suppress(BadCursor):
        list(page(ScheduledJob.objects.all(), ("name", "due_at", "id"), cursor, 10).items)
