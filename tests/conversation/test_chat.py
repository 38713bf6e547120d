"""Chat rooms and talk among chosen people: order, unread, who may read, what others see."""

import pytest

from qunluo.community import actions as community_actions
from qunluo.community.errors import MembersOnly
from qunluo.conversation import actions, queries
from qunluo.conversation.errors import (
    InvalidSpace,
    KindNotHere,
    NotReachable,
    NotTheHost,
    NotToOneself,
    SpaceNotFound,
    ThreadNotFound,
)
from qunluo.conversation.models import Post, Space
from qunluo.conversation.queries.own_data import own_documents
from qunluo.governance.actions import block
from qunluo.kernel import archive
from qunluo.kernel.models import EventRecord
from tests.conversation.makers import community, give, member, membership, person, space

pytestmark = [pytest.mark.django_db, pytest.mark.req("C01", "C02")]


@pytest.fixture
def here():
    return community()


def room(of, **fields):
    return space(of, type="chat", **fields)


def say(who, where, source="Hello", **more):
    where.refresh_from_db()
    return actions.reply(actor=who, thread=queries.chat_of(where), source=source, **more)


def window(where, who, **more):
    found, sight = queries.look_into(where.community, where.slug, viewer=who)
    return queries.read_chat(found, sight, **more)


def test_a_room_has_one_endless_thread_from_the_start(here):
    where = room(here)
    shown = window(where, here.owner)
    assert (shown.posts, shown.last_place, shown.card.unread) == ([], 0, 0)
    assert shown.may_reply
    with pytest.raises(KindNotHere):
        actions.write_post(actor=here.owner, space=where, kind="chat", source="Another one")
    assert queries.threads(here, where.slug, viewer=here.owner).items == []


def test_messages_stand_in_the_order_in_which_they_came_each_once(here):
    mei, where = member(here), room(here)
    for number in range(3):
        say(here.owner, where, f"{number}", client_id=f"c{number}")
    say(here.owner, where, "1", client_id="c1")
    say(mei, where, "3")
    shown = window(where, mei)
    assert [post.source for post in shown.posts] == ["0", "1", "2", "3"]
    assert [post.place for post in shown.posts] == [1, 2, 3, 4]


def test_unread_is_exact_in_a_room_also_after_taking_back_its_first_message(here):
    mei, where = member(here), room(here)
    first = say(here.owner, where)
    say(here.owner, where)
    assert window(where, mei).card.unread == 2
    actions.remove_post(actor=here.owner, post=queries.get_post(first.pk, viewer=here.owner))
    assert window(where, mei).card.unread == 1
    actions.mark_read(actor=mei, thread=queries.chat_of(where))
    assert window(where, mei).card.unread == 0
    say(mei, where)
    say(here.owner, where)
    assert window(where, mei).card.unread == 1
    cards = {card.space.pk: card.unread for card in queries.spaces(here, viewer=mei)}
    assert cards[where.pk] == 1


def test_a_room_opens_where_one_stopped_and_goes_back_in_windows(here):
    mei, where = member(here), room(here)
    for number in range(1, 61):
        say(here.owner, where, f"{number}")
    actions.mark_read(actor=mei, thread=queries.chat_of(where), place=20)
    shown = window(where, mei, limit=30)
    assert (shown.posts[0].place, shown.first_unread, shown.card.unread) == (17, 21, 40)
    older = window(where, mei, before=shown.before, limit=10)
    assert [post.place for post in older.posts] == list(range(7, 17))
    newest = window(where, here.owner, limit=30)
    assert (newest.posts[0].place, newest.posts[-1].place, newest.after) == (31, 60, None)


def test_a_room_stays_out_of_the_stream_and_nobody_follows_it_by_writing(here):
    where = room(here)
    say(here.owner, where)
    assert queries.stream(here.owner, community=here).items == []
    assert window(where, here.owner).card.following == "normal"


