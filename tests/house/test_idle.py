"""An installation where nothing happens writes next to nothing: disks and backups are spared."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qunluo.kernel import schedule
from qunluo.kernel.clock import now, travel
from qunluo.kernel.schedule import runner
from qunluo.kernel.schedule.registry import JOBS
from qunluo.kernel.schedule.times import Interval

HOURLY = timedelta(hours=1)
WRITES = ("INSERT", "UPDATE", "DELETE")


def often():
    return [job for job in JOBS.values() if job.function.__module__.startswith("qunluo.")
            and isinstance(job.rhythm, Interval) and job.rhythm.step < HOURLY]  # fmt: skip


def test_what_looks_more_often_than_hourly_says_when_it_has_work():
    assert len(often()) >= 4
    assert [job.name for job in often() if job.when is None] == []


@pytest.mark.django_db
def test_half_an_hour_without_work_writes_nothing():
    with travel(now().replace(hour=12, minute=5)) as clock:
        runner.ensure()
        schedule.run_due()
        clock.move(timedelta(minutes=30))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert schedule.run_due() == 0
    assert [one["sql"] for one in asked if one["sql"].startswith(WRITES)] == []
