from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import translation
from django.utils.translation import gettext

from qunluo.community import actions, errors, queries
from qunluo.community.models import Grant
from qunluo.community.rules import permissions as rules
from qunluo.kernel.clock import now, travel
from qunluo.kernel.models import EventRecord
from tests.community.makers import community, give, member, membership, person

pytestmark = pytest.mark.django_db


@pytest.mark.req("P23")
def test_permissions_follow_from_the_roles_held():
    farm = community()
    assert queries.permissions_of(farm.owner, farm) == rules.roles()["owner"].permissions
    assert queries.permissions_of(member(farm), farm) == rules.roles()["member"].permissions
    host = member(farm, role="host")
    assert queries.permissions_of(host, farm) == (
        rules.roles()["host"].permissions | rules.roles()["member"].permissions
    )
    for nobody in (None, AnonymousUser(), person()):
        assert queries.permissions_of(nobody, farm) == frozenset()


def test_standing_takes_one_query(django_assert_num_queries):
    farm = community()
    give(farm, who := member(farm), "operator")
    give(farm, who, "host")
    with django_assert_num_queries(1):
        assert queries.standing(who, farm).roles == {"member", "operator", "host"}


def test_every_permission_and_role_is_explained_in_both_languages():
    for entry in [*rules.permissions().values(), *rules.roles().values()]:
        assert all([*entry.label.values(), *entry.help.values()])
        assert entry.label.keys() == entry.help.keys() == {"en", "zh"}
    for role in rules.roles().values():
        assert role.permissions <= set(rules.permissions())
        assert set(role.given_by) <= set(rules.roles())
    assert all(rules.roles_allowing(name) for name in rules.permissions())


@pytest.mark.req("O05")
def test_no_role_brings_more_votes():
    text = rules.DEFINITIONS.read_text().lower()
    # Some may ask for a vote; none has a vote more in it.
    assert [name for name in rules.permissions() if "vote" in name] == ["votes.open"]
    assert "weight" not in text


def test_a_refusal_names_the_permission_the_role_and_who_can_give_it():
    farm = community(person("Old Wang"))
    who = member(farm)
    with pytest.raises(errors.PermissionMissing) as refused:
        queries.require(who, farm, "members.manage")
    message, next_step = refused.value.say(str)
    assert "Look after members" in message
    assert "chief community officer" in message
    assert "Old Wang" in next_step
    chinese, _ = refused.value.say(lambda text: "zh" if text == "en" else text)
    assert "照看成员" in chinese
    with pytest.raises(errors.MembersOnly):
        queries.require(person(), farm, "members.view")


def test_those_who_can_give_a_role_are_listed_as_each_language_lists_names():
    farm = community(person("老王"))
    give(farm, member(farm, "老李"), "owner")
    with pytest.raises(errors.PermissionMissing) as refused:
        queries.require(member(farm), farm, "members.manage")
    with translation.override("zh-hans"):
        assert "老王、老李" in refused.value.say(gettext)[1]
    with translation.override("en"):
        assert "老王, 老李" in refused.value.say(gettext)[1]


def test_an_explanation_says_yes_because_of_which_grant_or_no_and_who_could_give_it():
    farm = community(person("Old Wang"))
    who = member(farm)
    give(farm, who, "operator", expires_at=now() + timedelta(days=30))
    said = {e.permission.name: e for e in queries.explain_permissions(who, farm)}
    notes = said["members.notes"]
    assert notes.allowed
    (because,) = notes.because
    assert (because.role.name, because.granted_by) == ("operator", "Old Wang")
    assert because.expires_at
    export = said["export.community"]
    assert not export.allowed
    assert export.because == ()
    assert [role.name for role in export.roles] == ["owner"]
    assert export.givers == ("Old Wang",)
    assert not any(e.allowed or e.givers for e in queries.explain_permissions(person(), farm))


def test_an_expired_grant_stops_counting_at_once_without_any_job():
    farm, start = community(), now()
    who = member(farm)
    with travel(start) as clock:
        give(farm, who, "operator", expires_at=start + timedelta(hours=1))
        assert "desk.view" in queries.permissions_of(who, farm)
        clock.move(timedelta(hours=1))
        assert "desk.view" not in queries.permissions_of(who, farm)
        assert queries.communities_of(who)[0].roles == {"member"}
        assert actions.expire_due_grants() == 1
        assert actions.expire_due_grants() == 0
    told = EventRecord.objects.filter(name="community.grant_expired")
    assert [row.person_id for row in told] == [who.pk]


def test_an_expired_role_can_be_given_again_and_both_stay_on_record():
    farm, start = community(), now()
    who = member(farm)
    with travel(start) as clock:
        give(farm, who, "operator", expires_at=start + timedelta(hours=1))
        clock.move(timedelta(hours=2))
        give(farm, who, "operator")
    assert Grant.objects.filter(person=who, name="operator").count() == 2
    assert "desk.view" in queries.permissions_of(who, farm)


def test_giving_twice_gives_once_and_a_new_end_date_extends():
    farm = community()
    who = member(farm)
    first = give(farm, who, "host")
    assert give(farm, who, "host") == first
    until = now() + timedelta(days=9)
    assert give(farm, who, "host", expires_at=until).pk == first.pk
    assert Grant.objects.get(pk=first.pk).expires_at == until


