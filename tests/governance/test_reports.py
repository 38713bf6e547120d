from datetime import timedelta

import pytest

from qunluo.community import errors as community_errors
from qunluo.community import queries as communities
from qunluo.conversation import actions as talk
from qunluo.conversation import queries as talking
from qunluo.conversation.errors import ThreadNotFound
from qunluo.conversation.models import Post, Thread
from qunluo.governance import actions, errors, queries
from qunluo.governance.models import Case, Measure, Report
from qunluo.kernel.clock import now, travel
from qunluo.kernel.delivery import drain
from qunluo.kernel.errors import TooMany
from qunluo.people.actions import erase_person, export_person
from tests.community.makers import member, membership, person
from tests.governance.makers import farm, first_post, seen

pytestmark = pytest.mark.django_db


def reported(made, cast, opened, *, by=None, **said):
    post = first_post(opened, cast.li)
    said = said or {"rule_id": "r1", "text": "Rude."}
    return talk.report_post(actor=by or cast.li, post=post, **said).case


@pytest.mark.req("C13", "O01")
def test_a_report_is_decided_by_somebody_else_and_the_post_is_removed():
    made, cast, _square, opened = farm()
    case = reported(made, cast, opened)
    assert [line["text"] for line in case.evidence if line["reported"]] == ["It rains and rains."]
    assert queries.queue(made, viewer=cast.operator).items == [case]
    view = queries.get_case(case.pk, viewer=cast.operator)
    assert view.may_decide
    assert [(one.reporter, one.rule_title) for one in view.reports] == [(cast.li, "Be kind")]
    actions.decide_case(
        actor=cast.operator, case=case, outcome="remove", rule_id="r1", reason="It insults Li."
    )
    drain()
    (post,) = seen(made, opened, cast.mei)
    assert (post.removed, post.rule_title, post.reason) == ("rule", "Be kind", "It insults Li.")
    assert post.measure_id == Measure.objects.get().pk
    (hidden,) = seen(made, opened, cast.li)
    assert (hidden.html, hidden.measure_id) == ("", None)
    (own,) = queries.own_reports(cast.li, made)
    assert (own.case.outcome, own.case.reason) == ("remove", "It insults Li.")
    assert queries.moderation_counts(made).takedowns == 1
    assert "governance.case_decided" in [m.name for m in queries.audit(made, viewer=cast.owner)]


@pytest.mark.req("C13")
def test_the_removal_of_a_post_is_appealed_to_somebody_else_and_undone():
    made, cast, square, opened = farm()
    talk.reply(actor=cast.li, thread=opened, source="Indeed.")
    post = first_post(opened, cast.operator)
    talk.remove_post(actor=cast.operator, post=post, rule_id="r1", reason="It insults Li.")
    drain()
    measure = Measure.objects.get()
    assert (measure.kind, measure.words) == ("takedown", "It rains and rains.")
    appeal = actions.file_appeal(actor=cast.mei, measure=measure, text="I meant the weather.")
    assert queries.against(appeal) == "takedown"
    with pytest.raises(errors.OwnDecision):
        actions.decide_appeal(actor=cast.operator, appeal=appeal, grant=True, reason="x")
    before = talking.read_thread(made, opened.number, viewer=cast.owner).card.unread
    actions.decide_appeal(actor=cast.owner, appeal=appeal, grant=True, reason="The weather it is.")
    drain()
    window = talking.read_thread(made, opened.number, viewer=cast.owner)
    assert window.posts[0].removed == ""
    assert not window.card.gone
    assert window.card.unread == before + 1
    assert [card.number for card in talking.stream(cast.owner).items] == [opened.number]
    drain()  # twice is once
    assert queries.moderation_counts(made).overturned == 1


def test_a_restored_reply_counts_again():
    made, cast, _square, opened = farm()
    reply = talk.reply(actor=cast.li, thread=opened, source="Nonsense.")
    assert talking.read_thread(made, opened.number, viewer=cast.mei).card.replies == 1
    found = talking.get_post(reply.pk, viewer=cast.operator)
    talk.remove_post(actor=cast.operator, post=found, rule_id="r1", reason="It is rude to Mei.")
    assert talking.read_thread(made, opened.number, viewer=cast.mei).card.replies == 0
    appeal = actions.file_appeal(actor=cast.li, measure=Measure.objects.get(), text="No.")
    actions.decide_appeal(actor=cast.owner, appeal=appeal, grant=True, reason="It is not.")
    drain()
    card = talking.read_thread(made, opened.number, viewer=cast.mei).card
    assert (card.replies, card.unread, card.last_excerpt) == (1, 1, "Nonsense.")


def test_each_member_reports_a_thing_once_and_nobody_their_own():
    made, cast, _square, opened = farm()
    case = reported(made, cast, opened)
    with pytest.raises(errors.AlreadyReported):
        reported(made, cast, opened)
    with pytest.raises(errors.OwnThing):
        reported(made, cast, opened, by=cast.mei)
    for wrong in ({"text": " "}, {"rule_id": "r9"}, {"text": "x" * 1001}):
        with pytest.raises(errors.InvalidReport):
            reported(made, cast, opened, by=cast.owner, **wrong)
    assert reported(made, cast, opened, by=cast.owner) == case
    case.refresh_from_db()
    assert (case.reports, Report.objects.count()) == (2, 2)


def test_twenty_reports_a_day_are_enough():
    made, cast, square, _opened = farm()
    with travel(now()):
        for n in range(20):
            other = member(made, f"N{n}")
            made.refresh_from_db()
            target = actions.Target(type="person", id=other.pk, author=other)
            actions.file_report(actor=cast.li, community=made, target=target, text="Rude.")
        target = actions.Target(type="person", id=cast.mei.pk, author=cast.mei)
        with pytest.raises(TooMany):
            actions.file_report(actor=cast.li, community=made, target=target, text="Rude.")


