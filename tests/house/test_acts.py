"""Operator acts: whatever asks for a permission and changes something stands in the audit log."""

import ast
from functools import cache
from pathlib import Path

import pytest

from qunluo.kernel.events import Event

ROOT = Path(__file__).parents[2] / "qunluo"
# They change nothing, or what they prepare is recorded once it takes effect.
SILENT = {
    "amend_goal": "always refused: a vote changes a locked goal",
    "check_measure": "a look before the measure, which is recorded",
    "start_import": "an upload alone takes nothing over; queueing it is recorded",
    "may_go": "asked before a thread moves, which is recorded",
    "widening": "asked before a thread moves, which is recorded",
    "reinstate": "governance records the decision that it follows from",
    "create_invitation": "members invite as well: in the member's timeline, not an operator act",
}


def all_events(base=Event):
    for kind in base.__subclasses__():
        yield kind
        yield from all_events(kind)


@pytest.fixture(scope="module")
def functions():
    """Every function of the rooms' actions, by name."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        if "actions" in path.parts or path.name == "actions.py":
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.FunctionDef):
                    found.setdefault(node.name, []).append(node)
    return found


def called(function):
    """Return the names a function calls, and the classes of events it names."""
    names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    return names | {
        node.attr
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id.endswith(("events", "actions", "membership", "community"))
    }


def test_every_operator_act_is_written_into_the_audit_log(functions):
    audited = {kind.__name__ for kind in all_events() if kind.audit}

    @cache
    def recorded(name, depth=4):
        return any(
            called(one) & audited
            or (depth and any(recorded(n, depth - 1) for n in called(one) & functions.keys()))
            for one in functions[name]
        )

    acts = {
        name
        for name, alike in functions.items()
        if not name.startswith("_") and any("require" in called(one) for one in alike)
    }
    assert len(acts) > 40, "the acts are looked for in the wrong place"
    assert {name for name in acts if not recorded(name)} == set(SILENT)