@pytest.mark.req("C12", "G10")
def test_two_members_have_one_talk_however_often_they_begin_it(here):
    mei, bo = member(here), member(here)
    one = actions.talk_with(actor=mei, community=here, handle=bo.handle)
    assert actions.talk_with(actor=bo, community=here, handle=mei.handle).pk == one.pk
    assert one.private
    assert queries.talks(here, viewer=bo) == []
    say(mei, one, "Just between us")
    (card,) = queries.talks(here, viewer=bo)
    assert (card.name, card.unread, card.last_excerpt) == (mei.name, 1, "Just between us")
    (own,) = queries.talks(here, viewer=mei)
    assert (own.name, own.unread) == (bo.name, 0)


def test_one_does_not_talk_to_oneself_nor_to_strangers(here):
    mei, stranger = member(here), person()
    with pytest.raises(NotToOneself):
        actions.talk_with(actor=mei, community=here, handle=mei.handle)
    with pytest.raises(SpaceNotFound):
        actions.talk_with(actor=mei, community=here, handle=stranger.handle)
    with pytest.raises(MembersOnly):
        actions.talk_with(actor=stranger, community=here, handle=mei.handle)


@pytest.mark.req("C12")
def test_no_operator_reads_arranges_or_exports_what_two_say(here):
    mei, bo, operator = member(here), member(here), member(here)
    give(here, operator, "operator")
    where = actions.talk_with(actor=mei, community=here, handle=bo.handle)
    post = say(mei, where, "Only for Bo")
    thread = queries.chat_of(where)
    for viewer in (operator, here.owner, person(), None):
        with pytest.raises(SpaceNotFound):
            queries.get_space(here, where.slug, viewer=viewer)
        with pytest.raises(ThreadNotFound):
            queries.read_thread(here, thread.number, viewer=viewer)
        with pytest.raises(ThreadNotFound):
            queries.get_post(post.pk, viewer=viewer)
    assert where.pk not in {s.pk for s in queries.managed_spaces(here, viewer=here.owner)}
    assert where.pk not in {card.space.pk for card in queries.spaces(here, viewer=here.owner)}
    with pytest.raises(SpaceNotFound):
        actions.edit_space(actor=here.owner, space=where, visibility="members")
    with pytest.raises(SpaceNotFound):
        actions.archive_space(actor=here.owner, space=where)
    with pytest.raises(SpaceNotFound):
        say(operator, where, "I came along")
    with pytest.raises(InvalidSpace):
        space(here, visibility="people")
    kinds = archive.kinds()
    for model in ("Space", "Thread", "Post", "Reading"):
        rows = list(archive.dump(kinds[f"conversation.{model}"], here.pk))
        assert "Only for Bo" not in str(rows)
        assert where.slug not in str(rows)
    assert not any(row["data"].get("thread_id") == thread.pk for row in archive.history(here.pk))
    about = EventRecord.objects.filter(data__thread_id=thread.pk)
    assert about.exists()
    assert not about.exclude(community_id=None).exists()


def test_an_operator_who_is_one_of_the_two_cannot_open_it_to_others(here):
    mei = member(here)
    where = actions.talk_with(actor=here.owner, community=here, handle=mei.handle)
    with pytest.raises(SpaceNotFound):
        actions.edit_space(actor=here.owner, space=where, visibility="members")


@pytest.mark.req("C12", "G10")
def test_a_circle_has_its_own_rules_and_its_host_keeps_them(here):
    mei, bo, li = member(here), member(here), member(here)
    where = actions.begin_circle(
        actor=mei, community=here, name="Early birds", rules_text="Be kind.", people=[bo.handle]
    )
    assert [one.card.id for one in queries.people_of(here, where.slug, viewer=bo)] == [
        mei.pk,
        bo.pk,
    ]
    with pytest.raises(SpaceNotFound):
        queries.people_of(here, where.slug, viewer=li)
    say(mei, where, "Before Li came")
    assert actions.invite_to_circle(actor=bo, space=where, people=[li.handle]) == [li.pk]
    assert actions.invite_to_circle(actor=bo, space=where, people=[li.handle]) == []
    assert window(where, li).card.unread == 0
    with pytest.raises(NotTheHost):
        actions.edit_circle(actor=bo, space=where, name="Late birds")
    actions.edit_circle(actor=mei, space=where, name="Late birds", rules_text="Sleep well.")
    assert (where.name, where.rules) == ("Late birds", "Sleep well.")
    actions.take_out_of_circle(actor=mei, space=where, person_id=li.pk)
    with pytest.raises(SpaceNotFound):
        queries.get_space(here, where.slug, viewer=li)
    actions.leave_circle(actor=mei, space=where)
    assert [one.host for one in queries.people_of(here, where.slug, viewer=bo)] == [True]