def test_only_owners_make_owners_and_operators():
    farm = community()
    operator, who = member(farm, role="operator"), member(farm)
    for name in ("owner", "operator"):
        with pytest.raises(errors.RoleNotYours):
            actions.grant(
                actor=operator, community=farm, person=who, kind="role", name=name, source="x"
            )
    actions.grant(actor=operator, community=farm, person=who, kind="role", name="host", source="x")
    assert "host" in queries.standing(who, farm).roles


@pytest.mark.parametrize("role", ["owner", "operator", "host"])
def test_nobody_raises_themself(role):
    farm = community()
    operator = member(farm, role="operator")
    with pytest.raises((errors.RoleNotYours, errors.OwnPromotion)):
        actions.grant(
            actor=operator, community=farm, person=operator, kind="role", name=role, source="x"
        )
    with pytest.raises(errors.OwnPromotion):
        actions.grant(
            actor=farm.owner, community=farm, person=farm.owner, kind="pass", name="vip", source="x"
        )


def test_a_role_needs_a_member_and_a_person_who_gives_it():
    farm = community()
    with pytest.raises(errors.MembershipNotFound):
        give(farm, person(), "host")
    with pytest.raises(errors.InvalidGrant):
        actions.grant(
            actor=None, community=farm, person=member(farm), kind="role", name="host", source="x"
        )
    badge = actions.grant(
        actor=None, community=farm, person=person(), kind="badge", name="founding100", source="seat"
    )
    assert badge.granted_by is None


@pytest.mark.parametrize(
    ("kind", "name", "days"),
    [
        ("crown", "x", None),
        ("role", "king", None),
        ("role", "cco", None),
        ("seat", "owner", None),
        ("badge", "", None),
        ("badge", "x" * 41, None),
        ("role", "host", -1),
        ("role", "owner", 10),
        ("role", "member", None),
    ],
)
def test_what_cannot_be_granted_is_refused_with_the_field(kind, name, days):
    farm = community()
    who = member(farm)
    until = now() + timedelta(days=days) if days else None
    with pytest.raises(errors.InvalidGrant) as refused:
        actions.grant(
            actor=farm.owner, community=farm, person=who, kind=kind, name=name, source="x",
            expires_at=until,
        )  # fmt: skip
    assert refused.value.fields


@pytest.mark.req("P23")
def test_there_is_one_cco_and_the_refusal_names_them():
    farm = community()
    first, second = member(farm, "Chen"), member(farm, "Zhao")
    seat = give(farm, first, "cco")
    with pytest.raises(errors.SeatTaken) as refused:
        give(farm, second, "cco")
    assert "Chen" in refused.value.say(str)[0]
    actions.revoke_grant(actor=farm.owner, grant=seat, reason="Parental leave")
    give(farm, second, "cco")
    assert "members.manage" in queries.permissions_of(second, farm)
    assert "members.manage" not in queries.permissions_of(first, farm)


def test_an_expired_cco_seat_is_free_for_somebody_else():
    farm, start = community(), now()
    first, second = member(farm), member(farm)
    with travel(start) as clock:
        give(farm, first, "cco", expires_at=start + timedelta(days=1))
        clock.move(timedelta(days=2))
        give(farm, second, "cco")
    assert "cco" in queries.standing(second, farm).roles


def test_the_last_owner_cannot_resign_but_can_hand_over():
    farm = community()
    own = Grant.objects.get(community=farm, name="owner")
    with pytest.raises(errors.LastOwner):
        actions.revoke_grant(actor=farm.owner, grant=own, reason="tired")
    heir = member(farm)
    actions.hand_over(actor=farm.owner, community=farm, to=heir)
    assert queries.standing(farm.owner, farm).roles == {"member"}
    assert "owner" in queries.standing(heir, farm).roles


def test_taking_back_needs_a_reason_and_a_right_and_happens_once():
    farm = community()
    operator, who = member(farm, role="operator"), member(farm)
    held = give(farm, who, "operator")
    with pytest.raises(errors.RoleNotYours):
        actions.revoke_grant(actor=operator, grant=held, reason="x")
    with pytest.raises(errors.ReasonMissing):
        actions.revoke_grant(actor=farm.owner, grant=held, reason=" ")
    actions.revoke_grant(actor=farm.owner, grant=held, reason="The season is over")
    held.refresh_from_db()
    assert held.revoked_reason == "The season is over"
    with pytest.raises(errors.AlreadyEnded):
        actions.revoke_grant(actor=farm.owner, grant=held, reason="again")
    mine = give(farm, who, "host")
    actions.revoke_grant(actor=who, grant=mine, reason="")


def test_roles_end_with_membership_and_badges_stay():
    farm = community()
    who = member(farm, role="operator")
    actions.grant(
        actor=farm.owner, community=farm, person=who, kind="badge", name="pioneer", source="x"
    )
    actions.leave(actor=who, membership=membership(who, farm))
    assert queries.permissions_of(who, farm) == frozenset()
    left = Grant.objects.filter(person=who, revoked_at=None)
    assert [held.name for held in left] == ["pioneer"]
    member(farm, who=who)
    assert queries.standing(who, farm).roles == {"member"}


def test_a_second_founding_is_refused():
    farm = community()
    with pytest.raises(errors.AlreadyEnded):
        actions.found_ownership(community=farm, person=person())
