"""The home stream: what waits, what people one talks with said, the rest; and it ends."""

from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from qunluo.conversation import actions, queries
from qunluo.conversation.models import Thread, Tie
from qunluo.conversation.rules import ranking
from qunluo.governance.actions import mute
from qunluo.kernel import prepared
from qunluo.kernel.clock import now
from qunluo.kernel.delivery import drain
from qunluo.kernel.paging import BadCursor
from tests.conversation.makers import badge, community, member, post, revoke, space, thread

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def standing(pk=1, age=0, **more):
    return ranking.Standing(id=pk, active_at=NOW - timedelta(days=age), **more)


@pytest.mark.req("R05")
def test_useful_counts_more_than_fun_than_warm_than_beneficial():
    found = [standing(n, felt=tuple(5 * (place == n) for place in range(4))) for n in (3, 1, 0, 2)]
    assert [pk for pk, _part in ranking.ranked(found, NOW)] == [0, 1, 2, 3]


def test_freshness_halves_and_a_crowd_counts_only_so_much():
    assert ranking.points(standing(age=3), NOW) == ranking.points(standing(), NOW) / 2
    assert ranking.points(standing(felt=(10, 0, 0, 0)), NOW) == ranking.points(
        standing(felt=(999, 0, 0, 0)), NOW
    )
    assert ranking.points(standing(own=True), NOW) - ranking.points(standing(), NOW) == ranking.OWN


@pytest.mark.parametrize(
    ("more", "reason", "part"),
    [
        ({"mentioned": True, "votes": True}, "mentioned", "waiting"),
        ({"waits": True}, "waiting", "waiting"),
        ({"votes": True}, "voting", "waiting"),
        ({"waits": True, "due_on": date(2026, 5, 3)}, "due", "waiting"),
        ({"waits": True, "due_on": date(2026, 6, 3), "own": True}, "yours", "rest"),
        ({"answered": True, "knows_last": True}, "answered", "people"),
        ({"knows_last": True, "knows_author": True}, "knows_last", "people"),
        ({"knows_author": True}, "knows_author", "people"),
        ({"felt": (1, 2, 9, 9)}, "fun", "rest"),
        ({"felt": (1, 1, 1, 1), "followed": True}, "following", "rest"),
        ({}, "space", "rest"),
    ],
)
def test_the_strongest_reason_decides_the_part(more, reason, part):
    one = standing(**more)
    assert ranking.why(one, NOW.date()) == reason
    assert ranking.ranked([one], NOW) == [(1, part)]


def test_what_waits_stands_first_and_it_ends_after_a_hundred():
    found = [standing(n, age=n / 24) for n in range(150)]
    found.append(standing(999, age=80, mentioned=True))
    order = ranking.ranked(found, NOW)
    assert order[0] == (999, "waiting")
    assert len(order) == ranking.STREAM_CARDS
    assert [pk for pk, _part in ranking.newest(found)][:3] == [0, 1, 2]


def test_a_cursor_carries_what_is_still_to_come_and_nothing_else_passes_for_one():
    rest = [(7, "people"), (2**40, "rest"), (1, "")]
    assert ranking.unpacked(ranking.packed("waiting", rest)) == ("waiting", rest)
    for wrong in ("", "!!", "é", "_w", "BQ", ranking.packed("", [(2**63, "rest")]), "A" * 2000):
        with pytest.raises(ValueError):  # noqa: PT011
            ranking.unpacked(wrong)


@pytest.fixture
def farm(db):
    made = community()
    made.square = space(made, slug="square")
    made.mei, made.bo, made.li = (member(made, name) for name in ("Mei", "Bo", "Li"))
    return made


def shown(who, **more):
    return {card.number: card for card in queries.stream(who, **more).items}


@pytest.mark.req("C01", "R05")
def test_each_card_says_why_it_stands_there(farm):
    called = thread(farm.bo, farm.square, title="Called", source="@Mei come")
    mine = thread(farm.mei, farm.square, title="Mine", source="Rain?")
    liked = thread(farm.li, farm.square, title="Liked", source="Mulch.")
    plain = thread(farm.li, farm.square, title="Plain", source="Hm.")
    actions.reply(actor=farm.bo, thread=mine, source="Yes, tonight.")
    for who in (farm.bo, farm.owner):
        actions.react(actor=who, post=post(liked, viewer=who), reaction="useful")
    found = queries.stream(farm.mei).items
    told = [(card.number, card.section, card.why_label["en"]) for card in found]
    assert told == [
        (called.number, "waiting", "You were mentioned"),
        (mine.number, "people", "Bo answered you"),
        (liked.number, "rest", "2 found it useful"),
        (plain.number, "rest", "New in Square"),
    ]
    answered = found[1]
    assert answered.body == "Rain?"
    assert [(one.author.name, one.text) for one in answered.comments] == [("Bo", "Yes, tonight.")]
    plainly = queries.stream(farm.mei, order="newest").items
    assert [card.number for card in plainly] == [
        mine.number, plain.number, liked.number, called.number,
    ]  # fmt: skip
    assert {card.section for card in plainly} == {""}


def test_people_who_talked_with_each_other_stand_closer(farm):
    rain = thread(farm.bo, farm.square, title="Rain")
    actions.reply(actor=farm.mei, thread=rain, source="Here too")
    drain()
    assert Tie.objects.count() == 2
    later = thread(farm.bo, farm.square, title="Later")
    stranger = thread(farm.li, farm.square, title="Stranger")
    found = shown(farm.mei)
    assert found[later.number].why == "knows_author"
    assert found[later.number].section == "people"
    assert found[stranger.number].section == "rest"
    Tie.objects.update(talked_at=rain.opened_at - timedelta(days=91))
    assert shown(farm.mei)[later.number].section == "rest"
    assert actions.forget_old_ties() == 2


