"""Every blueprint founds a community that works at once and cannot be published as it is."""

import pytest

from qunluo.blueprints.actions import found_community
from qunluo.blueprints.queries import blueprints
from qunluo.community import queries
from qunluo.people.actions import register_person

pytestmark = pytest.mark.django_db
ALL = list(blueprints())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("blueprint", ALL)
def test_a_community_is_founded_from_each_blueprint(blueprint, language):
    founder = register_person(name="周立春")
    community = found_community(
        actor=founder, name="山后农场", sentence="一片叫得出名字的地。", blueprint=blueprint, language=language
    )
    assert community.stage == "private"
    assert community.member_count == 1
    assert queries.require(founder, community, "community.publish")
    assert queries.current_rules(community).number == 1
    assert queries.communities_of(founder)[0].roles >= {"owner"}
