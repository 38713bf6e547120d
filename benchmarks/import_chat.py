"""Importing two real days of IRC: reading, authors, messages, answers and reading marks."""

import gc
import time
from pathlib import Path
from statistics import median

import django

from benchmarks.row import Row

django.setup()

from django.core.management import call_command  # noqa: E402

from qunluo.community.actions import create_community  # noqa: E402
from qunluo.community.ports import Seed  # noqa: E402
from qunluo.conversation.actions import import_chat  # noqa: E402
from qunluo.conversation.queries import read_chat_log  # noqa: E402
from qunluo.kernel.ids import short_code  # noqa: E402
from qunluo.people.actions import register_person  # noqa: E402

ROUNDS = 5
FILES = Path(__file__).resolve().parents[1] / "tests" / "data" / "ubuntu-irc"


def run(database_url: str) -> list[Row]:
    """Bring both days into a new room, several times; the bar is that of SQLite."""
    call_command("migrate", verbosity=0)
    rates = [_rate() for _round in range(ROUNDS)]
    bar = 2_000 if database_url.startswith("sqlite") else 0
    name = "import of a chat: messages per second"
    return [Row(name, median(rates), "/s", bar, at_most=False, note=f"median of {ROUNDS}")]


def _rate() -> float:
    owner = register_person(name="Owner", email=f"{short_code().lower()}@example.org")
    community = create_community(
        actor=owner, name=f"Ubuntu {short_code()}", sentence="Help each other.",
        seed=Seed(blueprint="t01"),
    )  # fmt: skip
    gc.collect()
    began, new = time.perf_counter(), 0
    for path in sorted(FILES.glob("*.raw.txt")):
        links = path.with_name(path.name.replace(".raw.", ".annotation."))
        log = read_chat_log(
            path.read_bytes(), format="irc", time_zone="UTC", filename=path.name,
            links=links.read_bytes(),
        )  # fmt: skip
        new += import_chat(actor=owner, community=community, log=log, room="#ubuntu").new
    taken = time.perf_counter() - began
    if new != 2_487:
        raise RuntimeError(f"{new} messages came in")
    return new / taken
