"""The calendar: planned once, checked before, published exactly once, and measured."""

from datetime import timedelta

import pytest

from qunluo.community.errors import PermissionMissing
from qunluo.conversation import actions, queries
from qunluo.conversation.actions import publishing
from qunluo.conversation.errors import (
    ChecksOpen,
    InvalidItem,
    ItemMoved,
    ItemNotFound,
    KindNotHere,
    NotYourItem,
    PollClosed,
    RatedAlready,
    SpaceNotFound,
)
from qunluo.conversation.models import (
    HeldPost,
    OnTone,
    PlannedItem,
    PlannedVersion,
    Poll,
    Post,
    Thread,
)
from qunluo.conversation.queries.calendar import same_text
from qunluo.governance.models import CheckSettings
from qunluo.kernel.clock import now, travel
from qunluo.kernel.delivery import drain
from qunluo.kernel.errors import TooMany
from tests.conversation.makers import badge, community, member, space

VALUES = {"meaning": {"values": ["kindness", "patience"]}}
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def farm(db):
    return community()


@pytest.fixture
def square(farm):
    return space(farm)


def ticks(of):
    return [f"hand.{name}"[5:] for name, _words in queries.checklist(of)]


def plan(who, where, *, title="Rain", source="It rained at last.", **said):
    said.setdefault("ticks", ticks(where.community))
    return actions.plan_item(actor=who, space=where, title=title, source=source, **said)


def scheduled(who, where, at=None, **said):
    item = plan(who, where, **said)
    return actions.schedule_item(actor=who, item=item, publish_at=at or now() + DAY)


def state(item):
    return PlannedItem.objects.get(pk=item.pk).state


@pytest.mark.req("R01")
def test_what_is_planned_appears_at_its_time_and_only_once(farm, square):
    mei = member(farm)
    item = scheduled(mei, square)
    assert actions.publish_due() == 0
    with travel(now() + DAY + timedelta(minutes=1)):
        assert actions.publish_due() == 1
        assert actions.publish_due() == 0
        assert actions.publish_item(item.pk) is None
        thread = Thread.objects.get(plan=item.uid)
        assert (thread.author, thread.title, state(item)) == (mei, "Rain", "published")
        shown = queries.planned(farm, now().date(), now().date() + DAY, viewer=farm.owner)
    assert [one.item.pk for one in shown] == [item.pk]


@pytest.mark.req("R01")
def test_two_workers_at_once_publish_it_once(transactional_db, race):
    farm = community()
    mei, square = member(farm), space(farm)
    items = [scheduled(mei, square, title=f"No. {n}", source=f"Text {n}") for n in range(3)]
    with travel(now() + DAY + HOUR):
        moment = now()

    def work():
        with travel(moment):
            return actions.publish_due()

    outcome = race(3, work)
    assert not outcome.errors
    assert sum(outcome.results) == 3
    assert Thread.objects.filter(plan__in=[one.uid for one in items]).count() == 3


