from datetime import timedelta
from threading import Barrier

import pytest

from qunluo.community import actions, errors, queries
from qunluo.community.models import Application, CharterVersion, Community, Membership
from qunluo.kernel.clock import now, travel
from qunluo.kernel.models import EventRecord
from tests.community.makers import RULES, community, member, membership, person, publish_rules

pytestmark = [pytest.mark.django_db, pytest.mark.req("P22")]

BONDED = {"bonding": {"elements": ["hobby"]}, "joining": {"questions": ["What do you grow?"]}}
SCOPED = {"scope": {"words_in": ["garden"], "words_out": ["crypto", "加盟"], "strictness": "warn"}}


def names(person):
    return list(
        EventRecord.objects.filter(person_id=person.pk, name__startswith="community.")
        .order_by("pk")
        .values_list("name", flat=True)
    )


def test_an_open_door_lets_people_in_at_once():
    farm, who = community(), person()
    made = actions.apply(actor=who, community=farm, label_claim="want")
    assert isinstance(made, Membership)
    assert (made.number, made.via, made.label_claim) == (2, "open", "want")
    farm.refresh_from_db()
    assert (farm.member_count, farm.next_member_number) == (2, 3)
    assert names(who) == ["community.member_joined"]
    assert queries.acceptance_rate(farm).share == 1


@pytest.mark.req("O09")
def test_asking_twice_gives_the_same():
    farm, who = community(), person()
    assert actions.apply(actor=who, community=farm) == actions.apply(actor=who, community=farm)
    vetted, other = community(selection="vetting"), person()
    first = actions.apply(actor=other, community=vetted)
    assert actions.apply(actor=other, community=vetted) == first
    assert Application.objects.filter(person=other).count() == 1


@pytest.mark.req("F05")
def test_bonding_elements_and_own_questions_are_asked_and_must_be_answered():
    farm, who = community(selection="questions", values=BONDED), person()
    asked = queries.entry_terms(farm).questions
    assert [q.id for q in asked] == ["hobby-1", "own-1"]
    assert asked[0].text["zh"]
    with pytest.raises(errors.AnswersMissing) as refused:
        actions.apply(actor=who, community=farm, answers={"hobby-1": "as a child", "own-1": "  "})
    assert list(refused.value.fields) == ["own-1"]
    made = actions.apply(
        actor=who, community=farm, answers={"hobby-1": "as a child", "own-1": "Leeks", "x": "y"}
    )
    assert made.via == "questions"
    kept = Application.objects.get(person=who)
    assert kept.asked["own-1"] == "What do you grow?"
    assert kept.asked["hobby-1"]["zh"]
    assert (kept.state, kept.answers) == (
        "accepted", {"hobby-1": "as a child", "own-1": "Leeks"}
    )  # fmt: skip


def test_invitation_and_fee_say_why_the_door_is_closed():
    invited = community(selection="invitation")
    with pytest.raises(errors.InvitationNeeded) as refused:
        actions.apply(actor=person(), community=invited)
    assert refused.value.next_step
    paid = community(selection="fee")
    with pytest.raises(errors.FeeNotPossible) as refused:
        actions.apply(actor=person(), community=paid)
    assert "Nothing was charged" in refused.value.next_step


def test_closed_recruitment_and_private_doors_refuse_but_an_invitation_opens():
    farm = community(stage="private")
    with pytest.raises(errors.RecruitmentClosed):
        actions.apply(actor=person(), community=farm)
    who, inviter = person(), farm.owner
    made = actions.admit(person=who, community=farm, via="invitation", inviter=inviter)
    assert made.inviter == inviter
    closed = community(stage="closed")
    for enter in (
        lambda: actions.apply(actor=person(), community=closed),
        lambda: actions.admit(person=person(), community=closed, via="invitation"),
    ):
        with pytest.raises(errors.CommunityClosed):
            enter()


