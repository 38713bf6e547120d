"""Channels: what leaves and what must not, what comes in once, and what stays when they go."""

import json
from datetime import timedelta

import pytest

from qunluo.community.errors import PermissionMissing
from qunluo.community.models import Community
from qunluo.conversation import actions as talk
from qunluo.conversation import queries
from qunluo.conversation.models import Post, Thread
from qunluo.governance import actions as governance
from qunluo.growth import actions as growth
from qunluo.kernel.clock import now
from qunluo.kernel.delivery import drain
from qunluo.providers import wecom
from qunluo.reach import actions
from qunluo.reach import queries as reach
from qunluo.reach.actions import Message, carrying
from qunluo.reach.errors import CarriesNothing, ChannelAsleep, ChannelNotFound, InvalidChannel
from qunluo.reach.models import Channel, ChannelArrival, ChannelAttempt, ChannelSending
from qunluo.reach.ports import Parcel
from qunluo.reach.rules import channels as rules
from qunluo.reach.rules import signing
from tests.conversation.makers import badge, community, member, person, space, thread
from tests.reach.standins import APP, SECRET, world

pytestmark = pytest.mark.django_db
__all__ = ["world"]
ROBOT = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
HERE: dict = {}
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


@pytest.fixture
def farm():
    return community(language="en")


def attach(farm, kind="webhook", *, where=None, job="serve", given=None, **reach_of):
    spaces = [where] if where and kind not in {"inbox", "feed", "mail"} else []
    reached = {"events": ["opened", "replied", "answered", "removed"],
               "spaces": [one.pk for one in spaces], "confirmed": [],
               "space": where.pk if where else 0, **reach_of}  # fmt: skip
    return talk.attach_channel(
        actor=farm.owner, community=farm, kind=kind, name="Hook", job=job, given=given or {},
        reach=reached,
    )  # fmt: skip


def public(farm, **more):
    return space(farm, visibility="public", **more)


def hook(farm, world, where, **more):
    return attach(farm, where=where, given={"address": f"{world.address}/hook"}, **more)


def robot(farm, world, where, **more):
    given = {"address": f"{wecom.SEND}?key={ROBOT}"}
    return attach(farm, "robot", where=where, given=given, **more)


def account(farm, where, **more):
    given = {"app_id": APP, "app_secret": SECRET, "token": "pamtest", "aes_key": KEY,
             "template": "tpl"}  # fmt: skip
    return attach(farm, "account", where=where, given=given, **more)


def deliver():
    """Let reactions run as the worker does."""
    drain()


def sent(world, path="/hook"):
    return [json.loads(body) for _q, _h, body in world.to(path)]


@pytest.mark.req("X01", "X03")
def test_what_is_said_in_a_chosen_space_leaves_signed_and_once(farm, world):
    where = public(farm)
    channel, mei = hook(farm, world, where), member(farm)
    thread(mei, where, title="Rain", source="It **rains**.")
    deliver()
    deliver()
    assert actions.carry_due() == 1
    assert actions.carry_due() == 0
    ((_query, headers, body),) = world.to("/hook")
    (secret,) = reach.signing_secrets(channel)
    told = {name.lower(): value for name, value in headers.items()}
    assert signing.is_signed(
        [secret], told["webhook-id"], told["webhook-timestamp"], told["webhook-signature"], body,
        int(now().timestamp()),
    )  # fmt: skip
    said = json.loads(body)
    assert (said["id"], said["type"]) == (told["webhook-id"], "thread.opened")
    assert said["data"]["title"] == "Rain"
    assert said["data"]["source"] == "It **rains**."
    assert said["data"]["author"]["name"] == mei.name
    assert said["data"]["url"].endswith(f"/w/{channel.code}/1/")
    assert secret not in channel.secrets
    assert "signing" not in channel.setup


def test_what_is_said_inside_leaves_only_when_an_operator_confirmed_it(farm, world):
    inside = space(farm)
    with pytest.raises(InvalidChannel) as refused:
        hook(farm, world, inside)
    assert "confirmed" in refused.value.fields
    channel = hook(farm, world, inside, confirmed=[inside.pk])
    assert channel.setup["confirmed"] == [inside.pk]
    reached = {"events": ["opened"]}
    channel = talk.change_channel(actor=farm.owner, community=farm, channel=channel, reach=reached)
    thread(member(farm), inside)
    deliver()
    assert actions.carry_due() == 1


