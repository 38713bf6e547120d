"""Two at once: first the race without the guard, then who decides it."""

import threading
import time

import pytest
from django.db import connection

from qunluo.conversation import actions, errors
from qunluo.conversation.actions import marks
from qunluo.conversation.models import Post, Reaction, Reading, Thread
from qunluo.kernel.tx import write_tx
from tests.conversation.makers import community, member, post, space, thread, unread
from tests.conversation.test_unread import recount

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def farm(transactional_db):
    made = community()
    made.mei, made.bo = member(made, "Mei"), member(made, "Bo")
    made.square = space(made)
    return made


def test_without_the_guard_a_message_sent_twice_is_two(farm, race):
    talk = thread(farm.mei, farm.square)
    all_looked = threading.Barrier(4)

    def naive(number):
        found = Post.objects.filter(author=farm.bo, client_id__startswith="same").exists()
        all_looked.wait(10)
        if not found:
            # A different id each time is what a missing constraint would let through.
            return actions.reply(actor=farm.bo, thread=talk, source="Hi", client_id=f"same{number}")
        return None

    outcome = race(4, naive)
    assert sum(result is not None for result in outcome.results) > 1


def test_a_message_sent_twice_at_once_is_one(farm, race):
    talk = thread(farm.mei, farm.square)
    send = lambda: actions.reply(actor=farm.bo, thread=talk, source="Hi", client_id="same")  # noqa: E731
    outcome = race(6, send)
    assert outcome.errors == []
    assert len({one.pk for one in outcome.results}) == 1
    talk.refresh_from_db()
    assert (talk.posts, talk.replies, Post.objects.filter(thread=talk).count()) == (2, 1, 2)
    opened = race(4, lambda: thread(farm.bo, farm.square, client_id="new"))
    assert opened.errors == []
    assert len({one.pk for one in opened.results}) == 1


def test_without_the_guard_two_help_at_once(farm, race):
    asked = thread(farm.mei, farm.square, "help")

    def naive():
        seen = Thread.objects.get(pk=asked.pk)
        time.sleep(0.05)
        if seen.state == "asked":
            Thread.objects.filter(pk=asked.pk).update(state="offered")
            return True
        return None

    outcome = race(6, naive)
    assert sum(bool(result) for result in outcome.results) > 1


def test_a_hand_is_lent_by_one(farm, race):
    people = [member(farm, f"H{n}") for n in range(5)]
    asked = thread(farm.mei, farm.square, "help")
    outcome = race(
        5, lambda n: actions.move_state(actor=people[n], thread=asked, move="offer").assignee_id
    )
    assert outcome.winners == 1
    assert {type(error) for error in outcome.errors} == {errors.StateMoved}
    asked.refresh_from_db()
    assert [asked.assignee_id] == outcome.results


def test_one_reacts_once_however_often_one_taps(farm, race):
    first = post(thread(farm.mei, farm.square), viewer=farm.bo)
    outcome = race(6, lambda: actions.react(actor=farm.bo, post=first, reaction="thanks"))
    assert outcome.errors == []
    first.refresh_from_db()
    assert first.reactions == 1
    assert Thread.objects.get(pk=first.thread_id).reactions == 1
    assert Reaction.objects.count() == 1


def test_replies_at_once_each_get_a_place(farm, race):
    talk = thread(farm.mei, farm.square)
    people = [member(farm, f"R{n}") for n in range(6)]
    outcome = race(6, lambda n: actions.reply(actor=people[n], thread=talk, source="Hi").place)
    assert outcome.errors == []
    assert sorted(outcome.results) == [2, 3, 4, 5, 6, 7]
    numbers = race(6, lambda n: thread(people[n], farm.square).number)
    assert numbers.errors == []
    assert sorted(numbers.results) == [2, 3, 4, 5, 6, 7]


def test_without_the_lock_reading_on_loses_what_is_written_meanwhile(farm, race):
    """A reader who counts and then writes, without holding the row, forgets the writer's mark."""
    talk = thread(farm.mei, farm.square)
    actions.reply(actor=farm.mei, thread=talk, source="x")
    seen = Reading.objects.get(person=farm.mei, thread=talk)
    counted = marks._ahead(farm.mei.pk, talk.pk, 1)
    actions.reply(actor=farm.mei, thread=talk, source="y")  # between counting and writing
    Reading.objects.filter(pk=seen.pk).update(read=1, ahead=counted)
    assert unread(farm.mei, talk) != recount(farm.mei, talk, False)


def test_who_goes_back_while_a_post_is_removed_need_not_read_it(farm):
    """The one going back has counted before the removal, which must wait for it, not pass it by."""
    talk = thread(farm.bo, farm.square)
    posts = [actions.reply(actor=farm.bo, thread=talk, source=str(n)) for n in range(4)]
    actions.mark_read(actor=farm.mei, thread=talk)

    def remove():
        try:
            actions.remove_post(actor=farm.bo, post=posts[1])
        finally:
            connection.close()

    remover = threading.Thread(target=remove)
    with write_tx():
        held = marks.hold(farm.mei.pk, talk, None)
        marks.move_to(held, 1)
        remover.start()
        remover.join(timeout=1)  # it ends only where it does not wait for us
    remover.join(timeout=30)
    assert unread(farm.mei, talk) == recount(farm.mei, talk, False)


def test_unread_stays_exact_while_two_devices_read_and_write(farm, race):
    talk = thread(farm.bo, farm.square)

    def device(number):
        for turn in range(5):
            if number % 3 == 0:
                actions.reply(actor=farm.mei, thread=talk, source="mine")
            elif number % 3 == 1:
                actions.mark_read(actor=farm.mei, thread=talk)
                actions.mark_unread(actor=farm.mei, thread=talk, place=2 + turn)
            else:
                made = actions.reply(actor=farm.bo, thread=talk, source="yours")
                if turn % 2:
                    actions.remove_post(actor=farm.bo, post=made)

    outcome = race(6, device)
    assert outcome.errors == []
    for who in (farm.mei, farm.bo, farm.owner):
        assert unread(who, talk) == recount(who, talk, False)
    fresh = Thread.objects.get(pk=talk.pk)
    standing = Post.objects.filter(thread=talk, removed_at=None, place__gt=1)
    assert fresh.replies == standing.count()
    assert fresh.posts == Post.objects.filter(thread=talk).count()


def test_a_removal_counts_once(farm, race):
    talk = thread(farm.mei, farm.square)
    said = actions.reply(actor=farm.bo, thread=talk, source="x")
    outcome = race(4, lambda: actions.remove_post(actor=farm.bo, post=said).pk)
    assert outcome.winners == 1
    assert {type(error) for error in outcome.errors} == {errors.PostGone}
    assert Thread.objects.get(pk=talk.pk).replies == 0


def test_a_write_that_fails_leaves_no_gap(farm):
    talk = thread(farm.mei, farm.square)

    @write_tx
    def fail():
        actions.reply(actor=farm.bo, thread=talk, source="x")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert actions.reply(actor=farm.bo, thread=talk, source="y").place == 2
