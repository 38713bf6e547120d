from datetime import timedelta

import pytest

from qunluo.community import actions as community_actions
from qunluo.community import errors as community_errors
from qunluo.community import queries as communities
from qunluo.governance import actions, errors, queries
from qunluo.governance.models import Appeal, Measure
from qunluo.kernel.clock import now, travel
from qunluo.people.actions import erase_person
from tests.community.makers import RULES, community, member, membership, person

pytestmark = pytest.mark.django_db


def remove(farm, who, *, actor=None, rule="r1", reason="Insulted people"):
    return actions.remove_member(
        actor=actor or farm.owner, membership=membership(who, farm), rule_id=rule, reason=reason
    )


def refused(farm, who=None, *, actor=None):
    asked = community_actions.apply(
        actor=who or person(), community=farm,
        accepted_rules=1 if communities.current_rules(farm) else 0,
    )  # fmt: skip
    return community_actions.decide_application(
        actor=actor or farm.owner, application=asked, accept=False, reason="We are full"
    )


@pytest.mark.req("O01", "C13")
def test_a_removal_is_recorded_appealed_and_undone_by_somebody_else():
    farm = community(rules=RULES)
    who, judge = member(farm, "Mei"), member(farm, role="operator")
    number = membership(who, farm).number
    measure = remove(farm, who)
    assert (measure.kind, measure.rule_title, measure.rules_number) == ("removal", "Be kind", 1)
    assert queries.appealable(who, farm) == [measure]
    appeal = actions.file_appeal(actor=who, measure=measure, text="It was a joke.")
    assert queries.appealable(who, farm) == []
    with pytest.raises(errors.AlreadyAppealed):
        actions.file_appeal(actor=who, measure=measure, text="Again")
    assert queries.appeals(farm, viewer=judge).items == [appeal]
    assert not queries.may_judge(farm.owner, appeal)
    assert queries.may_judge(judge, appeal)
    with pytest.raises(errors.OwnDecision):
        actions.decide_appeal(actor=farm.owner, appeal=appeal, grant=True, reason="x")
    with pytest.raises(errors.InvalidAppeal):
        actions.decide_appeal(actor=judge, appeal=appeal, grant=True, reason=" ")
    actions.decide_appeal(actor=judge, appeal=appeal, grant=True, reason="It was a joke indeed.")
    assert membership(who, farm).number == number
    assert queries.get_appeal(appeal.pk, viewer=who).reason == "It was a joke indeed."
    with pytest.raises(errors.AlreadyDecided):
        actions.decide_appeal(actor=judge, appeal=appeal, grant=False, reason="x")
    farm.refresh_from_db()
    counts = queries.moderation_counts(farm)
    assert (counts.removals, counts.overturned, counts.members) == (1, 1, 3)


def test_a_dismissed_appeal_leaves_the_removal_standing():
    farm = community(rules=RULES)
    who, judge = member(farm), member(farm, role="operator")
    appeal = actions.file_appeal(actor=who, measure=remove(farm, who), text="Unfair")
    actions.decide_appeal(actor=judge, appeal=appeal, grant=False, reason="It was meant.")
    with pytest.raises(community_errors.RemovedBefore):
        community_actions.apply(actor=who, community=farm, accepted_rules=1)
    assert queries.own_appeals(who, farm)[0].state == "dismissed"


@pytest.mark.req("P22")
def test_a_refusal_can_be_appealed_to_somebody_other_than_the_decider():
    farm = community(selection="vetting")
    cco, who = member(farm, role="cco"), person()
    application = refused(farm, who)
    appeal = actions.file_appeal(actor=who, application=application, text="I am a neighbour.")
    with pytest.raises(errors.OwnDecision):
        actions.decide_appeal(actor=farm.owner, appeal=appeal, grant=True, reason="x")
    assert queries.appeals(farm, viewer=cco).items == [appeal]
    actions.decide_appeal(actor=cco, appeal=appeal, grant=True, reason="We made room.")
    assert membership(who, farm).via == "vetting"
    assert communities.acceptance_rate(farm).share == 1


def test_a_refusal_by_the_declared_scope_can_be_judged_by_anybody_who_may():
    values = {"scope": {"words_out": ["crypto"], "strictness": "refuse"}}
    farm = community(selection="vetting", values={**values, "joining": {"questions": ["Why?"]}})
    who = person()
    application = community_actions.apply(
        actor=who, community=farm, answers={"own-1": "no crypto please"}
    )
    appeal = actions.file_appeal(actor=who, application=application, text="I said NO crypto.")
    assert queries.decider_of(appeal) is None
    actions.decide_appeal(actor=farm.owner, appeal=appeal, grant=True, reason="Misread by words.")
    assert membership(who, farm)


