"""The declared kind changes what happens, and says why."""

import pytest

from qunluo.community.queries import charter_form
from qunluo.community.rules.behaviour import behaviour, buyers_ceiling, preset_modules
from qunluo.community.rules.readiness import readiness

FORM = charter_form()
FIVE = ["product", "soul", "operations", "carrier", "media"]


def answered(**answers):
    return {"readiness": answers}


def kpis(values):
    return [kpi.id for kpi in behaviour(values).kpis]


@pytest.mark.req("F06")
@pytest.mark.parametrize("axis", ["closure", "maker", "carrier", "scope", "bond"])
def test_every_value_of_an_axis_changes_behaviour(axis):
    seen = [
        behaviour({"axes": {axis: choice.id}, "purpose": {"purpose": "circle"}})
        for choice in FORM.field(f"axes.{axis}").choices
    ]
    assert all(one != other for i, one in enumerate(seen) for other in seen[:i])


@pytest.mark.req("T01")
def test_a_pure_community_shows_strangers_neither_price_nor_content():
    door = behaviour({"axes": {"closure": "pure"}}).door
    assert (door.prices, door.content, door.joining, door.offer) == (
        False, False, "apply", "needed",
    )  # fmt: skip


@pytest.mark.req("T02")
def test_a_quasi_community_sells_to_everyone_and_only_offers_to_join():
    found = behaviour({"axes": {"closure": "quasi"}})
    assert (found.door.prices, found.door.offer, found.audience) == (True, "offered", "everyone")


@pytest.mark.req("T03")
def test_a_mimic_community_joins_by_code_and_has_no_cart():
    found = behaviour({"axes": {"closure": "mimic"}})
    assert (found.door.joining, found.door.cart, found.audience) == ("code", False, "dealers")


def test_undecided_axes_are_as_private_as_can_be():
    assert behaviour({}).door == behaviour({"axes": {"closure": "pure"}}).door


@pytest.mark.req("F02")
def test_public_good_hides_every_sales_figure():
    values = {"purpose": {"purpose": "good", "modules": ["shop", "talk"]}}
    found = behaviour(values)
    assert found.hides_sales
    assert not any(item.sales for item in (*found.kpis, *found.panels))
    assert any(note.req == "F02" for note in found.notes)


@pytest.mark.req("F02")
@pytest.mark.parametrize("purpose", [c.id for c in FORM.field("purpose.purpose").choices])
def test_every_purpose_presets_parts_and_figures(purpose):
    values = {"purpose": {"purpose": purpose}}
    known = {choice.id for choice in FORM.field("purpose.modules").choices}
    assert set(preset_modules(values)) <= known
    assert "talk" in preset_modules(values)
    assert kpis(values)


@pytest.mark.req("F29")
@pytest.mark.parametrize("purpose", [c.id for c in FORM.field("purpose.purpose").choices])
def test_people_come_before_relations_before_values_before_goods_before_money(purpose):
    order = ["people", "relations", "values", "goods", "money"]
    found = behaviour({"purpose": {"purpose": purpose}})
    for items in (found.kpis, found.panels):
        places = [order.index(item.group) for item in items]
        assert places == sorted(places)
        assert places[0] == 0


@pytest.mark.req("F17")
def test_a_narrow_carrier_is_warned_of_its_ceiling():
    narrow = behaviour({"carrier": {"breadth": "narrow"}}).notes
    assert [note.req for note in narrow] == ["F17"]
    assert "天花板" in narrow[0].text["zh"]


@pytest.mark.req("T01")
def test_the_three_percent_ceiling_is_said_in_numbers():
    assert buyers_ceiling(1_000_000) == 30_000
    values = {
        "axes": {"closure": "pure"},
        "attitude": {"ceiling": 12000},
        "purpose": {"purpose": "sell", "modules": ["shop"]},
    }
    (note,) = behaviour(values).notes
    assert "12,000" in note.text["en"]
    assert "360" in note.text["en"]


@pytest.mark.req("T13")
@pytest.mark.parametrize(
    ("bond", "gauge"), [("interest", "give_and_receive"), ("sentiment", "rituals")]
)
def test_the_bond_chooses_the_gauge(bond, gauge):
    found = behaviour({"axes": {"bond": bond}})
    assert found.gauge.id == gauge
    assert gauge in [kpi.id for kpi in found.kpis]


@pytest.mark.req("F08")
def test_class_and_tone_shape_theme_style_and_checklist():
    plain = behaviour({})
    shaped = behaviour({"tone": {"class": "playful", "tone": "cool", "house_words": ["不写“亲”"]}})
    assert shaped.theme != plain.theme
    assert shaped.style[-1]["zh"] == "不写“亲”"
    assert len(shaped.checks) == len(plain.checks) + 1


@pytest.mark.req("F14")
def test_all_failing_advises_against_founding_and_offers_three_other_ways():
    found = readiness(answered(**dict.fromkeys(FIVE, "no")))
    assert (found.verdict, found.against) == ("not_yet", True)
    assert [way.id for way in found.alternatives] == ["sponsor", "cofound", "programme"]
    assert len(found.advice) == 5


@pytest.mark.req("F14")
@pytest.mark.parametrize(
    ("answers", "verdict", "against"),
    [
        ({}, "unasked", False),
        (dict.fromkeys(FIVE, "yes"), "ready", False),
        (dict.fromkeys(FIVE, "yes") | {"media": "partly"}, "nearly", False),
        (dict.fromkeys(FIVE, "yes") | {"media": "no"}, "small", False),
        (dict.fromkeys(FIVE, "no") | {"media": "yes", "soul": "partly"}, "early", True),
    ],
)
def test_the_advice_fits_the_answers(answers, verdict, against):
    found = readiness(answered(**answers))
    assert (found.verdict, found.against) == (verdict, against)
    assert bool(found.alternatives) == bool(found.failing)
