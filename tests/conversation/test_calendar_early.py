"""Fans first: what is open to some for now is open to nobody else at any door, and then to all."""

from datetime import timedelta

import pytest

from qunluo.community import actions as community_actions
from qunluo.conversation import actions, queries
from qunluo.conversation.errors import AttachmentNotFound, ThreadNotFound
from qunluo.conversation.models import Post, Thread
from qunluo.kernel.clock import now, travel
from qunluo.kernel.delivery import drain
from qunluo.reach.models import Notice
from tests.conversation.makers import (
    badge,
    community,
    member,
    membership,
    picture,
    revoke,
    space,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
pytestmark = pytest.mark.req("R19")


@pytest.fixture
def farm(db):
    """A public space with something that bakers read a day before everybody else."""
    farm = community()
    farm.square = space(farm, visibility="public")
    farm.fan, farm.other = member(farm, "Fan"), member(farm, "Other")
    farm.badge = badge(farm, farm.fan)
    for who in (farm.fan, farm.other):
        actions.follow_space(actor=who, space=farm.square, following="followed")
    file = actions.attach(actor=farm.owner, space=farm.square, data=picture(), alt="A jar")
    item = actions.plan_item(
        actor=farm.owner, space=farm.square, title="New honey", attached=[file.uid],
        source="Linden #honey is here, @Fan and @Other.", publish_at=now() + HOUR,
        ticks=[name for name, _words in queries.checklist(farm)], open_at=now() + DAY,
        early_kind="badge", early_name="baker",
    )  # fmt: skip
    actions.schedule_item(actor=farm.owner, item=item)
    farm.uid, farm.file = item.uid, file.uid
    with travel(now() + 2 * HOUR):
        assert actions.publish_due() == 1
        drain()
        farm.thread = Thread.objects.get(plan=item.uid)
        actions.index_posts([farm.thread.messages.get().pk])
    return farm


def doors(farm, viewer):
    """Return the doors through which a viewer comes upon the thread."""
    thread, post = farm.thread, Post.objects.get(thread=farm.thread, place=1)
    found = set()

    def opens(name, ask):
        try:
            if ask():
                found.add(name)
        except (ThreadNotFound, AttachmentNotFound):
            pass

    listed = queries.threads(farm, farm.square.slug, viewer=viewer).items
    opens("list", lambda: listed)
    opens("page", lambda: queries.read_thread(farm, thread.number, viewer=viewer))
    opens("post", lambda: queries.get_post(post.pk, viewer=viewer))
    opens("file", lambda: queries.get_attachment(farm.file, viewer=viewer))
    opens("search", lambda: queries.search(viewer, "honey", community=farm).hits)
    opens("topics", lambda: queries.topics(farm, viewer=viewer))
    opens("topic", lambda: queries.threads_on(farm, "honey", viewer=viewer)[1].items)
    opens("kind", lambda: queries.threads_of_kind(farm, "talk", viewer=viewer).items)
    opens("states", lambda: queries.states_of(farm, "talk", viewer=viewer))
    opens("card", lambda: queries.shareable(farm, thread.number, viewer=viewer))
    opens("feed", lambda: queries.newest_openers(farm.square, limit=5))
    if viewer is not None:
        opens("stream", lambda: queries.stream(viewer).items)
        opens("unread", lambda: sum(one.unread for one in queries.spaces(farm, viewer=viewer)))
        opens("notice", lambda: queries.known_threads(viewer, [thread.pk]))
        day = thread.opened_at.date()
        opens("calendar", lambda: queries.planned(farm, day, day + DAY, viewer=viewer))
        only = queries.posts_to_tell([post.pk])[post.pk]["only"]
        opens("live", lambda: only is None or viewer.pk in only)
    return found


PUBLIC = {"card", "feed"}
STRANGER = {"list", "page", "post", "file", "search", "topics", "topic", "kind", "states", *PUBLIC}
MEMBER = STRANGER | {"stream", "unread", "notice", "calendar", "live"}


def test_only_fans_come_upon_it_at_any_door_until_it_opens(farm):
    early = now() + 3 * HOUR
    with travel(early):
        assert doors(farm, None) == set()
        assert doors(farm, farm.other) == set()
        assert doors(farm, farm.fan) == MEMBER - PUBLIC
        assert doors(farm, farm.owner) == MEMBER - PUBLIC - {"unread"}
    with travel(now() + DAY + timedelta(seconds=1)):
        # Nothing ran in between: the moment itself opens it.
        assert doors(farm, None) == STRANGER
        assert doors(farm, farm.other) == MEMBER
        assert doors(farm, farm.fan) == MEMBER


def test_a_fan_whose_badge_ends_comes_upon_it_no_more_in_the_same_request(farm):
    with travel(now() + 3 * HOUR):
        revoke(farm, farm.badge)
        assert doors(farm, farm.fan) == set()


def test_nobody_else_is_told_of_it_though_they_follow_or_are_called(farm):
    def told(who):
        return set(Notice.objects.filter(person=who).values_list("what", flat=True))

    assert "mentioned" in told(farm.fan)
    assert not told(farm.other)


def opens(farm, *, moment=DAY + timedelta(seconds=1)):
    """Let the time come at which everybody may read it."""
    with travel(now() + moment):
        actions.announce_due()
        drain()


def test_who_could_not_read_it_first_is_told_when_it_opens_and_nobody_is_twice(farm):
    late, called = member(farm, "Late"), farm.other
    away = member(farm, "Away")
    for who in (late, away):
        actions.follow_space(actor=who, space=farm.square, following="followed")
    fan_before = list(Notice.objects.filter(person=farm.fan).values_list("what", "count"))
    opens(farm, moment=DAY - HOUR)
    assert not Notice.objects.filter(person__in=[late, called]).exists(), "not yet"
    mine = membership(away, farm)
    community_actions.leave(actor=away, membership=mine, reason="over")
    for _again in range(3):
        opens(farm)
    assert Notice.objects.get(person=late).what == "opened"
    assert Notice.objects.get(person=late).count == 1
    assert Notice.objects.get(person=called).what == "mentioned"
    assert not Notice.objects.filter(person=away).exists()
    assert list(Notice.objects.filter(person=farm.fan).values_list("what", "count")) == fan_before
    assert not Notice.objects.filter(person=farm.owner, what="opened").exists()


def test_who_came_to_read_it_early_after_it_appeared_is_told_unless_they_have_read_it(farm):
    fresh, reader = member(farm, "Fresh"), member(farm, "Reader")
    for who in (fresh, reader):
        actions.follow_space(actor=who, space=farm.square, following="followed")
    with travel(now() + 3 * HOUR):
        for who in (fresh, reader, farm.other):
            badge(farm, who)
        actions.mark_read(actor=reader, thread=farm.thread, place=1)
    opens(farm)
    assert Notice.objects.get(person=fresh).what == "opened"
    assert Notice.objects.get(person=farm.other).what == "mentioned"
    assert not Notice.objects.filter(person=reader).exists()


def test_who_heard_of_it_first_and_lost_what_let_them_does_not_hear_again(farm):
    second = member(farm, "Second")
    actions.follow_space(actor=second, space=farm.square, following="followed")
    Notice.objects.create(
        person=second, community_id=farm.pk, key=f"space:{farm.square.pk}:opened", what="opened",
        reason="space", subject="space", subject_id=farm.square.pk, causes=[f"t{farm.thread.pk}"],
        count=1, made_at=now() - 9 * DAY, at=now() - 9 * DAY, read_at=now() - 8 * DAY,
    )  # fmt: skip
    opens(farm)
    assert Notice.objects.filter(person=second).count() == 1


def test_nobody_is_told_of_what_was_taken_back_before_it_opened(farm):
    with travel(now() + 3 * HOUR):
        actions.remove_post(actor=farm.owner, post=farm.thread.messages.get(place=1))
    opens(farm)
    assert not Notice.objects.filter(person=farm.other).exists()
    assert not Thread.objects.filter(announce_at__isnull=False).exists()


def test_members_first_is_for_every_member_and_no_stranger(farm):
    Thread.objects.update(early_kind="members", early_name="")
    with travel(now() + 3 * HOUR):
        assert doors(farm, None) == set()
        assert doors(farm, farm.other) == MEMBER - PUBLIC
        mine = membership(farm.other, farm)
        community_actions.leave(actor=farm.other, membership=mine, reason="over")
        with pytest.raises(ThreadNotFound):
            queries.get_thread(farm, farm.thread.number, viewer=farm.other)


def test_what_is_split_from_it_stays_as_closed_as_it_was(farm):
    with travel(now() + 3 * HOUR):
        made = actions.reply(actor=farm.owner, thread=farm.thread, source="More of it")
        split = actions.split_thread(
            actor=farm.owner, thread=farm.thread, places=[made.place], title="More"
        )
        with pytest.raises(ThreadNotFound):
            queries.get_thread(farm, split.number, viewer=farm.other)
        assert queries.get_thread(farm, split.number, viewer=farm.fan)
