"""What a stream tells: in time, in order, once each, and only to who may hear it."""

import random
import time
from datetime import timedelta

import pytest

from qunluo.community import actions as community_actions
from qunluo.conversation import actions, queries
from qunluo.conversation.models import Thread
from qunluo.governance import actions as governance
from qunluo.kernel.clock import now
from qunluo.kernel.delivery.engine import drain
from qunluo.people import actions as people_actions
from qunluo.people.actions import issue_token, revoke_token
from qunluo.people.queries import live_pass
from tests.community.makers import RULES, community
from tests.conversation.makers import badge, member, membership, person, revoke, space

pytestmark = pytest.mark.req("C02")


def room(of, **fields):
    where = space(of, type="chat", **fields)
    return where, queries.chat_of(where)


def say(who, thread, source="Hello", **more):
    return actions.reply(actor=who, thread=thread, source=source, **more)


def test_a_message_is_there_within_two_seconds_as_a_whole_or_in_brief(station, here):
    mei, bo = member(here), member(here)
    _where, chat = room(here)
    looking, elsewhere = station.listen(mei, watch=chat.pk), station.listen(bo)
    began = time.monotonic()
    say(here.owner, chat, "Good *morning*", client_id="c1")
    post, news = looking.wait("post"), elsewhere.wait("news")
    assert time.monotonic() - began < 2
    assert (post["html"].strip(), post["place"], post["client_id"]) == (
        "<p>Good <em>morning</em></p>", 1, "c1",
    )  # fmt: skip
    assert (news["place"], news["thread"], "html" in news) == (1, chat.number, False)
    assert not {"space_id", "author_id"} & post.keys()


def test_only_who_sees_the_space_hears_it(station, here):
    mei, baker, stranger = member(here), member(here), person()
    badge(here, baker)
    _where, chat = room(here, visibility="grant", grant_kind="badge", grant_name="baker")
    listeners = [station.listen(who, watch=chat.pk) for who in (mei, baker, stranger)]
    say(here.owner, chat)
    listeners[1].wait("post")
    time.sleep(0.3)
    assert [len(one.of("post")) + len(one.of("news")) for one in listeners] == [0, 1, 0]
    assert listeners[0].of("gone")


@pytest.mark.req("R19")
def test_what_fans_read_first_only_they_hear_until_it_opens(station, here):
    mei, baker = member(here), member(here)
    badge(here, baker)
    where = space(here)
    early = {"plan": "X", "until": (now() + timedelta(seconds=3600)).isoformat(),
             "kind": "badge", "name": "baker"}  # fmt: skip
    listeners = [station.listen(who) for who in (mei, baker)]
    thread = actions.write_post(
        actor=here.owner, space=where, title="Honey", source="Soon.", planned=early
    )
    listeners[1].wait("news")
    Thread.objects.filter(pk=thread.pk).update(embargo_until=now())
    say(here.owner, thread, "For all now")
    heard = listeners[0].wait("news")
    assert [one["place"] for one in listeners[0].of("news")] == [heard["place"]] == [2]
    assert len(listeners[1].of("news")) >= 1


@pytest.mark.req("R19")
def test_nobody_watches_what_others_read_first(station, here):
    mei, baker = member(here), member(here)
    badge(here, baker)
    early = {"plan": "X", "until": (now() + timedelta(seconds=3600)).isoformat(),
             "kind": "badge", "name": "baker"}  # fmt: skip
    thread = actions.write_post(
        actor=here.owner, space=space(here), title="Honey", source="Soon.", planned=early
    )
    session = station.session(baker)
    shut = station.listen(mei, watch=thread.pk)
    station.listen(baker, watch=thread.pk, session=session)
    owner = station.listen(here.owner, watch=thread.pk)
    shut.wait("gone")
    token = f"token={live_pass(baker, session.session_key)}"
    assert " 204 " in station.post(f"/live/typing?{token}&watch={thread.pk}")
    owner.wait("typing", seconds=2)
    assert not shut.of("typing")


