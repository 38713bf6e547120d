"""Names, addresses, colours and symbols."""

import io

import pytest
from PIL import Image

from qunluo.community import actions
from qunluo.community.errors import SettingsInvalid, SlugFixed, SlugTaken
from qunluo.kernel.media import NotAPicture, url
from tests.community.charter.makers import fresh, public

pytestmark = pytest.mark.django_db


def change(community, **values):
    return actions.update_settings(actor=community.owner, community=community, **values)


def test_settings_are_changed_and_only_changes_are_told():
    community = fresh("T14")
    changed = change(
        community, name=" 山后  农场 ", time_zone="Europe/Berlin", language="en",
        brand_colour="#ABCDEF", sentence=community.sentence,
    )  # fmt: skip
    assert (changed.name, changed.time_zone, changed.brand_colour) == (
        "山后 农场", "Europe/Berlin", "#abcdef",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("name", "x"), ("sentence", ""), ("language", "tlh"), ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"), ("brand_colour", "red"), ("stage", "published"),
        ("name", 5), ("member_count", "1"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(setting, value):
    with pytest.raises(SettingsInvalid) as refused:
        change(fresh("T14"), **{setting: value})
    assert refused.value.fields[setting]


def test_the_address_changes_until_the_community_was_public():
    community = fresh("T14")
    assert change(community, slug="Shan-Hou").slug == "shan-hou"
    with pytest.raises(SlugTaken):
        change(fresh("T14"), slug="shan-hou")
    with pytest.raises(SlugFixed):
        change(public("T14"), slug="other")


def test_a_symbol_is_a_picture_and_can_be_taken_away():
    community = fresh("T14")
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), "green").save(picture, "PNG")
    actions.set_symbol(actor=community.owner, community=community, image=picture.getvalue())
    assert url(community.symbol).endswith(".webp")
    with pytest.raises(NotAPicture):
        actions.set_symbol(actor=community.owner, community=community, image=b"<svg/>")
    actions.set_symbol(actor=community.owner, community=community, image=None)
    assert community.symbol == ""


@pytest.mark.req("P22")
def test_there_are_five_ways_of_choosing():
    community = public("T14")
    for way in ("open", "questions", "vetting", "invitation"):
        actions.set_selection(actor=community.owner, community=community, selection=way)
        assert community.selection == way
    with pytest.raises(SettingsInvalid):
        actions.set_selection(actor=community.owner, community=community, selection="dice")
