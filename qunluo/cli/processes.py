"""The processes of one small installation: started together, restarted alone, stopped together."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field

from qunluo.cli import console
from qunluo.kernel.text import _

UNFIT = 78  # the child cannot run with these settings: starting it again would not help
PATIENCE = 15.0  # seconds that a child has to finish what it does
LONGEST_PAUSE = 30.0
HEALTHY = 60.0  # seconds after which a child counts as well again
SERVER_ERROR = 500
PR_SET_PDEATHSIG = 1
PARENT = "QUNLUO_PARENT"


def follow_parent() -> None:
    """End with the process that started us, even when it was killed (Linux only)."""
    parent = os.environ.get(PARENT)
    if parent and sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(parent):
            sys.exit(0)


def port_taken(host: str, port: int) -> bool:
    """Tell whether somebody listens there already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def answers(url: str) -> bool:
    """Tell whether a web server answers, and not with an error of its own."""
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
            return True
    except urllib.error.HTTPError as error:
        return error.code < SERVER_ERROR
    except OSError:
        return False


@dataclass
class Child:
    """One process of ours and how often it fell."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    falls: int = 0
    again_at: float = 0.0

    def start(self) -> None:
        """Start it in a group of its own, so that Ctrl-C reaches us alone and we stop it well."""
        surroundings = {**os.environ, PARENT: str(os.getpid())}
        self.process = subprocess.Popen(self.command, process_group=0, env=surroundings)
        self.began, self.again_at = time.monotonic(), 0.0

    def signal(self, number: int) -> None:
        """Send a signal to the process and all that it started."""
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def stop(self) -> None:
        """Ask the process to end; its own children it ends itself."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def fallen(self) -> int | None:
        """Return its exit status when it ended, else None."""
        return self.process.poll() if self.process else None


@dataclass
class Household:
    """Several processes that live and end together."""

    children: list[Child]
    stopping: bool = False
    status: int = 0
    _ready: bool = field(default=False, init=False)

    def run(self, url: str, welcome: str) -> int:
        """Run until a signal or a child that cannot run; return the exit status."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)
        follow_parent()
        try:
            for child in self.children:
                child.start()
            while not self.stopping:
                self._look_after()
                if not self._ready and not self.stopping and answers(url):
                    self._ready = True
                    console.line("{welcome}", welcome=welcome)
                time.sleep(0.2)
        finally:
            self._stop()
        return self.status

    def _asked_to_stop(self, *_: object) -> None:
        self.stopping = True

    def _look_after(self) -> None:
        moment = time.monotonic()
        for child in self.children:
            if child.again_at:
                if moment >= child.again_at:
                    child.start()
                continue
            code = child.fallen()
            if code is None:
                continue
            child.signal(signal.SIGKILL)
            if code == UNFIT:
                self.stopping, self.status = True, 1
                return
            child.falls = 0 if moment - child.began > HEALTHY else child.falls + 1
            pause = min(LONGEST_PAUSE, 0.5 * 2**child.falls)
            child.again_at = moment + pause
            console.complain(
                _("{name} ended unexpectedly (status {code}); starting it again in {pause} s."),
                name=child.name,
                code=code,
                pause=f"{pause:.0f}",
            )

    def _stop(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for child in self.children:
            child.stop()
        limit = time.monotonic() + PATIENCE
        for child in self.children:
            if child.process and not child.again_at:
                with suppress(subprocess.TimeoutExpired):
                    child.process.wait(max(0.1, limit - time.monotonic()))
            child.signal(signal.SIGKILL)
            if child.process:
                child.process.wait()