def test_a_confirmation_counts_only_for_those_who_read_a_space_then(farm, world):
    inside = space(farm)
    channel = hook(farm, world, inside, confirmed=[inside.pk])
    tighter = {"visibility": "grant", "grant_kind": "badge", "grant_name": "baker"}
    talk.edit_space(actor=farm.owner, space=inside, **tighter)
    thread(farm.owner, inside)
    deliver()
    assert actions.carry_due() == 0
    assert world.got == []
    given = {"actor": farm.owner, "community": farm, "channel": channel}
    with pytest.raises(InvalidChannel) as refused:
        talk.change_channel(reach={"events": ["opened"]}, **given)
    assert "confirmed" in refused.value.fields
    talk.change_channel(reach={"confirmed": [inside.pk]}, **given)
    thread(farm.owner, inside)
    deliver()
    assert actions.carry_due() == 1


@pytest.mark.parametrize("change", ["narrowed", "other", "private", "removed", "closed"])
def test_what_may_no_longer_be_told_stays(farm, world, change):
    where = public(farm)
    hook(farm, world, where)
    mei = member(farm)
    if change == "private":
        Channel.objects.update(setup={**Channel.objects.get().setup, "spaces": list(range(99))})
        talked = talk.talk_with(actor=mei, community=farm, handle=member(farm, "Lin").handle)
        assert not queries.may_leave(Channel.objects.get(), talked)
        return
    other = space(farm, slug="other", visibility="public")
    made = thread(mei, other if change == "other" else where)
    deliver()
    if change == "narrowed":
        talk.edit_space(actor=farm.owner, space=where, visibility="members")
    elif change == "removed":
        talk.remove_post(actor=mei, post=Post.objects.get(thread=made))
    elif change == "closed":
        Community.objects.filter(pk=farm.pk).update(stage="closed")
    assert actions.carry_due() == 0
    assert world.got == []
    assert set(ChannelSending.objects.values_list("state", flat=True)) <= {"dropped"}


def test_the_title_of_a_removed_opener_leaves_no_more(farm, world):
    where = public(farm)
    hook(farm, world, where)
    mei = member(farm)
    made = thread(mei, where, title="Secret rain", source="It rains secretly.")
    talk.reply(actor=member(farm), thread=made, source="Does it?")
    deliver()
    talk.remove_post(actor=mei, post=Post.objects.get(place=1))
    assert actions.carry_due() == 1
    ((_query, _headers, body),) = world.to("/hook")
    assert b"Does it?" in body
    assert b"ecret" not in body


def test_a_post_that_was_moved_leaves_only_from_where_it_stands_now(farm, world):
    where, inside = public(farm), space(farm, slug="inside")
    channel, mei = hook(farm, world, where), member(farm)
    made = thread(mei, where)
    for said in ("Stays hidden.", "Still here."):
        talk.reply(actor=mei, thread=made, source=said)
    deliver()
    talk.split_thread(actor=mei, thread=made, places=[2], title="Within", space=inside)
    talk.split_thread(actor=mei, thread=made, places=[3], title="Beside")
    actions.carry_due()
    left = {one["data"]["source"]: one["data"] for one in sent(world) if "source" in one["data"]}
    assert set(left) == {"It rains.", "Still here."}
    beside = Thread.objects.get(title="Beside")
    assert left["Still here."]["url"].endswith(f"/w/{channel.code}/{beside.number}/")


@pytest.mark.req("X03")
def test_a_receiver_in_trouble_is_tried_for_three_days_then_it_waits_for_a_replay(
    farm, world, travel
):
    where = public(farm)
    channel = hook(farm, world, where)
    thread(member(farm), where)
    deliver()
    world.answers.extend([(503, "busy", {"Retry-After": "120"}), *[(500, "no")] * 10])
    with travel(now()) as clock:
        actions.carry_due()
        row = ChannelSending.objects.get()
        assert timedelta(seconds=119) < row.next_try_at - now() <= timedelta(seconds=120)
        while (row := ChannelSending.objects.get()).state == "waiting":
            clock.move_to(max(clock.at, row.next_try_at))
            actions.carry_due()
        assert (row.state, row.attempts, row.last_status) == ("dead", 11, 500)
        assert ChannelAttempt.objects.count() == 11
        first = {headers["webhook-id"] for _q, headers, _b in world.to("/hook")}
        assert len(first) == 1, "the same message keeps its id"
        talk.send_again(actor=farm.owner, community=farm, sending=row)
        assert actions.carry_due() == 1
    assert reach.sending_of(channel, row.pk).state == "sent"


