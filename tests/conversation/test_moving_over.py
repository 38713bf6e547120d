"""Moving a thread, splitting posts off: both ends linked, nobody reads more, unread stays exact."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qunluo.community import errors as community_errors
from qunluo.conversation import actions, errors, queries
from qunluo.conversation.models import Reading
from qunluo.kernel.queries import audit_log
from tests.conversation.makers import (
    badge,
    community,
    member,
    post,
    sound,
    space,
    thread,
    unread,
)

pytestmark = [pytest.mark.django_db, pytest.mark.req("C03")]


@pytest.fixture
def farm():
    made = community()
    made.mei, made.bo, made.lin = (member(made, name) for name in ("Mei", "Bo", "Lin"))
    made.keeper = member(made, "Keeper", role="operator")
    made.square, made.yard = space(made, slug="square"), space(made, slug="yard")
    made.bakery = space(
        made, slug="bakery", visibility="grant", grant_kind="badge", grant_name="baker"
    )
    made.open = space(made, slug="open", visibility="public")
    badge(made, made.bo)
    return made


def go(who, of, to, **more):
    return actions.relocate_thread(actor=who, thread=of, space=to, **more)


def fresh(farm, made):
    return queries.get_thread(farm, made.number, viewer=farm.owner)


def test_an_author_takes_a_thread_along_and_everything_stays_with_it(farm):
    made = thread(farm.mei, farm.square)
    actions.reply(actor=farm.bo, thread=made, source="Yes")
    actions.save_draft(actor=farm.lin, space=farm.square, thread=made, source="Half")
    before = unread(farm.lin, made)
    moved = go(farm.mei, made, farm.yard)
    assert (moved.number, moved.space_id) == (made.number, farm.yard.pk)
    assert (unread(farm.lin, made), before) == (2, 2)
    assert queries.read_thread(farm, made.number, viewer=farm.lin).draft.source == "Half"
    assert [card.number for card in queries.threads(farm, "yard", viewer=farm.lin).items] == [1]
    assert queries.threads(farm, "square", viewer=farm.lin).items == []
    assert not [e for e in audit_log(farm.pk) if e.name == "conversation.thread_relocated"]
    with pytest.raises(errors.StaysWhereItIs):
        go(farm.mei, made, farm.yard)  # what the form still believed


@pytest.mark.req("C12")
def test_others_threads_are_moved_by_who_keeps_order_and_it_is_recorded(farm):
    made = thread(farm.mei, farm.square)
    with pytest.raises(community_errors.PermissionMissing):
        go(farm.lin, made, farm.yard)
    go(farm.keeper, made, farm.yard)
    assert [e for e in audit_log(farm.pk) if e.name == "conversation.thread_relocated"]


@pytest.mark.req("C12")
def test_nobody_comes_to_read_what_was_not_meant_for_them(farm):
    secret = thread(farm.bo, farm.bakery)
    with pytest.raises(community_errors.PermissionMissing):
        go(farm.bo, secret, farm.square)
    with pytest.raises(errors.MoreWouldRead):
        go(farm.keeper, secret, farm.square)
    with pytest.raises(errors.ThreadNotFound):
        fresh_for(farm, secret, farm.mei)
    go(farm.keeper, secret, farm.square, confirm=True)
    assert fresh_for(farm, secret, farm.mei)
    with pytest.raises(errors.SpaceNotFound):
        go(farm.mei, thread(farm.mei, farm.square), farm.bakery)
    with pytest.raises(errors.MoreWouldRead):
        go(farm.keeper, thread(farm.mei, farm.square), farm.open)
    go(farm.mei, thread(farm.mei, farm.open), farm.square)  # fewer readers need nothing


def fresh_for(farm, made, who):
    return queries.get_thread(farm, made.number, viewer=who)


def test_a_space_takes_only_the_kinds_it_offers_and_rooms_take_none(farm):
    asked = thread(farm.mei, farm.square, "worry")
    with pytest.raises(errors.KindNotHere):
        go(farm.mei, asked, space(farm, slug="qa", type="qa"))
    with pytest.raises(errors.StaysWhereItIs):
        go(farm.mei, asked, space(farm, slug="chat", type="chat"))
    other = community()
    with pytest.raises(errors.ThreadNotFound):
        go(farm.mei, asked, space(other))


def long_thread(farm):
    made = thread(farm.mei, farm.square, source="Rain")
    for who, text in ((farm.bo, "Yes"), (farm.lin, "Who bakes?"), (farm.bo, "I do, @Mei"),
                      (farm.mei, "Rain again"), (farm.lin, "Rye?")):  # fmt: skip
        actions.reply(actor=who, thread=made, source=text)
    return made


def split(farm, made, places, who=None, **more):
    return actions.split_thread(
        actor=who or farm.keeper, thread=made, places=places, title="Bread", **more
    )


def test_posts_go_into_a_thread_of_their_own_and_both_ends_are_linked(farm):
    made = long_thread(farm)
    actions.react(actor=farm.mei, post=post(made, 4, viewer=farm.mei), reaction="warm")
    one = actions.attach(actor=farm.bo, space=farm.square, thread=made, data=sound())
    actions.reply(actor=farm.bo, thread=made, source="", reply_to=4, attached=[one.uid])
    new = split(farm, made, [3, 4, 6, 7])
    shown = queries.read_thread(farm, new.number, viewer=farm.mei, after=0)
    assert [one.source for one in shown.posts] == ["Who bakes?", "I do, @Mei", "Rye?", ""]
    assert shown.posts[3].reply_to == 2
    assert shown.posts[3].files[0].sort == "audio"
    assert shown.posts[1].reactions == {"warm": 1}
    assert (shown.card.title, shown.card.replies, shown.card.reactions) == ("Bread", 3, 1)
    assert shown.card.author.name == "Lin"
    assert shown.split_from == made.number
    old = queries.read_thread(farm, made.number, viewer=farm.mei, after=0)
    assert [(one.removed, one.moved_to) for one in old.posts[2:4]] == [("moved", new.number)] * 2
    assert (old.card.replies, old.card.reactions, old.card.last_excerpt) == (2, 0, "Rain again")
    assert [e for e in audit_log(farm.pk) if e.name == "conversation.posts_split"]
    late = actions.reply(actor=farm.bo, thread=fresh(farm, made), source="On we go")
    assert late.place == 8


def test_what_was_unread_is_unread_once_wherever_it_stands_now(farm):
    made = long_thread(farm)
    reader = member(farm, "Reader")
    before = {who.pk: unread(who, made) for who in (farm.mei, farm.bo, farm.lin)}
    actions.mark_read(actor=farm.mei, thread=made, place=3)
    before[farm.mei.pk] = unread(farm.mei, made)
    new = split(farm, made, [3, 4, 6])
    for who in (farm.mei, farm.bo, farm.lin):
        assert unread(who, made) + unread(who, new) == before[who.pk], who
    assert (unread(reader, made), unread(reader, new)) == (0, 0)
    assert Reading.objects.get(person=farm.mei, thread=new).mentioned == 2


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(places=st.sets(st.integers(2, 6), min_size=1), read=st.integers(0, 6), at=st.integers(0, 2))
def test_no_choice_of_posts_and_no_mark_doubles_or_loses_one(farm, places, read, at):
    made = long_thread(farm)
    who = (farm.mei, farm.bo, farm.lin)[at]
    actions.mark_unread(actor=who, thread=made, place=1)
    actions.mark_read(actor=who, thread=made, place=read)
    before = unread(who, made)
    new = split(farm, made, sorted(places))
    assert unread(who, made) + unread(who, new) == before
    shown = queries.read_thread(farm, new.number, viewer=who, after=0)
    assert sum(one.unread for one in shown.posts) == unread(who, new)


def test_one_takes_along_ones_own_posts_only(farm):
    made = long_thread(farm)
    with pytest.raises(community_errors.PermissionMissing):
        split(farm, made, [2, 3], who=farm.bo)
    new = split(farm, made, [2, 4], who=farm.bo)
    assert new.author_id == farm.bo.pk
    for wrong in ([], [1], list(range(1, 300))):
        with pytest.raises(errors.InvalidPost):
            split(farm, made, wrong)
    with pytest.raises(errors.PostGone):
        split(farm, made, [2])
    with pytest.raises(errors.MoreWouldRead):
        split(farm, made, [3], space=farm.open)


def test_an_accepted_answer_that_leaves_opens_the_question_again(farm):
    asked = thread(farm.mei, farm.square, "question")
    answer = actions.reply(actor=farm.bo, thread=asked, source="So")
    actions.accept_answer(actor=farm.mei, answer=answer)
    split(farm, asked, [2])
    assert (fresh(farm, asked).state, fresh(farm, asked).accepted_place) == ("open", 0)


@pytest.mark.req("C02")
def test_messages_of_a_chat_become_a_topic(farm):
    room = space(farm, slug="room", type="chat")
    chat = room.threads.get()
    for who, text in ((farm.mei, "Hi"), (farm.bo, "Who bakes?"), (farm.lin, "Me")):
        actions.reply(actor=who, thread=chat, source=text)
    new = split(farm, chat, [2, 3], space=farm.square)
    assert [one.source for one in queries.read_thread(farm, new.number, viewer=farm.mei).posts] == [
        "Who bakes?", "Me",
    ]  # fmt: skip
    with pytest.raises(errors.StaysWhereItIs):
        split(farm, chat, [1])
