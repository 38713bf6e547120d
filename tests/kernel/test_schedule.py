"""Each due time passes once, whoever works, whatever fails."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from qunluo.kernel import queries, schedule
from qunluo.kernel.clock import now, travel
from qunluo.kernel.models import EventRecord, ScheduledJob
from qunluo.kernel.outbox import publish
from qunluo.kernel.schedule import every, runner
from tests.kernel.makers import Happened, happen

MAY = datetime(2024, 5, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def live(t, hours, step=timedelta(minutes=10)):
    """Let time pass and run what is due at every step."""
    end = now() + timedelta(hours=hours)
    while now() < end:
        t.move(step)
        schedule.run_due()


def test_a_job_runs_at_its_local_time_every_day(settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    seen = []

    @every(at="06:20")
    def morning(due):
        seen.append(due)

    with travel(MAY) as t:
        runner.ensure()
        live(t, 72)
    assert [d.isoformat() for d in seen] == [f"2024-05-0{day}T22:20:00+00:00" for day in (1, 2, 3)]


def test_a_job_runs_for_each_key_in_its_zone_across_daylight_saving():
    seen = []

    @every(at="02:30", keyed=True)
    def night(key, due):
        seen.append((key, due.isoformat()))

    with travel(datetime(2024, 3, 30, 12, tzinfo=UTC)) as t:
        schedule.plan(night, 1, "Europe/Berlin")
        schedule.plan(night, 2, "Asia/Shanghai")
        runner.ensure()
        live(t, 48, timedelta(minutes=30))
    assert [d for key, d in seen if key == "1"] == [
        "2024-03-31T01:30:00+00:00",
        "2024-04-01T00:30:00+00:00",
    ]
    assert [d for key, d in seen if key == "2"] == [
        "2024-03-30T18:30:00+00:00",
        "2024-03-31T18:30:00+00:00",
    ]


def test_a_repeated_hour_does_not_repeat_the_job():
    seen = []

    @every(at="02:30", keyed=True)
    def night(due):
        seen.append(due)

    with travel(datetime(2024, 10, 26, 12, tzinfo=UTC)) as t:
        schedule.plan(night, 1, "Europe/Berlin")
        live(t, 48, timedelta(minutes=15))
    assert len(seen) == 2


def test_after_a_downtime_the_latest_or_each_missed_time_runs():
    latest, each = [], []

    @every(hours=1)
    def just_latest(due):
        latest.append(due.hour)

    @every(hours=1, catch_up="each")
    def one_by_one(due):
        each.append(due.hour)

    with travel(MAY) as t:
        runner.ensure()
        t.move(timedelta(hours=5, minutes=30))
        schedule.run_due()
        schedule.run_due()
    assert latest == [5]
    assert each == [1, 2, 3, 4, 5]


def test_a_failed_job_is_retried_later_and_keeps_its_due_time():
    seen, broken = [], [True]

    @every(hours=6)
    def shaky(due):
        happen(1)
        if broken[0]:
            raise ValueError("not yet")
        seen.append(due.hour)

    with travel(MAY) as t:
        runner.ensure()
        t.move(timedelta(hours=6))
        schedule.run_due()
        row = ScheduledJob.objects.get()
        assert (row.attempts, row.due_at.hour) == (1, 6)
        assert "not yet" in row.error
        assert queries.worker_state().failing_jobs == (row.name,)
        schedule.run_due()
        assert ScheduledJob.objects.get().attempts == 1
        t.move(timedelta(seconds=2))
        schedule.run_due()
        assert ScheduledJob.objects.get().attempts == 2
        broken[0] = False
        t.move(timedelta(minutes=1))
        schedule.run_due()
    assert seen == [6]
    assert EventRecord.objects.count() == 1, "what failed tries wrote is undone"
    row = ScheduledJob.objects.get()
    assert (row.attempts, row.error, row.due_at.hour) == (0, "", 12)


def test_a_key_can_move_and_be_cancelled():
    @every(at="06:00", keyed=True)
    def morning(key):
        raise AssertionError("cancelled")

    with travel(MAY) as t:
        schedule.plan(morning, 1, "Asia/Shanghai")
        assert ScheduledJob.objects.get().due_at.hour == 22
        schedule.plan(morning, 1, "UTC")
        assert ScheduledJob.objects.get().due_at.hour == 6
        assert schedule.next_due() == MAY.replace(hour=6)
        schedule.cancel(morning, 1)
        assert schedule.next_due() is None
        t.move(timedelta(days=2))
        assert schedule.run_due() == 0


def test_a_job_that_no_longer_exists_is_left_alone():
    ScheduledJob.objects.create(name="gone.job", time_zone="UTC", due_at=MAY, next_try_at=MAY)
    assert schedule.run_due() == 0


@pytest.mark.parametrize("rhythm", [{}, {"minutes": 1, "at": "06:00"}, {"at": "25:00"}])
def test_a_rhythm_must_make_sense(rhythm):
    with pytest.raises((TypeError, ValueError)):
        every(**rhythm)


def test_four_workers_run_each_due_time_once(race):
    @every(hours=1, catch_up="each")
    def hourly(due):
        publish(Happened(number=due.hour, community_id=1))

    @every(hours=1, catch_up="each", keyed=True)
    def keyed(key, due):
        publish(Happened(number=due.hour, community_id=int(key)))

    with travel(MAY):
        runner.ensure()
        for key in range(2, 6):
            schedule.plan(keyed, key, "UTC")

    def work():
        with travel(MAY + timedelta(hours=8)):
            for _turn in range(30):
                schedule.run_due()

    outcome = race(4, work)
    assert outcome.errors == []
    with travel(MAY + timedelta(hours=8)):
        schedule.run_due()
    for community_id in range(1, 6):
        numbers = [e.number for e in reversed(queries.events_of(community_id))]
        assert numbers == list(range(1, 9))


def test_without_the_claim_workers_run_a_due_time_several_times(race, monkeypatch):
    ran, together = [], threading.Barrier(4, timeout=10)

    @every(hours=1)
    def hourly():
        ran.append(1)

    with travel(MAY):
        runner.ensure()
    row = ScheduledJob.objects.get()

    def unguarded():
        due = ScheduledJob.objects.get(pk=row.pk).due_at
        together.wait()
        if due <= MAY + timedelta(hours=1):
            hourly()

    race(4, unguarded)
    assert len(ran) == 4


def test_a_slow_job_runs_outside_a_transaction_and_only_once_at_a_time(race):
    ran = []

    @every(hours=1, atomic=False)
    def slow(due):
        with pytest.raises(RuntimeError):
            publish(Happened())
        ran.append(due)
        happen(1)

    with travel(MAY):
        runner.ensure()

    def work():
        with travel(MAY + timedelta(hours=1)):
            schedule.run_due()

    assert race(4, work).errors == []
    assert len(ran) == 1
    row = ScheduledJob.objects.get()
    assert (row.lent_until, row.due_at.hour) == (None, 2)


def test_a_slow_job_whose_worker_died_is_lent_again():
    ran = []

    @every(hours=1, atomic=False)
    def slow():
        ran.append(1)
        if len(ran) == 1:
            raise SystemExit

    with travel(MAY) as t:
        runner.ensure()
        t.move(timedelta(hours=1))
        with pytest.raises(SystemExit):
            schedule.run_due()
        assert schedule.run_due() == 0
        t.move(runner.LEASE)
        assert schedule.run_due() == 1
    assert len(ran) == 2


def test_a_slow_job_that_fails_is_put_off():
    @every(hours=1, atomic=False)
    def slow():
        raise ValueError("mail server down")

    with travel(MAY) as t:
        runner.ensure()
        t.move(timedelta(hours=1))
        schedule.run_due()
        row = ScheduledJob.objects.get()
    assert (row.attempts, row.lent_until) == (1, None)
    assert "mail server down" in row.error


def test_strict_raises_what_a_job_raises():
    @every(hours=1)
    def broken():
        raise ValueError("loud")

    with travel(MAY) as t:
        runner.ensure()
        t.move(timedelta(hours=1))
        with pytest.raises(ValueError, match="loud"):
            schedule.run_due(strict=True)


def test_a_changed_rhythm_or_zone_moves_the_coming_due_time(settings):
    def planned():
        return ScheduledJob.objects.get().due_at.isoformat()

    def at(hour):
        def morning():
            pass

        every(at=hour)(morning)

    settings.TIME_ZONE = "Asia/Shanghai"
    with travel(MAY):
        at("20:00")
        runner.ensure()
        assert planned() == "2024-05-01T12:00:00+00:00"
        at("21:30")
        runner.ensure()
        assert planned() == "2024-05-01T13:30:00+00:00"
        settings.TIME_ZONE = "UTC"
        runner.ensure()
        assert planned() == "2024-05-01T21:30:00+00:00"
    with travel(MAY + timedelta(days=3)):
        at("07:00")
        runner.ensure()
        assert planned() == "2024-05-01T21:30:00+00:00", "a missed time is still made good"


def test_a_living_worker_keeps_a_job_however_long_it_takes():
    ran = []

    @every(hours=1, atomic=False)
    def slow():
        ran.append(1)
        if len(ran) > 1:
            return
        for _beat in range(10):
            clock.move(runner.LEASE / 2)
            runner.renew()
            assert schedule.run_due() == 0

    with travel(MAY) as clock:
        runner.ensure()
        clock.move(timedelta(hours=1))
        assert schedule.run_due() == 1
    assert ran == [1]
    assert ScheduledJob.objects.get().lent_to is None


@pytest.mark.parametrize("atomic", [True, False])
def test_a_job_that_waits_for_work_writes_nothing_until_there_is_some(atomic):
    waiting, ran = [], []

    @every(seconds=5, atomic=atomic, when=lambda: waiting)
    def look(due):
        ran.append(due)

    with travel(MAY) as t:
        runner.ensure()
        before = ScheduledJob.objects.values().get()
        t.move(timedelta(minutes=1))
        assert schedule.run_due() == 0
        assert ScheduledJob.objects.values().get() == before
        waiting.append(1)
        assert schedule.run_due() == 1
    assert ran == [MAY + timedelta(minutes=1)]
