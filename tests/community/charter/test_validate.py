"""Answers are cleaned field by field; what is wrong never takes the rest with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qunluo.community.queries import charter_form
from qunluo.community.rules.validate import Rejected, check_step, clean

FORM = charter_form()


def check(step, given, before=None):
    return check_step(FORM.step(step), given, before or {}, {})


def said(problems):
    return {name: found[0].say(str) for name, found in problems.items()}


def test_a_wrong_answer_is_named_and_the_others_are_kept():
    found = check("goal", {"metric": "families", "target": "many", "due_on": "2027-02-30"})
    assert found.values == {"metric": "families"}
    assert said(found.problems) == {
        "target": "Write a whole number.",
        "due_on": "Write a date like 2026-09-30.",
    }
    assert [f.id for f in found.missing] == ["target", "due_on"]


def test_answers_not_given_stay_and_emptied_ones_go():
    before = {"mission": "old", "vision": "old"}
    assert check("meaning", {"vision": ""}, before).values == {"mission": "old"}


def test_a_question_that_does_not_exist_is_said():
    assert said(check("goal", {"password": "x"}).problems) == {
        "password": "This step has no such question."
    }


@pytest.mark.parametrize(
    ("path", "given", "kept"),
    [
        ("attitude.ceiling", "1,200", 1200),
        ("attitude.ceiling", "3000", 3000),
        ("scope.inside", "cooking\n\n  gardens \ncooking", ["cooking", "gardens"]),
        ("bonding.elements", ["values", "hobby"], ["hobby", "values"]),
        ("bonding.elements", "place", ["place"]),
        ("identity.colour", "#2F6F4F", "#2f6f4f"),
        ("positioning.with_whom", "  two \u202e spaces\u200b ", "two spaces"),
        ("intention.intention", "one\r\n\r\ntwo", "one\n\ntwo"),
        ("goal.due_on", " 2027-03-01 ", "2027-03-01"),
        ("identity.glossary", [{"term": "田邻", "meaning": "us"}, {"term": "", "meaning": ""}],
         [{"term": "田邻", "meaning": "us"}]),
        ("business.tiers", [{"name": "Friend", "price": "¥200", "gets": "all"}],
         [{"name": "Friend", "price": {"minor": 20000, "currency": "CNY"}, "gets": "all"}]),
        ("purpose.purpose", "", None),
    ],
)  # fmt: skip
def test_answers_are_kept_in_one_shape(path, given, kept):
    assert clean(FORM.field(path), given, "CNY") == kept


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("purpose.purpose", "world domination"),
        ("bonding.elements", ["values", "money"]),
        ("identity.colour", "red"),
        ("identity.mark", "三个字"),
        ("positioning.with_whom", "x" * 161),
        ("positioning.with_whom", {"a": 1}),
        ("attitude.ceiling", -1),
        ("attitude.ceiling", True),
        ("attitude.ceiling", "1e999"),
        ("meaning.values", [str(n) for n in range(8)]),
        ("rules.rules", [{"title": "Only a title"}]),
        ("rules.rules", "no rows"),
        ("business.tiers", [{"name": "a", "price": "-5", "gets": "b"}]),
        ("business.tiers", [{"name": "a", "price": "cheap", "gets": "b"}]),
    ],
)
def test_what_cannot_be_kept_is_refused(path, given):
    with pytest.raises(Rejected):
        clean(FORM.field(path), given, "CNY")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(list(FORM.fields())), anything)
def test_nothing_that_is_sent_breaks_a_field_and_cleaning_twice_is_once(field, value):
    try:
        once = clean(field, value, "CNY")
    except Rejected:
        return
    assert clean(field, once, "CNY") == once
