from datetime import timedelta

import pytest

from qunluo.community import actions, errors, queries
from qunluo.community.models import Grant, Membership
from qunluo.kernel.clock import now, travel
from qunluo.kernel.models import EventRecord
from qunluo.kernel.text import dated
from qunluo.people.actions import erase_person, export_person
from qunluo.people.errors import ErasureBlocked
from qunluo.people.ports import neighbours
from tests.community.makers import RULES, community, member, membership, person, publish_rules

pytestmark = pytest.mark.django_db


def remove(farm, who, *, actor=None, rule="r1", reason="Insulted people"):
    return actions.end_membership(
        actor=actor or farm.owner,
        membership=membership(who, farm),
        cause="removed",
        rule_id=rule,
        reason=reason,
    )


@pytest.mark.req("O09")
def test_leaving_is_free_keeps_the_history_and_allows_coming_back():
    farm = community()
    who = member(farm)
    ended = actions.leave(actor=who, membership=membership(who, farm), reason="Moving away")
    assert (ended.status, ended.ended_reason) == ("left", "Moving away")
    farm.refresh_from_db()
    assert farm.member_count == 1
    assert queries.membership_of(who, farm) is None
    back = actions.apply(actor=who, community=farm)
    assert (back.number, back.status) == (3, "active")
    assert Membership.objects.filter(person=who).count() == 2
    with pytest.raises(errors.AlreadyEnded):
        actions.leave(actor=who, membership=ended)


def test_nobody_leaves_for_another():
    farm = community()
    with pytest.raises(errors.MembersOnly):
        actions.leave(actor=farm.owner, membership=membership(member(farm), farm))


def test_the_last_owner_cannot_leave_until_somebody_follows():
    farm = community()
    with pytest.raises(errors.LastOwner) as refused:
        actions.leave(actor=farm.owner, membership=membership(farm.owner, farm))
    assert refused.value.next_step
    actions.hand_over(actor=farm.owner, community=farm, to=member(farm))
    actions.leave(actor=farm.owner, membership=membership(farm.owner, farm))


@pytest.mark.req("C13")
def test_a_removal_cites_a_rule_that_the_member_accepted():
    farm = community(rules=RULES)
    who = member(farm)
    publish_rules(farm, [*RULES, {"id": "r3", "title": "New", "text": "New.", "value": "x"}])
    for wrong in ("", "r3", "r9"):
        with pytest.raises(errors.UnknownRule):
            remove(farm, who, rule=wrong)
    with pytest.raises(errors.ReasonMissing):
        remove(farm, who, reason="  ")
    assert remove(farm, who).status == "removed"
    event = EventRecord.objects.get(name="community.member_removed")
    assert (event.data["rule_id"], event.data["rules_number"], event.audit) == ("r1", 1, True)
    assert "reason" not in event.data


def test_a_removed_person_cannot_come_back_by_any_door():
    farm = community(rules=RULES)
    who = member(farm)
    remove(farm, who)
    with pytest.raises(errors.RemovedBefore):
        actions.apply(actor=who, community=farm, accepted_rules=1)
    with pytest.raises(errors.RemovedBefore):
        actions.admit(person=who, community=farm, via="invitation", accepted_rules=1)


def test_reinstating_gives_the_same_number_back_but_no_role():
    farm = community(rules=RULES)
    who = member(farm, role="host")
    number = membership(who, farm).number
    removed = remove(farm, who)
    actions.reinstate(actor=farm.owner, membership=removed)
    back = membership(who, farm)
    assert (back.number, back.ended_at) == (number, None)
    assert queries.standing(who, farm).roles == {"member"}
    farm.refresh_from_db()
    assert farm.member_count == 2
    with pytest.raises(errors.AlreadyEnded):
        actions.reinstate(actor=farm.owner, membership=back)


@pytest.mark.parametrize(
    ("actor", "target", "allowed"),
    [
        ("owner", "operator", True),
        ("owner", "owner", False),
        ("operator", "host", True),
        ("operator", "cco", True),
        ("operator", "operator", False),
        ("operator", "owner", False),
    ],
)
def test_removing_takes_a_higher_rank(actor, target, allowed):
    farm = community(rules=RULES)
    who, other = member(farm, role=actor), member(farm, role=target)
    if allowed:
        assert remove(farm, other, actor=who).status == "removed"
    else:
        with pytest.raises(errors.HigherRank):
            remove(farm, other, actor=who)


