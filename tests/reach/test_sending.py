"""Mail and digests leave at the right hour, once, and only with what is still news."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from qunluo.kernel import schedule
from qunluo.kernel.clock import now
from qunluo.kernel.schedule import runner
from qunluo.people.models import Person
from qunluo.reach import actions, queries
from qunluo.reach.errors import BadUnsubscribeLink
from qunluo.reach.models import Delivery, Rhythm
from tests.reach.makers import UTC8, notice, somebody, subject, tell

pytestmark = pytest.mark.django_db
THING = {"subject": "thing", "subject_id": 1, "scopes": ("community:7", "thing:1")}


def at(hour, minute=0, *, day=2, month=3, zone=UTC8):
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(zone))


def run():
    """Do what the clock does."""
    sent = actions.send_due_notices()
    actions.send_due()
    return sent


def letters():
    return [(one.to[0].split("@")[0].rstrip("0123456789"), one.subject) for one in mail.outbox]


def test_a_single_mail_waits_a_moment_and_tells_all_that_came_until_then(travel):
    mei, lin, bo = somebody("Mei"), somebody("Lin"), somebody("Bo")
    actions.wish(actor=mei, mail="at_once")
    with subject(), travel(at(12)) as clock:
        tell(mei, what="replied", reason="yours", actor_id=lin.pk, **THING)
        assert run() == 0
        clock.move(timedelta(minutes=3))
        tell(mei, what="replied", reason="yours", actor_id=bo.pk, **THING)
        clock.move(timedelta(minutes=2))
        assert run() == 1
        assert run() == 0
    (sent,) = mail.outbox
    assert sent.subject == "Bo and Lin replied in “Rain”"
    assert "It rains." in sent.body
    assert "Because it is yours." in sent.body
    assert f"/me/notices/{notice(mei).pk}/" in sent.body


def test_a_mail_is_not_sent_when_it_was_read_meanwhile(travel):
    mei = somebody()
    actions.wish(actor=mei, mail="at_once")
    with travel(at(12)) as clock:
        tell(mei)
        clock.move(timedelta(minutes=4))
        actions.mark_notices_read(actor=mei)
        clock.move(timedelta(minutes=4))
        assert run() == 0
    assert mail.outbox == []


@pytest.mark.parametrize("hour", [22, 23, 0, 7])
def test_quiet_hours_hold_a_mail_back_until_they_end(travel, hour):
    mei = somebody()
    actions.wish(actor=mei, mail="at_once")
    day = 2 if hour < 12 else 1
    with travel(at(hour, 30, day=day)) as clock:
        tell(mei)
        clock.move_to(at(7, 59))
        assert run() == 0
        clock.move_to(at(8))
        assert run() == 1


def test_safety_waits_for_no_morning(travel):
    mei = somebody()
    with travel(at(23, 30)):
        tell(mei, reason="security")
        assert run() == 1
    assert len(mail.outbox) == 1


def test_permission_lost_between_event_and_mail_is_felt(travel):
    mei = somebody()
    actions.wish(actor=mei, mail="at_once")
    with subject() as known, travel(at(12)) as clock:
        tell(mei, what="replied", reason="yours", **THING)
        clock.move(timedelta(minutes=5))
        assert actions.send_due_notices() == 1
        known.clear()  # between composing and sending
        assert actions.send_due() == 0
    assert mail.outbox == []
    assert Delivery.objects.get().state == "suppressed"


def test_the_digest_is_one_mail_over_all_communities(travel):
    mei, lin = somebody("Mei"), somebody("Lin")
    things = {1: None, 2: None}
    with subject() as known, travel(at(12, day=1)) as clock:
        known[2] = known[1].__class__("Sun", "Mill · Yard", "/c/mill/talk/9/", "It shines.")
        for thing in things:
            tell(
                mei, what="replied", reason="yours", key=f"k{thing}", actor_id=lin.pk,
                subject="thing", subject_id=thing, scopes=(f"community:{thing}",),
            )  # fmt: skip
        clock.move_to(at(7, 59))
        assert run() == 0
        clock.move_to(at(8))
        assert run() == 1
        assert run() == 0
    (sent,) = mail.outbox
    assert sent.subject == "Lin replied in “Sun”, and 1 more"
    assert "Farm · Square" in sent.body
    assert "Mill · Yard" in sent.body
    assert "It shines." in sent.alternatives[0][0]


def test_no_digest_comes_when_nothing_is_new_or_everything_was_read_or_hidden(travel):
    mei, lin = somebody("Mei"), somebody("Lin")
    with subject() as known, travel(at(12, day=1)) as clock:
        tell(mei)
        tell(lin, what="replied", reason="yours", **THING)
        actions.mark_notices_read(actor=mei)
        known.clear()
        for _day in range(3):
            clock.move(timedelta(days=1))
            assert run() == 0
    assert mail.outbox == []
    assert not Delivery.objects.exists()


def test_what_was_read_before_the_mail_left_is_not_in_it(travel):
    mei = somebody()
    with subject(), travel(at(12, day=1)) as clock:
        tell(mei, what="replied", reason="yours", **THING)
        tell(mei, key="letter")
        clock.move_to(at(8))
        assert actions.send_due_notices() == 1
        actions.mark_notices_read(actor=mei, ids=[notice(mei, key="k").pk])
        actions.send_due()
    assert "Rain" not in mail.outbox[0].body
    assert "News" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("Asia/Shanghai", (2026, 3, 27)),
        ("Europe/Berlin", (2026, 3, 27)),
        ("Europe/Berlin", (2026, 10, 23)),
        ("America/New_York", (2026, 3, 6)),
        ("America/New_York", (2026, 10, 30)),
        ("Australia/Lord_Howe", (2026, 4, 3)),
        ("Pacific/Kiritimati", (2026, 3, 27)),
        ("Pacific/Pago_Pago", (2026, 3, 27)),
        ("Asia/Kathmandu", (2026, 3, 27)),
    ],
)
def test_each_local_day_has_one_digest_at_eight_through_the_change_of_clocks(travel, zone, change):
    mei = somebody(zone=zone)
    place, came = ZoneInfo(zone), []
    with travel(datetime(*change, tzinfo=UTC)) as clock:
        for hour in range(24 * 5):
            if hour % 5 == 0:
                tell(mei, key=f"k{hour}")
            if actions.send_due_notices():
                came.append(clock.at.astimezone(place))
            clock.move(timedelta(hours=1))
    days = [moment.date() for moment in came]
    assert len(days) >= 4
    assert [(b - a).days for a, b in zip(days, days[1:], strict=False)] == [1] * (len(days) - 1)
    assert {moment.hour for moment in came} == {8}


def test_who_moves_to_another_zone_still_has_one_digest_a_day(travel):
    mei = somebody()
    with travel(at(12, day=1)) as clock:
        tell(mei, key="a")
        clock.move_to(at(8))
        assert run() == 1
        tell(mei, key="b")
        Person.objects.filter(pk=mei.pk).update(time_zone="America/New_York")
        clock.move_to(at(8, day=3))  # 19:00 on 2 March over there
        assert run() == 0
        clock.move_to(at(8, day=3, zone="America/New_York"))
        assert run() == 1
    assert len(mail.outbox) == 2


def test_the_hour_of_the_digest_is_a_wish(travel):
    mei = somebody()
    with travel(at(12)) as clock:
        tell(mei)
        actions.set_hours(actor=mei, quiet_from=22, quiet_to=8, digest_hour=18)
        clock.move_to(at(17, 59))
        assert run() == 0
        clock.move_to(at(18))
        assert run() == 1


def test_without_a_proven_address_nothing_is_mailed(travel):
    nobody = somebody(address=False)
    with travel(at(12)) as clock:
        tell(nobody)
        clock.move(timedelta(days=2))
        assert run() == 0
    assert queries.bell(nobody) == 1


def test_who_wants_no_mail_gets_none_and_still_sees_it(travel):
    mei = somebody()
    actions.wish(actor=mei, mail="none")
    with travel(at(12)) as clock:
        tell(mei)
        clock.move(timedelta(days=2))
        assert run() == 0
    assert queries.bell(mei) == 1


def test_what_has_its_own_letter_is_not_mailed_again(travel):
    mei = somebody()
    with travel(at(12)) as clock:
        tell(mei, mailed=True)
        clock.move(timedelta(days=2))
        assert run() == 0
    assert queries.bell(mei) == 1


@pytest.mark.parametrize("wish", ["at_once", "digest"])
def test_both_mails_carry_one_click_headers(travel, wish):
    mei = somebody()
    actions.wish(actor=mei, mail=wish)
    with travel(at(12)) as clock:
        tell(mei)
        clock.move(timedelta(days=1))
        run()
    (sent,) = mail.outbox
    link = sent.extra_headers["List-Unsubscribe"].strip("<>")
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    person, number = queries.read_stop(link.split("/")[-2])
    assert (person, number) == (mei, 0)
    assert link in sent.body
    assert mei.email not in link
    for forged in ("", "x", link.split("/")[-2][:-2] + "zz"):
        with pytest.raises(BadUnsubscribeLink):
            queries.read_stop(forged)


def test_one_click_stops_all_mail_about_notices_whatever_was_wished(travel):
    mei = somebody()
    actions.wish(actor=mei, mail="at_once")
    actions.wish(actor=mei, reason="mention", mail="at_once")
    with subject():
        actions.wish(actor=mei, scope="thing:1", mail="digest", push=False)
        actions.stop_mail(person=mei)
        actions.stop_mail(person=mei)
        with travel(at(12)) as clock:
            tell(mei, what="mentioned", reason="mention", **THING)
            clock.move(timedelta(days=2))
            assert run() == 0
    assert queries.bell(mei) == 1
    assert queries.wish_in(mei, "thing:1").push is False


def test_a_notice_that_cannot_be_mailed_for_a_day_is_no_alarm_for_operators(travel, monkeypatch):
    def refuse(*_args):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    mei = somebody()
    actions.wish(actor=mei, mail="at_once")
    with travel(at(12)) as clock:
        tell(mei, community_id=7)
        clock.move(timedelta(minutes=5))
        run()
        for _attempt in range(12):
            clock.move(timedelta(hours=4))
            actions.send_due()
    assert Delivery.objects.get().state == "suppressed"
    assert list(queries.failed_deliveries(7)) == []


def test_the_schedule_does_all_this_by_itself(travel):
    mei = somebody()
    with travel(at(12)) as clock:
        runner.ensure()
        tell(mei)
        schedule.run_due()
        clock.move_to(at(8, 1, day=3))
        schedule.run_due(strict=True)
        clock.move(timedelta(minutes=1))
        schedule.run_due(strict=True)
        assert len(mail.outbox) == 1
        clock.move(timedelta(minutes=1))
        schedule.run_due(strict=True)
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_one_digest(travel, race):
    mei = somebody()
    tell(mei)
    Rhythm.objects.filter(person=mei).update(
        digest_due_at=now() - timedelta(minutes=1), digest_since=now() - timedelta(days=2)
    )
    outcome = race(4, lambda: actions.send_due_notices())
    assert outcome.errors == []
    assert sum(outcome.results) == 1
    assert Delivery.objects.count() == 1