def test_vetting_waits_for_an_operator_and_a_refusal_carries_a_reason():
    farm = community(selection="vetting", values=BONDED)
    answers = {"hobby-1": "yes", "own-1": "leeks"}
    operator, yes, no = member(farm, role="operator"), person("Yes"), person("No")
    waits = actions.apply(actor=yes, community=farm, answers=answers)
    refused = actions.apply(actor=no, community=farm, answers=answers)
    assert waits.state == "waiting"
    assert queries.waiting_count(farm) == 2
    assert {a.pk for a in queries.applications(farm, viewer=operator).items} == {
        waits.pk, refused.pk
    }  # fmt: skip
    with pytest.raises(errors.ReasonMissing):
        actions.decide_application(actor=operator, application=refused, accept=False, reason=" ")
    actions.decide_application(
        actor=operator, application=refused, accept=False, reason="We are full this season."
    )
    actions.decide_application(actor=operator, application=waits, accept=True)
    assert membership(yes, farm).via == "vetting"
    assert queries.get_application(refused.pk, viewer=no).reason == "We are full this season."
    with pytest.raises(errors.AlreadyEnded):
        actions.decide_application(actor=operator, application=waits, accept=True)
    assert names(yes) == [
        "community.application_made",
        "community.application_accepted",
        "community.member_joined",
    ]


def test_acceptance_rate_explains_itself():
    farm = community(selection="vetting")
    operator, start = member(farm, role="operator"), now()
    with travel(start - timedelta(days=91)):
        old = actions.apply(actor=person(), community=farm)
        actions.decide_application(actor=operator, application=old, accept=True)
    for n in range(4):
        one = actions.apply(actor=person(), community=farm)
        actions.decide_application(actor=operator, application=one, accept=n < 3, reason="full")
    actions.apply(actor=person(), community=farm)
    rate = queries.acceptance_rate(farm)
    assert (rate.accepted, rate.decided, rate.share) == (3, 4, 0.75)
    assert "3 of 4" in rate.formula["en"]
    assert "90 天" in rate.formula["zh"]
    assert queries.acceptance_rate(farm, days=120).decided == 5
    assert queries.acceptance_rate(community()).share is None


def test_only_the_applicant_and_deciders_see_an_application():
    farm = community(selection="vetting")
    who = person()
    asked = actions.apply(actor=who, community=farm)
    assert queries.get_application(asked.pk, viewer=who) == asked
    assert queries.get_application(asked.pk, viewer=farm.owner) == asked
    for stranger in (person(), member(farm), community().owner, None):
        with pytest.raises(errors.ApplicationNotFound):
            queries.get_application(asked.pk, viewer=stranger)
    with pytest.raises(errors.OwnApplication):
        actions.withdraw_application(actor=farm.owner, application=asked)
    actions.withdraw_application(actor=who, application=asked)
    assert queries.waiting_application(who, farm) is None
    with pytest.raises(errors.AlreadyEnded):
        actions.decide_application(actor=farm.owner, application=asked, accept=True)


@pytest.mark.req("F07")
def test_a_criterion_is_claimed_by_the_applicant_and_verified_by_an_operator():
    farm = community(values={"people": {"criterion": "Runs a small firm"}})
    operator, who = member(farm, role="operator"), person()
    with pytest.raises(errors.AnswersMissing) as refused:
        actions.apply(actor=who, community=farm)
    assert list(refused.value.fields) == ["criterion_claim"]
    asked = actions.apply(actor=who, community=farm, criterion_claim="A bakery with 6 people")
    assert asked.state == "waiting"
    with pytest.raises(errors.CriterionNotVerified):
        actions.decide_application(actor=operator, application=asked, accept=True)
    actions.verify_criterion(actor=operator, application=asked)
    actions.decide_application(actor=operator, application=asked, accept=True)
    assert membership(who, farm)
    assert "community.criterion_verified" in names(who)


