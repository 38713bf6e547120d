"""Who hears of what is said, and who does not."""

from datetime import timedelta

import pytest
from django.core import mail

from qunluo.community import actions as community_actions
from qunluo.conversation import actions, queries
from qunluo.conversation.errors import SpaceNotFound, UnknownFollowing
from qunluo.conversation.models import SpaceFollowing
from qunluo.governance import actions as governance
from qunluo.kernel.clock import now
from qunluo.kernel.delivery.engine import drain
from qunluo.kernel.events import restore
from qunluo.kernel.models import EventRecord
from qunluo.people.models import Person
from qunluo.reach import actions as reach
from qunluo.reach import queries as reached
from qunluo.reach.errors import UnknownScope
from qunluo.reach.models import Notice
from tests.conversation import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def farm():
    made = makers.community()
    made.square = makers.space(made)
    return made


def heard(who):
    """What a person reads behind the bell, with the reason."""
    drain()
    return [(one.says, one.reason) for one in reached.notices(who, "en").items]


def rings(who):
    drain()
    return reached.bell(who)


@pytest.mark.req("C03")
def test_many_replies_are_one_notice_to_the_author_and_to_who_follows(farm):
    mei, lin, bo, ann = (makers.member(farm, name) for name in ("Mei", "Lin", "Bo", "Ann"))
    thread = makers.thread(mei, farm.square)
    actions.follow(actor=ann, thread=thread)
    for who in (lin, bo, lin):
        actions.reply(actor=who, thread=thread, source="Yes.")
    assert heard(mei) == [("Lin and Bo replied in “Rain”", "yours")]
    assert heard(ann) == [("Lin and Bo replied in “Rain”", "follow")]
    assert heard(lin) == [("Bo replied in “Rain”", "wrote")]
    assert rings(mei) == 1


def test_reading_the_thread_reads_the_notice_and_nothing_is_told_twice(farm):
    mei, lin = makers.member(farm, "Mei"), makers.member(farm, "Lin")
    thread = makers.thread(mei, farm.square)
    actions.reply(actor=lin, thread=thread, source="Yes.")
    actions.reply(actor=lin, thread=thread, source="And yes.")
    assert rings(mei) == 1
    actions.mark_read(actor=mei, thread=thread, place=2)
    assert rings(mei) == 1
    actions.mark_read(actor=mei, thread=thread)
    assert rings(mei) == 0
    for event in _events("conversation.reply_written"):
        actions.tell_of_words(event)
    assert rings(mei) == 0
    actions.mark_space_read(actor=mei, space=farm.square)


def _events(name):
    return [
        restore(
            row.name, row.data, id=row.pk, at=row.at, community_id=row.community_id,
            actor_id=row.actor_id, person_id=row.person_id,
        )
        for row in EventRecord.objects.filter(name=name)
    ]  # fmt: skip


def test_who_is_called_by_name_hears_that_and_not_the_reply_too(farm):
    mei, lin = makers.member(farm, "Mei"), makers.member(farm, "Lin")
    thread = makers.thread(mei, farm.square)
    actions.reply(actor=lin, thread=thread, source="@Mei look!")
    assert heard(mei) == [("Lin called you by name in “Rain”", "mention")]


def test_nobody_hears_of_what_they_muted_and_a_thread_is_narrower_than_a_space(farm):
    mei, lin = makers.member(farm, "Mei"), makers.member(farm, "Lin")
    thread, other = makers.thread(mei, farm.square), makers.thread(mei, farm.square, title="Sun")
    actions.mute(actor=mei, thread=thread)
    actions.reply(actor=lin, thread=thread, source="@Mei?")
    assert heard(mei) == []
    actions.follow_space(actor=mei, space=farm.square, following="muted")
    actions.reply(actor=lin, thread=other, source="Yes.")
    assert heard(mei) == [("Lin replied in “Sun”", "yours")]
    actions.follow(actor=mei, thread=other, following="normal")
    reach.mark_notices_read(actor=mei)
    actions.reply(actor=lin, thread=other, source="@Mei!")
    assert rings(mei) == 0


def test_who_follows_a_space_hears_of_new_threads_in_one_notice(farm):
    mei, lin = makers.member(farm, "Mei"), makers.member(farm, "Lin")
    actions.follow_space(actor=mei, space=farm.square)
    makers.thread(lin, farm.square, title="One")
    assert heard(mei) == [("Lin opened a thread in Square", "space")]
    makers.thread(lin, farm.square, title="Two")
    assert heard(mei) == [("Lin opened 2 threads in Square", "space")]
    actions.mark_space_read(actor=mei, space=farm.square)
    assert rings(mei) == 0
    actions.follow_space(actor=mei, space=farm.square, following="normal")
    makers.thread(lin, farm.square, title="Three")
    assert rings(mei) == 0
    assert not SpaceFollowing.objects.exists()


