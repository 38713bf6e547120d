"""The small language that gates and steps are written in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qunluo.community.rules.predicates import filled, holds, paths


@pytest.mark.parametrize(
    ("predicate", "facts", "expected"),
    [
        ({"filled": "a.b"}, {"a.b": "x"}, True),
        ({"filled": "a.b"}, {"a.b": "  "}, False),
        ({"filled": ["a.b", "a.c"]}, {"a.b": "x"}, False),
        ({"is": ["a.b", "x", "y"]}, {"a.b": "y"}, True),
        ({"is": ["a.b", "x"]}, {}, False),
        ({"has": ["a.b", "x"]}, {"a.b": ["y", "x"]}, True),
        ({"has": ["a.b", "x"]}, {"a.b": []}, False),
        ({"count": ["a.b", 2]}, {"a.b": [1]}, False),
        ({"count": ["a.b", 2]}, {"a.b": "ok"}, True),
        ({"at_least": ["a.b", 2]}, {"a.b": 2}, True),
        ({"at_least": ["a.b", 2]}, {}, False),
        ({"not": {"filled": "a.b"}}, {}, True),
        ({"all": [{"filled": "a.b"}, {"filled": "a.c"}]}, {"a.b": 1, "a.c": 1}, True),
        ({"any": [{"filled": "a.b"}, {"filled": "a.c"}]}, {"a.c": 1}, True),
    ],
)
def test_a_predicate_means_what_it_says(predicate, facts, expected):
    assert holds(predicate, facts) is expected


def test_an_unknown_word_is_refused_when_loaded():
    with pytest.raises(ValueError, match="unknown predicate"):
        list(paths({"maybe": "a.b"}))


def test_every_path_that_is_read_is_found():
    nested = {"all": [{"filled": ["a.b", "a.c"]}, {"not": {"is": ["d.e", 1]}}]}
    assert list(paths(nested)) == ["a.b", "a.c", "d.e"]


@given(st.sampled_from([None, "", "   ", "\n", [], {}, False]))
def test_nothing_is_never_an_answer(nothing):
    assert not filled(nothing)
    assert filled([nothing])
    assert filled(0)
