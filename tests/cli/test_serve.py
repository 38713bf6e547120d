"""`qunluo serve`: one process group that starts fast, heals itself and leaves nobody behind."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from django.db import connection

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    """A migrated installation of its own on SQLite."""
    folder = tmp_path_factory.mktemp("serve")
    surroundings = {
        **os.environ,
        "LC_ALL": "C.UTF-8",
        "QUNLUO_DATA_DIR": str(folder),
        "QUNLUO_DATABASE_URL": "",
    }
    subprocess.run([sys.executable, "-m", "qunluo", "migrate"], env=surroundings, check=True)
    return surroundings


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def family(process):
    me = psutil.Process(process.pid)
    return [me, *me.children(recursive=True)]


def until(condition, seconds=90):
    limit = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < limit
        time.sleep(0.05)
    return found


def answers(port):
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).status == 200
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def workers(process):
    return [p for p in family(process) if "worker" in words_of(p)]


def words_of(process):
    """The command line of a process; one that is just ending has none."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@contextmanager
def served(installation):
    port, output = free_port(), Path(installation["QUNLUO_DATA_DIR"]) / "said.log"
    with output.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "qunluo", "serve", "--listen", f"127.0.0.1:{port}"],
            env=installation, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    server.said = output.read_text
    try:
        until(lambda: "ready: " in server.said() and answers(port) and workers(server))
        yield server, port
    finally:
        if server.poll() is None:
            server.kill()
        server.wait(10)


def ends_cleanly(server, port, number):
    """Send a signal; whoever served is gone, without an error."""
    everybody = family(server)
    assert len(everybody) >= 4
    server.send_signal(number)
    assert server.wait(60) == 0
    assert "Traceback" not in server.said()
    assert f"ready: http://127.0.0.1:{port}/" in server.said()
    assert not any(p.is_running() and p.status() != "zombie" for p in everybody)


def tables(path):
    """Every table, index and trigger of a database, as it was made."""
    with sqlite3.connect(path) as plain:
        return sorted(map(repr, plain.execute("SELECT type, name, sql FROM sqlite_master")))


@pytest.mark.above_the_database
@pytest.mark.skipif(connection.vendor != "sqlite", reason="compares two files")
def test_the_tests_stand_on_the_tables_of_a_real_installation(installation, django_db_setup):
    served = Path(installation["QUNLUO_DATA_DIR"]) / "qunluo.sqlite3"
    assert tables(served) == tables(connection.settings_dict["NAME"])


def test_a_signal_ends_everything_cleanly(installation):
    with served(installation) as (server, port):
        ends_cleanly(server, port, signal.SIGTERM)


def test_nobody_is_left_behind_when_it_is_killed(installation):
    with served(installation) as (server, _port):
        everybody = family(server)
        server.kill()
        server.wait()
        _gone, alive = psutil.wait_procs(everybody, timeout=60)
        assert alive == []


def test_a_killed_worker_and_a_killed_web_server_come_back(installation):
    with served(installation) as (server, port):
        (worker,) = workers(server)
        worker.kill()
        assert until(lambda: [p for p in workers(server) if p.pid != worker.pid])
        web = next(p for p in family(server) if "web" in words_of(p))
        for process in [web, *web.children(recursive=True)]:
            process.kill()
        until(lambda: answers(port) and workers(server))
        ends_cleanly(server, port, signal.SIGINT)
        assert "The worker ended unexpectedly (status -9)" in server.said()
        assert "The web server ended unexpectedly" in server.said()


def test_a_taken_port_is_said_in_one_sentence(installation):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "qunluo", "serve", "--listen", f"127.0.0.1:{port}"],
            env=installation, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    assert done.returncode == 78
    assert done.stderr.strip().splitlines() == [
        f"Port {port} is taken by another program: stop it, or choose another port."
    ]


def test_one_data_folder_is_served_once(installation):
    with served(installation) as (server, port):
        done = subprocess.run(
            [sys.executable, "-m", "qunluo", "serve", "--listen", f"127.0.0.1:{free_port()}"],
            env=installation, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 2
        assert "already runs" in done.stderr
        ends_cleanly(server, port, signal.SIGHUP)
