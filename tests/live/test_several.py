"""Several live processes on one database: each tells everything once, and all know who is there."""

import time

import pytest
from django.db import connection

from qunluo.conversation import actions, queries
from qunluo.people.queries import live_pass
from tests.conversation.makers import member, space

pytestmark = pytest.mark.req("C02")


@pytest.fixture
def chat(here):
    return queries.chat_of(space(here, type="chat"))


def say(here, chat, source):
    actions.reply(actor=here.owner, thread=chat, source=source)


def test_each_process_tells_everything_once_and_one_goes_on_where_the_other_was(
    station, other_station, here, chat
):
    mei, bo = member(here), member(here)
    one = station.listen(mei, watch=chat.pk)
    other = other_station.listen(bo, watch=chat.pk)
    for number in range(5):
        say(here, chat, f"{number}")
    for listener in (one, other):
        listener.wait("post", 5)
        assert listener.places() == [1, 2, 3, 4, 5]
    last = one.ids[-1]
    one.cut()
    say(here, chat, "meanwhile")
    say(here, chat, "meanwhile again")
    elsewhere = other_station.listen(mei, watch=chat.pk, last=last)
    elsewhere.wait("post", 2)
    say(here, chat, "and on")
    elsewhere.wait("post", 3)
    assert one.places() + elsewhere.places() == [1, 2, 3, 4, 5, 6, 7, 8]


def test_what_ends_at_one_process_ends_at_all(station, other_station, here, chat):
    mei = member(here)
    session = station.session(mei)
    both = [one.listen(mei, watch=chat.pk, session=session) for one in (station, other_station)]
    session.delete()
    for listener in both:
        assert listener.closed.wait(2.5)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite serves one live process")
def test_who_is_at_one_process_is_seen_and_seen_to_write_at_the_other(
    station, other_station, here, chat, monkeypatch
):
    monkeypatch.setattr("qunluo.live.follower.ONLINE_EVERY", 0.5)
    mei, bo = member(here), member(here)
    one = station.listen(mei, watch=chat.pk)
    session = station.session(bo)
    other = other_station.listen(bo, watch=chat.pk, session=session)
    limit = time.monotonic() + 10
    while not all(
        {mei.handle, bo.handle} <= {p for said in listener.of("here") for p in said["people"]}
        for listener in (one, other)
    ):
        assert time.monotonic() < limit, (one.told, other.told)
        time.sleep(0.05)
    token = live_pass(bo, session.session_key)
    assert " 204 " in other_station.post(f"/live/typing?token={token}&watch={chat.pk}")
    assert one.wait("typing", seconds=3)["handle"] == bo.handle
    actions.mark_read(actor=mei, thread=chat)
    second = other_station.listen(mei)
    say(here, chat, "new")
    actions.mark_read(actor=mei, thread=chat)
    second.wait("read", seconds=3)
    assert len(one.of("typing")) == 1
