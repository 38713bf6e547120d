"""What reaches a person: collected, with its reason, muted when they wish, gone when hidden."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qunluo.kernel.clock import now
from qunluo.people import actions as people
from qunluo.reach import actions, jobs, queries, rules
from qunluo.reach.errors import NoticeNotFound, NotMutable, UnknownScope, UnknownWish
from qunluo.reach.models import Device, Notice, Rhythm, Wish
from qunluo.reach.ports import Hush
from tests.reach.makers import notice, somebody, subject, tell

pytestmark = pytest.mark.django_db
THING = {"subject": "thing", "subject_id": 1, "scopes": ("community:7", "thing:1")}


def views(who, language="en"):
    return queries.notices(who, language).items


def test_many_of_the_same_are_one_notice_until_it_is_read():
    mei, lin, bo = somebody("Mei"), somebody("Lin"), somebody("Bo")
    with subject():
        for actor in (lin, bo, lin):
            tell(mei, what="replied", reason="yours", actor_id=actor.pk, **THING)
        (seen,) = views(mei)
        assert seen.says == "Lin and Bo replied in “Rain”"
        assert [card.name for card in seen.actors] == ["Lin", "Bo"]
        assert (seen.count, seen.why, queries.bell(mei)) == (3, "Because it is yours.", 1)
        assert views(mei, "zh-hans")[0].says == "Lin和Bo回复了「Rain」"
        actions.mark_notices_read(actor=mei)
        assert queries.bell(mei) == 0
        tell(mei, what="replied", reason="yours", actor_id=bo.pk, **THING)
        assert [one.count for one in views(mei)] == [1, 3]


def test_an_event_that_comes_twice_counts_once_even_after_it_was_read():
    mei = somebody()
    assert tell(mei, cause="e1") == 1
    assert tell(mei, cause="e1") == 0
    actions.mark_notices_read(actor=mei)
    assert tell(mei, cause="e1") == 0
    assert notice(mei).count == 1


def test_nobody_is_told_what_they_did_themselves_nor_who_has_gone():
    mei, gone = somebody("Mei"), somebody("Gone")
    people.erase_person(actor=gone)
    assert tell(mei, gone, actor_id=mei.pk) == 0
    assert not Notice.objects.exists()


def test_reactions_come_quietly():
    mei, lin = somebody("Mei"), somebody("Lin")
    with subject():
        tell(mei, what="reacted", reason="reaction", actor_id=lin.pk, **THING)
        assert queries.bell(mei) == 0
        (seen,) = views(mei)
        assert (seen.quiet, seen.unread) == (True, True)
    row = notice(mei)
    assert (row.mail_at, row.push_at, row.for_digest) == (None, None, False)


def test_what_may_no_longer_be_known_is_neither_shown_nor_opened():
    mei = somebody()
    with subject() as known:
        tell(mei, what="replied", reason="yours", **THING)
        known.clear()
        assert views(mei) == []
        with pytest.raises(NoticeNotFound):
            actions.open_notice(actor=mei, pk=notice(mei).pk)
        assert actions.forget_hidden(person=mei) == 1
    assert not Notice.objects.exists()


def test_opening_a_notice_marks_it_read_and_leads_there():
    mei, other = somebody("Mei"), somebody("Other")
    with subject():
        tell(mei, what="replied", reason="yours", **THING)
        with pytest.raises(NoticeNotFound):
            actions.open_notice(actor=other, pk=notice(mei).pk)
        assert actions.open_notice(actor=mei, pk=notice(mei).pk) == "/c/farm/talk/1/"
    assert notice(mei).read_at is not None


def test_seeing_the_thing_itself_reads_its_notices_up_to_there():
    mei = somebody()
    with subject():
        tell(mei, what="replied", reason="yours", place=5, **THING)
        assert actions.read_about(mei.pk, "thing", 1, 4) == 0
        assert actions.read_about(mei.pk, "thing", 2) == 0
        assert actions.read_about(mei.pk, "thing", 1, 5) == 1
    assert queries.bell(mei) == 0


def test_a_muted_reason_or_place_says_nothing_any_more():
    mei = somebody()
    done = []
    hushes = {"thing": Hush({"en": "Mute", "zh": "静音"}, lambda who, pk: done.append((who, pk)))}
    with subject(hushes=hushes):
        tell(mei, what="replied", reason="wrote", **THING)
        (seen,) = views(mei)
        assert seen.ways == [("thing", "Mute"), ("reason", "Where you wrote")]
        actions.mute_notice(actor=mei, pk=seen.id, way="thing")
        assert done == [(mei, 1)]
        assert queries.bell(mei) == 0
        tell(mei, what="replied", reason="wrote", **THING)
        pk = notice(mei, read_at=None).pk
        with pytest.raises(UnknownWish):
            actions.mute_notice(actor=mei, pk=pk, way="everything")
        actions.mute_notice(actor=mei, pk=pk, way="reason")
        assert queries.bell(mei) == 0
        assert tell(mei, what="replied", reason="wrote", **THING) == 0
        assert tell(mei, what="replied", reason="mention", **THING) == 1


def test_nobody_mutes_or_reads_the_notices_of_another():
    mei, other = somebody("Mei"), somebody("Other")
    tell(mei)
    with pytest.raises(NoticeNotFound):
        actions.mute_notice(actor=other, pk=notice(mei).pk, way="reason")
    assert actions.mark_notices_read(actor=other, ids=[notice(mei).pk]) == 0
    assert queries.notices(other, "en").items == []
    assert queries.bell(mei) == 1


def test_safety_always_comes():
    mei = somebody()
    Wish.objects.create(person=mei, muted=True, mail="none", push=False, set_at=now())
    assert tell(mei, reason="security") == 1
    with pytest.raises(NotMutable):
        actions.mute_notice(actor=mei, pk=notice(mei).pk, way="reason")
    with pytest.raises(NotMutable):
        actions.wish(actor=mei, reason="payment", muted=True)


def test_wishes_are_kept_replaced_and_removed():
    mei = somebody()
    actions.wish(actor=mei, mail="at_once")
    actions.wish(actor=mei, mail="none", push=False)
    assert queries.own_wishes(mei) == {("", ""): rules.Wish("none", False, None)}
    actions.wish(actor=mei)
    assert queries.own_wishes(mei) == {}
    for bad in ({"mail": "daily"}, {"reason": "boredom", "mail": "none"}):
        with pytest.raises(UnknownWish):
            actions.wish(actor=mei, **bad)
    for scope in ("thing:1", "thing:x", "thing:" + "9" * 30, "thing", ":"):
        with pytest.raises(UnknownScope):
            actions.wish(actor=mei, scope=scope, mail="none")
    with subject():
        actions.wish(actor=mei, scope="thing:1", mail="none")
        with pytest.raises(UnknownScope):
            actions.wish(actor=mei, scope="thing:2", mail="none")


def test_a_new_wish_takes_back_what_is_on_its_way():
    mei = somebody()
    tell(mei, key="a")
    assert notice(mei).for_digest
    actions.wish(actor=mei, mail="none")
    assert not notice(mei).for_digest


@pytest.mark.parametrize("hours", [(24, 8, 8), (22, -1, 8), (22, 8, 99)])
def test_hours_are_hours(hours):
    with pytest.raises(UnknownWish):
        actions.set_hours(
            actor=somebody(), quiet_from=hours[0], quiet_to=hours[1], digest_hour=hours[2]
        )


def test_telling_many_people_costs_few_questions():
    crowd = [somebody(f"P{number}") for number in range(40)]
    tell(*crowd)
    with CaptureQueriesContext(connection) as asked:
        assert tell(*crowd) == 40
    assert len(asked) <= 14


def test_the_bell_is_one_small_question_and_stops_at_a_hundred():
    mei = somebody()
    for number in range(103):
        tell(mei, key=f"k{number}")
    with CaptureQueriesContext(connection) as asked:
        assert queries.bell(mei) == 100
    assert len(asked) == 1


def test_old_notices_are_forgotten(travel):
    mei = somebody()
    tell(mei, key="read")
    actions.mark_notices_read(actor=mei)
    tell(mei, key="unread")
    with travel(now() + rules.READ_KEPT + timedelta(days=1)):
        jobs.tidy_mail()
    assert notice(mei).key == "unread"
    with travel(now() + rules.UNREAD_KEPT + timedelta(days=1)):
        jobs.tidy_mail()
    assert not Notice.objects.exists()


@pytest.mark.req("V10", "O09")
def test_notices_wishes_hours_and_devices_are_ones_own_data_and_go_with_the_account():
    mei, other = somebody("Mei"), somebody("Other")
    tell(mei, other)
    actions.wish(actor=mei, mail="at_once")
    actions.set_hours(actor=mei, quiet_from=21, quiet_to=7, digest_hour=9)
    Device.objects.create(
        person=mei, endpoint="https://push.example.org/1", digest="x", p256dh="k", auth="a",
        name="Phone", language="en", made_at=now(),
    )  # fmt: skip
    own = queries.own_documents(mei)
    assert own["notices"][0]["words"]["subject"]["en"] == "News"
    assert own["notice_wishes"][0]["mail"] == "at_once"
    assert own["hours"][0]["digest_hour"] == 9
    assert own["devices"][0]["name"] == "Phone"
    people.erase_person(actor=mei)
    for model in (Notice, Wish, Rhythm, Device):
        assert not model.objects.filter(person=mei).exists()
    assert notice(other)