def test_a_receiver_in_trouble_holds_nobody_else_up(farm, world, monkeypatch):
    where = public(farm)
    slow, quick = hook(farm, world, where), robot(farm, world, where)
    for channel in (*[slow] * 30, quick):
        talk.send_trial(actor=farm.owner, community=farm, channel=channel)
    world.answers.append((500, "no"))
    assert actions.carry_due(limit=25) == 1, "each channel has its turn"
    assert len(world.to("/hook")) == 1, "and one in trouble is left alone"
    monkeypatch.setattr(carrying, "SECONDS_IN_A_RUN", -1)
    assert actions.carry_due() == 0, "a run ends when its time is up"


def test_a_receiver_that_wants_no_more_is_left_alone(farm, world):
    where = public(farm)
    channel = hook(farm, world, where)
    talk.send_trial(actor=farm.owner, community=farm, channel=channel)
    world.answers.append((410, "gone"))
    assert actions.carry_due() == 0
    channel.refresh_from_db()
    assert not channel.active
    with pytest.raises(ChannelAsleep):
        talk.send_trial(actor=farm.owner, community=farm, channel=channel)


def test_a_new_secret_leaves_the_old_one_a_day(farm, world, travel):
    channel = hook(farm, world, public(farm))
    (old,) = reach.signing_secrets(channel)
    new = talk.renew_secret(actor=farm.owner, community=farm, channel=channel)
    channel.refresh_from_db()
    assert reach.signing_secrets(channel) == [new, old]
    with travel(now() + timedelta(hours=25)):
        assert reach.signing_secrets(channel) == [new]


@pytest.mark.req("X03")
def test_a_group_robot_says_it_in_markdown_and_at_most_twenty_times_a_minute(farm, world, travel):
    where = public(farm)
    channel = robot(farm, world, where)
    with travel(now()) as clock:
        for _count in range(22):
            talk.send_trial(actor=farm.owner, community=farm, channel=channel)
        assert actions.carry_due() == 20
        assert actions.carry_due() == 0
        clock.move(timedelta(seconds=61))
        assert actions.carry_due() == 2
    ((query, _headers, body), *_rest) = world.to("/cgi-bin/webhook/send")
    assert query["key"] == [ROBOT]
    assert json.loads(body)["msgtype"] == "markdown"
    assert ROBOT not in json.dumps(channel.setup)


def test_a_robot_that_is_busy_waits_and_one_that_is_gone_sleeps(farm, world):
    where = public(farm)
    channel = robot(farm, world, where)
    talk.send_trial(actor=farm.owner, community=farm, channel=channel)
    world.answers.append((200, {"errcode": 45009, "errmsg": "api freq out of limit"}))
    actions.carry_due()
    row = ChannelSending.objects.get()
    assert row.state == "waiting"
    assert row.next_try_at > now() + timedelta(seconds=50)
    ChannelSending.objects.update(next_try_at=now())
    world.answers.append((200, {"errcode": 93000, "errmsg": "invalid webhook url"}))
    actions.carry_due()
    channel.refresh_from_db()
    assert not channel.active


def test_long_words_are_cut_between_characters_and_keep_their_link():
    cut = wecom.fitted("头\n", "雨" * 4000, "\n链接", 4096)
    assert len(cut.encode()) <= 4096
    assert cut.endswith("…\n链接")
    assert "�" not in cut


