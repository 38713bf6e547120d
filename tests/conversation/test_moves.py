"""Kinds at work: questions, feedback, help, worries, promises and spotlights."""

from datetime import timedelta

import pytest

from qunluo.community import errors as community_errors
from qunluo.conversation import actions, errors, queries
from qunluo.conversation.models import Thread
from qunluo.kernel.clock import now
from qunluo.kernel.queries import audit_log, events_of
from tests.community.makers import RULES
from tests.conversation.makers import community, member, post, space, suspend, thread

pytestmark = pytest.mark.django_db


@pytest.fixture
def farm():
    made = community(rules=RULES)
    made.mei, made.bo = member(made, "Mei"), member(made, "Bo")
    made.host = member(made, "Host", role="host")
    made.square = space(made)
    return made


def names(of, count=3):
    return [event.name.split(".")[1] for event in events_of(of.pk, limit=count)]


@pytest.mark.req("C01")
def test_the_author_of_a_question_accepts_an_answer(farm):
    asked = thread(farm.mei, farm.square, "question")
    answer = actions.reply(actor=farm.bo, thread=asked, source="Because of the rain.")
    other = actions.reply(actor=farm.host, thread=asked, source="Because of the sun.")
    with pytest.raises(errors.NotYourMove):
        actions.accept_answer(actor=farm.bo, answer=answer)
    done = actions.accept_answer(actor=farm.mei, answer=answer)
    assert (done.state, done.settled, done.accepted_place) == ("answered", True, 2)
    assert names(farm, 2) == ["answer_accepted", "thread_moved"]
    assert events_of(farm.pk, limit=1)[0].person_id == farm.bo.pk
    assert actions.accept_answer(actor=farm.mei, answer=other).accepted_place == 3
    window = queries.read_thread(farm, asked.number, viewer=farm.mei, after=0)
    assert [one.place for one in window.posts if one.accepted] == [3]
    actions.remove_post(actor=farm.host, post=other)
    again = queries.get_thread(farm, asked.number, viewer=farm.mei)
    assert (again.state, again.settled, again.accepted_place) == ("open", False, 0)
    with pytest.raises(errors.InvalidPost):
        actions.move_state(actor=farm.mei, thread=asked, move="accept", answer=3)
    with pytest.raises(errors.InvalidPost):
        actions.move_state(actor=farm.mei, thread=asked, move="accept", answer=1)


@pytest.mark.req("C04")
def test_feedback_has_a_number_an_owner_a_day_and_no_silent_end(farm, travel):
    with travel(now()) as clock:
        given = thread(farm.mei, farm.square, "feedback", fields={"about": "product"})
        assert (given.state, given.number, given.fields) == ("new", 1, {"about": "product"})
        assert given.due_on == now().date() + timedelta(days=7)
        with pytest.raises(errors.NotYourMove):
            actions.move_state(actor=farm.bo, thread=given, move="take", due_on=now().date())
        soon = now().date() + timedelta(days=2)
        taken = actions.move_state(actor=farm.host, thread=given, move="take", due_on=soon)
        assert (taken.assignee, taken.due_on, taken.state) == (farm.host, soon, "taken")
        assert audit_log(farm.pk, limit=1)[0].name == "conversation.thread_handled"
        assert queries.overdue(farm, viewer=farm.host) == []
        clock.move(timedelta(days=4))
        (late,) = queries.overdue(farm, viewer=farm.host)
        assert (late.number, late.overdue) == (1, True)
        with pytest.raises(community_errors.PermissionMissing):
            queries.overdue(farm, viewer=farm.bo)
        with pytest.raises(errors.InvalidPost) as refused:
            actions.move_state(actor=farm.host, thread=given, move="solve", text=" ")
        assert set(refused.value.fields) == {"text"}
        done = actions.move_state(actor=farm.host, thread=taken, move="solve", text="New lids.")
        assert (done.state, done.settled, done.replies) == ("done", True, 1)
        window = queries.read_thread(farm, 1, viewer=farm.mei, after=1)
        assert [(one.move, one.source) for one in window.posts] == [("solve", "New lids.")]
        assert [move.name for move in window.moves] == ["reopen"]
        again = actions.move_state(actor=farm.mei, thread=done, move="reopen", text="Still leaks.")
        assert (again.state, again.settled) == ("new", False)


