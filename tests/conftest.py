"""What every test stands on: an installation of its own, races and a clock that travels."""

import atexit
import gc
import hashlib
import importlib
import inspect
import os
import shutil
import sqlite3
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Settings are read when Django is set up, which happens after this file was imported.
ROOT = Path(__file__).parents[1]
FOLDER = Path(tempfile.mkdtemp(prefix="qunluo-test-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
os.environ["QUNLUO_ENV"] = "test"
# Each worker has a cluster of its own: delivery waits for every open transaction of its cluster.
if clusters := os.environ.get("QUNLUO_TEST_CLUSTERS", "").split():
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    os.environ["QUNLUO_DATABASE_URL"] = clusters[worker % len(clusters)]
os.environ["QUNLUO_DATA_DIR"] = str(FOLDER)
os.environ["QUNLUO_SECRET_KEY"] = "for-the-tests-only-" + "0123456789abcdef" * 3
os.environ["QUNLUO_SITE_URL"] = "http://testserver"
os.environ["QUNLUO_ALLOWED_HOSTS"] = "testserver 127.0.0.1 localhost"
os.environ["QUNLUO_EMAIL_URL"] = "locmem:"
os.environ.setdefault("QUNLUO_LOG_LEVEL", "WARNING")
os.environ["DJANGO_SETTINGS_MODULE"] = "qunluo.settings"
# Playwright keeps an event loop in the thread that a story's own queries run in.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import django  # noqa: E402
import pytest  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth.hashers import Argon2PasswordHasher  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402
from django.test import TransactionTestCase  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402
from hypothesis import settings as trying  # noqa: E402
from xdist.scheduler import LoadFileScheduling  # noqa: E402

from qunluo.cli import catalogs  # noqa: E402
from qunluo.cli.sparing import starting_state  # noqa: E402
from tests.emptying import empty  # noqa: E402

# Compiled once, before Django reads any of it: the workers of xdist share the tree.
if "PYTEST_XDIST_WORKER" not in os.environ:
    catalogs.compile_stale()
# The conftest of a room may import its models, earlier than pytest-django would set up Django.
django.setup()
# A worker that inherited it would read the settings, and so its folders, before it came here.
del os.environ["DJANGO_SETTINGS_MODULE"]
# Still argon2, only cheap: a suite hashes thousands of passwords.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 1, 64


# How long a try takes depends on what else the machine does; speed is measured in benchmarks/.
trying.register_profile("qunluo", deadline=None)
trying.load_profile("qunluo")
WEB = Path(__file__).parent / "web"
DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}


def pytest_collection_modifyitems(config, items):
    """Prove on PostgreSQL what asks a database, and begin with the files that take longest."""
    if clusters:
        asks, rest = [], []
        for item in items:
            marked = item.get_closest_marker("django_db") or DATABASE & set(item.fixturenames)
            # Of pages: tests/safety reads every one there, and posts every form.
            above = item.get_closest_marker("above_the_database") or item.path.is_relative_to(WEB)
            (asks if marked and not above else rest).append(item)
        config.hook.pytest_deselected(items=rest)
        items[:] = asks
    count = Counter(item.path for item in items)
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    # Safety first and in one go: a worker walks through the pages once for all of its files.
    items.sort(
        key=lambda item: ("safety" not in item.path.parts, item.path not in slow, -count[item.path])
    )


def pytest_collection_finish():
    """Spare the collector what stays until the end: settings, models, the tests themselves."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


class Scheduling(LoadFileScheduling):
    """A file stays with one worker, and so do those that walk through one town together."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/safety" if nodeid.startswith("tests/safety/") else nodeid.split("::", 1)[0]


def pytest_xdist_make_scheduler(config, log):
    """Hand files out as above; who asks for another way (the stories) gets that."""
    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_unconfigure():
    """Leave nothing behind in the temporary folder."""
    shutil.rmtree(FOLDER, ignore_errors=True)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The data folder of the installation under test."""
    return Path(settings.DATA_DIR)


@pytest.fixture(scope="session", autouse=True)
def _emptying_what_is_filled():
    """Empty the database after a transactional test in our own way, several times as fast."""
    plain = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda _case: empty()
    yield
    TransactionTestCase._fixture_teardown = plain


def _template() -> Path:
    """Where a migrated SQLite database is kept for the next run, by what made it."""
    made = hashlib.sha256((ROOT / "requirements" / "test.txt").read_bytes())
    made.update(repr(settings.INSTALLED_APPS).encode())
    migrations = sorted((ROOT / "qunluo").glob("*/migrations/*.py"))
    for path in [ROOT / "qunluo" / "cli" / "sparing.py", *migrations]:
        made.update(path.read_bytes())
    name = f"qunluo-test-{os.getuid()}-{made.hexdigest()[:16]}.sqlite3"
    return Path(tempfile.gettempdir()) / name


@pytest.fixture(scope="session")
def migrated() -> Path:
    """A migrated SQLite database for another installation to start from; there may be none yet."""
    return _template()


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings):
    """Start from the kept database when the migrations are still those that made it."""
    template = _template()
    if connection.vendor != "sqlite" or not template.exists():
        return False
    shutil.copyfile(template, settings.DATABASES["default"]["TEST"]["NAME"])
    return True


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment, django_db_modify_db_settings, django_db_keepdb, django_db_blocker
):
    """Make the one database, also for stories that never ask for `db`; keep it for the next run."""
    with django_db_blocker.unblock(), _as_qunluo_migrates():
        made = setup_databases(
            verbosity=0,
            interactive=False,
            aliases={"default"},
            serialized_aliases=set(),
            keepdb=django_db_keepdb,
        )
        if connection.vendor == "sqlite" and not django_db_keepdb:
            _keep(FOLDER / "template.sqlite3")
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            _send_others_away()
            teardown_databases(made, verbosity=0)


@contextmanager
def _as_qunluo_migrates():
    """Migrate several times as fast as Django does by itself: as `qunluo migrate` does."""
    plain = MigrationExecutor._create_project_state

    def state(self, with_applied_migrations=False):
        return starting_state(self) or plain(self, with_applied_migrations)

    MigrationExecutor._create_project_state = state
    try:
        yield
    finally:
        MigrationExecutor._create_project_state = plain


def _send_others_away():
    """End what still listens to the database; PostgreSQL drops none that is in use."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def _keep(fresh):
    """Put a copy of the freshly migrated database where the next run finds it."""
    with sqlite3.connect(fresh) as copy:
        connection.ensure_connection()
        connection.connection.backup(copy)
    copy.close()
    shutil.move(fresh, _template())


@dataclass
class Race:
    """How it ended: what the calls returned, and what those that lost raised."""

    results: list[Any] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    @property
    def winners(self) -> int:
        """How many calls came through."""
        return len(self.results)


@pytest.fixture
def race(transactional_db) -> Callable[[int, Callable[..., Any]], Race]:
    """`race(n, fn)` calls fn n times at once, each on a connection of its own.

    A function that takes an argument receives the number of its runner, from 0.
    """

    def run(n: int, fn: Callable[..., Any]) -> Race:
        numbered = bool(inspect.signature(fn).parameters)
        outcome, lock, start = Race(), threading.Lock(), threading.Barrier(n)

        def runner(number: int) -> None:
            try:
                connection.ensure_connection()
                start.wait(timeout=30)
                result = fn(number) if numbered else fn()
            except Exception as error:
                with lock:
                    outcome.errors.append(error)
            else:
                with lock:
                    outcome.results.append(result)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=runner, args=(i,), daemon=True) for i in range(n)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
        assert not any(thread.is_alive() for thread in threads), "a runner never came back"
        return outcome

    return run


@pytest.fixture
def travel():
    """`with travel(when) as t: t.move(delta)`: the clock of the domain, moved."""
    return importlib.import_module("qunluo.kernel.clock").travel
