"""Run the benchmarks on both databases: `python -m benchmarks [NAME…]`, or `make bench`.

A benchmark is a module of this folder with `run(database_url) -> list[Row]`. Each runs in a
process of its own on a new, empty database, so that no figure depends on the one before.
"""

import importlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from benchmarks.row import Row

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import postgres  # noqa: E402

OWN = {"__init__", "__main__", "filling", "row", "selling", "serving", "storm"}
TOLD = "benchmark rows: "


def known() -> list[str]:
    """The benchmarks there are."""
    return sorted(p.stem for p in Path(__file__).parent.glob("*.py") if p.stem not in OWN)


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """An empty SQLite file and, where there is PostgreSQL, an empty cluster."""
    if postgres.programs() is None:
        print("PostgreSQL is missing: measuring SQLite only (install the package postgresql).")
        yield {"SQLite": ""}
        return
    with postgres.cluster() as url:
        yield {"SQLite": "", "PostgreSQL": url}


def measure(name: str, url: str) -> list[Row]:
    """Run one benchmark in a process of its own; an empty url is an SQLite file of its own."""
    with tempfile.TemporaryDirectory(prefix="qunluo-bench-") as folder:
        url = url or f"sqlite:///{folder}/qunluo.sqlite3"
        surroundings = {k: v for k, v in os.environ.items() if not k.startswith("QUNLUO_")}
        # An installation has its bytecode, whatever the shell of a developer asks for.
        surroundings.pop("PYTHONDONTWRITEBYTECODE", None)
        surroundings |= {
            "QUNLUO_ENV": "production",
            "QUNLUO_SECRET_KEY": secrets.token_urlsafe(50),
            "QUNLUO_ALLOW_HTTP": "1",
            "QUNLUO_DATA_DIR": folder,
            "QUNLUO_DATABASE_URL": url,
            "QUNLUO_LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "qunluo.settings",
        }
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks", "--one", name, url], cwd=ROOT, env=surroundings,
            stdout=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    told = [row for row in done.stdout.splitlines() if row.startswith(TOLD)]
    if done.returncode or not told:
        raise RuntimeError(f"the benchmark {name} broke:\n{done.stdout}")
    return [Row(**fields) for fields in json.loads(told[-1].removeprefix(TOLD))]


def one(name: str, url: str) -> int:
    """Run a benchmark here; its rows go out as one line."""
    rows = importlib.import_module(f"benchmarks.{name}").run(url)
    print(TOLD + json.dumps([asdict(row) for row in rows]))
    return 0


def clean(url: str) -> None:
    """Empty the PostgreSQL database between benchmarks."""
    if url:
        where, name = url.rsplit("/", 1)
        for statement in (f'DROP DATABASE "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"'):
            subprocess.run(
                [postgres.programs() / "psql", "-q", f"{where}/template1", "-c", statement],
                check=True,
            )


def main() -> int:
    """Print a table; 1 when a bar is missed."""
    if sys.argv[1:2] == ["--one"]:
        return one(*sys.argv[2:])
    postgres.end_politely()
    missed = 0
    print(f"{'':2}{'database':<11}{'what':<58}{'value':>12}  {'bar':>12}")
    with databases() as found:
        for name in sys.argv[1:] or known():
            for database, url in found.items():
                for row in measure(name, url):
                    missed += not row.met
                    sign, mark = ("≤" if row.at_most else "≥"), ("✓" if row.met else "✗")
                    value, bar = f"{row.value:,.2f} {row.unit}", f"{sign} {row.bar:,g}"
                    print(f"{mark:2}{database:<11}{row.name:<58}{value:>12}  {bar:>12}", flush=True)
                    if row.note:
                        print(f"{'':13}{row.note}", flush=True)
                clean(url)
    print(f"bench: {missed} bars missed" if missed else "bench: every bar is met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