def test_a_suspended_member_looks_in_but_does_nothing_until_the_date():
    farm = community(rules=RULES, stage="private")
    who, until = member(farm, role="host"), now() + timedelta(days=3)
    with travel(now()) as clock:
        actions.suspend(
            actor=farm.owner, membership=membership(who, farm), until=until, rule_id="r2",
            reason="Three adverts",
        )  # fmt: skip
        assert queries.get_community(farm.slug, who) == farm
        assert queries.permissions_of(who, farm) == frozenset()
        with pytest.raises(errors.Suspended) as refused:
            queries.require(who, farm, "members.view")
        assert dated(until.date(), "en") in refused.value.say(str)[0]
        own = {"actor": who, "membership": membership(who, farm)}
        for act in (lambda: actions.claim_label(**own, claim="have"),
                    lambda: actions.accept_rules(**own, number=1)):  # fmt: skip
            with pytest.raises(errors.Suspended):
                act()
        clock.move(timedelta(days=3, seconds=1))
        assert "members.notes" in queries.permissions_of(who, farm)
        with pytest.raises(errors.AlreadyEnded):
            actions.lift_suspension(actor=farm.owner, membership=membership(who, farm))


def test_a_private_community_is_not_found_by_strangers_and_former_members():
    farm = community(stage="private")
    who = member(farm)
    assert queries.get_community(farm.slug, who) == farm
    actions.leave(actor=who, membership=membership(who, farm))
    for viewer in (None, person(), who):
        with pytest.raises(errors.CommunityNotFound):
            queries.get_community(farm.slug, viewer)
    assert queries.get_community(community().slug, None)


def test_communities_of_a_person_come_with_their_roles(django_assert_num_queries):
    farm, shop = community(), community()
    who = member(farm, role="operator")
    member(shop, who=who)
    member(shop, role="host")
    with django_assert_num_queries(1):
        found = queries.communities_of(who)
    assert [(b.community, b.roles) for b in found] == [
        (farm, {"member", "operator"}),
        (shop, {"member"}),
    ]
    assert queries.communities_of(None) == []


def test_people_who_share_a_community_are_neighbours():
    farm = community()
    one, other = member(farm), member(farm)
    assert neighbours.share_a_community(one.pk, other.pk)
    actions.leave(actor=one, membership=membership(one, farm))
    assert not neighbours.share_a_community(one.pk, other.pk)
    assert not neighbours.share_a_community(one.pk, person().pk)


@pytest.mark.req("V10")
def test_own_data_holds_what_the_community_knows_notes_included():
    farm = community(selection="vetting", values={"joining": {"questions": ["Why?"]}})
    who = person()
    asked = actions.apply(actor=who, community=farm, answers={"own-1": "For the soil"})
    actions.decide_application(actor=farm.owner, application=asked, accept=True)
    here = membership(who, farm)
    actions.note_member(actor=farm.owner, membership=here, text="Brings good seeds")
    actions.tag_member(actor=farm.owner, membership=here, name="seeds")
    held = queries.own_documents(who)
    assert held["applications"][0]["answers"] == {"own-1": "For the soil"}
    assert held["notes_about_me"][0]["text"] == "Brings good seeds"
    assert held["tags"][0]["name"] == "seeds"
    assert held["memberships"][0]["number"] == 2
    assert export_person(actor=who)


@pytest.mark.req("V10", "O09")
def test_erasing_an_account_leaves_every_community_and_no_words_behind():
    farm, vetted = community(), community(selection="vetting")
    who = member(farm, role="host")
    asked = actions.apply(actor=who, community=vetted, criterion_claim="I am a baker")
    here = membership(who, farm)
    actions.note_member(actor=farm.owner, membership=here, text="Private matter")
    actions.tag_member(actor=who, membership=here, name="bread")
    erase_person(actor=who)
    here.refresh_from_db()
    asked.refresh_from_db()
    assert (here.status, here.number) == ("left", 2)
    assert (asked.state, asked.criterion_claim) == ("withdrawn", "")
    assert not here.notes.exists()
    assert not here.tags.exists()
    farm.refresh_from_db()
    assert farm.member_count == 1


def test_a_sole_owner_is_told_what_to_do_before_erasing():
    farm = community()
    with pytest.raises(ErasureBlocked) as refused:
        erase_person(actor=farm.owner)
    assert farm.name in str(refused.value) + refused.value.say(str)[1]
    member(farm, role="owner")
    erase_person(actor=farm.owner)
    assert Grant.objects.filter(community=farm, name="owner", revoked_at=None).count() == 1
