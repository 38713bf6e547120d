"""Let random interleavings of the ledger run against their model for as many steps as one likes.

machine.py STEPS [--postgres] [--minutes N]: what was tried and what held is printed at the end.
"""

import argparse
import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import postgres

ROOT = Path(__file__).resolve().parents[1]
TEST = "tests/ledger/test_machine.py"


def main() -> int:
    """Run the machine on one of both databases; return the exit status of the test."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("steps", type=int, help="how many steps at most")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own")
    parser.add_argument("--minutes", type=float, default=1_000, help="how long at most")
    given = parser.parse_args()
    postgres.end_politely()
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith("QUNLUO_")}
    surroundings["QUNLUO_LEDGER_STEPS"] = str(given.steps)
    surroundings["QUNLUO_LEDGER_MINUTES"] = str(given.minutes)
    try:
        with postgres.cluster() if given.postgres else nullcontext("") as url:
            if url:
                surroundings["QUNLUO_DATABASE_URL"] = url
            command = [sys.executable, "-m", "pytest", "-q", TEST]
            return subprocess.run(command, cwd=ROOT, env=surroundings, check=False).returncode
    except postgres.NoPostgres as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
