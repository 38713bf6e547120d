"""The difference between two charters tells everything, and nothing twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qunluo.community.rules.diff import diff, replay, words

text = st.text(alphabet="春种秋收 farm water, 。\n42", max_size=40)
value = st.one_of(text, st.lists(text, max_size=4), st.integers(0, 99), st.none())
names = st.sampled_from(["a", "b", "c"])
charters = st.dictionaries(names, st.dictionaries(names, value, max_size=3), max_size=3)


def tidy(values):
    return replay(values, [])


@pytest.mark.req("F01")
@given(charters, charters)
def test_replaying_a_difference_gives_the_other_charter(before, after):
    assert replay(before, diff(before, after)) == tidy(after)


@given(charters)
def test_a_charter_does_not_differ_from_itself(values):
    assert diff(values, tidy(values)) == []


@given(text, text)
def test_the_pieces_of_a_text_are_both_texts(before, after):
    pieces = words(before, after)
    assert "".join(p.text for p in pieces if p.op != "new") == before
    assert "".join(p.text for p in pieces if p.op != "gone") == after


def test_chinese_is_compared_character_by_character_and_english_by_words():
    assert [(p.op, p.text) for p in words("我们种稻", "我们种菜")] == [
        ("same", "我们种"), ("gone", "稻"), ("new", "菜"),
    ]  # fmt: skip
    assert [(p.op, p.text) for p in words("grow good rice", "grow better rice")] == [
        ("same", "grow "), ("gone", "good"), ("new", "better"), ("same", " rice"),
    ]  # fmt: skip


def test_lists_are_compared_entry_by_entry():
    (change,) = diff({"meaning": {"values": ["a", "b"]}}, {"meaning": {"values": ["a", "c"]}})
    assert (change.path, change.kind) == ("meaning.values", "changed")
    assert [(p.op, p.text) for p in change.pieces] == [("same", "a"), ("gone", "b"), ("new", "c")]


def test_kinds_of_change():
    kinds = {c.path: c.kind for c in diff({"a": {"x": "1", "y": "2"}}, {"a": {"y": "3", "z": "4"}})}
    assert kinds == {"a.x": "removed", "a.y": "changed", "a.z": "added"}
