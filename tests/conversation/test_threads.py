"""Opening, replying, reading: the way of a thread through the real actions."""

import pytest

from qunluo.community import errors as community_errors
from qunluo.conversation import actions, errors, queries
from qunluo.conversation.models import Post, Thread
from qunluo.kernel.queries import events_of
from tests.conversation.makers import (
    badge,
    community,
    member,
    person,
    post,
    revoke,
    space,
    suspend,
    thread,
    unread,
)

pytestmark = pytest.mark.django_db


@pytest.mark.req("C03")
def test_any_member_opens_a_thread_and_any_other_replies():
    farm = community()
    mei, bo = member(farm, "Mei"), member(farm, "Bo")
    square = space(farm)
    opened = thread(mei, square, source="# Big\n\nWho has **seeds**?")
    assert (opened.number, opened.posts, opened.replies, opened.title) == (1, 1, 0, "Rain")
    said = actions.reply(actor=bo, thread=opened, source="I have.")
    assert said.place == 2
    window = queries.read_thread(farm, 1, viewer=mei)
    assert [one.place for one in window.posts] == [1, 2]
    assert window.posts[0].html == "<h3>Big</h3>\n<p>Who has <strong>seeds</strong>?</p>\n"
    assert (window.card.replies, window.card.last_author.name) == (1, "Bo")
    assert (window.card.unread, window.first_unread) == (1, 2)
    actions.mark_read(actor=mei, thread=opened)
    assert unread(mei, opened) == 0
    names = [event.name for event in events_of(farm.pk, limit=3)]
    assert names[:2] == ["conversation.reply_written", "conversation.thread_opened"]


def test_numbers_go_on_through_all_spaces_of_a_community():
    farm = community()
    one, two = space(farm, slug="one"), space(farm, slug="two")
    assert [thread(farm.owner, where).number for where in (one, two, one)] == [1, 2, 3]
    other = community()
    assert thread(other.owner, space(other)).number == 1


def test_a_message_sent_twice_is_one():
    farm = community()
    square = space(farm)
    first = thread(farm.owner, square, client_id="a1")
    assert thread(farm.owner, square, client_id="a1") == first
    reply = actions.reply(actor=farm.owner, thread=first, source="Hi", client_id="b1")
    assert actions.reply(actor=farm.owner, thread=first, source="Hi", client_id="b1") == reply
    assert Thread.objects.get(pk=first.pk).posts == 2
    assert Post.objects.count() == 2
    with pytest.raises(errors.InvalidPost):
        actions.reply(actor=farm.owner, thread=first, source="Hi", client_id="x" * 41)


def test_a_space_by_grant_is_not_found_for_others():
    farm = community()
    mei, bo = member(farm, "Mei"), member(farm, "Bo")
    inner = space(farm, visibility="grant", grant_kind="badge", grant_name="baker", slug="inner")
    opened = thread(farm.owner, inner)
    for viewer in (mei, bo, person(), None):
        with pytest.raises(errors.SpaceNotFound):
            queries.get_space(farm, "inner", viewer=viewer)
        with pytest.raises(errors.ThreadNotFound):
            queries.read_thread(farm, opened.number, viewer=viewer)
    with pytest.raises(errors.SpaceNotFound):
        actions.reply(actor=mei, thread=opened, source="Let me in")
    held = badge(farm, mei)
    assert queries.get_space(farm, "inner", viewer=mei) == inner
    assert actions.reply(actor=mei, thread=opened, source="In").place == 2
    assert [card.number for card in queries.stream(mei).items] == [opened.number]
    assert queries.stream(bo).items == []
    revoke(farm, held)
    assert queries.stream(mei).items == []
    assert queries.spaces(farm, viewer=mei) == []
    with pytest.raises(errors.ThreadNotFound):
        actions.mark_read(actor=mei, thread=opened)


def test_a_public_space_is_read_by_visitors_and_written_by_members():
    farm = community()
    open_air = space(farm, visibility="public")
    opened = thread(farm.owner, open_air)
    window = queries.read_thread(farm, opened.number, viewer=None)
    assert (len(window.posts), window.may_reply, window.moves) == (1, False, [])
    with pytest.raises(community_errors.MembersOnly):
        actions.reply(actor=person(), thread=opened, source="Hello")


def test_a_suspended_member_reads_but_does_not_write():
    farm = community()
    mei = member(farm, "Mei")
    square = space(farm)
    opened = thread(mei, square)
    suspend(mei, farm)
    assert queries.read_thread(farm, opened.number, viewer=mei).may_reply is False
    for act in (
        lambda: actions.reply(actor=mei, thread=opened, source="x"),
        lambda: thread(mei, square),
        lambda: actions.react(actor=mei, post=post(opened, viewer=farm.owner), reaction="thanks"),
        lambda: actions.move_state(actor=mei, thread=opened, move="close"),
        lambda: actions.edit_post(actor=mei, post=post(opened, viewer=mei), source="x"),
        lambda: actions.save_draft(actor=mei, space=square, source="x"),
    ):
        with pytest.raises(community_errors.Suspended):
            act()
    actions.mark_read(actor=mei, thread=opened)


def test_a_grant_is_kept_only_where_one_decides():
    """Else words longer than its column reached PostgreSQL through a space without one."""
    made = community()
    square = space(made)
    actions.edit_space(actor=made.owner, space=square, grant_kind="x" * 99, grant_name="y" * 99)
    square.refresh_from_db()
    assert (square.visibility, square.grant_kind, square.grant_name) == ("members", "", "")