def test_only_standing_decisions_about_oneself_can_be_appealed():
    farm = community(selection="vetting", rules=RULES)
    who, other = member(farm), member(farm)
    measure, application = remove(farm, who), refused(farm)
    for wrong in ({"measure": measure}, {"application": application}, {}):
        with pytest.raises(errors.NotAppealable):
            actions.file_appeal(actor=other, text="x", **wrong)
    waiting = community_actions.apply(actor=person(), community=farm, accepted_rules=1)
    with pytest.raises(errors.NotAppealable):
        actions.file_appeal(actor=waiting.person, application=waiting, text="x")
    for text in ("", "  ", "x" * 2001):
        with pytest.raises(errors.InvalidAppeal):
            actions.file_appeal(actor=who, measure=measure, text=text)


def test_warnings_and_suspensions_are_steps_before_removal():
    farm = community(rules=RULES)
    who, judge = member(farm), member(farm, role="operator")
    here = membership(who, farm)
    warned = actions.warn_member(
        actor=farm.owner, membership=here, rule_id="r2", reason="Two adverts"
    )
    assert communities.permissions_of(who, farm)
    until = now() + timedelta(days=7)
    suspended = actions.suspend_member(
        actor=farm.owner, membership=here, rule_id="r2", reason="Four adverts", until=until
    )
    assert not communities.permissions_of(who, farm)
    assert [m.kind for m in queries.measures_of(here)] == ["suspension", "warning"]
    first = actions.file_appeal(actor=who, measure=warned, text="One was not mine")
    actions.decide_appeal(actor=judge, appeal=first, grant=True, reason="True")
    second = actions.file_appeal(actor=who, measure=suspended, text="Only three were mine")
    actions.decide_appeal(actor=judge, appeal=second, grant=True, reason="True")
    assert communities.permissions_of(who, farm)
    (counted,) = queries.moderation_counts(farm).rules
    assert (counted.title, counted.warnings, counted.suspensions, counted.overturned) == (
        "No advert flooding", 1, 1, 2
    )  # fmt: skip


@pytest.mark.parametrize("days", [-1, 0, 91])
def test_a_suspension_ends_within_ninety_days(days):
    farm = community(rules=RULES)
    here = membership(member(farm), farm)
    with travel(now()), pytest.raises(errors.InvalidMeasure):
        actions.suspend_member(
            actor=farm.owner, membership=here, rule_id="r1", reason="x",
            until=now() + timedelta(days=days),
        )  # fmt: skip


def test_granting_after_a_suspension_has_passed_or_the_member_left_just_overturns():
    farm = community(rules=RULES)
    who, judge = member(farm), member(farm, role="operator")
    here = membership(who, farm)
    measure = actions.suspend_member(
        actor=farm.owner, membership=here, rule_id="r1", reason="x",
        until=now() + timedelta(days=7),
    )  # fmt: skip
    appeal = actions.file_appeal(actor=who, measure=measure, text="No")
    community_actions.leave(actor=who, membership=here)
    actions.decide_appeal(actor=judge, appeal=appeal, grant=True, reason="Right")
    measure.refresh_from_db()
    assert measure.overturned_at


def test_who_leaves_while_suspended_comes_back_suspended_until_an_appeal_is_granted():
    farm = community(rules=RULES)
    who, judge = member(farm), member(farm, role="operator")
    measure = actions.suspend_member(
        actor=farm.owner, membership=membership(who, farm), rule_id="r1", reason="x",
        until=now() + timedelta(days=9),
    )  # fmt: skip
    community_actions.leave(actor=who, membership=membership(who, farm))
    back = community_actions.apply(actor=who, community=farm, accepted_rules=1)
    assert communities.is_suspended(back)
    with pytest.raises(community_errors.Suspended):
        communities.require_member(who, farm)
    appeal = actions.file_appeal(actor=who, measure=measure, text="No")
    actions.decide_appeal(actor=judge, appeal=appeal, grant=True, reason="Right")
    assert communities.require_member(who, farm)
    community_actions.leave(actor=who, membership=membership(who, farm))
    again = community_actions.apply(actor=who, community=farm, accepted_rules=1)
    assert not communities.is_suspended(again)


def test_a_refused_measure_leaves_no_trace():
    farm = community(rules=RULES)
    operator, who = member(farm, role="operator"), member(farm)
    wrongs = [
        (community_errors.HigherRank, lambda: remove(farm, farm.owner, actor=operator)),
        (community_errors.UnknownRule, lambda: remove(farm, who, rule="r9")),
        (community_errors.ReasonMissing, lambda: remove(farm, who, reason=" ")),
        (community_errors.PermissionMissing, lambda: remove(farm, operator, actor=who)),
    ]
    for error, wrong in wrongs:
        with pytest.raises(error):
            wrong()
    assert not Measure.objects.exists()
    assert communities.membership_of(who, farm)