@pytest.mark.req("C12")
def test_private_talk_is_heard_by_those_in_it_and_by_no_operator(station, here):
    mei, bo = member(here), member(here)
    where = actions.talk_with(actor=mei, community=here, handle=bo.handle)
    chat = queries.chat_of(where)
    owner, other = station.listen(here.owner, watch=chat.pk), station.listen(bo, watch=chat.pk)
    say(mei, chat, "Only you")
    other.wait("post")
    time.sleep(0.3)
    assert not owner.of("post")
    assert not owner.of("news")
    assert not owner.of("here")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cut_anywhere_and_resumed_it_is_told_everything_once(station, here, seed):
    chance = random.Random(seed)
    mei = member(here)
    _where, chat = room(here)
    session = station.session(mei)
    one, got, last = station.listen(mei, watch=chat.pk, session=session), [], ""
    said = 0
    for _round in range(5):
        for _message in range(chance.randrange(5)):
            said += 1
            say(here.owner, chat, f"{said}")
        time.sleep(chance.random() * 0.08)
        one.cut()
        got += one.places()
        last = next((i for i in reversed(one.ids) if i), last)
        for _message in range(chance.randrange(3)):
            said += 1
            say(here.owner, chat, f"{said}")
        one = station.listen(mei, watch=chat.pk, session=session, last=last)
    say(here.owner, chat, "the end")
    said += 1
    limit = time.monotonic() + 10
    while (got + one.places())[-1:] != [said] and time.monotonic() < limit:
        time.sleep(0.02)
    assert got + one.places() == list(range(1, said + 1))


def test_what_is_no_longer_kept_in_memory_is_read_again_from_the_log(station, here):
    mei = member(here)
    _where, chat = room(here)
    first = station.listen(mei, watch=chat.pk)
    last = first.ids[-1]
    first.cut()
    for number in range(6):
        say(here.owner, chat, f"{number}")
    deadline = time.monotonic() + 5
    while len(station.app.follower.kept) < 6 and time.monotonic() < deadline:
        time.sleep(0.02)
    follower = station.app.follower
    while len(follower.kept) > 2:
        follower.from_ = follower.kept.popleft().place
    again = station.listen(mei, watch=chat.pk, last=last)
    assert again.places() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("last", ["nonsense", "999999999999999.1", "x.y", "-5"])
def test_an_id_that_was_never_given_starts_anew_and_says_so(station, here, last):
    heard = station.listen(member(here), last=last)
    assert heard.of("reset")


def test_who_was_away_too_long_is_told_to_load_anew(station, here, monkeypatch):
    monkeypatch.setattr("qunluo.live.follower.MOST_REPLAYED", 3)
    mei = member(here)
    _where, chat = room(here)
    first = station.listen(mei)
    last = first.ids[-1]
    first.cut()
    for number in range(5):
        say(here.owner, chat, f"{number}")
    time.sleep(0.5)
    follower = station.app.follower
    follower.from_ = follower.head
    follower.kept.clear()
    again = station.listen(mei, watch=chat.pk, last=last)
    assert (len(again.of("reset")), again.places()) == (1, [])


