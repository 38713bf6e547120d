"""docs/reference says what the code does: every setting, event, error, command and operation."""

import importlib.util
from pathlib import Path

import pytest

from qunluo.kernel.events import REGISTRY

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def reference():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LC_ALL", "C.UTF-8")
        spec = importlib.util.spec_from_file_location("reference", ROOT / "scripts/reference.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module


def test_the_generated_pages_are_fresh(reference):
    assert reference.stale() == [], "run `make reference`"


def test_every_refusal_has_a_code_of_its_own_and_says_what_to_do(reference):
    kinds = reference.errors()
    codes = [kind.code for kind in kinds]
    assert sorted(codes) == sorted(set(codes))
    assert [k.code for k in kinds if "." not in k.code or not k.message] == []
    mute = [k.code for k in kinds if not k.next_step and k.code != "kernel.error"]
    assert mute == []


def test_every_event_says_what_happened(reference):
    mute = [
        name
        for name, kind in REGISTRY.items()
        if kind.__module__.startswith("qunluo.") and not reference.said_by(kind)
    ]
    assert mute == []
