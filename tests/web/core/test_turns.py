"""Requests take turns where answers come from the process itself."""

import threading
from typing import Any

from qunluo.web.core.turns import Turns

LONG = 30.0


def begin(turns: Turns, name: str) -> threading.Thread:
    asked = threading.Thread(target=turns, args=({"name": name}, None))
    asked.start()
    return asked


def test_a_request_begins_when_the_one_before_is_answered() -> None:
    inside, go_on, order = threading.Event(), threading.Event(), []

    def answer(environ: dict[str, Any], _start: Any) -> list[bytes]:
        order.append(f"{environ['name']} begins")
        if environ["name"] == "first":
            inside.set()
            assert go_on.wait(LONG)
        order.append(f"{environ['name']} ends")
        return []

    turns = Turns(answer, patience=LONG)
    first = begin(turns, "first")
    assert inside.wait(LONG)
    second = begin(turns, "second")
    go_on.set()
    first.join(LONG)
    second.join(LONG)
    assert order == ["first begins", "first ends", "second begins", "second ends"]


def test_as_many_begin_at_once_as_are_of_use() -> None:
    both = threading.Barrier(2)

    def answer(_environ: dict[str, Any], _start: Any) -> list[bytes]:
        both.wait(LONG)
        return []

    turns = Turns(answer, at_once=2, patience=LONG)
    asked = [begin(turns, "one"), begin(turns, "other")]
    for one in asked:
        one.join(LONG)
    assert not both.broken


def test_nobody_waits_long_for_something_slow() -> None:
    inside, go_on = threading.Event(), threading.Event()

    def answer(environ: dict[str, Any], _start: Any) -> list[bytes]:
        if environ["name"] == "slow":
            inside.set()
            assert go_on.wait(LONG)
        return [b"done"]

    turns = Turns(answer, patience=0.01)
    slow = begin(turns, "slow")
    assert inside.wait(LONG)
    assert turns({"name": "quick"}, lambda *_: None) == [b"done"]
    go_on.set()
    slow.join(LONG)


def test_a_request_that_fails_leaves_the_turn_to_the_next() -> None:
    def answer(environ: dict[str, Any], _start: Any) -> list[bytes]:
        if environ["name"] == "broken":
            raise ValueError
        return [b"done"]

    turns = Turns(answer, patience=LONG)
    try:
        turns({"name": "broken"}, lambda *_: None)
    except ValueError:
        assert turns({"name": "next"}, lambda *_: None) == [b"done"]
    else:  # pragma: no cover
        raise AssertionError
