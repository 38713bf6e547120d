"""Everything that a change must pass: checks, the suite on both databases, stories."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import postgres

ROOT = Path(__file__).resolve().parents[1]
# The shell without a window first: it shows the same pages for two thirds of the time.
BROWSERS = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome",
    "google-chrome-stable",
)  # fmt: skip
# SQLite leaves the cores idle while it waits for the disk; PostgreSQL works beside its workers.
WORKERS = {"SQLite": 3, "PostgreSQL": 2}
STORYTELLERS = 3  # a story waits half of its time: for a worker, for a browser
PYTEST = [sys.executable, "-m", "pytest", "-q", "--no-header", "--durations=5"]
# A file stays with one worker: what its tests stand on (a town, a walk) is built once.
SUITE = [*PYTEST, "--dist", "loadfile", "--no-loadscope-reorder", "-m", "not story"]
STORIES = [*PYTEST, "-n", str(STORYTELLERS), "--dist", "worksteal", "tests/stories"]
CLOSING = re.compile(r"(\d+) (passed|failed|skipped|errors?)\b")


def suite(database: str, *more: str) -> list[str]:
    """Return the command of the suite on a database."""
    return [*SUITE, "-n", str(WORKERS[database]), *more, "tests"]


def has_chinese_font() -> bool:
    """Tell whether the browser can draw Chinese."""
    if lister := shutil.which("fc-list"):
        listed = subprocess.run([lister, ":lang=zh"], capture_output=True, text=True, check=False)
        return bool(listed.stdout.strip())
    return any(Path("/usr/share/fonts").rglob("*CJK*"))


# Debian's package -> is it there?
NEEDS: dict[str, Callable[[], bool]] = {
    "chromium": lambda: any(map(shutil.which, BROWSERS)),
    "fonts-noto-cjk": has_chinese_font,
    "postgresql": lambda: postgres.programs() is not None,
}


def missing() -> list[str]:
    """The packages that the tests need and this machine lacks."""
    return [package for package, there in NEEDS.items() if not there()]


def provide() -> str:
    """Install what is missing when we may; return a sentence when something still is."""
    lacking = missing()
    if not lacking:
        return ""
    command = f"apt-get install --no-install-recommends {' '.join(lacking)}"
    if os.geteuid() or not shutil.which("apt-get"):
        return f"The tests need {', '.join(lacking)}: install them (as root: {command})."
    print(f"· Installing {', '.join(lacking)} …", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    said = ""
    rest = [package for package in lacking if package != "chromium"]
    # Older releases know no shell without a window: then it is the whole browser.
    browsers = ["chromium-headless-shell", "chromium"] if "chromium" in lacking else []
    tries = [[*rest, one] for one in browsers] or [rest]
    for words in (["update"], *(["install", "-y", "--no-install-recommends", *t] for t in tries)):
        if not missing():
            break
        done = subprocess.run(
            ["apt-get", "-qq", *words], env=quiet, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        said = done.stdout.strip() or said
    lacking = missing()
    return f"{', '.join(lacking)} could not be installed:\n{said}" if lacking else ""


@dataclass
class Outcome:
    """What the parts of the run came to."""

    failed: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def part(self, name: str, command: list[str], clusters: str = "") -> None:
        """Run one part, on SQLite if no clusters are given, showing what it says as it says it."""
        print(f"\n── {name} ──", flush=True)
        began = time.monotonic()
        surroundings = {k: v for k, v in os.environ.items() if not k.startswith("QUNLUO_")}
        # Else every worker of every part would compile each file of tests again.
        surroundings.pop("PYTHONDONTWRITEBYTECODE", None)
        surroundings |= {"QUNLUO_TEST_CLUSTERS": clusters, "PYTHONUNBUFFERED": "1"}
        last = ""
        with subprocess.Popen(
            command, cwd=ROOT, env=surroundings, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            process_group=0,
        ) as process:  # fmt: skip
            try:
                for row in process.stdout or []:
                    print(row, end="", flush=True)
                    last = row if " in " in row and CLOSING.search(row) else last
            except (KeyboardInterrupt, SystemExit):
                # The workers of pytest as well: they outlive a parent that is merely killed.
                os.killpg(process.pid, signal.SIGKILL)
                raise
        for number, what in CLOSING.findall(last):
            self.counts[what.rstrip("s")] += int(number)
        if process.returncode:
            self.failed.append(name)
        print(f"── {name}: {time.monotonic() - began:.0f} s", flush=True)

    def close(self) -> int:
        """Print the closing lines; the last one is the sum of all parts."""
        print()
        for name in self.failed:
            print(f"✗ {name}")
        bad = self.counts["failed"] + self.counts["error"]
        # A part may fail without a failed test, and that is a failure all the same.
        bad = bad or len(self.failed)
        print(f"{self.counts['passed']} passed, {bad} failed, {self.counts['skipped']} skipped")
        return 1 if self.failed or not self.counts["passed"] else 0


def main() -> int:
    """Run every part, whatever the earlier ones came to; cut short, say so."""
    try:
        return everything()
    except KeyboardInterrupt:
        print("\nStopped.")
        return 130


def everything() -> int:
    """Run every part."""
    postgres.end_politely()
    began = time.monotonic()
    if said := provide():
        sys.stderr.write(f"{said}\n")
        return 1
    outcome = Outcome()
    outcome.part("checks", [sys.executable, "scripts/check.py"])
    # The house was proven among the checks.
    outcome.part("suite on SQLite", suite("SQLite", "--ignore=tests/house"))
    try:
        with ExitStack() as stack:
            urls = " ".join(
                stack.enter_context(postgres.cluster()) for _ in range(WORKERS["PostgreSQL"])
            )
            outcome.part("suite on PostgreSQL", suite("PostgreSQL"), urls)
    except postgres.NoPostgres as error:
        print(error)
        outcome.failed.append("PostgreSQL")
    outcome.part("stories in a browser", STORIES)
    print(f"\n── all: {(time.monotonic() - began) / 60:.1f} min")
    return outcome.close()


if __name__ == "__main__":
    sys.exit(main())
