"""What is committed: definitions that load, locks without addresses, nothing secret."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEFINITIONS = sorted((ROOT / "qunluo").glob("*/definitions/**/*.toml"))
SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b"
    r"|\bsk_live_[A-Za-z0-9]{16,}|\bxox[abp]-[A-Za-z0-9-]{10,}|\bAIza[0-9A-Za-z_-]{35}\b"
)


def committed() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def bilingual(value, place="") -> Iterator[tuple[str, dict]]:
    if isinstance(value, dict):
        if value.keys() & {"en", "zh"} and all(isinstance(v, str | list) for v in value.values()):
            yield place, value
        for key, inner in value.items():
            yield from bilingual(inner, f"{place}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from bilingual(inner, f"{place}[{number}]")


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_definition_loads_and_speaks_both_languages(path):
    data = tomllib.loads(path.read_text())
    assert data
    half = [place for place, text in bilingual(data) if not (text.get("en") and text.get("zh"))]
    assert half == []


def test_the_locks_name_no_address():
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text()
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text), lock.name
        pins = re.findall(r"^[A-Za-z0-9][^\s;]*", text, re.M)
        assert pins
        assert all("==" in pin for pin in pins), lock.name
        assert text.count("--hash=sha256:") >= len(pins), lock.name


def test_the_locks_hold_all_that_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {
        "runtime": project["dependencies"],
        "test": project["dependencies"] + project["optional-dependencies"]["test"],
    }

    def normal(text):
        return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", text).group().lower())

    for kind, asked in wanted.items():
        lock = (ROOT / "requirements" / f"{kind}.txt").read_text()
        held = {normal(pin) for pin in re.findall(r"^[A-Za-z0-9][^\s=;]*", lock, re.M)}
        missing = {normal(text) for text in asked} - held
        assert missing == set(), f"run `make lock`: {kind} lacks {missing}"


def test_nothing_secret_is_committed():
    found = [
        str(path.relative_to(ROOT))
        for path in committed()
        if path.stat().st_size < 2_000_000 and SECRETS.search(path.read_text(errors="ignore"))
    ]
    assert found == []


def test_nothing_built_or_personal_is_committed():
    odd = re.compile(r"\.(mo|pyc|sqlite3|db|log)$|(^|/)(node_modules|\.venv|var|__pycache__)/")
    assert [p for p in (str(c.relative_to(ROOT)) for c in committed()) if odd.search(p)] == []