def test_a_second_removal_at_the_same_moment_is_refused(race):
    farm = community(rules=RULES)
    who, operator = member(farm), member(farm, role="operator")
    here = membership(who, farm)
    outcome = race(
        2,
        lambda n: actions.remove_member(
            actor=[farm.owner, operator][n], membership=here, rule_id="r1", reason="x"
        ),
    )
    assert outcome.winners == 1
    assert isinstance(outcome.errors[0], community_errors.AlreadyEnded)
    assert Measure.objects.count() == 1
    farm.refresh_from_db()
    assert farm.member_count == 2


def test_two_judges_cannot_decide_one_appeal_differently(race):
    farm = community(rules=RULES)
    judges = [member(farm, role="operator"), member(farm, role="operator")]
    who = member(farm)
    appeal = actions.file_appeal(actor=who, measure=remove(farm, who), text="No")
    outcome = race(
        2,
        lambda n: (
            actions.decide_appeal(
                actor=judges[n], appeal=Appeal.objects.get(pk=appeal.pk), grant=n == 0, reason="x"
            ).state
        ),
    )
    assert outcome.winners == 1
    assert isinstance(outcome.errors[0], errors.AlreadyDecided)
    appeal.refresh_from_db()
    assert (communities.membership_of(who, farm) is not None) == (appeal.state == "granted")


def test_an_appeal_filed_twice_at_once_is_one(race):
    farm = community(rules=RULES)
    who = member(farm)
    measure = remove(farm, who)
    outcome = race(3, lambda: actions.file_appeal(actor=who, measure=measure, text="No"))
    assert outcome.winners == 1
    assert {type(e) for e in outcome.errors} == {errors.AlreadyAppealed}


def test_measures_and_appeals_are_seen_by_who_they_concern():
    farm = community(rules=RULES)
    who = member(farm)
    measure = remove(farm, who)
    appeal = actions.file_appeal(actor=who, measure=measure, text="No")
    for viewer in (who, farm.owner, member(farm, role="operator")):
        assert queries.get_measure(measure.pk, viewer=viewer) == measure
        assert queries.get_appeal(appeal.pk, viewer=viewer) == appeal
    cco = member(farm, role="cco")
    for viewer in (None, person(), member(farm), cco, community().owner):
        with pytest.raises(errors.MeasureNotFound):
            queries.get_measure(measure.pk, viewer=viewer)
        with pytest.raises(errors.AppealNotFound):
            queries.get_appeal(appeal.pk, viewer=viewer)
    assert queries.appeals(farm, viewer=cco).items == []
    with pytest.raises(community_errors.PermissionMissing):
        queries.appeals(farm, viewer=member(farm))
    with pytest.raises(community_errors.PermissionMissing):
        queries.measures(farm, viewer=member(farm))
    assert queries.measures(farm, viewer=farm.owner).items == [measure]
    assert queries.waiting_appeals_count(farm) == 1


def test_the_audit_log_tells_every_operator_act_in_both_languages():
    farm = community(person("Wang"), rules=RULES)
    who = member(farm, "Mei", role="host")
    remove(farm, who)
    told = [m.sentence for m in queries.audit(farm, viewer=farm.owner)]
    english = " ".join(line["en"] for line in told)
    chinese = " ".join(line["zh"] for line in told)
    assert "Wang gave Mei the role: host." in english
    assert "Wang removed Mei under rule r1 (rules version 1)." in english
    assert "Wang依据规矩 r1（第 1 版）移除了Mei。" in chinese
    page = queries.audit(farm, viewer=farm.owner, limit=1)
    assert queries.audit(farm, viewer=farm.owner, before=page[0].id, limit=1) != page
    for viewer, error in (
        (member(farm), community_errors.PermissionMissing),
        (person(), community_errors.MembersOnly),
        (None, community_errors.MembersOnly),
    ):
        with pytest.raises(error):
            queries.audit(farm, viewer=viewer)


@pytest.mark.req("C13")
def test_moderation_counts_are_public_and_explain_themselves():
    farm = community(rules=RULES)
    with travel(now() - timedelta(days=400)):
        old = member(farm)
        remove(farm, old)
    remove(farm, member(farm), rule="r2")
    remove(farm, member(farm), rule="r2")
    counts = queries.moderation_counts(farm)
    assert [(r.rule_id, r.removals) for r in counts.rules] == [("r2", 2)]
    assert "365" in counts.formula["en"]
    assert "365" in counts.formula["zh"]
    assert queries.moderation_counts(farm, days=500).removals == 3


def test_erasing_an_account_keeps_the_count_and_no_words():
    farm = community(rules=RULES)
    who = member(farm)
    actions.file_appeal(actor=who, measure=remove(farm, who), text="My mother was ill")
    assert queries.own_documents(who)["appeals"][0]["text"] == "My mother was ill"
    erase_person(actor=who)
    assert Appeal.objects.get().text == ""
    assert Measure.objects.get().reason == ""
    assert queries.moderation_counts(farm).removals == 1
