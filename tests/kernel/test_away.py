"""What tells that the database server is away, and threads that connect anew by themselves."""

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.db.utils import DatabaseError, InterfaceError

from qunluo.kernel.delivery import log
from qunluo.kernel.tx import away
from qunluo.live.follower import Follower
from qunluo.live.hub import Hub

on_a_server = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is no server")


@pytest.fixture
def ended(transactional_db):
    """A connection that a thread kept from one request to the next, and the server has ended."""
    pid = ask("SELECT pg_backend_pid()")
    beside = connections.create_connection("default")
    with beside.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    beside.close()
    connection.close_if_unusable_or_obsolete()
    yield pid
    connection.close()


def ask(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


@on_a_server
def test_a_connection_that_was_ended_between_two_requests_is_made_anew(ended):
    assert ask("SELECT pg_backend_pid()") != ended


@on_a_server
def test_so_it_is_at_the_beginning_of_a_transaction(ended):
    with transaction.atomic():
        assert ask("SELECT pg_backend_pid()") != ended


@on_a_server
def test_without_the_look_the_next_request_fails_and_it_counts_as_away(ended, monkeypatch):
    monkeypatch.setattr(connection, "health_check_enabled", False)
    with pytest.raises(OperationalError) as told:
        ask("SELECT 1")
    assert away(told.value)


@on_a_server
@pytest.mark.django_db
@pytest.mark.parametrize("state", ["57P01", "57P03", "08006", "53300"])
def test_a_server_that_stops_or_starts_or_is_full_is_away(state):
    assert away(raised(state))


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["40P01", "57014", "53100", "23505"])
def test_what_went_wrong_on_a_server_that_is_there_is_not_away(state):
    error = raised(state) if connection.vendor == "postgresql" else OperationalError("locked")
    assert not away(error)
    assert not away(ValueError())
    assert not away(None)


def raised(state):
    """What Django raises for an error of the server."""
    with pytest.raises((DatabaseError, InterfaceError)) as told, transaction.atomic():
        ask(f"DO $$ BEGIN RAISE EXCEPTION SQLSTATE '{state}'; END $$")
    return told.value


@pytest.mark.django_db(transaction=True)
def test_numbers_that_a_crash_gives_again_are_read_again():
    follower = Follower(Hub(), loop=None)
    follower.ready.set()
    follower.head = log.END
    follower.stopping.set()
    follower._follow()
    assert follower.head == log.settled()
    connection.close()