class TestEnds:
    """Within two seconds of its end, nothing more comes."""

    def test_of_a_membership(self, station, here):
        mei = member(here)
        _where, chat = room(here)
        one = station.listen(mei, watch=chat.pk)
        community_actions.leave(actor=mei, membership=membership(mei, here), reason="")
        one.wait("gone", seconds=2)
        say(here.owner, chat)
        time.sleep(0.5)
        assert not one.of("post")
        assert not one.of("news")

    def test_of_a_member_who_is_removed_in_a_room_and_on_every_other_page(self, station):
        farm = community(rules=RULES)
        mei, bo = member(farm), member(farm)
        _where, chat = room(farm)
        inside, elsewhere = station.listen(mei, watch=chat.pk), station.listen(mei)
        staying = station.listen(bo, watch=chat.pk)
        governance.remove_member(
            actor=farm.owner, membership=membership(mei, farm), rule_id="r1", reason="x"
        )
        inside.wait("gone", seconds=2)
        say(farm.owner, chat, "Not for Mei")
        staying.wait("post", seconds=2)
        assert [one.of("post") + one.of("news") for one in (inside, elsewhere)] == [[], []]

    def test_of_a_grant_taken_back(self, station, here):
        mei = member(here)
        given = badge(here, mei)
        _where, chat = room(here, visibility="grant", grant_kind="badge", grant_name="baker")
        one = station.listen(mei, watch=chat.pk)
        say(here.owner, chat)
        one.wait("post")
        revoke(here, given)
        say(here.owner, chat, "Not for Mei")
        one.wait("gone", seconds=2)
        time.sleep(0.5)
        assert len(one.of("post")) == 1

    def test_of_a_grant_that_runs_out(self, station, here):
        mei = member(here)
        community_actions.grant(
            actor=here.owner, community=here, person=mei, kind="badge", name="baker", source="x",
            expires_at=now() + timedelta(seconds=3),
        )  # fmt: skip
        _where, chat = room(here, visibility="grant", grant_kind="badge", grant_name="baker")
        one = station.listen(mei, watch=chat.pk)
        one.wait("gone", seconds=6)
        say(here.owner, chat)
        time.sleep(0.5)
        assert not one.of("post")

    def test_of_a_session(self, station, here):
        mei = member(here)
        session, other = station.session(mei), station.session(mei)
        ending, staying = station.listen(mei, session=session), station.listen(mei, session=other)
        session.delete()
        assert ending.closed.wait(2.5)
        assert not staying.closed.is_set()
        assert station.listen(mei, session=session, wait=False).closed.wait(5)

    def test_of_a_password(self, station, here):
        mei = member(here)
        one = station.listen(mei)
        mei.set_password("another-long-password")
        mei.save()
        assert one.closed.wait(2.5)

    def test_of_a_token(self, station, here):
        mei = member(here)
        token, secret = issue_token(actor=mei, name="bot", scopes=["talk:read"], days=1)
        one = station.by_token(secret)
        revoke_token(actor=mei, token=token)
        assert one.closed.wait(2.5)

    def test_of_an_account(self, station, here):
        mei = member(here)
        one = station.listen(mei)
        people_actions.erase_person(actor=mei)
        assert one.closed.wait(2.5)


def test_who_joins_hears_at_once(station, here):
    mei = person()
    _where, chat = room(here)
    one = station.listen(mei)
    member(here, who=mei)
    time.sleep(0.3)
    say(here.owner, chat)
    one.wait("news", seconds=2)


def test_a_program_hears_everything_its_person_sees_and_resumes(station, here):
    mei = member(here)
    _token, secret = issue_token(actor=mei, name="bot", scopes=["talk:read"], days=1)
    _where, chat = room(here)
    first = station.by_token(secret)
    say(here.owner, chat, "one")
    assert first.wait("post")["html"].strip() == "<p>one</p>"
    last = first.ids[-1]
    first.cut()
    say(here.owner, chat, "two")
    again = station.by_token(secret, last=last)
    again.wait("post")
    assert again.places() == [2]


def test_a_token_that_may_not_read_talk_hears_nothing(station, here):
    mei = member(here)
    _token, secret = issue_token(actor=mei, name="bot", scopes=["profile:read"], days=1)
    refused = station.by_token(secret, wait=False)
    assert refused.closed.wait(5)
    assert refused.status == 401


def test_what_is_read_on_one_device_is_read_on_the_other(station, here):
    mei = member(here)
    _where, chat = room(here)
    say(here.owner, chat)
    say(here.owner, chat)
    other_device = station.listen(mei)
    stranger = station.listen(member(here))
    actions.mark_read(actor=mei, thread=chat)
    read = other_device.wait("read", seconds=2)
    assert (read["read"], read["unread"], read["thread"]) == (2, 0, chat.number)
    assert not stranger.of("read")


@pytest.mark.req("T21")
def test_the_bell_of_every_device_shows_the_same(station, here):
    mei, stranger = member(here), member(here)
    one, other = station.listen(mei), station.listen(mei)
    elsewhere = station.listen(stranger)
    assert one.of("hello")[0]["bell"] == 0
    thread = actions.write_post(actor=mei, space=space(here), title="Rain", source="It rains.")
    say(here.owner, thread, "At last")
    drain()
    assert [page.wait("bell", seconds=2)["count"] for page in (one, other)] == [1, 1]
    assert station.listen(mei).of("hello")[0]["bell"] == 1
    actions.mark_read(actor=mei, thread=thread)
    assert [page.wait("bell", 2, seconds=2)["count"] for page in (one, other)] == [0, 0]
    assert not elsewhere.of("bell")