@pytest.mark.req("C11")
def test_help_is_asked_offered_done_and_thanked(farm):
    asked = thread(farm.mei, farm.square, "help")
    assert [card.number for card in queries.threads_of_kind(
        farm, "help", viewer=farm.bo, settled=False).items] == [1]  # fmt: skip
    with pytest.raises(errors.NotYourMove):
        actions.move_state(actor=farm.mei, thread=asked, move="offer")
    offered = actions.move_state(actor=farm.bo, thread=asked, move="offer")
    assert offered.assignee == farm.bo
    with pytest.raises(errors.StateMoved):
        actions.move_state(actor=farm.host, thread=asked, move="offer")
    back = actions.move_state(actor=farm.bo, thread=offered, move="step_back")
    assert (back.state, back.assignee) == ("asked", None)
    actions.move_state(actor=farm.host, thread=back, move="offer")
    done = actions.move_state(actor=farm.host, thread=back, move="finish")
    (card,) = queries.stream(farm.mei).items
    assert card.why == "waiting"
    thanked = actions.move_state(actor=farm.mei, thread=done, move="thank", text="Thank you!")
    assert (thanked.state, thanked.settled) == ("thanked", True)


@pytest.mark.req("F10")
def test_worries_are_seconded_and_the_heaviest_comes_first(farm):
    light = thread(farm.mei, farm.square, "worry", title="Slugs")
    heavy = thread(farm.bo, farm.square, "worry", title="Drought")
    for who in (farm.mei, farm.host, farm.owner):
        actions.react(actor=who, post=post(heavy, viewer=who), reaction="second")
        actions.react(actor=who, post=post(heavy, viewer=who), reaction="second")
    actions.react(actor=farm.owner, post=post(light, viewer=farm.owner), reaction="second")
    actions.unreact(actor=farm.host, post=post(heavy, viewer=farm.host), reaction="second")
    board = queries.threads_of_kind(farm, "worry", viewer=farm.mei, heaviest=True).items
    assert [(card.title, card.seconds, card.reactions) for card in board] == [
        ("Drought", 2, 0), ("Slugs", 1, 0),
    ]  # fmt: skip
    for who, of, reaction in (
        (farm.bo, heavy, "second"),  # one's own
        (farm.bo, thread(farm.mei, farm.square), "second"),  # no worry
        (farm.bo, light, "hate"),
    ):
        with pytest.raises(errors.UnknownReaction):
            actions.react(actor=who, post=post(of, viewer=who), reaction=reaction)
    carried = actions.move_state(actor=farm.host, thread=heavy, move="carry", text="I dig a well.")
    assert carried.assignee == farm.host
    assert queries.seconded(queries.read_thread(farm, heavy.number, viewer=farm.mei, after=0))


@pytest.mark.req("P26")
def test_promises_are_given_by_publishers_and_end_kept_or_broken_in_public(farm):
    day = (now() + timedelta(days=9)).date()
    with pytest.raises(community_errors.PermissionMissing):
        thread(farm.mei, farm.square, "promise", fields={"due_on": str(day)})
    given = thread(farm.owner, farm.square, "promise", fields={"due_on": str(day)})
    assert given.due_on == day
    later = day + timedelta(days=5)
    late = actions.move_state(
        actor=farm.owner, thread=given, move="delay", text="The mill broke.", due_on=later
    )
    assert (late.state, late.due_on) == ("late", later)
    actions.move_state(actor=farm.owner, thread=late, move="keep", text="Here are the bills.")
    second = thread(farm.owner, farm.square, "promise", fields={"due_on": str(day)})
    actions.move_state(actor=farm.owner, thread=second, move="break", text="We cannot.")
    assert queries.promise_counts(farm, viewer=farm.mei) == {"kept": 1, "broken": 1}


@pytest.mark.req("V11")
def test_a_spotlight_honours_somebody_else_who_may_decline(farm):
    for who in ("", "Nobody", "Mei"):
        with pytest.raises(errors.InvalidPost) as refused:
            thread(farm.mei, farm.square, "spotlight", fields={"person": who})
        assert set(refused.value.fields) == {"person"}
    shown = thread(farm.mei, farm.square, "spotlight", fields={"person": "@Bo"}, source="Bo dug.")
    assert shown.assignee == farm.bo
    assert events_of(farm.pk, limit=1)[0].person_id == farm.bo.pk
    with pytest.raises(errors.NotYourMove):
        actions.move_state(actor=farm.mei, thread=shown, move="decline")
    declined = actions.move_state(actor=farm.bo, thread=shown, move="decline")
    assert (declined.state, declined.title, declined.opener_gone) == ("declined", "", True)
    assert queries.read_thread(farm, shown.number, viewer=farm.bo).posts[0].html == ""


@pytest.mark.req("P15")
def test_an_offer_is_agreed_with_somebody_and_done(farm):
    offer = thread(farm.mei, farm.square, "offer_want", fields={"side": "offer"})
    with pytest.raises(errors.InvalidPost):
        actions.move_state(actor=farm.mei, thread=offer, move="agree", person="Nobody")
    agreed = actions.move_state(actor=farm.mei, thread=offer, move="agree", person=farm.bo.handle)
    assert agreed.assignee == farm.bo
    assert actions.move_state(actor=farm.bo, thread=agreed, move="finish").settled