def test_a_circle_names_whom_it_does_not_know(here):
    mei = member(here)
    with pytest.raises(InvalidSpace) as error:
        actions.begin_circle(actor=mei, community=here, name="", people=["Nobody"])
    assert set(error.value.fields) == {"name"}
    with pytest.raises(InvalidSpace) as error:
        actions.begin_circle(actor=mei, community=here, name="Us", people=["Nobody"])
    assert set(error.value.fields) == {"people"}
    assert not Space.objects.filter(visibility="people").exists()


def test_who_left_the_community_no_longer_reads_their_talks(here):
    mei, bo = member(here), member(here)
    where = actions.talk_with(actor=mei, community=here, handle=bo.handle)
    community_actions.leave(actor=bo, membership=membership(bo, here), reason="")
    with pytest.raises(SpaceNotFound):
        queries.get_space(here, where.slug, viewer=bo)
    assert queries.get_space(here, where.slug, viewer=mei).pk == where.pk
    assert not queries.still_there(queries.sight_of(mei, here), where)


def test_only_those_inside_are_called_by_name_in_a_private_talk(here):
    mei, bo, li = member(here), member(here), member(here)
    where = actions.talk_with(actor=mei, community=here, handle=bo.handle)
    post = say(mei, where, f"@{li.handle} and @{bo.handle}")
    assert [one.person_id for one in post.mentions.all()] == [bo.pk]


def test_how_far_the_other_one_has_read_is_known_in_a_talk_of_two(here):
    mei, bo = member(here), member(here)
    where = actions.talk_with(actor=mei, community=here, handle=bo.handle)
    say(mei, where)
    thread = queries.chat_of(where)
    assert queries.read_by_other(thread, mei.pk) == 0
    actions.mark_read(actor=bo, thread=thread)
    assert queries.read_by_other(thread, mei.pk) == 1
    assert queries.read_by_other(queries.chat_of(room(here)), mei.pk) == 0


def test_ones_own_copy_holds_ones_private_talks(here):
    mei, bo = member(here), member(here)
    where = actions.begin_circle(actor=mei, community=here, name="Us", people=[bo.handle])
    say(mei, where, "Mine")
    found = own_documents(mei)
    assert [row["space__name"] for row in found["private_talks"]] == ["Us"]
    assert "Mine" in str(found["posts"])
    actions.erase(mei)
    assert Post.objects.filter(author=mei, source="Mine").count() == 0
    assert not where.members.filter(person=mei).exists()


def test_two_who_begin_their_talk_at_once_get_one(race, transactional_db):
    here = community()
    mei, bo = member(here), member(here)
    pair = [(mei, bo.handle), (bo, mei.handle)]
    done = race(
        2,
        lambda number: actions.talk_with(
            actor=pair[number][0], community=here, handle=pair[number][1]
        ),
    )
    assert done.winners == 2
    assert Space.objects.exclude(pair="").count() == 1


def test_nothing_reaches_who_left_or_keeps_away(here):
    mei, bo, li = member(here), member(here), member(here)
    where = actions.talk_with(actor=mei, community=here, handle=bo.handle)
    say(mei, where)
    block(actor=bo, other=mei)
    with pytest.raises(NotReachable):
        say(mei, where)
    with pytest.raises(NotReachable):
        say(bo, where)
    block(actor=mei, other=li)
    with pytest.raises(NotReachable):
        actions.talk_with(actor=li, community=here, handle=mei.handle)
    other = actions.talk_with(actor=bo, community=here, handle=li.handle)
    community_actions.leave(actor=li, membership=membership(li, here), reason="")
    with pytest.raises(NotReachable):
        say(bo, other)