@pytest.mark.req("F11")
def test_words_outside_the_scope_warn_with_the_words_and_can_be_confirmed():
    values = {**SCOPED, "joining": {"questions": ["Why?"]}}
    farm, who = community(selection="questions", values=values), person()
    said = {"own-1": "I sell Crypto and look for 加盟 partners"}
    with pytest.raises(errors.OutsideScope) as warned:
        actions.apply(actor=who, community=farm, answers=said)
    assert "crypto, 加盟" in warned.value.say(str)[0]
    actions.apply(actor=who, community=farm, answers=said, despite_scope=True)
    assert Application.objects.get(person=who).scope_warning == "crypto、加盟"
    inside = {"own-1": "my garden pays better than crypto"}
    assert actions.apply(actor=person(), community=farm, answers=inside)


@pytest.mark.req("F11")
def test_a_strict_scope_refuses_with_the_reason_in_the_applicants_language():
    values = {
        "scope": {"words_out": ["加盟"], "strictness": "refuse"}, "joining": {"questions": ["?"]}
    }  # fmt: skip
    farm = community(selection="questions", values=values)
    for language, part in (("zh-hans", "不涉及"), ("en", "not about")):
        who = person(language=language)
        refused = actions.apply(actor=who, community=farm, answers={"own-1": "找加盟"})
        assert (refused.state, refused.decided_by) == ("refused", None)
        assert part in refused.reason
        assert "加盟" in refused.reason
    assert queries.acceptance_rate(farm).refused == 2


def test_a_refused_person_may_ask_again_after_a_week():
    farm, who = community(selection="vetting"), person()
    with travel(now()) as clock:
        asked = actions.apply(actor=who, community=farm)
        actions.decide_application(actor=farm.owner, application=asked, accept=False, reason="full")
        with pytest.raises(errors.RefusedRecently) as refused:
            actions.apply(actor=who, community=farm)
        assert refused.value.context["application_id"] == asked.pk
        clock.move(timedelta(days=7))
        assert actions.apply(actor=who, community=farm).pk != asked.pk


@pytest.mark.req("O01")
def test_the_current_rules_are_accepted_on_joining_and_anew_when_they_change():
    farm, who = community(rules=RULES), person()
    for wrong in (0, 2):
        with pytest.raises(errors.RulesNotAccepted) as refused:
            actions.apply(actor=who, community=farm, accepted_rules=wrong)
        assert "version 1" in refused.value.say(str)[0]
    with pytest.raises(errors.RulesNotAccepted):
        actions.admit(person=who, community=farm, via="invitation")
    made = actions.apply(actor=who, community=farm, accepted_rules=1)
    assert not queries.rules_state(made).to_accept
    publish_rules(farm)
    assert queries.rules_state(made).to_accept
    assert queries.count_members(farm, viewer=farm.owner, filters={"rules": "outdated"}) == 2
    with pytest.raises(errors.RulesNotAccepted):
        actions.accept_rules(actor=who, membership=made, number=1)
    actions.accept_rules(actor=who, membership=made, number=2)
    actions.accept_rules(actor=who, membership=made, number=2)
    assert not queries.rules_state(made).to_accept
    assert names(who).count("community.rules_accepted") == 1
    with pytest.raises(errors.MembersOnly):
        actions.accept_rules(actor=farm.owner, membership=made, number=2)


def test_coming_in_by_invitation_withdraws_a_waiting_application():
    farm, who = community(selection="vetting"), person()
    asked = actions.apply(actor=who, community=farm)
    actions.admit(person=who, community=farm, via="invitation", inviter=farm.owner)
    asked.refresh_from_db()
    assert asked.state == "withdrawn"


@pytest.mark.req("F04")
def test_the_label_is_claimed_changed_and_counted_against_the_ceiling():
    farm = community(values={"attitude": {"label": "early riser", "ceiling": 1000}})
    have, want = member(farm), member(farm)
    actions.claim_label(actor=have, membership=membership(have, farm), claim="have")
    actions.claim_label(actor=want, membership=membership(want, farm), claim="want")
    reach = queries.label_reach(farm)
    assert (reach.have, reach.want, reach.base, reach.ceiling) == (1, 1, 2, 1000)
    assert reach.share == 0.002
    actions.claim_label(actor=want, membership=membership(want, farm), claim="")
    assert queries.label_reach(farm).base == 1
    assert queries.label_reach(community()).share is None
    with pytest.raises(errors.MembersOnly):
        actions.claim_label(actor=want, membership=membership(have, farm), claim="have")