def test_more_reports_and_more_age_come_first_in_the_queue():
    made, cast, square, opened = farm()
    start = now()
    with travel(start) as clock:
        old = reported(made, cast, opened)
        clock.move(timedelta(hours=20))
        second = talk.write_post(actor=cast.mei, space=square, title="Wind", source="It blows.")
        loud = reported(made, cast, second)
        reported(made, cast, second, by=cast.owner)
        assert queries.queue(made, viewer=cast.operator).items == [loud, old]


@pytest.mark.parametrize("outcome", ["label", "remove", "warn", "suspend", "expel"])
def test_whatever_is_done_cites_a_rule_and_gives_a_reason(outcome):
    made, cast, _square, opened = farm()
    case = reported(made, cast, opened)
    decide = {"actor": cast.operator, "case": case, "outcome": outcome}
    for rule, reason, error in (
        ("r9", "It is rude.", community_errors.UnknownRule),
        ("r1", " ", community_errors.ReasonMissing),
        ("r1", "Criticism of us", errors.NoReason),
        ("r1", "有站外链接", errors.NoReason),
    ):
        with pytest.raises(error):
            actions.decide_case(**decide, rule_id=rule, reason=reason)
    assert Case.objects.get().state == "open"
    assert not Measure.objects.exists()
    decided = actions.decide_case(**decide, rule_id="r1", reason="It calls Li names.")
    assert decided.measure.rule_id == "r1"
    drain()
    post = seen(made, opened, cast.mei)[0] if outcome != "expel" else None
    if outcome == "label":
        assert (post.label, post.removed) == ("Be kind", "")
    if outcome == "expel":
        assert communities.membership_of(cast.mei, made) is None
    with pytest.raises(errors.CaseDecidedBefore):
        actions.decide_case(actor=cast.owner, case=case, outcome="nothing")


def test_nobody_who_is_part_of_it_decides_and_nobody_without_the_permission():
    made, cast, square, opened = farm()
    case = reported(made, cast, opened)
    reported(made, cast, opened, by=cast.operator)
    with pytest.raises(errors.OwnCase):
        actions.decide_case(actor=cast.operator, case=case, outcome="nothing")
    with pytest.raises(community_errors.PermissionMissing):
        actions.decide_case(actor=cast.li, case=case, outcome="nothing")
    with pytest.raises(errors.CaseNotFound):
        queries.get_case(case.pk, viewer=cast.li)
    own = talk.write_post(actor=cast.operator, space=square, title="News", source="We are best.")
    theirs = talk.report_thread(actor=cast.li, thread=own, text="Bragging.").case
    with pytest.raises(errors.OwnCase):
        actions.decide_case(actor=cast.operator, case=theirs, outcome="nothing")
    with pytest.raises(errors.OwnCase):
        talk.remove_post(
            actor=cast.operator, post=first_post(own, cast.operator), rule_id="r1", reason="Mine."
        )
    actions.decide_case(
        actor=cast.owner, case=theirs, outcome="remove", rule_id="r2", reason="It floods the board."
    )
    drain()
    assert seen(made, own, cast.li)[0].removed == "rule"


@pytest.mark.req("C13")
def test_of_a_talk_between_two_operators_read_only_what_was_reported():
    made, cast, _square, _opened = farm()
    two = talk.talk_with(actor=cast.li, community=made, handle=cast.mei.handle)
    chat = Thread.objects.select_related("space__community").get(space=two)
    for n in range(1, 15):
        talk.reply(actor=cast.mei, thread=chat, source=f"message {n}")
    bad = seen_at(chat, cast.li, 8)
    case = talk.report_post(actor=cast.li, post=bad, text="Threatens me.").case
    assert case.private
    assert [line["text"] for line in case.evidence] == [f"message {n}" for n in range(3, 14)]
    assert [line["text"] for line in case.evidence if line["reported"]] == ["message 8"]
    with pytest.raises(ThreadNotFound):
        talking.get_post(bad.pk, viewer=cast.operator)
    actions.decide_case(
        actor=cast.operator, case=case, outcome="warn", rule_id="r1", reason="It threatens Li."
    )
    assert queries.measures_of(membership(cast.mei, made))[0].kind == "warning"


def seen_at(chat, viewer, place):
    return talking.get_post(Post.objects.get(thread=chat, place=place).pk, viewer=viewer)


def test_reports_stand_in_the_copy_of_ones_data_and_their_words_go_with_the_account():
    made, cast, _square, opened = farm()
    reported(made, cast, opened)
    assert queries.own_documents(cast.li)["reports"][0]["text"] == "Rude."
    assert export_person(actor=cast.li)
    erase_person(actor=cast.li)
    assert Report.objects.get().text == ""
    erase_person(actor=cast.mei)
    assert Case.objects.get().evidence == []


def test_two_who_decide_at_once_decide_once(race):
    made, cast, _square, opened = farm()
    case = reported(made, cast, opened)
    outcome = race(
        2,
        lambda n: actions.decide_case(
            actor=[cast.owner, cast.operator][n], case=case, outcome="remove", rule_id="r1",
            reason="It insults Li.",
        ),
    )  # fmt: skip
    assert outcome.winners == 1
    assert Measure.objects.count() == 1


def test_a_stranger_reports_nothing():
    made, cast, _square, _opened = farm()
    target = actions.Target(type="person", id=cast.mei.pk, author=cast.mei)
    with pytest.raises(community_errors.MembersOnly):
        actions.file_report(actor=person(), community=made, target=target, text="x")
