import re

import pytest

from qunluo.community import actions, queries
from qunluo.community.events import GrantGiven, MemberJoined, MemberLeft
from qunluo.community.rules import timeline as rules
from qunluo.kernel.delivery import drain
from qunluo.kernel.events import REGISTRY, UnknownEvent
from tests.community.makers import community, member, membership, person

OF_NO_COMMUNITY = "conversation.private_talk_"  # stands in no log that anybody reads
TOLD = {"community", "conversation", "governance", "growth"}
OURS = sorted(
    (name, cls)
    for name, cls in REGISTRY.items()
    if cls.__module__.startswith("qunluo.") and (cls.audit or name.split(".")[0] in TOLD)
    if not name.startswith(OF_NO_COMMUNITY)
)
FILLED = {"actor", "person", "host", "inviter", "name"}


@pytest.mark.parametrize(("name", "cls"), OURS)
def test_every_operator_act_has_a_sentence_with_fields_it_knows(name, cls):
    told = rules.sentences()[name]
    known = FILLED | {field for field in cls.__dataclass_fields__ if not field.endswith("_id")}
    known |= {field for field in cls.__dataclass_fields__ if field in {"rule_id"}}
    for texts in told.values():
        for text in texts.values():
            assert set(re.findall(r"{(\w+)}", text)) <= known


def test_sentences_name_no_event_that_does_not_exist():
    assert sorted(set(rules.sentences()) - set(REGISTRY)) == []


def test_who_did_it_to_whom_decides_the_sentence():
    names = {1: "Wang", 2: "Mei"}
    given = {"grant_id": 1, "kind": "badge", "holds": "founding100", "source": "x"}
    by = rules.sentence(GrantGiven(actor_id=1, person_id=2, **given), names)
    assert by["zh"] == "Wang授予Mei徽章：前一百位。"
    alone = rules.sentence(GrantGiven(actor_id=None, person_id=2, **given), names)
    assert alone["en"] == "Mei received the badge: one of the first hundred."
    joined = MemberJoined(actor_id=2, person_id=2, membership_id=1, number=7, via="open")
    assert rules.sentence(joined, names)["zh"] == "Mei成为 7 号成员，自由加入。"


def test_a_forgotten_name_and_an_unknown_event_are_still_told():
    assert rules.sentence(MemberLeft(actor_id=9, person_id=9, membership_id=1), {})["en"] == (
        "#9 left."
    )
    gone = UnknownEvent(was="market.offer_made", payload={}, actor_id=None)
    assert rules.sentence(gone, {}) == {
        "en": "The software: market.offer_made",
        "zh": "系统：market.offer_made",
    }


@pytest.mark.req("P03")
@pytest.mark.django_db(transaction=True)
def test_the_worker_gives_newcomers_a_host():
    farm = community()
    host = member(farm, role="host")
    who = person()
    drain()
    actions.apply(actor=who, community=farm)
    drain()
    assert membership(who, farm).host == host
    assert "host is now" in queries.timeline(membership(who, farm))[0].sentence["en"]


@pytest.mark.django_db(transaction=True)
def test_members_of_a_host_who_steps_down_are_free_for_another():
    farm = community()
    host, who = member(farm, role="host"), member(farm)
    here = membership(who, farm)
    actions.assign_host(actor=farm.owner, membership=here, host=host)
    actions.add_to_close_care(actor=host, membership=here)
    badge = actions.grant(
        actor=farm.owner, community=farm, person=host, kind="badge", name="x", source="x"
    )
    actions.revoke_grant(actor=farm.owner, grant=badge, reason="x")
    drain()
    assert membership(who, farm).host == host
    held = queries.grants(farm, viewer=farm.owner).items
    (role,) = [one for one in held if one.name == "host"]
    actions.revoke_grant(actor=host, grant=role, reason="")
    drain()
    assert membership(who, farm).host is None
    assert queries.close_care(host, farm).left == 20