def test_numbers_have_neither_gaps_nor_doubles_when_many_join_at_once(race):
    farm = community()
    people = [person() for _ in range(8)]
    outcome = race(8, lambda n: actions.apply(actor=people[n], community=farm).number)
    assert outcome.errors == []
    assert sorted(outcome.results) == list(range(2, 10))
    farm.refresh_from_db()
    assert (farm.member_count, farm.next_member_number) == (9, 10)


def test_without_the_counter_in_the_transaction_numbers_would_double(race):
    """What the counter prevents: reading the highest number and adding one."""
    farm, all_have_read = community(), Barrier(6)
    people = [person() for _ in range(6)]

    def read_then_write(n):
        highest = Membership.objects.filter(community=farm).order_by("-number").first().number
        all_have_read.wait(timeout=30)
        return Membership.objects.create(
            community=farm,
            person=people[n],
            number=highest + 1,
            via="open",
            joined_at=now(),
            last_active_on=now().date(),
        ).number

    assert race(6, read_then_write).winners == 1


def test_a_double_click_makes_one_membership_and_one_accepted_application(race):
    farm, who = community(), person()
    outcome = race(6, lambda: actions.apply(actor=who, community=farm).pk)
    assert outcome.errors == []
    assert len(set(outcome.results)) == 1
    assert Application.objects.filter(person=who).count() == 1
    assert Community.objects.get(pk=farm.pk).member_count == 2


def test_a_double_click_makes_one_waiting_application(race):
    farm, who = community(selection="vetting"), person()
    outcome = race(6, lambda: actions.apply(actor=who, community=farm).pk)
    assert outcome.errors == []
    assert len(set(outcome.results)) == 1


def test_two_operators_cannot_decide_one_application_differently(race):
    farm = community(selection="vetting")
    deciders = [farm.owner, member(farm, role="operator")]
    asked = actions.apply(actor=person(), community=farm)

    def decide(n):
        return actions.decide_application(
            actor=deciders[n],
            application=Application.objects.get(pk=asked.pk),
            accept=n == 0,
            reason="full",
        ).state

    outcome = race(2, decide)
    assert outcome.winners == 1
    assert isinstance(outcome.errors[0], errors.AlreadyEnded)


def test_two_owners_cannot_both_resign(race):
    farm = community()
    second = member(farm, role="owner")
    outcome = race(
        2,
        lambda n: actions.leave(
            actor=[farm.owner, second][n], membership=membership([farm.owner, second][n], farm)
        ),
    )
    assert outcome.winners == 1
    assert isinstance(outcome.errors[0], errors.LastOwner)


def test_two_ccos_cannot_be_seated_at_once(race):
    farm = community()
    who = [member(farm), member(farm)]

    def seat(n):
        return actions.grant(
            actor=farm.owner, community=farm, person=who[n], kind="seat", name="cco", source="x"
        )

    outcome = race(2, seat)
    assert outcome.winners == 1
    assert isinstance(outcome.errors[0], errors.SeatTaken)


def test_nobody_is_accepted_into_a_closed_community():
    farm = community(selection="vetting")
    asked = actions.apply(actor=person(), community=farm)
    Community.objects.filter(pk=farm.pk).update(stage="closed")
    asked = Application.objects.get(pk=asked.pk)
    with pytest.raises(errors.CommunityClosed):
        actions.decide_application(actor=farm.owner, application=asked, accept=True)
    asked.refresh_from_db()
    assert asked.state == "waiting"


@pytest.mark.req("F09")
def test_a_newcomer_is_recorded_with_the_charter_they_read():
    farm = community()
    assert membership(member(farm, "Before"), farm).charter_number == 0
    CharterVersion.objects.create(
        community=farm, number=3, values={"meaning": {"mission": "Eat well"}}, published_at=now()
    )
    assert membership(member(farm, "After"), farm).charter_number == 3
