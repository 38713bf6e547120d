"""The database server is stopped and started, once as in a crash, while people buy and talk.

Everything runs as it does for people: `qunluo serve`, on a cluster that is this test's own.
"""

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.db import connection, connections

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import postgres

CHECKOUTS, BUYERS, STOCK = 96, 8, 88
WRITERS, EACH = 2, 25
PATIENCE = 30
AWAY = "The database does not answer at this moment.", "数据库此刻没有回应。"
# The process is killed here, not the machine: what was written is still in the system's memory.
# But an answer that was given must be in the journal, as it is for people.
LASTING = ["fsync=off", "synchronous_commit=on", "full_page_writes=off"]


def until(condition):
    limit = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limit, "it did not come to pass"
        threading.Event().wait(0.02)


@pytest.fixture
def own_server(transactional_db):
    """Move to a database server of our own, with the same empty tables."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is no server")
    told = connection.settings_dict
    before = {key: told[key] for key in ("NAME", "HOST", "PORT", "USER", "PASSWORD")}
    with postgres.server(LASTING) as server:
        source = ["-h", told["HOST"] or "localhost", "-U", told["USER"]]
        source += ["-p", str(told["PORT"])] if told["PORT"] else []
        copied = subprocess.run(
            [server.where / "pg_dump", *source, told["NAME"]],
            env={**os.environ, "PGPASSWORD": told["PASSWORD"] or ""},
            capture_output=True, check=True,
        )  # fmt: skip
        subprocess.run(
            [server.where / "psql", "-q", "-h", server.folder, "-U", "qunluo", "qunluo"],
            input=copied.stdout, stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip
        connections.close_all()
        told |= {"NAME": "qunluo", "HOST": str(server.folder), "PORT": "", "USER": "qunluo",
                 "PASSWORD": ""}  # fmt: skip
        try:
            yield server
        finally:
            connections.close_all()
            told |= before


def answers(address, path):
    wire = http.client.HTTPConnection(address, timeout=5)
    try:
        wire.request("GET", path)
        return wire.getresponse().status == 200
    except OSError:
        return False


def family(household):
    """The processes that serve, by number."""
    return {one.pid for one in psutil.Process(household.server.pid).children(recursive=True)}


class Visitor(threading.Thread):
    """Opens a page that is made for them, again and again, and notes what comes."""

    def __init__(self, address, path, cookies):
        super().__init__(daemon=True)
        self.address, self.path, self.cookies = address, path, cookies
        self.seen, self.odd, self.over = Counter(), [], threading.Event()

    def run(self):
        while not self.over.wait(0.02):
            wire = http.client.HTTPConnection(self.address, timeout=60)
            said = {"Cookie": self.cookies, "Accept-Language": "en"}
            wire.request("GET", self.path, headers=said)
            answer = wire.getresponse()
            page = answer.read().decode()
            wire.close()
            self.seen[answer.status] += 1
            away = answer.status == 503 and answer.getheader("Retry-After")
            if answer.status != 200 and not (away and any(one in page for one in AWAY)):
                self.odd.append((answer.status, page))


class Listener(threading.Thread):
    """Keeps one stream open and notes the place of every message."""

    def __init__(self, address, stream):
        super().__init__(daemon=True)
        self.wire = http.client.HTTPConnection(address, timeout=60)
        self.stream, self.places, self.greeted, self.cut = stream, [], False, False

    def run(self):
        self.wire.request("GET", self.stream)
        for line in self.wire.getresponse():
            if line.startswith(b"data: "):
                said = json.loads(line[6:])
                self.greeted |= said["what"] == "hello"
                if said["what"] == "post":
                    self.places.append(said["place"])
        self.cut = True


@pytest.mark.slow
def test_a_restart_of_the_database_under_load_costs_nobody_anything(own_server, monkeypatch):
    # They need Django to be set up.
    from benchmarks.idle import free_address  # noqa: PLC0415
    from benchmarks.live import Town  # noqa: PLC0415
    from benchmarks.load import Writer  # noqa: PLC0415
    from benchmarks.selling import Shop  # noqa: PLC0415
    from benchmarks.storm import Household, storm  # noqa: PLC0415

    surroundings = {
        "QUNLUO_DATABASE_URL": own_server.url,
        "QUNLUO_DATA_DIR": str(settings.DATA_DIR),
        "QUNLUO_NO_RATE_LIMITS": "1",
        "QUNLUO_LIVE_LISTEN": "",
    }
    for name, value in surroundings.items():
        monkeypatch.setitem(os.environ, name, value)
    shop, town = Shop(people=BUYERS, stock=STOCK), Town(WRITERS, "tea")
    household = Household(free_address())
    with closing(household):
        household.wait()
        until(lambda: answers(household.live, "/live/health"))
        visitor = Visitor(household.address, "/c/tea/", town.cookies_of(town.people[0]))
        listener = Listener(household.live, town.streams(1)[0])
        writers = [Writer(household.address, town, n, EACH) for n in range(WRITERS)]
        listener.start()
        until(lambda: listener.greeted)
        processes = family(household)
        for one in (visitor, *writers):
            one.start()
        ways = iter([postgres.FAST, postgres.IMMEDIATE])

        def restart():
            """Be away until a page has said so twice, and come back."""
            before = visitor.seen[503]
            connections.close_all()
            own_server.stop(next(ways))
            until(lambda: visitor.seen[503] > before + 1)
            own_server.start()

        told = storm(shop, CHECKOUTS, kills=2, disaster=restart, served=household)
        for one in writers:
            one.join(PATIENCE)
        town.say_many(1)
        said = town.messages()
        until(lambda: len(listener.places) >= len(said))
        before = visitor.seen[200]
        until(lambda: visitor.seen[200] > before)
        visitor.over.set()
        visitor.join(PATIENCE)
        assert not listener.cut, "the stream was cut"
        assert family(household) == processes, "a process died and was started again"
    assert told.faults == []
    assert [one.fault for one in writers] == [""] * WRITERS
    assert (told.served, told.refused) == (STOCK, CHECKOUTS - STOCK)
    assert not any(told.wrong.values()), told.wrong
    # Each request that was sent again had an answer that said why.
    assert told.troubles == {"503 kernel.away": told.again}
    assert visitor.odd == []
    written = [f"{n}-{turn}" for n in range(WRITERS) for turn in range(EACH)]
    assert sorted(said) == sorted([*written, "burst 0"])
    assert listener.places == list(range(1, len(said) + 1))
