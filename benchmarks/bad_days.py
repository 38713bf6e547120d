"""A thousand checkouts over HTTP while web and worker are killed with SIGKILL again and again.

Then everybody was served or refused, nobody was charged for nothing or twice, and the books prove.
What happens is told in benchmarks/storm.py; the suite does the same with sixty checkouts.
"""

import subprocess
import sys

import django

from benchmarks.row import Row

django.setup()

from benchmarks.selling import Shop  # noqa: E402
from benchmarks.storm import storm  # noqa: E402

CHECKOUTS, BUYERS, KILLS, STOCK = 1_000, 20, 6, 900


def run(database_url: str) -> list[Row]:
    """Let it storm."""
    subprocess.run([sys.executable, "-m", "qunluo", "migrate"], check=True, capture_output=True)
    told = storm(Shop(people=BUYERS, stock=STOCK), CHECKOUTS, KILLS)
    if told.faults:
        raise RuntimeError(told.faults[0])
    note = (
        f"{told.served} served and {told.refused} refused in {told.seconds:.0f} s; web and worker "
        f"killed {told.kills} times, {told.again} requests sent again"
    )
    rows = [Row(f"bad days: {what}", count, "", 0) for what, count in told.wrong.items()]
    return [Row("bad days: checkouts answered wrongly", sum(told.wrong.values()), "", 0, note=note),
            *rows]  # fmt: skip
