"""The house: each room has its furniture, and rooms meet only at what is public."""

import re
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2] / "qunluo"
DOORS = {"web", "api", "providers", "cli", "live"}
FURNITURE = {
    "apps", "admin", "models", "rules", "errors", "events", "ports", "queries", "actions",
    "reactions", "jobs", "migrations",
}  # fmt: skip
DATA = {"definitions", "locale"}
# The kernel is the ground: each of its modules is one idea that every room may use.
KERNEL = FURNITURE | {
    "apps", "archive", "clock", "definitions", "delivery", "errors", "events", "guards",
    "idempotency", "ids", "media", "money", "outbox", "paging", "postgres", "prepared",
    "ratelimit", "rows", "schedule", "sealing", "sessions", "sniffing", "sqlite", "text", "tx",
    "whisper", "worker",
}  # fmt: skip
# The demo lives among the blueprints because it is one: data and actions that found communities.
OWN = {"kernel": KERNEL, "blueprints": FURNITURE | {"demo"}}
PUBLIC = {"actions", "queries", "events", "errors", "ports"}
PRIVATE_KERNEL = {"models", "admin", "migrations", "apps"}
LONGEST = 400


def folders(parent):
    return sorted(p for p in parent.iterdir() if p.is_dir() and p.name != "__pycache__")


ROOMS = {p.name: p for p in folders(ROOT) if p.name not in DOORS}


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph("qunluo", cache_dir=None, exclude_type_checking_imports=True)


def test_every_piece_of_a_room_has_a_known_name():
    strays = [
        f"{name}/{piece.name}"
        for name, room in ROOMS.items()
        for piece in room.iterdir()
        if piece.name not in {"__init__.py", "__pycache__"}
        and piece.stem not in OWN.get(name, FURNITURE) | DATA
    ]
    assert strays == []


def test_no_room_is_empty():
    empty = [n for n, room in ROOMS.items() if not {p.stem for p in room.iterdir()} & FURNITURE]
    assert empty == []


def test_rooms_meet_only_at_what_is_public(graph):
    def place(module):
        parts = module.split(".")
        return (parts[1], parts[2]) if len(parts) > 2 and parts[1] in ROOMS else None

    trespass = sorted(
        f"{importer} -> {imported}"
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if (target := place(imported))
        and importer.split(".")[1:2] != [target[0]]
        and (
            target[1] in PRIVATE_KERNEL
            if target[0] == "kernel"
            else target[1] not in PUBLIC | {"demo"}
        )
    )
    assert trespass == []


def test_a_file_stays_short_enough_to_read():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in ROOT.rglob("*.py")
        if "migrations" not in path.parts
        and (lines := len(path.read_text().splitlines())) > LONGEST
    }
    assert long == {}


def test_nobody_uses_signals():
    signal = re.compile(r"django\.dispatch|models\.signals|core\.signals|@receiver\b")
    users = [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if signal.search(path.read_text())
    ]
    assert users == []
