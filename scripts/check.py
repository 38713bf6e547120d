"""The quick part of what a change must pass: everything that needs no database with data.

Two at a time; each fault is shown whole, the rest stays one line.
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
CODE = ["qunluo", "tests", "scripts", "benchmarks"]
PYTEST = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:randomly"]


def tasks() -> dict[str, list[str]]:
    """Name and command of each check, the longest first."""
    code = [folder for folder in CODE if (ROOT / folder).exists()]
    python, django = sys.executable, [sys.executable, "-m", "django"]
    return {
        "types (mypy)": [python, "-m", "mypy", "--no-error-summary"],
        "the house (tests/house)": [*PYTEST, "tests/house"],
        "contracts between rooms": [str(BIN / "lint-imports"), "--no-cache"],
        "migrations match models": [*django, "makemigrations", "--check", "--dry-run"],
        "settings and models (Django)": [*django, "check"],
        "templates (djlint)": [str(BIN / "djlint"), "qunluo", "--lint", "--quiet"],
        "translations": [python, "scripts/translations.py", "check"],
        "lint (ruff)": [str(BIN / "ruff"), "check", "--quiet", "--output-format", "concise", *code],
        "format (ruff)": [str(BIN / "ruff"), "format", "--diff", "--quiet", *code],
    }


def run(command: list[str], data: str) -> tuple[int, str, float]:
    """Run one check; return its status, what it said, and the seconds it took."""
    began = time.monotonic()
    surroundings = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "qunluo.settings",
        "QUNLUO_ENV": "test",
        "QUNLUO_DATA_DIR": data,
        "QUNLUO_DATABASE_URL": "",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=surroundings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, time.monotonic() - began


def main() -> int:
    """Run them all; 1 when one fails."""
    failed = []
    with tempfile.TemporaryDirectory() as data, ThreadPoolExecutor(2) as pool:
        waiting = {pool.submit(run, command, data): name for name, command in tasks().items()}
        for future in as_completed(waiting):
            (status, said, seconds), name = future.result(), waiting[future]
            print(f"{'✗' if status else '✓'} {name}  {seconds:.1f} s", flush=True)
            if status:
                failed.append(name)
                print("\n".join(f"    {row}" for row in said.rstrip().splitlines()), flush=True)
    print(f"check: {', '.join(failed)} failed" if failed else "check: all is well")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
