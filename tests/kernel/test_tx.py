"""Writers take turns, and a failed one leaves nothing."""

import subprocess
import sys
import threading

import pytest
from django.db import connection, transaction

from qunluo.kernel import tx
from qunluo.kernel.errors import Busy
from qunluo.kernel.models import RateBucket
from qunluo.kernel.tx import light_tx, write_tx

pytestmark = pytest.mark.django_db(transaction=True)
sqlite_only = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="the lock is for SQLite")


def bucket(key="b"):
    return RateBucket.objects.get(pk=key).empty_at


@pytest.fixture
def counter():
    RateBucket.objects.create(key="b", empty_at=0)


@write_tx
def read_then_write():
    row = RateBucket.objects.select_for_update().get(pk="b")
    row.empty_at += 1
    row.save()


def test_sixteen_writers_lose_no_update(race, counter):
    def work():
        for _turn in range(20):
            read_then_write()

    outcome = race(16, work)
    assert outcome.errors == []
    assert bucket() == 16 * 20


def test_without_write_tx_updates_are_lost(race, counter):
    both_have_read = threading.Barrier(2, timeout=10)

    def careless():
        seen = bucket()
        both_have_read.wait()
        RateBucket.objects.filter(pk="b").update(empty_at=seen + 1)

    race(2, careless)
    assert bucket() == 1


def test_a_decorated_function_keeps_its_name_and_returns():
    @write_tx
    def act(a, *, b):
        """Do."""
        assert connection.in_atomic_block
        return a + b

    assert act(1, b=2) == 3
    assert (act.__name__, act.__doc__) == ("act", "Do.")
    assert not connection.in_atomic_block


def test_an_error_undoes_the_whole_and_an_inner_one_its_part(counter):
    @write_tx
    def write_and_fail():
        read_then_write()
        raise LookupError

    with pytest.raises(LookupError):
        write_and_fail()
    assert bucket() == 0
    with write_tx():
        read_then_write()
        with pytest.raises(LookupError):
            write_and_fail()
    assert bucket() == 1


def test_the_same_function_may_call_itself():
    @write_tx
    def down(n):
        if n:
            down(n - 1)
        RateBucket.objects.create(pk=f"n{n}", empty_at=n)

    down(3)
    assert RateBucket.objects.count() == 4


def test_what_runs_after_the_commit_may_write_again(counter):
    with write_tx():
        transaction.on_commit(read_then_write)
    assert bucket() == 1


@sqlite_only
def test_a_writer_waits_for_another_process(counter, monkeypatch):
    monkeypatch.setattr(tx, "PATIENCE", 0.3)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import fcntl, sys; f = open(sys.argv[1] + '.lock', 'w');"
            "fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()",
            str(connection.settings_dict["NAME"]),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(Busy):
            read_then_write()
    finally:
        holder.communicate()
    read_then_write()
    assert bucket() == 1


@sqlite_only
def test_a_writer_does_not_wait_for_ever_for_a_thread(counter, monkeypatch):
    monkeypatch.setattr(tx, "PATIENCE", 0.2)
    held, leave = threading.Event(), threading.Event()

    def hold():
        with write_tx():
            held.set()
            leave.wait(10)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(10)
    with pytest.raises(Busy):
        read_then_write()
    leave.set()
    thread.join()
    read_then_write()


def waits_for_the_disk():
    """Return what SQLite does at a commit: 0 nothing, 1 it does not wait, 2 it waits."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        return cursor.fetchone()[0]


@sqlite_only
def test_a_light_write_does_not_wait_for_the_disk_and_the_next_one_does(settings, counter):
    before = waits_for_the_disk()
    settings.SYNCHRONOUS = "FULL"
    try:
        with light_tx():
            assert waits_for_the_disk() == 1
            RateBucket.objects.filter(pk="b").update(empty_at=1)
        assert (bucket(), waits_for_the_disk()) == (1, 2)
        with pytest.raises(ZeroDivisionError), light_tx():
            RateBucket.objects.filter(pk="b").update(empty_at=1 // 0)
        assert (bucket(), waits_for_the_disk()) == (1, 2)
        with write_tx(), light_tx():  # inside another it is a part of that
            assert waits_for_the_disk() == 2
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA synchronous={before}")
