"""Unread is exact: the stored counters always say what counting anew would say."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qunluo.conversation import actions, queries
from qunluo.conversation.actions import reacting, writing
from qunluo.conversation.errors import PostGone
from qunluo.conversation.models import Post, Reading, Thread
from qunluo.kernel.clock import now
from qunluo.kernel.errors import TooMany
from tests.conversation.makers import community, member, post, space, suspend, thread, unread

pytestmark = pytest.mark.django_db
PEOPLE, THREADS = 3, 2
ACTS = ["reply", "read", "read_to", "unread", "remove", "follow", "mute", "normal", "mention"]


def recount(who, of, joined_late):
    """What a person has not read, counted from the posts themselves."""
    reading = Reading.objects.filter(person=who, thread=of).first()
    if reading and reading.following == "muted":
        return 0
    if reading is None and joined_late:
        return 0
    standing = Post.objects.filter(thread=of, removed_at=None).exclude(author=who)
    return standing.filter(place__gt=reading.read if reading else 0).count()


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(ACTS),
            st.integers(0, PEOPLE - 1),
            st.integers(0, THREADS - 1),
            st.integers(1, 6),
        ),
        max_size=20,
    )
)
@pytest.mark.req("C03")
def test_unread_equals_a_recount_after_anything(db, acts):
    farm = community()
    square = space(farm)
    people = [member(farm, f"P{n}") for n in range(PEOPLE - 1)]
    threads = [thread(farm.owner, square) for _ in range(THREADS)]
    late = member(farm, "Late")  # came after the threads were opened
    people.append(late)
    for act, person, number, place in acts:
        who, of = people[person], threads[number]
        last = Thread.objects.get(pk=of.pk).posts
        if act == "reply":
            actions.reply(actor=who, thread=of, source="Hi")
        elif act == "mention":
            actions.reply(actor=farm.owner, thread=of, source=f"@{who.handle} look")
        elif act == "read":
            actions.mark_read(actor=who, thread=of)
        elif act == "read_to":
            actions.mark_read(actor=who, thread=of, place=place)
        elif act == "unread":
            actions.mark_unread(actor=who, thread=of, place=place)
        elif act == "remove":
            gone = post(of, min(place, last), viewer=farm.owner)
            try:
                actions.remove_post(actor=gone.author, post=gone)
            except PostGone:
                continue
        else:
            wish = {"follow": "followed", "mute": "muted"}.get(act, "normal")
            actions.follow(actor=who, thread=of, following=wish)
    for who in [*people, farm.owner]:
        expected = {of.pk: recount(who, of, who == late) for of in threads}
        listed = queries.threads(farm, square.slug, viewer=who).items
        assert {card.id: card.unread for card in listed} == expected
        (card,) = queries.spaces(farm, viewer=who)
        assert card.unread == sum(expected.values())
        assert card.unread_threads == sum(bool(count) for count in expected.values())


def test_a_newcomer_does_not_drown_in_what_was_said_before():
    farm = community()
    square = space(farm)
    old = thread(farm.owner, square)
    mei = member(farm, "Mei")
    actions.reply(actor=farm.owner, thread=old, source="More")
    assert unread(mei, old) == 0
    actions.reply(actor=farm.owner, thread=old, source="@Mei, look")
    assert unread(mei, old) == 1
    assert queries.read_thread(farm, old.number, viewer=mei).first_unread == 3


@pytest.fixture
def patient(monkeypatch):
    """Nobody counts how often one writes."""
    for place in (writing, reacting):
        monkeypatch.setattr(place, "limit", lambda *_, **__: None)


def test_who_writes_too_much_is_asked_to_wait(travel):
    farm = community()
    talk = thread(farm.owner, space(farm))
    with travel(now()):  # on a slow machine the limit would refill meanwhile
        for _ in range(writing.POSTS_IN_TEN_MINUTES):
            actions.reply(actor=farm.owner, thread=talk, source="Hi")
        with pytest.raises(TooMany):
            actions.reply(actor=farm.owner, thread=talk, source="Hi")


def test_a_thread_opens_at_the_first_unread_and_windows_lead_both_ways(patient):
    farm = community()
    mei, square = member(farm, "Mei"), space(farm)
    long = thread(farm.owner, square)
    for number in range(2, 131):
        actions.reply(actor=farm.owner, thread=long, source=f"Number {number}")
    window = queries.read_thread(farm, long.number, viewer=mei)
    assert (window.posts[0].place, window.posts[-1].place) == (1, 50)
    assert (window.before, window.after, window.first_unread) == (None, 50, 1)
    actions.mark_read(actor=mei, thread=long, place=60)
    window = queries.read_thread(farm, long.number, viewer=mei)
    assert (window.posts[0].place, window.first_unread, window.card.unread) == (60, 61, 70)
    assert (window.before, window.after) == (60, 109)
    back = queries.read_thread(farm, long.number, viewer=mei, before=window.before)
    assert (back.posts[0].place, back.posts[-1].place) == (10, 59)
    last = queries.read_thread(farm, long.number, viewer=mei, after=window.after)
    assert (last.posts[-1].place, last.after) == (130, None)
    actions.mark_read(actor=mei, thread=long, place=10)  # never goes back
    assert unread(mei, long) == 70
    actions.mark_unread(actor=mei, thread=long, place=130)
    assert unread(mei, long) == 1
    assert actions.mark_space_read(actor=mei, space=square) == 1
    assert unread(mei, long) == 0


@pytest.fixture
def busy(patient):
    """A farm with four spaces and twenty-two threads with replies."""
    farm = community()
    farm.mei = member(farm, "Mei")
    farm.where = [space(farm, slug=f"s{n}") for n in range(4)]
    others = [member(farm, f"P{n}") for n in range(4)]
    for n in range(22):
        made = thread(others[n % 4], farm.where[n % 2], "worry" if n % 3 else "question")
        said = actions.reply(actor=others[0], thread=made, source="Yes")
        if n > 20:
            actions.react(actor=farm.mei, post=said, reaction="thanks")
    farm.last = made
    return farm


def counted(query):
    with CaptureQueriesContext(connection) as seen:
        query()
    return [one["sql"] for one in seen.captured_queries]


@pytest.mark.parametrize(
    ("name", "most"),
    [("spaces", 4), ("threads", 5), ("stream", 5), ("thread", 8), ("board", 5)],
)
def test_pages_ask_few_questions_however_much_there_is(busy, name, most):
    ask = {
        "spaces": lambda: queries.spaces(busy, viewer=busy.mei),
        "threads": lambda: queries.threads(busy, "s0", viewer=busy.mei, limit=50),
        "stream": lambda: queries.stream(busy.mei, limit=50),
        "thread": lambda: queries.read_thread(busy, busy.last.number, viewer=busy.mei),
        "board": lambda: queries.threads_of_kind(busy, "worry", viewer=busy.mei, heaviest=True),
    }[name]
    asked = counted(ask)
    assert len(asked) <= most, "\n".join(asked)


def test_a_reply_takes_at_most_twelve_queries(busy):
    opened = queries.get_thread(busy, busy.last.number, viewer=busy.mei)
    asked = counted(
        lambda: actions.reply(actor=busy.mei, thread=opened, source="@P1 yes", client_id="x")
    )
    plain = [sql for sql in asked if "SAVEPOINT" not in sql and sql not in {"BEGIN", "COMMIT"}]
    assert len(plain) <= 12, "\n".join(plain)


def test_lists_go_on_where_they_ended(busy):
    first = queries.stream(busy.mei, limit=20)
    rest = queries.stream(busy.mei, limit=20, after=first.next)
    numbers = [card.number for card in [*first.items, *rest.items]]
    assert numbers == sorted(numbers, reverse=True)
    assert (len(numbers), rest.next) == (22, None)


def test_a_muted_thread_leaves_the_stream_and_a_suspended_member_still_reads(busy):
    actions.mute(actor=busy.mei, thread=busy.last)
    assert busy.last.number not in [card.number for card in queries.stream(busy.mei).items]
    suspend(busy.mei, busy)
    assert len(queries.stream(busy.mei, limit=50).items) == 21
