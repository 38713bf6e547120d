"""A private PostgreSQL for as long as a command runs: postgres.py COMMAND …

The cluster is new, lives in a temporary folder, listens on a socket only and forgets everything.
"""

import ctypes
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

# Nothing here has to survive a power cut.
HASTE = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
ROOM = [
    "max_connections=200",
    "shared_buffers=128MB",
    "listen_addresses=",
    "log_min_messages=fatal",
]


FAST = signal.SIGINT  # the fast shutdown: open connections are closed
IMMEDIATE = (
    signal.SIGQUIT
)  # as a crash: what is not in the journal is gone, the next start recovers
PR_SET_PDEATHSIG = 1


class NoPostgres(Exception):
    """There is no PostgreSQL, or it does not start."""


def programs() -> Path | None:
    """The folder of the newest initdb and postgres, or None."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    newest = sorted(folders, key=lambda p: int(re.sub(r"\D", "", p.parent.name) or 0))
    return newest[-1] if newest else None


def owner() -> str | None:
    """PostgreSQL refuses to run as root: whom to run it as then."""
    if os.geteuid():
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise NoPostgres("PostgreSQL cannot run as root, and there is no user postgres or nobody.")


def end_with_parent() -> None:
    """Leave no server behind when the script that started it is killed (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, FAST)


def end_politely() -> None:
    """Let SIGTERM clean up as Ctrl-C does."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


class Server:
    """A cluster in a folder of its own, whose server can be stopped and started as one likes."""

    def __init__(self, folder: Path, haste: list[str]) -> None:
        """Make the cluster; its server does not run yet. NoPostgres."""
        where, self.user = programs(), owner()
        if where is None:
            raise NoPostgres("There is no PostgreSQL: install the package postgresql.")
        self.where, self.folder, self.haste = where, folder, haste
        self.process: subprocess.Popen[bytes] | None = None
        if self.user:
            shutil.chown(folder, self.user)
        made = subprocess.run(
            [where / "initdb", "-D", folder / "data", "-U", "qunluo", "-A", "trust", "-E", "UTF8",
             "--locale=C.UTF-8", "--no-sync", "--no-instructions"],
            user=self.user, cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if made.returncode:
            raise NoPostgres(made.stderr.strip() or made.stdout.strip())

    @property
    def url(self) -> str:
        """The value for QUNLUO_DATABASE_URL."""
        return f"postgres://qunluo@{quote(str(self.folder), safe='')}/qunluo"

    def start(self) -> None:
        """Start the server, and return when it takes connections. NoPostgres."""
        options = [part for option in self.haste + ROOM for part in ("-c", option)]
        self.process = subprocess.Popen(
            [self.where / "postgres", "-D", self.folder / "data", "-k", self.folder, *options],
            user=self.user, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, process_group=0, preexec_fn=end_with_parent,
        )  # fmt: skip
        wait_for(self.where, self.folder, self.process)

    def create(self) -> None:
        """Create the empty database."""
        command = [self.where / "createdb", "-h", self.folder, "-U", "qunluo", "qunluo"]
        subprocess.run(command, user=self.user, check=True)

    def stop(self, how: signal.Signals = FAST) -> None:
        """Stop the server: FAST, or IMMEDIATE as `pg_ctl stop -m immediate` does."""
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


@contextmanager
def server(haste: list[str] = HASTE) -> Iterator[Server]:
    """Start a cluster; stop and delete it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="qunluo-pg-"))
    made = None
    try:
        made = Server(folder, haste)
        made.start()
        made.create()
        yield made
    finally:
        if made:
            made.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def cluster() -> Iterator[str]:
    """Start a cluster; yield the value for QUNLUO_DATABASE_URL; stop and delete it afterwards."""
    with server() as made:
        yield made.url


def wait_for(where: Path, folder: Path, server: "subprocess.Popen[bytes]") -> None:
    """Return when the server takes connections."""
    for _ in range(300):
        ready = subprocess.run(
            [where / "pg_isready", "-q", "-h", folder, "-U", "qunluo", "-d", "postgres"],
            check=False,
        )
        if not ready.returncode:
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise NoPostgres("PostgreSQL did not start.")


def main() -> int:
    """Run a command with QUNLUO_DATABASE_URL set."""
    end_politely()
    try:
        with cluster() as url:
            surroundings = {**os.environ, "QUNLUO_DATABASE_URL": url}
            return subprocess.run(sys.argv[1:] or ["env"], env=surroundings, check=False).returncode
    except NoPostgres as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