@pytest.mark.parametrize("plain", [False, True])
def test_members_call_nobody_in_a_group_and_place_no_links_of_their_own(plain):
    said = "Mei: <@all> [win](https://evil.example) <font color=red>!</font>"
    parcel = Parcel("m", "t", now(), f"Rain {said}", said, "https://x/w/1/", "Farm")
    told = json.dumps(wecom.message_of(parcel, plain=plain), ensure_ascii=False)
    assert "<@" not in told
    assert "[win]" not in told
    assert "<font" not in told
    assert plain or "[Farm](https://x/w/1/)" in told


@pytest.mark.req("X03")
def test_a_member_binds_wechat_by_a_code_asks_there_and_hears_answers(farm, world):
    where = public(farm, type="qa")
    channel = account(farm, where)
    mei, lin = member(farm), member(farm)
    assert "/channels/" in talk.hear_account(channel, "openid-1", "m0", "hello")
    code = actions.begin_binding(actor=mei, channel=channel)
    assert mei.name in talk.hear_account(channel, "openid-1", "m1", f" {code.lower()} ")
    again = talk.hear_account(channel, "openid-1", "m1", f" {code.lower()} ")
    assert mei.name in again, "WeChat tells what was not answered in time once more"
    assert not Thread.objects.exists(), "a code is never a question"
    assert reach.person_at(channel, "openid-1") == mei
    assert "openid-1" not in channel.bindings.get().address
    said = talk.hear_account(channel, "openid-1", "m2", "When does it rain?")
    assert talk.hear_account(channel, "openid-1", "m2", "When does it rain?") == ""
    asked = Thread.objects.get()
    assert f"/w/{channel.code}/{asked.number}/" in said
    assert (asked.author, asked.kind) == (mei, "question")
    talk.reply(actor=lin, thread=asked, source="Tonight.")
    deliver()
    assert actions.carry_due() == 1
    ((query, _h, body),) = world.to("/cgi-bin/message/template/send")
    told = json.loads(body)
    assert (told["touser"], query["access_token"]) == ("openid-1", ["t1"])
    assert told["data"]["thing2"]["value"].endswith("Tonight.")
    measured = queries.measure_of(channel)
    assert (measured.value, measured.n) == (1, 1)
    talk.reply(actor=lin, thread=asked, source="Or tomorrow.")
    deliver()
    world.tokens = 5  # somebody else asked for a token meanwhile: ours is void
    assert actions.carry_due() == 1
    assert world.tokens == 6
    talk.hear_account(channel, "openid-1", "m3", "stop")
    talk.reply(actor=lin, thread=asked, source="Or never.")
    deliver()
    assert actions.carry_due() == 0


def test_a_code_counts_once_and_fifteen_minutes_and_an_address_is_one_person(farm, world, travel):
    channel = account(farm, public(farm, type="qa"))
    mei, lin = member(farm), member(farm)
    code = actions.begin_binding(actor=mei, channel=channel)
    assert actions.bind(channel, "ABCDEFGH", "o1") is None
    with travel(now() + timedelta(minutes=16)):
        assert actions.bind(channel, code, "o1") is None
    assert actions.bind(channel, code, "o1") == mei
    assert actions.bind(channel, code, "o2") is None
    assert actions.bind(channel, actions.begin_binding(actor=lin, channel=channel), "o1") == lin
    assert reach.person_at(channel, "o1") == lin
    assert actions.unbind(person=lin, channel=channel)
    assert reach.person_at(channel, "o1") is None


@pytest.mark.req("X03")
def test_what_another_system_sends_appears_once_marked_as_an_app(farm, world):
    where = space(farm)
    channel = attach(farm, "inbox", where=where)
    lin = member(farm)
    for _again in range(2):
        actions.arrive(
            channel,
            Message("n1", f"Built. @{lin.name} <script>x</script>", "Release 1", "https://x.org/1"),
        )
        deliver()
    made = Thread.objects.get()
    assert (made.title, made.author.name) == ("Release 1", "Hook (app)")
    assert made.author == channel.author
    assert not made.author.is_active
    html = Post.objects.get().html
    assert "<script>" not in html
    assert f"/p/{lin.handle}/" not in html, "apps call nobody by name"
    assert 'href="https://x.org/1"' in html
    arrival = ChannelArrival.objects.get()
    assert (arrival.state, arrival.text, arrival.thread_id) == ("taken", "", made.pk)
    assert hook(farm, world, where, confirmed=[where.pk])
    actions.arrive(channel, Message("n2", "Round and round"))
    deliver()
    deliver()
    assert actions.carry_due() == 0, "what came by a webhook does not leave by one"