@pytest.mark.req("T21")
def test_what_one_mutes_on_one_device_counts_nothing_on_the_other(station, here):
    mei = member(here)
    where = space(here)
    thread = actions.write_post(actor=here.owner, space=where, title="Rain", source="It rains.")
    other_device = station.listen(mei)
    actions.mute(actor=mei, thread=thread)
    assert other_device.wait("read", seconds=2)["unread"] == 0
    actions.follow_space(actor=mei, space=where, following="muted")
    other_device.wait("anew", seconds=2)


def test_in_a_talk_of_two_one_sees_that_it_was_read(station, here):
    mei, bo = member(here), member(here)
    where = actions.talk_with(actor=mei, community=here, handle=bo.handle)
    chat = queries.chat_of(where)
    say(mei, chat)
    one = station.listen(mei, watch=chat.pk)
    actions.mark_read(actor=bo, thread=chat)
    assert one.wait("seen", seconds=2)["read"] == 1


def test_edits_reactions_and_removals_change_what_stands(station, here):
    mei = member(here)
    _where, chat = room(here)
    post = queries.get_post(say(here.owner, chat, "Helo").pk, viewer=here.owner)
    one, elsewhere = station.listen(mei, watch=chat.pk), station.listen(member(here))
    actions.edit_post(actor=here.owner, post=post, source="Hello")
    assert "Hello" in one.wait("change")["html"]
    actions.react(actor=mei, post=queries.get_post(post.pk, viewer=mei), reaction="thanks")
    assert one.wait("change", 2)["reactions"] == {"thanks": 1}
    actions.remove_post(actor=here.owner, post=queries.get_post(post.pk, viewer=here.owner))
    gone = one.wait("change", 3)
    assert (gone["html"], gone["removed"]) == ("", "author")
    assert not elsewhere.of("change")


def test_who_is_here_and_who_writes_is_shown_to_who_looks_at_the_room(station, here):
    mei, bo, li = member(here), member(here), member(here)
    _where, chat = room(here)
    one = station.listen(mei, watch=chat.pk)
    session = station.session(bo)
    station.listen(bo, watch=chat.pk, session=session)
    elsewhere = station.listen(li)
    limit = time.monotonic() + 8
    while not any(bo.handle in said["people"] for said in one.of("here")):
        assert time.monotonic() < limit, one.told
        time.sleep(0.05)
    assert not elsewhere.of("here")
    token = f"token={live_pass(bo, session.session_key)}"
    assert " 204 " in station.post(f"/live/typing?{token}&watch={chat.pk}")
    assert one.wait("typing", seconds=2) == {
        "what": "typing", "handle": bo.handle, "name": bo.name,
    }  # fmt: skip
    time.sleep(0.2)
    assert not elsewhere.of("typing")
    other = f"token={live_pass(li, station.session(li).session_key)}"
    assert " 204 " in station.post(f"/live/typing?{other}&watch={chat.pk}")
    time.sleep(0.2)
    assert len(one.of("typing")) == 1
    assert " 401 " in station.post(f"/live/typing?token=x&watch={chat.pk}")


def test_too_many_connections_of_one_person_are_refused(station, here, monkeypatch):
    monkeypatch.setattr("qunluo.live.hub.MOST_EACH", 2)
    mei = member(here)
    station.listen(mei)
    station.listen(mei)
    third = station.listen(mei, wait=False)
    assert third.closed.wait(5)
    assert third.status == 429
    station.listen(here.owner)


@pytest.mark.parametrize("query", ["", "?token=", "?token=x", "?token=%00&watch=zzz"])
def test_without_a_pass_nothing_opens(station, query):
    refused = station._open(query, (), False)
    assert refused.closed.wait(5)
    assert refused.status == 401


def test_pages_of_other_sites_cannot_read_an_answer(station):
    assert "access-control-allow-origin" not in station.post("/live/typing", "https://evil.example")
    assert "allow-origin: http://127.0.0.1:8000" in station.post("/live/typing")
