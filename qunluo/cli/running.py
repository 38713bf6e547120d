"""One installation per data folder: who serves it holds its lock."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qunluo.kernel.errors import Conflict
from qunluo.kernel.text import _


class AlreadyRunning(Conflict):
    """Another process serves this data folder."""

    code = "cli.already_running"
    message = _("Qunluo already runs on the data in {folder}.")
    next_step = _("Stop it there with Ctrl-C, then run the same command again.")


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the data folder for as long as the block runs; AlreadyRunning when somebody does."""
    with (folder / "running.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyRunning(folder=str(folder)) from None
        yield
