import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROMISES = ROOT / "docs" / "explanation" / "promises.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_promise_names_a_test_that_exists():
    named = NAMED.findall(PROMISES.read_text())
    assert len(named) > 30
    lost = [
        f"{path}::{name}"
        for path, name in named
        if not re.search(rf"^def {name}\(", (ROOT / path).read_text(), re.MULTILINE)
    ]
    assert lost == []


def test_every_promise_is_held_by_a_test():
    rows = [
        row
        for row in PROMISES.read_text().splitlines()
        if row.startswith("| ") and not row.startswith("| promise ")
    ]
    assert [row for row in rows if not NAMED.search(row)] == []