def test_a_muted_space_leaves_the_stream_and_counts_nothing_but_what_one_follows_in_it(farm):
    mei, lin = makers.member(farm, "Mei"), makers.member(farm, "Lin")
    makers.thread(lin, farm.square, title="One")
    followed = makers.thread(lin, farm.square, title="Two")
    actions.follow(actor=mei, thread=followed)
    actions.follow_space(actor=mei, space=farm.square, following="muted")
    assert [card.title for card in queries.stream(mei).items] == ["Two"]
    assert [card.unread for card in queries.spaces(farm, viewer=mei)][0] == 0
    actions.follow_space(actor=mei, space=farm.square, following="normal")
    assert len(queries.stream(mei).items) == 2


def test_only_members_who_see_a_space_can_follow_it(farm):
    mei, stranger = makers.member(farm, "Mei"), makers.person("Stranger")
    hidden = makers.space(
        farm, slug="hidden", visibility="grant", grant_kind="badge", grant_name="baker"
    )
    with pytest.raises(UnknownFollowing):
        actions.follow_space(actor=mei, space=farm.square, following="loved")
    for who, where in ((stranger, farm.square), (mei, hidden)):
        with pytest.raises(SpaceNotFound):
            actions.follow_space(actor=who, space=where)


@pytest.mark.req("O01")
def test_a_grant_that_ended_hears_nothing_and_loses_what_waited(farm):
    mei, lin = makers.member(farm, "Mei"), makers.member(farm, "Lin")
    badge = makers.badge(farm, mei)
    makers.badge(farm, lin)
    oven = makers.space(
        farm, slug="oven", visibility="grant", grant_kind="badge", grant_name="baker"
    )
    thread = makers.thread(mei, oven, title="Secret")
    actions.reply(actor=lin, thread=thread, source="Yes.")
    assert rings(mei) == 1
    makers.revoke(farm, badge)
    assert reached.notices(mei, "en").items == []
    assert rings(mei) == 0
    actions.reply(actor=lin, thread=thread, source="More.")
    assert heard(mei) == []
    assert not Notice.objects.filter(person=mei).exists()


def test_the_mail_of_a_grant_that_ended_stays_away(farm, travel):
    mei, lin = makers.member(farm, "Mei"), makers.member(farm, "Lin")
    Person.objects.filter(pk=mei.pk).update(email="mei@example.org")
    badge = makers.badge(farm, mei)
    makers.badge(farm, lin)
    oven = makers.space(
        farm, slug="oven", visibility="grant", grant_kind="badge", grant_name="baker"
    )
    thread = makers.thread(mei, oven, title="Secret")
    with travel(now()) as clock:
        actions.reply(actor=lin, thread=thread, source="Yes.")
        drain()
        makers.revoke(farm, badge)  # nobody has heard of that yet
        clock.move(timedelta(days=2))
        reach.send_due_notices()
        reach.send_due()
    assert mail.outbox == []


def test_who_left_hears_nothing(farm):
    mei, lin = makers.member(farm, "Mei"), makers.member(farm, "Lin")
    thread = makers.thread(mei, farm.square)
    actions.reply(actor=lin, thread=thread, source="Yes.")
    assert rings(mei) == 1
    community_actions.leave(actor=mei, membership=makers.membership(mei, farm), reason="")
    assert rings(mei) == 0
    actions.reply(actor=lin, thread=thread, source="Still there?")
    assert heard(mei) == []


def test_a_space_that_closes_takes_its_notices_back(farm):
    mei, lin = makers.member(farm, "Mei"), makers.member(farm, "Lin")
    thread = makers.thread(mei, farm.square)
    actions.reply(actor=lin, thread=thread, source="Yes.")
    assert rings(mei) == 1
    actions.edit_space(
        actor=farm.owner, space=farm.square, visibility="grant", grant_kind="badge", grant_name="x"
    )
    assert rings(mei) == 0


def test_who_is_blocked_or_muted_is_not_heard(farm):
    mei, lin, bo = (makers.member(farm, name) for name in ("Mei", "Lin", "Bo"))
    thread = makers.thread(mei, farm.square)
    governance.mute(actor=mei, other=lin)
    governance.block(actor=bo, other=mei)
    actions.reply(actor=lin, thread=thread, source="Yes.")
    actions.reply(actor=bo, thread=thread, source="Yes.")
    assert heard(mei) == []
    assert heard(lin) == [("Bo replied in “Rain”", "wrote")]


