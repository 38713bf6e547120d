"""Every blueprint founds a community that works at once and is published only once it is edited."""

import pytest

from qunluo.blueprints.actions import found_community
from qunluo.blueprints.errors import BlueprintUnknown
from qunluo.blueprints.queries import blueprints, get_blueprint
from qunluo.community import actions, queries
from qunluo.community.errors import GateClosed
from tests.community.charter.makers import founder, fresh, ready

pytestmark = pytest.mark.django_db
ALL = list(blueprints())
# What a blueprint of each kind must offer, beside what all offer.
OWN_GATES = {
    "T03": "product_codes",
    "T14": "ideal_carrier",
}


@pytest.mark.req("T19")
@pytest.mark.req("N14")
def test_the_ten_blueprints_are_there():
    assert set(ALL) >= {
        "T01", "T02", "T03", "T05", "T13", "T14", "T17", "T19-mothers", "T19-photographers",
        "T19-riders",
    }  # fmt: skip


@pytest.mark.req("T05")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("blueprint", ALL)
def test_a_community_is_founded_from_each_blueprint(blueprint, language):
    community = fresh(blueprint, language=language)
    made = get_blueprint(blueprint)
    assert (community.stage, community.member_count) == ("private", 1)
    assert community.brand_colour == made.colour
    assert community.spaces.count() == len(made.spaces)
    assert community.modules == community.draft.values["purpose"]["modules"]
    assert queries.current_rules(community).number == 1
    assert queries.communities_of(community.owner)[0].roles >= {"owner"}
    rules = community.draft.values["rules"]["rules"]
    assert {rule["value"] for rule in rules} <= set(community.draft.values["meaning"]["values"])


@pytest.mark.req("N22")
@pytest.mark.parametrize("blueprint", ALL)
def test_a_blueprint_that_was_not_edited_cannot_be_published(blueprint):
    community = fresh(blueprint)
    with pytest.raises(GateClosed) as refused:
        actions.publish_community(actor=community.owner, community=community)
    closed = {state.id: state for state in refused.value.gates}
    assert "own_words" in closed
    assert len(closed["own_words"].reasons) == len(get_blueprint(blueprint).key_fields)
    assert OWN_GATES.get(blueprint, "own_words") in closed


@pytest.mark.req("T14")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("blueprint", ALL)
def test_copying_the_guidance_is_not_editing(blueprint, language):
    community = fresh(blueprint, language=language)
    for step, values in get_blueprint(blueprint).suggested(language).items():
        actions.save_charter_step(
            actor=community.owner, community=community, step=step, values=values
        )
    (held,) = [s for s in queries.gates(community) if s.id == "own_words"]
    suggested = get_blueprint(blueprint).suggested(language)
    copied = {path for path in get_blueprint(blueprint).key_fields
              if path.split(".")[1] in suggested.get(path.split(".")[0], {})}  # fmt: skip
    assert len(held.reasons) == len(get_blueprint(blueprint).key_fields)
    assert copied


@pytest.mark.req("T13")
@pytest.mark.parametrize("blueprint", ALL)
def test_once_written_in_ones_own_words_each_can_be_published_and_recruit(blueprint):
    community = ready(blueprint)
    actions.publish_community(actor=community.owner, community=community)
    actions.open_recruitment(actor=community.owner, community=community)
    assert community.recruiting


@pytest.mark.parametrize("blueprint", ALL)
def test_every_blueprint_is_written_in_both_languages(blueprint):
    made = get_blueprint(blueprint)
    chinese, english = made.suggested("zh-hans"), made.suggested("en")
    assert chinese.keys() == english.keys()
    for step, fields in chinese.items():
        assert fields.keys() == english[step].keys()
    assert chinese["joining"] != english["joining"]


@pytest.mark.parametrize("blueprint", ALL)
def test_the_gates_a_blueprint_names_exist_and_its_key_fields_too(blueprint):
    made = get_blueprint(blueprint)
    known = {state.id for state in queries.gates(fresh(blueprint))}
    assert set(made.gates) <= known
    for path in made.key_fields:
        assert queries.charter_form().field(path)


@pytest.mark.req("M02")
@pytest.mark.parametrize("blueprint", ["T01", "T02", "T14", "T17"])
def test_paid_tiers_default_to_200_and_1200(blueprint):
    tiers = fresh(blueprint).draft.values["business"]["tiers"]
    assert [tier["price"]["minor"] for tier in tiers] == [20000, 120000]


def test_an_unknown_blueprint_is_said():
    with pytest.raises(BlueprintUnknown):
        found_community(actor=founder(), name="Farm", sentence="A farm.", blueprint="T99")


def test_an_installation_may_add_its_own(settings, tmp_path):
    (tmp_path / "blueprints").mkdir()
    ours = (blueprints.__globals__["DEFINITIONS"] / "T14.toml").read_text("utf-8")
    (tmp_path / "blueprints" / "orchard.toml").write_text(ours, "utf-8")
    settings.DATA_DIR = tmp_path
    assert fresh("orchard").blueprint == "orchard"