@pytest.mark.req("R01")
def test_a_crash_between_writing_and_noting_it_leaves_nothing_or_one(farm, square, monkeypatch):
    mei = member(farm)
    item = scheduled(mei, square)
    later = now() + DAY + HOUR
    with travel(later), monkeypatch.context() as broken:
        broken.setattr(publishing, "mark_published", lambda _thread: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            actions.publish_item(item.pk)
    assert not Thread.objects.filter(plan=item.uid).exists()
    with travel(later):
        # As after a crash of an installation that wrote the thread elsewhere: the id finds it.
        first = actions.write_post(
            actor=mei, space=square, title="Rain", source="It rained.",
            client_id=f"plan:{item.uid}", planned={"plan": item.uid},
        )  # fmt: skip
        assert actions.publish_item(item.pk) == first
    assert Post.objects.filter(client_id=f"plan:{item.uid}").count() == 1
    assert state(item) == "published"


@pytest.mark.req("R01")
def test_who_planned_much_keeps_nobody_else_from_appearing(farm, square, monkeypatch):
    mei = member(farm)
    many = [scheduled(mei, square, title=f"No. {n}", source=f"Text {n}") for n in range(5)]
    other = scheduled(farm.owner, square, at=now() + DAY + HOUR, source="Mine.")
    say = publishing.write_post

    def busy(*, actor, **said):
        if actor == mei:
            raise TooMany(retry_after=180)
        return say(actor=actor, **said)

    with monkeypatch.context() as full:
        full.setattr(publishing, "write_post", busy)
        with travel(now() + DAY + 2 * HOUR):
            assert queries.due_items(2) == [many[0].pk, other.pk]
            assert actions.publish_due() == 1
            assert queries.due_items() == []
    with travel(now() + DAY + 3 * HOUR):
        assert queries.due_items() == [one.pk for one in many]
        assert actions.publish_due() == 5


@pytest.mark.req("R01")
def test_an_item_that_breaks_is_held_and_the_next_appears(farm, square, monkeypatch):
    mei = member(farm)
    broken, fine = scheduled(mei, square), scheduled(farm.owner, square, source="Mine.")
    say = publishing.write_post

    def breaks(*, actor, **said):
        return say(actor=actor, **said) if actor != mei else 1 / 0

    monkeypatch.setattr(publishing, "write_post", breaks)
    with travel(now() + DAY + HOUR):
        assert actions.publish_due() == 1
    broken.refresh_from_db()
    assert (broken.state, state(fine)) == ("held", "published")
    assert broken.reason["zh"]


@pytest.mark.req("R01")
def test_something_else_said_under_its_id_does_not_pass_for_an_item(farm, square):
    mei = member(farm)
    item = scheduled(mei, square)
    actions.write_post(actor=mei, space=square, title="A", source="B", client_id=f"plan:{item.uid}")
    with travel(now() + DAY + HOUR):
        assert actions.publish_due() == 0
        assert queries.due_items() == []
    assert state(item) == "held"
    assert all(queries.reserved(one) for one in ("plan:x", "mail:x", "ch:x", "im7:x"))
    assert not any(queries.reserved(one) for one in ("", "plan", "matrix:x", "impel:x"))


@pytest.mark.req("R01")
def test_who_left_or_lost_the_space_loses_no_words_and_reads_why(farm, square):
    mei = member(farm)
    gone, away = scheduled(mei, square), scheduled(farm.owner, square, title="Sun", source="Sun.")
    actions.archive_space(actor=farm.owner, space=square)
    with travel(now() + DAY + HOUR):
        assert actions.publish_due() == 0
    for item in (gone, away):
        item.refresh_from_db()
        assert item.state == "held"
        assert "put away" in item.reason["en"]
        assert "归档" in item.reason["zh"] or "收起" in item.reason["zh"]
    actions.restore_space(actor=farm.owner, space=square)
    again = actions.change_item(actor=mei, item=gone, title="Rain again")
    assert (again.state, again.reason) == ("draft", {})
    drain()
    assert [one.title for one in queries.known_items(mei, [gone.pk]).values()] == ["Rain again"]


@pytest.mark.req("R01", "O04")
def test_what_a_list_holds_waits_and_appears_once_it_was_let_through(farm, square):
    CheckSettings.objects.create(community=farm, words=["moonshine"], changed_at=now())
    mei = member(farm)
    item = plan(mei, square, source="We make moonshine.")
    assert {one.id: one.state for one in queries.item_checks(item)}["words"] == "warn"
    actions.schedule_item(actor=mei, item=item, publish_at=now() + DAY)
    with travel(now() + DAY + HOUR):
        assert actions.publish_due() == 0
        item.refresh_from_db()
        assert item.state == "held"
        held = HeldPost.objects.get(client_id=f"plan:{item.uid}")
        actions.carry_out("release", ("held", held.pk), None, farm.owner.pk)
        drain()
    item.refresh_from_db()
    assert (item.state, item.thread.plan) == ("published", item.uid)


@pytest.mark.req("R01", "O04")
def test_words_that_were_changed_while_they_waited_are_not_said_any_more(farm, square):
    CheckSettings.objects.create(community=farm, words=["moonshine"], changed_at=now())
    mei = member(farm)
    item = scheduled(mei, square, source="We make moonshine.")
    with travel(now() + DAY + HOUR):
        actions.publish_due()
        held = HeldPost.objects.get(client_id=f"plan:{item.uid}")
        item.refresh_from_db()
        changed = actions.change_item(actor=mei, item=item, source="We make tea.")
        actions.carry_out("release", ("held", held.pk), None, farm.owner.pk)
        assert not Thread.objects.filter(plan=item.uid).exists()
        actions.schedule_item(actor=mei, item=changed, publish_at=now())
        assert actions.publish_due() == 1
    post = Post.objects.get(client_id=f"plan:{item.uid}")
    assert post.source == "We make tea."


@pytest.mark.req("R01", "O04")
def test_what_was_taken_back_or_has_another_time_is_not_let_through_before_it(farm, square):
    CheckSettings.objects.create(community=farm, words=["moonshine"], changed_at=now())
    mei = member(farm)
    stopped, later = (scheduled(mei, square, source=f"Moonshine {n}.") for n in range(2))
    with travel(now() + DAY + HOUR):
        actions.publish_due()
        actions.withdraw_item(actor=farm.owner, item=stopped)
        later.refresh_from_db()
        actions.schedule_item(actor=mei, item=later, publish_at=now() + DAY)
        for held in HeldPost.objects.all():
            actions.carry_out("release", ("held", held.pk), None, farm.owner.pk)
        drain()
        assert (state(stopped), state(later)) == ("withdrawn", "scheduled")
        assert not Thread.objects.filter(plan__in=[stopped.uid, later.uid]).exists()
    with travel(now() + 3 * DAY):
        actions.publish_due()
        held = HeldPost.objects.get(state="waiting")
        actions.carry_out("release", ("held", held.pk), None, farm.owner.pk)
        assert Thread.objects.get(plan=later.uid).messages.get().source == "Moonshine 1."


@pytest.mark.req("R10")
def test_every_check_by_hand_is_ticked_before_it_has_a_time(farm, square):
    mei = member(farm)
    item = plan(mei, square, ticks=[])
    with pytest.raises(ChecksOpen):
        actions.schedule_item(actor=mei, item=item, publish_at=now() + DAY)
    actions.change_calendar(actor=farm.owner, community=farm, checklist=["Is it true?", " "])
    checks = [one for one in queries.item_checks(item) if one.hand]
    assert [one.label["en"] for one in checks] == ["Is it true?"]
    item = actions.change_item(actor=mei, item=item, ticks=[checks[0].id.removeprefix("hand.")])
    actions.schedule_item(actor=mei, item=item, publish_at=now() + DAY)
    assert state(item) == "scheduled"
    with pytest.raises(PermissionMissing):
        actions.change_calendar(actor=mei, community=farm, holds=True)


@pytest.mark.req("R01")
def test_an_item_moves_only_where_it_could_have_been_planned(farm, square):
    mei, lan = member(farm, "Mei"), member(farm, "Lan")
    item = plan(mei, square)
    elsewhere = space(community())
    member(elsewhere.community, who=mei)
    talk = actions.talk_with(actor=mei, community=farm, handle=lan.handle)
    with pytest.raises(KindNotHere):
        actions.change_item(actor=mei, item=item, space=talk)
    with pytest.raises(SpaceNotFound):
        actions.change_item(actor=mei, item=item, space=elsewhere)
    item.refresh_from_db()
    assert item.space == square


@pytest.mark.req("R08")
def test_the_same_text_is_told_only_of_what_its_author_may_know(farm, square):
    mei, lan = member(farm, "Mei"), member(farm, "Lan")
    oven = space(farm, slug="oven", visibility="grant", grant_kind="badge", grant_name="baker")
    badge(farm, lan)
    yard = space(farm, slug="yard")
    scheduled(lan, oven, target="Bakers")
    draft = plan(lan, yard, target="Us")
    mine = plan(mei, square)
    assert same_text(mine) == []
    actions.schedule_item(actor=lan, item=draft, publish_at=now() + DAY)
    assert same_text(mine) == [("Square", "Us")]
    badge(farm, mei)
    assert len(same_text(mine)) == 2


@pytest.mark.req("R08", "R09", "R10", "R16")
def test_the_checks_that_look_by_themselves_name_the_rule(farm, square):
    mei = member(farm)
    other = space(farm, slug="yard")
    bait = plan(mei, square, title="震惊！手慢无", source="You won't believe it.")
    told = {one.id: one for one in queries.item_checks(bait)}
    assert (told["lures"].state, told["values"].state, told["target"].state) == ("warn",) * 3
    assert "制造紧迫" in told["lures"].why["zh"]
    assert "Shock" in told["lures"].why["en"]
    again = plan(mei, other, title="震惊，手慢无", source="You won't believe it")
    with pytest.raises(ChecksOpen):
        actions.schedule_item(actor=mei, item=again, publish_at=now() + DAY)
    actions.change_item(actor=mei, item=bait, target="Bakers")
    again = actions.change_item(actor=mei, item=again, target="Parents")
    actions.schedule_item(actor=mei, item=again, publish_at=now() + DAY)


@pytest.mark.req("R05")
def test_benefit_is_warned_of_or_stopped_while_too_little_was_given(farm, square):
    owner = farm.owner
    offer = plan(owner, square, beneficial=3, useful=1)
    told = {one.id: one.state for one in queries.item_checks(offer)}
    assert told["benefit"] == "warn"
    actions.change_calendar(actor=owner, community=farm, holds=True)
    with pytest.raises(ChecksOpen):
        actions.schedule_item(actor=owner, item=offer)
    gift = plan(owner, square, title="Bread", source="How to bake.", useful=3, fun=2, warm=2)
    actions.schedule_item(actor=owner, item=gift)
    assert actions.publish_due() == 1
    actions.schedule_item(actor=owner, item=offer)
    assert actions.publish_due() == 1


@pytest.mark.req("R01")
def test_edits_keep_versions_and_whoever_comes_second_is_told(farm, square):
    mei, wu, lan = member(farm, "Mei"), member(farm, "Wu"), member(farm, "Lan")
    item = plan(mei, square, together=["Wu"])
    changed = actions.change_item(actor=wu, item=item, version=1, source="It poured.")
    assert changed.version == 2
    assert [one.source for one in queries.item_versions(item)] == ["It rained at last."]
    with pytest.raises(ItemMoved):
        actions.change_item(actor=mei, item=item, version=1, source="It drizzled.")
    with pytest.raises(NotYourItem):
        actions.change_item(actor=lan, item=item, source="Mine")
    with pytest.raises(ItemNotFound):
        queries.get_item(item.uid, community=farm, viewer=lan)
    assert PlannedVersion.objects.count() == 1


@pytest.mark.req("R01")
def test_who_publishes_for_the_community_sees_what_comes_and_may_stop_it(farm, square):
    mei, lan = member(farm, "Mei"), member(farm, "Lan")
    item = scheduled(mei, square)
    days = (now().date(), now().date() + 3 * DAY)
    assert not queries.planned(farm, *days, viewer=lan)
    assert [one.own for one in queries.planned(farm, *days, viewer=farm.owner)] == [False]
    with pytest.raises(PermissionMissing):
        actions.withdraw_item(actor=lan, item=item)
    actions.withdraw_item(actor=farm.owner, item=item)
    with travel(now() + 2 * DAY):
        assert actions.publish_due() == 0
    with pytest.raises(ItemMoved):
        actions.withdraw_item(actor=mei, item=item)


@pytest.mark.req("F08")
def test_each_member_says_once_how_well_it_sounds_like_us(farm, square):
    mei, lan = member(farm, "Mei"), member(farm, "Lan")
    item = plan(mei, square)
    actions.schedule_item(actor=mei, item=item)
    with pytest.raises(ItemMoved):
        actions.rate_item(actor=lan, item=item, rating=4)
    actions.publish_due()
    item.refresh_from_db()
    actions.rate_item(actor=lan, item=item, rating=4)
    for who in (lan, mei):
        with pytest.raises(RatedAlready):
            actions.rate_item(actor=who, item=item, rating=5)
    with pytest.raises(InvalidItem):
        actions.rate_item(actor=farm.owner, item=item, rating=6)
    view = queries.get_item(item.uid, community=farm, viewer=lan)
    assert (view.tone, view.tone_n, view.my_rating, view.may_rate) == (4, 1, 4, False)
    assert OnTone.objects.count() == 1


@pytest.mark.req("R01", "R06", "R12", "R16")
def test_the_measures_say_how_steadily_and_by_whom(farm, square, monkeypatch):
    monkeypatch.setattr("qunluo.conversation.actions.filling.values_of", lambda _of: ["kindness"])
    mei = member(farm)
    start = now()
    for week, who in enumerate([farm.owner, mei, farm.owner, mei]):
        with travel(start + 7 * week * DAY):
            item = plan(
                who, square, title=f"Week {week}", source=f"Text {week}", useful=3,
                causes=["free"], values=["kindness"] if week == 0 else [],
            )  # fmt: skip
            actions.schedule_item(actor=who, item=item)
            actions.publish_due()
    with travel(start + 21 * DAY + HOUR), pytest.raises(PermissionMissing):
        queries.health(farm, viewer=mei)
    with travel(start + 21 * DAY + HOUR):
        found = queries.health(farm, viewer=farm.owner)
    told = {one.name: (one.value, one.n) for one in found.measures}
    assert told["cadence"] == (0.5, 4)
    assert told["evenness"] == (0, 4)
    assert told["values"] == (0.25, 4)
    assert told["members"] == (0.5, 4)
    assert told["giving"] == (1.0, 4)
    assert told["tone"] == (None, 0)
    assert (found.no_value_before, found.no_value_ahead) == (True, True)
    assert [name for name, _part in found.weak] == ["intimacy", "novelty", "pleasure", "status"]


@pytest.mark.req("R19")
def test_only_who_publishes_for_the_community_lets_some_read_first(farm, square):
    mei = member(farm)
    soon, late = now() + HOUR, now() + DAY
    with pytest.raises(InvalidItem) as refused:
        plan(mei, square, publish_at=soon, open_at=late, early_kind="members")
    assert "early_kind" in refused.value.fields
    with pytest.raises(InvalidItem):
        plan(farm.owner, square, publish_at=late, open_at=soon, early_kind="badge", early_name="x")
    badge(farm, mei)
    item = plan(farm.owner, square, publish_at=soon, open_at=late, early_kind="badge",
                early_name="baker")  # fmt: skip
    assert item.early_name == "baker"


@pytest.mark.req("V10", "O09")
def test_what_one_planned_is_taken_along_and_erased(farm, square):
    mei, lan = member(farm, "Mei"), member(farm, "Lan")
    told = scheduled(mei, square, at=now(), title="Said", source="It was said.")
    actions.publish_due()
    told.refresh_from_db()
    actions.rate_item(actor=lan, item=told, rating=5)
    draft = plan(mei, square, title="Secret", source="My recipe", together=["Lan"])
    copy = queries.own_documents(mei)
    assert [one["source"] for one in copy["planned"]] == ["It was said.", "My recipe"]
    assert [one["rating"] for one in queries.own_documents(lan)["on_tone"]] == [5]
    assert len(queries.own_documents(lan)["planned_together"]) == 1
    actions.erase(mei)
    assert not PlannedItem.objects.filter(pk=draft.pk).exists()
    told.refresh_from_db()
    assert (told.title, told.source, told.state) == ("", "", "published")
    actions.erase(lan)
    assert not OnTone.objects.exists()


@pytest.mark.req("R01")
def test_a_poll_waits_with_its_post_and_opens_and_ends_with_it(farm, square):
    asked = {"options": ["Red", " Red ", "White"], "multiple": False, "days": 3}
    with pytest.raises(InvalidItem) as refused:
        plan(farm.owner, square, poll=asked)
    assert set(refused.value.fields) == {"options"}
    for days in (0, 91):
        with pytest.raises(InvalidItem):
            plan(farm.owner, square, poll={"options": ["Red", "White"], "days": days})
    asked = {"options": ["Red", "White"], "results": "always", "days": 3}
    item = plan(farm.owner, square, publish_at=now() + HOUR, poll=asked)
    item = actions.change_item(actor=farm.owner, item=item, title="Which currant?")
    assert item.poll["options"] == ["Red", "White"], "what is not named stays"
    actions.schedule_item(actor=farm.owner, item=item)
    assert not Poll.objects.exists()
    with travel(now() + 2 * HOUR):
        actions.publish_due()
        actions.publish_due()
        poll = Poll.objects.get()
        assert (poll.options, poll.results) == (["Red", "White"], "always")
        assert abs(poll.until - now() - timedelta(days=3)) < timedelta(minutes=1)
        assert poll.post.thread.plan == item.uid
        actions.answer_poll(actor=farm.owner, post=poll.post, chosen=[1])
    with travel(now() + timedelta(days=4)), pytest.raises(PollClosed):
        actions.answer_poll(actor=farm.owner, post=poll.post, chosen=[0])


@pytest.mark.req("R01")
def test_a_planned_poll_can_be_taken_away_again(farm, square):
    item = plan(farm.owner, square, poll={"options": ["Red", "White"]})
    assert actions.change_item(actor=farm.owner, item=item, poll=None).poll == {}
