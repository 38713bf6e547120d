"""One's own words: taken along whole, and erased without tearing holes into the talk of others."""

import io
import json
import zipfile

import pytest

from qunluo.blueprints.actions import found_community
from qunluo.blueprints.queries import blueprints
from qunluo.conversation import actions, queries
from qunluo.conversation.models import Draft, Mention, Post, Revision, Space
from qunluo.kernel.queries import audit_log
from qunluo.people import actions as people
from tests.conversation.makers import community, member, person, post, space, thread

pytestmark = pytest.mark.django_db


@pytest.fixture
def farm():
    made = community()
    made.mei, made.bo = member(made, "Mei"), member(made, "Bo")
    made.square = space(made)
    made.talk = thread(made.mei, made.square, source="@Bo, my secret recipe")
    actions.edit_post(
        actor=made.mei, post=post(made.talk, viewer=made.mei), source="My secret recipe"
    )
    made.said = actions.reply(actor=made.bo, thread=made.talk, source="Thank you, Mei")
    actions.react(actor=made.mei, post=made.said, reaction="warm")
    actions.save_draft(actor=made.mei, space=made.square, source="Half a")
    return made


@pytest.mark.req("V10", "O09")
def test_the_copy_holds_what_one_wrote_read_and_began(farm):
    packed = zipfile.ZipFile(io.BytesIO(people.export_person(actor=farm.mei)))
    told = {
        name.split("/")[1]: json.loads(packed.read(name))
        for name in packed.namelist()
        if name.startswith("conversation/")
    }
    assert [one["source"] for one in told["posts.json"]] == ["My secret recipe"]
    assert told["earlier_versions.json"][0]["source"] == "@Bo, my secret recipe"
    assert told["drafts.json"][0]["source"] == "Half a"
    assert told["reactions.json"][0]["name"] == "warm"
    assert told["reading.json"][0]["following"] == "followed"
    other = zipfile.ZipFile(io.BytesIO(people.export_person(actor=farm.bo)))
    assert json.loads(other.read("conversation/mentions.json"))


@pytest.mark.req("V10", "O09")
def test_erasure_empties_the_words_and_keeps_the_places(farm):
    people.erase_person(actor=farm.mei)
    window = queries.read_thread(farm, farm.talk.number, viewer=farm.bo, after=0)
    assert [(one.removed, one.source) for one in window.posts] == [
        ("author", ""), ("", "Thank you, Mei"),
    ]  # fmt: skip
    assert (window.card.gone, window.card.title) == (True, "")
    assert not Post.objects.filter(source__contains="secret").exists()
    assert not Revision.objects.exists()
    assert not Draft.objects.exists()
    assert not Mention.objects.exists()


@pytest.mark.req("C01")
@pytest.mark.parametrize("blueprint", sorted(blueprints()))
def test_a_blueprint_founds_the_spaces_it_promises(blueprint):
    who = person()
    made = found_community(
        actor=who, name="New", sentence="We begin.", blueprint=blueprint, language="en"
    )
    promised = blueprints()[blueprint].spaces
    shown = queries.spaces(made, viewer=who)
    assert [card.space.slug for card in shown] == [one.slug for one in promised]
    assert all(card.opens for card in shown)
    opened = [e for e in audit_log(made.pk) if e.name == "conversation.space_opened"]
    assert len(opened) == len(promised)


def test_a_community_without_presets_gets_one_space_for_all():
    farm = community()
    (made,) = actions.furnish(actor=farm.owner, community=farm, presets=[], language="zh-hans")
    assert (made.slug, made.name, made.type) == ("general", "广场", "board")
    assert Space.objects.filter(community=farm).count() == 1
