"""The log of acts: what was done, for which value, and who saw it (F09)."""

from datetime import timedelta

import pytest
from django.db import transaction

from qunluo.community.errors import MembersOnly, Suspended
from qunluo.community.models import CharterDraft
from qunluo.conversation import actions as talk
from qunluo.conversation.errors import PostGone
from qunluo.governance import actions, errors, queries
from qunluo.kernel.clock import now, travel
from qunluo.kernel.delivery import drain
from qunluo.kernel.queries import audit_log
from qunluo.reach.models import Delivery
from tests.community.makers import person
from tests.conversation import makers as talking
from tests.governance.makers import farm, first_post

pytestmark = [pytest.mark.django_db, pytest.mark.req("F09")]
VALUES = {"meaning": {"values": ["kindness", "trust"]}}


@pytest.fixture
def town():
    made, cast, square, opened = farm(values=VALUES)
    cast.made, cast.square, cast.thread = made, square, opened
    cast.opener = first_post(opened, cast.li)
    return cast


def linked(town, who=None, value="kindness", sentence="She told us before the rain came.", **more):
    given = {"actor": who or town.li, "post": town.opener, "value": value, "sentence": sentence}
    return talk.link_post(**given | more)


def of(town, value):
    return next(one for one in queries.value_counts(town.made) if one.value == value)


def test_a_member_links_a_post_to_a_value_and_it_counts(town):
    act = linked(town)
    assert (act.doer_id, act.linked_by_id, act.own) == (town.mei.pk, town.li.pk, False)
    assert (of(town, "kindness").acts, of(town, "kindness").people) == (1, 1)
    (seen,) = queries.acts(town.made, viewer=town.mei).items
    assert seen.act.sentence == "She told us before the rain came."
    assert seen.act.path.startswith(f"/c/{town.made.slug}/talk/{town.thread.number}/")
    assert queries.acts(town.made, viewer=town.mei, value="trust").items == []


def test_values_that_nobody_shows_stand_out(town):
    linked(town)
    assert (of(town, "kindness").untouched, of(town, "trust").untouched) == (False, True)
    with travel(now() + queries.QUIET + timedelta(days=1)):
        assert of(town, "kindness").untouched


def test_ones_own_act_is_marked_and_nobody_stands_behind_oneself(town):
    act = linked(town, town.mei)
    assert act.own
    with pytest.raises(errors.OwnAct):
        actions.second_act(actor=town.mei, act=act)


def test_others_stand_behind_it_once_and_may_step_back(town):
    act = linked(town)
    for _time in range(2):
        actions.second_act(actor=town.operator, act=act)
    with pytest.raises(errors.OwnAct):
        actions.second_act(actor=town.mei, act=act)  # it is about her
    assert queries.get_act(act.pk, viewer=town.operator).seconded
    assert queries.get_act(act.pk, viewer=town.operator).act.seconds == 1
    for _time in range(2):
        actions.unsecond_act(actor=town.operator, act=act)
    assert queries.get_act(act.pk, viewer=town.mei).act.seconds == 0


@pytest.mark.parametrize(
    ("value", "sentence", "field"),
    [("courage", "x", "value"), ("trust", " ", "sentence"), ("trust", "y" * 201, "sentence")],
)
def test_an_act_names_a_value_and_says_something(town, value, sentence, field):
    with pytest.raises(errors.InvalidAct) as refused:
        linked(town, value=value, sentence=sentence)
    assert list(refused.value.fields) == [field]


def test_a_thing_shows_a_value_once_but_may_show_another(town):
    linked(town)
    with pytest.raises(errors.AlreadyLinked), transaction.atomic():
        linked(town, town.operator)
    assert linked(town, town.operator, value="trust").value == "trust"


def test_what_was_said_among_few_stays_there(town):
    chosen = talking.space(town.made, slug="oven", visibility="grant", grant_kind="badge",
                           grant_name="baker")  # fmt: skip
    said = talking.thread(town.owner, chosen)
    with pytest.raises(errors.AmongFew):
        talk.link_post(actor=town.owner, post=first_post(said, town.owner), value="trust",
                       sentence="x")  # fmt: skip


def test_what_some_read_first_stays_with_them_until_it_opens(town):
    early = {"until": (now() + timedelta(days=1)).isoformat(), "kind": "badge", "name": "baker"}
    said = talking.thread(town.owner, town.square, planned=early)
    given = {"actor": town.owner, "post": first_post(said, town.owner), "value": "trust"}
    with pytest.raises(errors.AmongFew):
        talk.link_post(**given, sentence="x")
    with travel(now() + timedelta(days=2)):
        assert talk.link_post(**given, sentence="x")


def test_what_was_taken_back_shows_nothing(town):
    talk.remove_post(actor=town.mei, post=town.opener)
    town.opener.refresh_from_db()
    with pytest.raises(PostGone):
        linked(town)