def test_a_closed_talk_takes_no_replies_and_says_why(farm):
    talk = thread(farm.mei, farm.square)
    closed = actions.move_state(actor=farm.owner, thread=talk, move="close", text="It turns round.")
    assert closed.replies == 1
    with pytest.raises(errors.ThreadClosed):
        actions.reply(actor=farm.mei, thread=closed, source="But")
    assert Thread.objects.get(pk=talk.pk).posts == 2
    actions.move_state(actor=farm.owner, thread=closed, move="reopen")
    actions.reply(actor=farm.mei, thread=closed, source="But")


def test_only_what_a_space_offers_is_opened_there(farm):
    questions = space(farm, type="qa", slug="qa")
    with pytest.raises(errors.KindNotHere):
        thread(farm.mei, questions, "talk")
    with pytest.raises(errors.KindNotHere):
        thread(farm.mei, questions, "no such kind")
    column = space(farm, type="column", slug="column")
    with pytest.raises(community_errors.PermissionMissing):
        thread(farm.mei, column)
    piece = thread(farm.owner, column)
    assert actions.reply(actor=farm.mei, thread=piece, source="Well said.").place == 2
    opens = {card.space.slug: [k.name for k in card.opens] for card in queries.spaces(
        farm, viewer=farm.mei)}  # fmt: skip
    assert opens["column"] == []
    assert opens["qa"] == ["question", "feedback", "help"]


def test_a_space_is_changed_put_away_and_brought_back(farm):
    with pytest.raises(community_errors.PermissionMissing):
        actions.open_space(actor=farm.mei, community=farm, name="Mine")
    for wrong in ({"name": ""}, {"slug": "A b"}, {"type": "stage"}, {"visibility": "grant"}):
        with pytest.raises(errors.InvalidSpace):
            space(farm, **{"slug": "x", **wrong}) if "name" not in wrong else actions.open_space(
                actor=farm.owner, community=farm, **wrong
            )
    made = space(farm, slug="mine")
    with pytest.raises(errors.SpaceSlugTaken):
        space(farm, slug="mine")
    changed = actions.edit_space(
        actor=farm.owner, space=made, name="Ours", visibility="grant", grant_kind="badge",
        grant_name="baker",
    )  # fmt: skip
    assert (changed.name, changed.visibility) == ("Ours", "grant")
    changed = actions.edit_space(actor=farm.owner, space=made, visibility="public")
    assert (changed.grant_kind, changed.grant_name) == ("", "")
    talk = thread(farm.owner, made)
    actions.archive_space(actor=farm.owner, space=made)
    with pytest.raises(errors.SpacePutAway):
        actions.archive_space(actor=farm.owner, space=made)
    with pytest.raises(errors.SpacePutAway):
        actions.reply(
            actor=farm.mei, thread=queries.get_thread(farm, talk.number, viewer=None), source="x"
        )
    assert "mine" not in [card.space.slug for card in queries.spaces(farm, viewer=farm.mei)]
    assert [c.space.slug for c in queries.spaces(farm, viewer=farm.mei, archived=True)] == ["mine"]
    actions.restore_space(actor=farm.owner, space=made)
    assert thread(farm.mei, made).number == talk.number + 1
    acts = [event.name for event in audit_log(farm.pk, limit=3)]
    assert acts == [f"conversation.space_{verb}" for verb in ("restored", "archived", "changed")]


@pytest.mark.req("C13")
def test_an_operator_removes_under_a_rule_and_the_reason_stands_there(farm):
    talk = thread(farm.mei, farm.square, source="You fools")
    bad = actions.reply(actor=farm.bo, thread=talk, source="No, you")
    for rule, reason, refused in (
        ("r1", "", community_errors.ReasonMissing),
        ("r9", "x", community_errors.UnknownRule),
    ):
        with pytest.raises(refused):
            actions.remove_post(actor=farm.owner, post=bad, rule_id=rule, reason=reason)
    with pytest.raises(community_errors.PermissionMissing):
        actions.remove_post(actor=farm.mei, post=bad, rule_id="r1", reason="x")
    actions.remove_post(actor=farm.owner, post=bad, rule_id="r1", reason="An insult.")
    with pytest.raises(errors.PostGone):
        actions.remove_post(actor=farm.owner, post=bad, rule_id="r1", reason="Twice")

    def seen(viewer):
        shown = queries.read_thread(farm, talk.number, viewer=viewer, after=1).posts[0]
        return shown.removed, shown.source, shown.rule_title, shown.reason

    assert seen(farm.mei) == ("rule", "", "Be kind", "An insult.")
    assert seen(farm.bo)[1] == seen(farm.owner)[1] == "No, you"
    (card,) = queries.threads(farm, farm.square.slug, viewer=farm.mei).items
    assert (card.replies, card.last_excerpt, card.last_author.name) == (0, "", "Mei")
    assert queries.removal_counts(farm)[0].posts == 1
    actions.remove_post(actor=farm.owner, post=post(talk, viewer=farm.owner), rule_id="r1",
                        reason="An insult.")  # fmt: skip
    (card,) = queries.threads(farm, farm.square.slug, viewer=farm.mei).items
    assert (card.gone, card.title, card.excerpt) == (True, "", "")
    assert audit_log(farm.pk, limit=1)[0].name == "conversation.post_removed"