def test_what_cannot_stand_there_is_noted_with_the_reason(farm):
    where = space(farm)
    channel = attach(farm, "inbox", where=where)
    talk.archive_space(actor=farm.owner, space=where)
    actions.arrive(channel, Message("n1", "Late"))
    deliver()
    arrival = ChannelArrival.objects.get()
    assert arrival.state == "refused"
    assert arrival.reason
    assert not Thread.objects.exists()


def test_a_program_that_sends_much_waits_and_one_in_a_closed_community_is_refused(
    farm, world, travel, monkeypatch
):
    monkeypatch.setattr(queries.channels, "THREADS_AN_HOUR", 2)
    channel = attach(farm, "inbox", where=space(farm))

    def states():
        return list(ChannelArrival.objects.order_by("pk").values_list("state", flat=True))

    with travel(now()) as clock:
        for n in range(3):
            actions.arrive(channel, Message(f"n{n}", f"News {n}"))
        deliver()
        assert states() == ["taken", "taken", "waiting"]
        talk.take_in_waiting()
        assert Thread.objects.count() == 2
        clock.move(timedelta(minutes=61))
        talk.take_in_waiting()
        assert states() == ["taken"] * 3
        actions.arrive(channel, Message("late", "Late news"))
        Community.objects.filter(pk=farm.pk).update(stage="closed")
        deliver()
        assert states()[-1] == "refused"
        assert Thread.objects.count() == 3