def test_a_sentence_that_a_list_holds_is_refused_with_the_rule(town):
    with pytest.raises(errors.ActTouchesARule):
        linked(town, sentence="稳赚不赔，包赚。")


def test_only_members_link_and_a_block_is_kept(town):
    with pytest.raises(MembersOnly):
        linked(town, person("Stranger"))
    actions.block(actor=town.mei, other=town.li)
    with pytest.raises(errors.BlockedBetween):
        linked(town)
    talking.suspend(town.operator, town.made)
    with pytest.raises(Suspended):
        linked(town, town.operator)


def test_who_is_muted_is_not_read_unless_it_is_about_oneself(town):
    act = linked(town, town.operator)
    actions.mute(actor=town.li, other=town.operator)
    actions.mute(actor=town.mei, other=town.operator)
    assert queries.acts(town.made, viewer=town.li).items == []
    assert [one.act for one in queries.acts(town.made, viewer=town.mei).items] == [act]


def test_the_doer_hears_of_it_and_takes_it_back(town):
    act = linked(town)
    drain()
    told = Delivery.objects.filter(to=town.mei.email).values_list("context", flat=True)
    assert any("“kindness”" in context["text"] for context in told)
    with pytest.raises(errors.ActNotFound):
        actions.withdraw_act(actor=town.operator, act=act)
    actions.withdraw_act(actor=town.mei, act=act)
    assert of(town, "kindness").acts == 0
    with pytest.raises(errors.ActNotFound):
        queries.get_act(act.pk, viewer=town.li)
    assert linked(town).pk != act.pk  # the thing itself can be linked again, by a better sentence


@pytest.mark.req("C13", "O01")
def test_an_act_is_removed_under_a_rule_and_an_appeal_brings_it_back(town):
    act = linked(town)
    measure = actions.remove_act(actor=town.operator, act=act, rule_id="r1", reason="It mocks her.")
    drain()
    assert queries.acts(town.made, viewer=town.li).items == []
    assert measure.rule_title == "Be kind"
    assert queries.moderation_counts(town.made).takedowns == 1
    assert "governance.act_removed" in {one.name for one in audit_log(town.made.pk)}
    assert first_post(town.thread, town.li).removed_at is None  # the thread itself stays
    appeal = actions.file_appeal(actor=town.li, measure=measure, text="It praises her.")
    actions.decide_appeal(actor=town.owner, appeal=appeal, grant=True, reason="So it does.")
    drain()
    assert [one.act.pk for one in queries.acts(town.made, viewer=town.li).items] == [act.pk]


def test_a_decided_vote_shows_a_value_too(town):
    vote = actions.open_vote(actor=town.owner, community=town.made, question="Oven?", days=3)
    with pytest.raises(errors.NothingDecided):
        actions.link_vote(actor=town.li, vote=vote, value="trust", sentence="We asked everybody.")
    for who in (town.owner, town.mei, town.li, town.operator):
        actions.cast_ballot(actor=who, vote=vote, choice="yes")
    with travel(now() + timedelta(days=4)):
        actions.close_due_votes()
        vote.refresh_from_db()
        act = actions.link_vote(actor=town.li, vote=vote, value="trust", sentence="We asked.")
    assert act.doer_id == town.owner.pk


def test_an_act_of_a_value_that_the_charter_dropped_stays_in_the_log(town):
    linked(town, value="trust")
    draft = CharterDraft.objects.get(community=town.made)
    draft.values["meaning"]["values"] = ["kindness", "courage"]
    draft.save()
    found = [(one.value, one.acts, one.current) for one in queries.value_counts(town.made)]
    assert found == [("kindness", 0, True), ("courage", 0, True), ("trust", 1, False)]


def test_what_one_wrote_in_the_log_is_in_ones_archive_and_goes_with_the_account(town):
    act = linked(town)
    actions.second_act(actor=town.operator, act=act)
    kept = queries.own_documents(town.li)
    assert kept["acts"][0]["sentence"] == act.sentence
    assert queries.own_documents(town.operator)["seconded_acts"]
    actions.erase(town.operator)
    act.refresh_from_db()
    assert act.seconds == 0
    actions.erase(town.li)
    assert of(town, "kindness").acts == 0


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("#12", ("post", 12, 1)),
        ("12", ("post", 12, 1)),
        ("https://x.org/c/a/talk/12/?at=3#p3", ("post", 12, 3)),
        ("/c/a/talk/12/", ("post", 12, 1)),
        ("/c/a/votes/7/", ("vote", 7, 0)),
        ("the oven", None),
        ("", None),
    ],
)
def test_an_address_or_a_number_says_what_is_meant(said, meant):
    assert queries.read_about(said) == meant
