"""The charter form is data: whole, in both languages, resting on the texts it cites."""

import pytest

from qunluo.community.queries import charter_form
from qunluo.community.rules.charter import progress

FORM = charter_form()
FIELDS = list(FORM.fields())


@pytest.mark.req("F01")
def test_the_charter_has_six_named_parts():
    assert [part.id for part in FORM.parts] == [
        "intention", "positioning", "business", "marketing", "operating", "spreading",
    ]  # fmt: skip
    assert all(FORM.field(path).required for part in FORM.parts for path in part.fields)


@pytest.mark.parametrize("step", FORM.steps, ids=lambda step: step.id)
def test_every_step_says_why_and_cites_its_source(step):
    assert step.why["en"]
    assert step.why["zh"]
    assert step.quotes
    assert step.reqs
    assert step.chapter in {chapter.id for chapter in FORM.chapters}
    assert step.fields


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.path)
def test_every_field_can_be_asked(field):
    assert field.label["en"]
    assert field.label["zh"]
    assert bool(field.choices) == (field.type in {"choice", "choices"})
    assert bool(field.columns) == (field.type in {"glossary", "pairs"})
    assert len({choice.id for choice in field.choices}) == len(field.choices)


@pytest.mark.req("F06")
def test_five_independent_axes_whose_values_say_what_they_mean_and_change():
    axes = FORM.step("axes").fields
    assert [axis.id for axis in axes] == ["closure", "maker", "carrier", "scope", "bond"]
    assert all(axis.when is None for axis in axes)
    for axis in axes:
        for choice in axis.choices:
            assert all(said[code] for said in (choice.means, choice.changes)
                       for code in ("en", "zh")), choice.id  # fmt: skip


@pytest.mark.req("F02")
def test_seven_purposes():
    assert len(FORM.field("purpose.purpose").choices) == 7


@pytest.mark.req("F08")
def test_five_classes_of_values_and_six_tones():
    assert len(FORM.field("tone.class").choices) == 5
    assert len(FORM.field("tone.tone").choices) == 6


@pytest.mark.req("F05")
def test_every_bonding_element_brings_a_question():
    elements = FORM.field("bonding.elements").choices
    assert [e.id for e in elements] == [
        "identity", "hobby", "values", "goal", "kinship", "place", "cognition",
    ]  # fmt: skip
    assert all(element.asks for element in elements)


def test_progress_tells_empty_partial_suggested_and_done_apart():
    suggested = {"intention": {"intention": "from the blueprint"}}
    values = {
        "intention": {"intention": "from the blueprint"},
        "positioning": {"with_whom": "us"},
        "meaning": {"mission": "a", "vision": "b", "values": ["c"]},
    }
    states = {p.step.id: p.state for p in progress(FORM, values, suggested)}
    assert states["intention"] == "suggested"
    assert states["positioning"] == "partial"
    assert states["meaning"] == "done"
    assert states["spreading"] == "empty"


def test_what_is_missing_is_named():
    found = {p.step.id: p for p in progress(FORM, {"positioning": {"with_whom": "us"}}, {})}
    assert [f.id for f in found["positioning"].missing] == ["doing_what", "why_them"]


@pytest.mark.req("T03")
@pytest.mark.parametrize(
    ("values", "step"),
    [
        ({"axes": {"closure": "mimic"}}, "codes"),
        ({"axes": {"bond": "interest"}}, "gains"),
        ({"purpose": {"modules": ["courses"]}}, "study"),
        ({"purpose": {"modules": ["shop"]}}, "product"),
    ],
)
def test_steps_appear_only_where_they_apply(values, step):
    assert step in {s.id for s in FORM.asked(values)}
    assert step not in {s.id for s in FORM.asked({})}
