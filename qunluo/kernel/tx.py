"""Write transactions: one at a time on SQLite, plain on PostgreSQL."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ContextDecorator, ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, TypeVar, overload

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from qunluo.kernel.errors import Busy

try:
    import fcntl
except ImportError:  # Windows: SQLite's own lock with its busy timeout has to do
    fcntl = None  # type: ignore[assignment]

P = ParamSpec("P")
R = TypeVar("R")
PATIENCE = 30.0
# What PostgreSQL says when it is away: no connection, shutting down or starting, none left.
AWAY = ("08", "57P", "53300")

_thread_lock = threading.RLock()
_held = threading.local()


class _WriteTx(ContextDecorator):
    """A transaction that will write; a nested one is a savepoint."""

    def __init__(self, *, light: bool = False) -> None:
        self._stacks: list[ExitStack] = []
        self._light = light

    def _recreate_cm(self) -> "_WriteTx":
        """Give every call of a decorated function its own state: threads share the decorator."""
        return _WriteTx(light=self._light)

    def __enter__(self) -> None:
        with ExitStack() as stack:
            if connection.vendor == "sqlite" and not connection.in_atomic_block:
                stack.enter_context(_one_writer())
                if self._light and settings.SYNCHRONOUS == "FULL":
                    stack.enter_context(_without_waiting())
            stack.enter_context(transaction.atomic())
            self._stacks.append(stack.pop_all())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        return self._stacks.pop().__exit__(kind, error, trace)


@overload
def write_tx() -> _WriteTx: ...
@overload
def write_tx(function: Callable[P, R]) -> Callable[P, R]: ...
def write_tx(function: Callable[P, R] | None = None) -> _WriteTx | Callable[P, R]:
    """Run a function or a `with` block in one transaction; Busy when writers queue for too long.

    On SQLite writers queue behind a lock of the process and of the database file before BEGIN
    IMMEDIATE, which is fair and quick, where SQLite's own busy timeout is neither.
    """
    return _WriteTx() if function is None else _WriteTx()(function)


def away(error: BaseException | None) -> bool:
    """Tell whether an error says that the database server is away, not that we asked wrongly."""
    if connection.vendor != "postgresql":
        return False
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    # Without a word of the server the connection itself broke.
    said = getattr(error.__cause__, "sqlstate", None)
    return said is None or said.startswith(AWAY)


def light_tx() -> _WriteTx:
    """Return a transaction as `write_tx` does, for what a power cut may take back.

    It lasts once the next write_tx has committed; until then SQLite does not wait for the disk.
    """
    return _WriteTx(light=True)


@contextmanager
def _without_waiting() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")


@contextmanager
def _one_writer() -> Iterator[None]:
    """Hold the lock of this process, then that of the file; the same thread may enter again."""
    if not _thread_lock.acquire(timeout=PATIENCE):
        raise Busy
    try:
        depth = getattr(_held, "depth", 0)
        _held.depth = depth + 1
        try:
            if depth:
                yield
            else:
                with _file_lock(str(connection.settings_dict["NAME"])):
                    yield
        finally:
            _held.depth = depth
    finally:
        _thread_lock.release()


@contextmanager
def _file_lock(database: str) -> Iterator[None]:
    """Lock `<database>.lock`, so that web, worker and command line take turns."""
    if fcntl is None or database == ":memory:" or database.startswith("file:"):
        yield
        return
    # Opened each time (5 µs): an inherited descriptor would share the lock after a fork.
    handle = os.open(f"{Path(database)}.lock", os.O_RDWR | os.O_CREAT, 0o660)
    try:
        _flock(handle)
        yield
    finally:
        os.close(handle)


def _flock(handle: int) -> None:
    deadline, pause = time.monotonic() + PATIENCE, 0.0002
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Busy from None
            time.sleep(pause)
            pause = min(pause * 1.5, 0.01)
        else:
            return