def test_an_author_edits_with_history_and_takes_back_without_a_trace_of_the_words(farm):
    talk = thread(farm.mei, farm.square, source="First")
    first = post(talk, viewer=farm.mei)
    with pytest.raises(errors.NotYourPost):
        actions.edit_post(actor=farm.bo, post=first, source="x")
    stale = post(talk, viewer=farm.mei)
    actions.edit_post(actor=farm.mei, post=first, source="Second", title="Sun")
    with pytest.raises(errors.InvalidPost):
        actions.edit_post(actor=farm.mei, post=stale, source="Third")
    (old,) = queries.revisions(first)
    assert (old.title, old.source, first.versions) == ("Rain", "First", 1)
    (card,) = queries.threads(farm, farm.square.slug, viewer=farm.bo).items
    assert (card.title, card.excerpt) == ("Sun", "Second")
    actions.remove_post(actor=farm.mei, post=first)
    shown = queries.read_thread(farm, talk.number, viewer=farm.owner).posts[0]
    assert (shown.removed, shown.source, shown.html) == ("author", "", "")
    assert queries.revisions(post(talk, viewer=farm.mei)) == []
    with pytest.raises(errors.PostGone):
        actions.edit_post(actor=farm.mei, post=post(talk, viewer=farm.mei), source="x")


def test_who_is_called_by_name_is_told_once_and_only_if_they_may_read(farm):
    talk = thread(farm.mei, farm.square, source="@Bo, and @Nobody, come!")
    assert names(farm, 2) == ["thread_opened", "person_mentioned"]
    (card,) = queries.stream(farm.bo).items
    assert (card.why, card.why_label["zh"]) == ("mentioned", "有人提到了你")
    first = post(talk, viewer=farm.mei)
    actions.edit_post(actor=farm.mei, post=first, source="@Bo and @Host, come!")
    assert names(farm, 2) == ["post_edited", "person_mentioned"]
    assert events_of(farm.pk, limit=2)[1].person_id == farm.host.pk
    inner = space(farm, visibility="grant", grant_kind="badge", grant_name="x", slug="inner")
    secret = thread(farm.owner, inner, source="@Bo must not know")
    assert names(farm, 1) == ["thread_opened"]
    assert names(farm, 2)[1] != "person_mentioned"
    assert "/p/" not in post(secret, viewer=farm.owner).html


def test_a_draft_waits_on_every_device_until_it_is_sent(farm):
    actions.save_draft(actor=farm.mei, space=farm.square, title="Ra", source="It ra")
    actions.save_draft(actor=farm.mei, space=farm.square, title="Rain", source="It rains")
    talk = thread(farm.bo, farm.square)
    actions.save_draft(actor=farm.mei, space=farm.square, thread=talk, source="Here t")
    assert [draft.source for draft in queries.drafts(farm.mei)] == ["Here t", "It rains"]
    assert queries.draft_for(farm.mei, farm.square).title == "Rain"
    assert queries.read_thread(farm, talk.number, viewer=farm.mei).draft.source == "Here t"
    assert queries.read_thread(farm, talk.number, viewer=farm.bo).draft is None
    actions.reply(actor=farm.mei, thread=talk, source="Here too")
    assert [draft.source for draft in queries.drafts(farm.mei)] == ["It rains"]
    thread(farm.mei, farm.square)
    assert queries.drafts(farm.mei) == []
    actions.save_draft(actor=farm.mei, space=farm.square, source="x")
    assert actions.save_draft(actor=farm.mei, space=farm.square, source=" ") is None
    assert queries.drafts(farm.mei) == []


def test_a_suspended_member_moves_nothing(farm):
    asked = thread(farm.mei, farm.square, "help")
    suspend(farm.mei, farm)
    with pytest.raises(community_errors.Suspended):
        actions.move_state(actor=farm.mei, thread=asked, move="withdraw")