def test_private_talk_makes_no_ties_and_an_event_told_twice_makes_one(farm):
    pair = actions.talk_with(actor=farm.bo, community=farm, handle=farm.mei.handle)
    actions.reply(actor=farm.bo, thread=queries.chat_of(pair), source="Psst")
    drain()
    assert not Tie.objects.exists()
    actions.note_talk(farm.pk, farm.bo.pk, farm.mei.pk, now())
    actions.note_talk(farm.pk, farm.mei.pk, farm.bo.pk, now())
    assert Tie.objects.count() == 2


def test_what_waits_is_found_however_old_it_is(farm, travel, monkeypatch):
    monkeypatch.setattr(ranking, "STREAM_CARDS", 5)
    monkeypatch.setattr(ranking, "LOOKED_AT", 6)
    monkeypatch.setattr(prepared, "_known", {})
    with travel(NOW) as clock:
        old = thread(farm.bo, farm.square, title="Old", source="@Mei come")
        clock.move(timedelta(days=20))
        for n in range(8):
            thread(farm.li, farm.square, title=f"T{n}")
        first = queries.stream(farm.mei, limit=2)
        assert first.items[0].number == old.number
        rest = queries.stream(farm.mei, after=first.next)
        numbers = [card.number for card in (*first.items, *rest.items)]
        assert len(numbers) == len(set(numbers)) == ranking.STREAM_CARDS
        assert rest.next is None


def test_nothing_comes_twice_or_not_at_all_while_people_write(farm):
    made = [thread(farm.bo, farm.square, title=f"T{n}") for n in range(5)]
    first = queries.stream(farm.mei, limit=2)
    waiting = next(one for one in made if one.number not in {c.number for c in first.items})
    actions.reply(actor=farm.bo, thread=waiting, source="Up it goes")
    thread(farm.bo, farm.square, title="New")
    rest = queries.stream(farm.mei, limit=10, after=first.next)
    numbers = [card.number for card in (*first.items, *rest.items)]
    assert sorted(numbers) == [one.number for one in made]
    with pytest.raises(BadCursor):
        queries.stream(farm.mei, after="nonsense!")


def test_a_cursor_opens_nothing_that_is_closed(farm):
    hidden = space(farm, slug="ovens", visibility="grant", grant_kind="badge", grant_name="baker")
    secret = thread(farm.owner, hidden, title="Secret")
    held = badge(farm, farm.mei)
    open_ones = [thread(farm.bo, farm.square, title=f"T{n}") for n in range(3)]
    first = queries.stream(farm.mei, limit=3, order="newest")
    revoke(farm, held)
    rest = queries.stream(farm.mei, limit=3, after=first.next)
    assert rest.items == []
    stolen = queries.stream(farm.bo, after=first.next)
    assert secret.number not in {card.number for card in stolen.items}
    assert len(first.items) == len(open_ones)


def test_the_same_question_is_put_together_once_and_asked_with_other_values(farm):
    mine = thread(farm.bo, farm.square, title="Both see it", source="@Mei look")
    assert shown(farm.mei)[mine.number].why == "mentioned"
    assert shown(farm.li)[mine.number].why == "space"
    actions.mute(actor=farm.li, thread=mine)
    assert shown(farm.li) == {}
    assert mine.number in shown(farm.mei)


def test_what_was_felt_before_is_counted_in_parts_and_again_the_same(farm, monkeypatch):
    fill = import_module("qunluo.conversation.migrations.0014_count_what_was_felt")
    monkeypatch.setattr(fill, "PART", 2)
    made = [thread(farm.mei, farm.square, title=f"No. {n}") for n in range(5)]
    for one in made[:3]:
        said = actions.reply(actor=farm.bo, thread=one, source="Yes")
        for name in ("useful", "fun", "beneficial"):
            actions.react(actor=farm.li, post=post(one, viewer=farm.li), reaction=name)
        said = queries.get_post(said.pk, viewer=farm.li)
        actions.react(actor=farm.li, post=said, reaction="useful")
    counts = Thread.objects.order_by("pk").values_list("useful", "fun", "warm", "beneficial")
    before = list(counts)
    assert before == [(2, 1, 0, 1)] * 3 + [(0, 0, 0, 0)] * 2
    Thread.objects.update(useful=0, fun=0, warm=0)
    for _time in range(2):
        fill.count_what_was_felt(apps, SimpleNamespace(connection=connection))
        assert list(counts.all()) == before


def test_a_reply_of_somebody_kept_away_from_is_not_on_the_card(farm):
    mine = thread(farm.mei, farm.square, title="Mine")
    actions.reply(actor=farm.bo, thread=mine, source="Grr")
    gone = actions.reply(actor=farm.li, thread=mine, source="Taken back")
    actions.remove_post(actor=farm.li, post=queries.get_post(gone.pk, viewer=farm.li))
    assert [one.text for one in shown(farm.mei)[mine.number].comments] == ["Grr"]
    assert shown(farm.mei)[mine.number].why == "answered"
    mute(actor=farm.mei, other=farm.bo)
    assert shown(farm.mei)[mine.number].comments == ()
    assert shown(farm.mei)[mine.number].why != "answered"