def test_a_reaction_comes_quietly_and_counts_once_a_person(farm):
    mei, lin = makers.member(farm, "Mei"), makers.member(farm, "Lin")
    thread = makers.thread(mei, farm.square)
    post = makers.post(thread, viewer=lin)
    for reaction in ("thanks", "warm"):
        actions.react(actor=lin, post=post, reaction=reaction)
    assert heard(mei) == [("Lin reacted to what you wrote in “Rain”", "reaction")]
    assert rings(mei) == 0
    assert reached.notices(mei, "en").items[0].count == 1


def test_an_accepted_answer_is_told_to_who_gave_it(farm):
    mei, lin = makers.member(farm, "Mei"), makers.member(farm, "Lin")
    qa = makers.space(farm, type="qa", slug="qa")
    thread = makers.thread(mei, qa, "question", title="How deep?")
    answer = actions.reply(actor=lin, thread=thread, source="Two fingers.")
    drain()
    actions.accept_answer(actor=mei, answer=answer)
    says = [says for says, _reason in heard(lin)]
    assert "Mei accepted your answer in “How deep?”" in says


@pytest.mark.req("C04")
def test_feedback_rings_and_is_written_but_mailed_once(farm):
    mei = makers.member(farm, "Mei", language="en")
    Person.objects.filter(pk=mei.pk).update(email="mei@example.org")
    thread = makers.thread(mei, farm.square, "feedback", title="Late boxes")
    drain()
    due = (now() + timedelta(days=3)).date()
    move = queries.read_thread(farm, thread.number, viewer=farm.owner).moves[0]
    given = {"due_on": due} if "due_on" in move.needs else {}
    given |= {"text": "We look at it."} if "reply" in move.needs else {}
    actions.move_state(actor=farm.owner, thread=thread, move=move.name, **given)
    (told,) = heard(mei)
    assert told[1] == "yours"
    assert told[0].startswith("“Late boxes”: ")
    assert not Notice.objects.get(person=mei).for_digest


def test_what_was_taken_back_before_it_was_told_is_not_told(farm):
    mei, lin = makers.member(farm, "Mei"), makers.member(farm, "Lin")
    thread = makers.thread(mei, farm.square)
    post = actions.reply(actor=lin, thread=thread, source="Oh no.")
    actions.withdraw_post(actor=lin, post=post)
    assert heard(mei) == []


def test_muting_from_the_notice_mutes_the_thread(farm):
    mei, lin = makers.member(farm, "Mei"), makers.member(farm, "Lin")
    thread = makers.thread(mei, farm.square)
    actions.reply(actor=lin, thread=thread, source="Yes.")
    drain()
    (one,) = reached.notices(mei, "en").items
    assert one.ways == [("thread", "Mute this thread"), ("reason", "What you began")]
    reach.mute_notice(actor=mei, pk=one.id, way="thread")
    assert queries.read_thread(farm, thread.number, viewer=mei).card.following == "muted"
    assert rings(mei) == 0


def test_wishes_for_a_thread_or_space_need_sight_of_it(farm):
    mei, stranger = makers.member(farm, "Mei"), makers.person("Stranger")
    thread = makers.thread(mei, farm.square)
    for scope in (f"thread:{thread.pk}", f"space:{farm.square.pk}", f"community:{farm.pk}"):
        reach.wish(actor=mei, scope=scope, mail="none")
        with pytest.raises(UnknownScope):
            reach.wish(actor=stranger, scope=scope, mail="none")


def test_letters_about_membership_ring_too(farm):
    mei = makers.member(farm, "Mei")
    community_actions.write_to(
        mei.pk, farm, "community_closed", path="/c/x/", words={"reason": "Over"}
    )
    assert heard(mei) == [(f"{farm.name} has closed", "membership")]
    assert not Notice.objects.get(person=mei).for_digest


def test_telling_a_reply_to_many_followers_takes_few_questions(farm, django_assert_max_num_queries):
    mei, lin = makers.member(farm, "Mei"), makers.member(farm, "Lin")
    thread = makers.thread(mei, farm.square)
    for number in range(20):
        actions.follow(actor=makers.member(farm, f"P{number}"), thread=thread)
    actions.reply(actor=lin, thread=thread, source="Yes.")
    (event,) = _events("conversation.reply_written")
    with django_assert_max_num_queries(45):
        actions.tell_of_words(event)
    assert Notice.objects.count() == 21