FEED = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">
<title>Weather &amp; more</title>{entries}</feed>"""
ENTRY = """<entry><id>urn:{n}</id><title>Day {n}</title><link href="https://w.example/{n}"/>
<summary type="html">&lt;p&gt;Rain&lt;script&gt;alert(1)&lt;/script&gt; @all&lt;/p&gt;</summary>
</entry>"""


def feed_of(*numbers):
    entries = "".join(ENTRY.format(n=n) for n in numbers)
    return (200, FEED.format(entries=entries), {"ETag": f'"{numbers[0]}"',
            "Content-Type": "application/atom+xml"})  # fmt: skip


@pytest.mark.req("X03")
def test_a_feed_brings_what_is_new_with_its_source_and_never_twice(farm, world, travel):
    where = space(farm)
    given = {"address": f"{world.address}/feed", "most": "2"}
    channel = attach(farm, "feed", where=where, given=given)

    def titles():
        return list(Thread.objects.order_by("pk").values_list("title", flat=True))

    with travel(now()) as clock:

        def poll(answer):
            world.answers.append(answer)
            clock.move(timedelta(minutes=31))
            count = actions.read_feeds()
            deliver()
            return count

        assert poll(feed_of(3, 2, 1)) == 2
        assert titles() == ["Day 2", "Day 3"], "what is old when one begins stays there"
        assert poll((304, "")) == 0
        assert world.to("/feed")[-1][1]["If-None-Match"] == '"3"'
        assert poll(feed_of(3, 2, 1)) == 0
        assert poll(feed_of(6, 5, 4, 3, 2, 1)) == 2
        assert "If-None-Match" in world.to("/feed")[-1][1]
        assert poll(feed_of(6, 5, 4, 3, 2, 1)) == 1, "the rest comes the next time"
        assert "If-None-Match" not in world.to("/feed")[-1][1]
        assert titles()[2:] == ["Day 4", "Day 5", "Day 6"]
        assert poll((500, "")) == 0
        channel.refresh_from_db()
        assert channel.fails == 1
        assert timedelta(minutes=59) < channel.due_at - now() <= timedelta(minutes=60)
        assert poll((200, "<html>no feed</html>")) == 0
        assert poll((200, '<!DOCTYPE x [<!ENTITY a "b">]><rss/>')) == 0
    html = Post.objects.order_by("pk").first().html
    assert "Rain" in html
    assert "alert" not in html
    assert ">Weather &amp; more</a>" in html


@pytest.mark.req("X02")
def test_each_job_has_its_own_measure(farm, world, travel):
    where = public(farm, type="board")
    mei, lin = member(farm), member(farm)
    invitation = growth.create_invitation(actor=farm.owner, community=farm, max_uses=5)
    bring = robot(farm, world, where, job="acquire", invitation=f"https://x/i/{invitation.code}/")
    back = hook(farm, world, where, job="activate")
    serve = robot(farm, world, where, job="serve")
    with travel(now()) as clock:
        question = thread(mei, where, "question", title="When?")
        deliver()
        actions.carry_due()
        said = [json.loads(one[2])["markdown"]["content"] for one in
                world.to("/cgi-bin/webhook/send")]  # fmt: skip
        assert sum(f"/i/{invitation.code}/" in one for one in said) == 1
        talk.reply(actor=mei, thread=question, source="I mean the harvest.")
        assert queries.measure_of(serve).value == 0, "nobody is served by their own words"
        clock.move(timedelta(minutes=30))
        talk.reply(actor=lin, thread=question, source="Now.")
        actions.note_visit(person=lin, channel=back, thread_id=question.pk)
        actions.note_visit(person=lin, channel=back, thread_id=question.pk)
        actions.note_visit(person=mei, channel=back, thread_id=question.pk + 99)
        newcomer = person("New")
        growth.accept_invitation(actor=newcomer, code=invitation.code, accepted_rules=1)
        acquired = queries.measure_of(bring)
        assert (acquired.value, acquired.known) == (1, True)
        assert acquired.n >= 1
        returned = queries.measure_of(back)
        assert (returned.value, returned.n) == (1, 1)
        served = queries.measure_of(serve)
        assert (served.value, served.n, served.minutes) == (1, 1, 30)
        clock.move(timedelta(days=8))
        actions.note_visit(person=mei, channel=back, thread_id=question.pk)
        assert queries.measure_of(back).value == 1, "a week later it is no longer its doing"
        clock.move(timedelta(days=29))
        assert queries.measure_of(serve).n == 0
    assert {one.job for one in (acquired, returned, served)} == set(rules.JOBS)
    assert all(one.formula["en"] and one.formula["zh"] for one in (acquired, returned, served))


@pytest.mark.req("X01")
def test_a_removed_channel_takes_no_person_and_no_history_with_it(farm, world):
    where = public(farm, type="qa")
    channel = account(farm, where)
    mei = member(farm)
    actions.bind(channel, actions.begin_binding(actor=mei, channel=channel), "o1")
    talk.hear_account(channel, "o1", "m1", "Who stays?")
    waiting = thread(member(farm), where, "question", title="And I?")
    deliver()
    talk.detach_channel(actor=farm.owner, community=farm, channel=channel)
    assert actions.carry_due() == 0
    assert world.to("/cgi-bin/message/template/send") == []
    mei.refresh_from_db()
    assert mei.is_active
    assert set(Thread.objects.values_list("title", flat=True)) == {"Who stays?", waiting.title}
    assert Thread.objects.get(title="Who stays?").author == mei
    gone = Channel.objects.get()
    assert (gone.secrets, gone.active, gone.bindings.count()) == ("", False, 0)
    assert gone.arrivals.filter(state="taken").count() == 1
    with pytest.raises(ChannelNotFound):
        reach.channel_in(farm.pk, channel.pk)


def test_only_who_manages_channels_attaches_changes_and_removes_them(farm, world):
    where = public(farm)
    channel, mei = hook(farm, world, where), member(farm)
    given = {"actor": mei, "community": farm}
    for act in (
        lambda: talk.attach_channel(
            kind="mail", name="x", job="serve", given={}, reach={}, **given
        ),
        lambda: talk.change_channel(channel=channel, name="x", **given),
        lambda: talk.detach_channel(channel=channel, **given),
        lambda: talk.renew_secret(channel=channel, **given),
        lambda: talk.send_trial(channel=channel, **given),
        lambda: queries.channels_here(farm, viewer=mei),
        lambda: queries.get_channel(farm, channel.pk, viewer=mei),
    ):
        with pytest.raises(PermissionMissing):
            act()


@pytest.mark.parametrize(
    ("kind", "given", "reach_of", "field"),
    [
        ("nothing", {}, {}, "kind"),
        ("webhook", {"address": ""}, {}, "address"),
        ("webhook", {"address": "ftp://x"}, {}, "address"),
        ("robot", {"address": "https://evil.example/?key=1"}, {}, "address"),
        ("feed", {"address": "http://x/feed", "most": "99"}, HERE, "most"),
        ("feed", {"address": "http://x/feed"}, {"space": 0}, "space"),
        ("inbox", {}, {"space": 2**40}, "space"),
        ("webhook", {"address": "http://x/"}, {"spaces": [2**40]}, "spaces"),
        ("webhook", {"address": "http://x/"}, {"invitation": "NOSUCH"}, "invitation"),
        (
            "account",
            {"app_id": APP, "app_secret": "s", "token": "t", "aes_key": "x"},
            {},
            "aes_key",
        ),
    ],
)
def test_a_channel_that_cannot_work_is_refused_where_it_is_wrong(
    farm, world, kind, given, reach_of, field
):
    where = space(farm) if reach_of is HERE else None
    with pytest.raises(InvalidChannel) as refused:
        attach(farm, kind, given=given, where=where, **{"spaces": [], **reach_of})
    assert field in refused.value.fields
    assert not Channel.objects.exists()


def test_a_change_keeps_the_secrets_that_are_left_empty_and_tells_what_changed(farm, world):
    where = public(farm)
    channel = robot(farm, world, where)
    given = {"actor": farm.owner, "community": farm, "channel": channel}
    changed = talk.change_channel(given={"address": "", "plain": True}, name="Group", **given)
    assert (changed.name, changed.setup["plain"]) == ("Group", True)
    assert ROBOT in reach.secrets_of(changed)["address"]
    assert talk.change_channel(active=False, **given).active is False
    with pytest.raises(ChannelAsleep):
        talk.send_trial(actor=farm.owner, community=farm, channel=changed.__class__.objects.get())
    inbox = attach(farm, "inbox", where=where)
    with pytest.raises(CarriesNothing):
        talk.send_trial(actor=farm.owner, community=farm, channel=inbox)


def test_logs_are_trimmed_after_thirty_days(farm, world, travel):
    channel = hook(farm, world, public(farm))
    talk.send_trial(actor=farm.owner, community=farm, channel=channel)
    actions.carry_due()
    actions.arrive(channel, Message("x", "x"), refused="no")
    with travel(now() + timedelta(days=29)):
        assert actions.tidy_channels() == 0
    loud = actions.arrive(attach(farm, "inbox", where=space(farm)), Message("y", "Words"))[0]
    actions.refuse_arrival(loud, "no")
    with travel(now() + timedelta(days=29)):
        actions.tidy_channels()
        assert ChannelArrival.objects.get(pk=loud.pk).text == "Words"
    with travel(now() + timedelta(days=31)):
        assert actions.tidy_channels() == 2
    assert ChannelArrival.objects.get(pk=loud.pk).text == ""
    ChannelArrival.objects.filter(pk=loud.pk).delete()
    with travel(now() + timedelta(days=401)):
        assert actions.tidy_channels() == 1
    assert not ChannelAttempt.objects.exists()


def test_who_blocked_or_muted_somebody_meanwhile_does_not_hear_of_them(farm, world):
    where = public(farm)
    channel, mei, lin = account(farm, where), member(farm), member(farm)
    actions.bind(channel, actions.begin_binding(actor=lin, channel=channel), "o-lin")
    thread(mei, where)
    deliver()
    governance.mute(actor=lin, other=mei)
    assert actions.carry_due() == 0
    assert world.got == []


def test_nobody_hears_of_a_space_in_wechat_that_they_may_not_read(farm, world):
    guarded = space(farm, visibility="grant", grant_kind="badge", grant_name="baker")
    channel = account(farm, guarded, confirmed=[guarded.pk], space=0)
    mei, lin = member(farm), member(farm)
    badge(farm, lin)
    for who, address in ((mei, "o-mei"), (lin, "o-lin")):
        actions.bind(channel, actions.begin_binding(actor=who, channel=channel), address)
    thread(farm.owner, guarded)
    deliver()
    assert actions.carry_due() == 1
    ((_q, _h, body),) = world.to("/cgi-bin/message/template/send")
    assert json.loads(body)["touser"] == "o-lin"
