"""A brand may be any colour; a page stays readable."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from hypothesis import example, given
from hypothesis import strategies as st

from qunluo.web.core import emblem, theme

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
papers = pytest.mark.parametrize("paper", [theme.LIGHT, theme.DARK], ids=["light", "dark"])


@pytest.mark.req("F22")
@papers
@given(brand=colours)
@example(brand="#ffffff")
@example(brand="#000000")
@example(brand="#ffff00")
@example(brand="#ff0000")
@example(brand="#00ff00")
@example(brand="#0000ff")
@example(brand="#808080")
@example(brand="#767676")
def test_text_and_shapes_stay_readable_whatever_the_brand_colour(paper, brand):
    told = theme.tokens(brand, paper)
    grounds = [paper.page, paper.raised, paper.sunk]
    assert theme.contrast(told["on-brand"], told["brand"]) >= 4.5
    assert theme.contrast(told["on-brand"], told["brand-hover"]) >= 4.5
    for ground in [*grounds, told["brand-wash"]]:
        assert theme.contrast(told["brand-ink"], ground) >= 4.5
    for ground in grounds:
        assert theme.contrast(told["brand-edge"], ground) >= 3
    assert theme.contrast(paper.ink, told["brand-wash"]) >= 7


@given(brand=colours)
def test_the_light_theme_fills_with_the_brand_colour_itself(brand):
    assert theme.tokens(brand, theme.LIGHT)["brand"] == brand


@given(brand=colours)
def test_a_colour_survives_the_way_to_oklch_and_back(brand):
    parts = [int(brand[i : i + 2], 16) for i in (1, 3, 5)]
    back = theme.colour(*theme.oklch(brand))
    assert all(
        abs(a - int(back[i : i + 2], 16)) <= 1 for a, i in zip(parts, (1, 3, 5), strict=True)
    )


@pytest.mark.parametrize("colour", ["", "red", "#12", "#ggg000", "url(x)", "#123456;}"])
def test_what_is_no_colour_becomes_the_default(colour):
    assert theme.normal(colour) == theme.DEFAULT


def test_a_short_colour_is_read_as_css_reads_it():
    assert theme.normal("#FA0") == "#ffaa00"


def blocks():
    """The declarations of each block of tokens.css, in order."""
    text = Path(finders.find("core/css/tokens.css")).read_text(encoding="utf-8")
    found = re.findall(r"{([^{}]*)}", text)
    return [dict(re.findall(r"--([\w-]+):\s*([^;]+);", block)) for block in found]


def test_the_stylesheet_and_the_theme_agree_on_the_papers():
    light, _chinese, dark, dark_chosen = blocks()
    assert dark == dark_chosen
    for values, paper in ((light, theme.LIGHT), (dark, theme.DARK)):
        assert values["page"] == paper.page
        assert values["raised"] == paper.raised
        assert values["sunk"] == paper.sunk
        assert values["ink"] == paper.ink
        for name, value in theme.tokens(theme.DEFAULT, paper).items():
            assert values[name] == value, name


@pytest.mark.parametrize("number", [0, 2])
def test_every_neutral_and_meaning_reads_on_every_ground(number):
    values = blocks()[number]
    for ground in ("page", "raised", "sunk"):
        for text in ("ink", "ink-soft", "ink-faint", "ok", "warn", "danger"):
            assert theme.contrast(values[text], values[ground]) >= 4.5, (text, ground)
        assert theme.contrast(values["edge"], values[ground]) >= 3
    for meaning in ("ok", "warn", "danger"):
        assert theme.contrast(values[meaning], values[f"{meaning}-wash"]) >= 4.5, meaning
        assert theme.contrast(values["ink"], values[f"{meaning}-wash"]) >= 7
    assert theme.contrast(values["on-danger"], values["danger"]) >= 4.5


@given(seed=st.text(max_size=20))
def test_a_drawn_portrait_has_readable_initials(seed):
    ground, ink = emblem.portrait_colours(seed)
    assert theme.contrast(ground, ink) >= 4.5


@pytest.mark.parametrize(
    ("name", "shown"),
    [("王小明", "明"), ("Ada Lovelace", "AL"), ("ada", "A"), ("Jean Paul Sartre", "JS"), ("", "·")],
)
def test_initials_follow_the_language_of_the_name(name, shown):
    assert emblem.initials(name) == shown


def test_a_sign_is_the_chosen_one_or_the_first_character():
    assert emblem.glyph("🌾", "青禾农场") == "🌾"
    assert emblem.glyph("", "青禾农场") == "青"
    assert emblem.glyph("symbol/ab/x.webp", "dawn readers") == "D"


@given(name=st.text(max_size=60), symbol=st.text(max_size=6))
def test_no_name_breaks_out_of_a_drawing(name, symbol):
    for drawn in (emblem.emblem(name, symbol, "#ffcc00"), emblem.portrait(name, name, 40, name)):
        assert "<script" not in drawn
        assert drawn.count("<svg") == 1
    assert emblem.gathering(name, [name], symbol).count("<circle") == 2


def test_the_same_name_draws_the_same_lines_and_another_name_others():
    assert emblem.contours("青禾") == emblem.contours("青禾")
    assert all(a != b for a, b in pairwise(emblem.contours(n) for n in ("a", "b", "c")))
