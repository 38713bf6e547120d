"""Running what is due: each due time once, whoever gets there first."""

import logging
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from qunluo.kernel.clock import now
from qunluo.kernel.models import ScheduledJob
from qunluo.kernel.schedule.registry import JOBS, Job, job_name
from qunluo.kernel.tx import write_tx

log = logging.getLogger(__name__)
BATCH = 100
LONGEST_WAIT = timedelta(hours=1)
# A worker that dies in a job outside a transaction holds it for so long; a living one renews.
LEASE = timedelta(minutes=2)
_lent: set[UUID] = set()


@write_tx
def plan(function: Callable[..., None], key: object, zone: str) -> None:
    """Let a keyed job run for a key (say, a community id) in a time zone; again to change it."""
    job = JOBS[job_name(function)]
    due = job.rhythm.after(now(), ZoneInfo(zone))
    row, new = ScheduledJob.objects.get_or_create(
        name=job.name,
        key=str(key),
        defaults={"time_zone": zone, "due_at": due, "next_try_at": due},
    )
    if not new and row.time_zone != zone:
        ScheduledJob.objects.filter(pk=row.pk).update(time_zone=zone, due_at=due, next_try_at=due)


@write_tx
def cancel(function: Callable[..., None], key: object) -> None:
    """Run a keyed job no more for a key."""
    ScheduledJob.objects.filter(name=job_name(function), key=str(key)).delete()


@write_tx
def ensure() -> None:
    """Plan the jobs of the installation, and again those whose rhythm or zone has changed."""
    known = set(ScheduledJob.objects.filter(key="").values_list("name", flat=True))
    zone = settings.TIME_ZONE
    missing = []
    for job in JOBS.values():
        if not job.keyed and job.name not in known:
            due = job.rhythm.after(now(), ZoneInfo(zone))
            missing.append(ScheduledJob(name=job.name, time_zone=zone, due_at=due, next_try_at=due))
    ScheduledJob.objects.bulk_create(missing, ignore_conflicts=True)
    for row in ScheduledJob.objects.filter(name__in=list(JOBS), attempts=0, due_at__gt=now()):
        _replan(row, JOBS[row.name])


def _replan(row: ScheduledJob, job: Job) -> None:
    """Move a coming due time that the rhythm, or the zone of the installation, no longer has."""
    name = row.time_zone if job.keyed else settings.TIME_ZONE
    zone = ZoneInfo(name)
    if name == row.time_zone and job.rhythm.latest(row.due_at, zone) == row.due_at:
        return
    due = job.rhythm.after(now(), zone)
    ScheduledJob.objects.filter(pk=row.pk, due_at=row.due_at).update(
        time_zone=name, due_at=due, next_try_at=due
    )


def run_due(*, strict: bool = False) -> int:
    """Run every job that is due, once per due time; return how many ran.

    An error puts the job off with growing waits and keeps its due time; `strict` raises it.
    """
    ran = 0
    while claimed := _due():
        ran += (done := sum(_run(pk, strict=strict) for pk in claimed))
        if not done:
            break
    return ran


def renew() -> None:
    """Keep the jobs that this process is running, however long they take."""
    if running := list(_lent):
        with write_tx():
            ScheduledJob.objects.filter(lent_to__in=running).update(lent_until=now() + LEASE)


def next_due() -> datetime | None:
    """Return when something is due next, for a travelling clock to jump to."""
    known = ScheduledJob.objects.filter(name__in=list(JOBS)).order_by("next_try_at")
    return known.values_list("next_try_at", flat=True).first()


def _due() -> list[int]:
    moment = now()
    due = ScheduledJob.objects.filter(next_try_at__lte=moment, name__in=list(JOBS)).filter(
        Q(lent_until=None) | Q(lent_until__lte=moment)
    )
    return list(due.order_by("next_try_at", "pk").values_list("pk", flat=True)[:BATCH])


def _run(pk: int, *, strict: bool) -> bool:
    """Run one due time of one job; False when another worker has it."""
    name = ScheduledJob.objects.filter(pk=pk).values_list("name", flat=True).first()
    job = JOBS.get(name or "")
    if job is None or _waits(job):
        return False
    return _run_inside(pk, job, strict) if job.atomic else _run_outside(pk, job, strict)


def _waits(job: Job) -> bool:
    """Return whether a job has nothing to do; one that cannot say so runs, and fails on record."""
    try:
        return job.when is not None and not job.when()
    except Exception:
        log.exception("Job %s could not tell whether it has work.", job.name)
        return False


@write_tx
def _run_inside(pk: int, job: Job, strict: bool) -> bool:  # noqa: FBT001 -- private
    """Claim, run and settle in one transaction: the due time passes exactly when the job did."""
    row = _claim(pk)
    if row is None:
        return False
    due = _current_due(row, job)
    try:
        with transaction.atomic():
            _call(job, row.key, due)
    except Exception as error:
        if strict:
            raise
        _put_off(row, due, error)
    else:
        _settle(row, job, due)
    return True


def _run_outside(pk: int, job: Job, strict: bool) -> bool:  # noqa: FBT001 -- private
    """Lend the job to this worker, run it without a transaction, then settle."""
    with write_tx():
        row = _claim(pk)
        if row is None:
            return False
        run = row.lent_to = uuid4()
        row.lent_until = now() + LEASE
        row.save(update_fields=["lent_to", "lent_until"])
    due = _current_due(row, job)
    failure = None
    _lent.add(run)
    try:
        _call(job, row.key, due)
    except Exception as error:
        if strict:
            raise
        failure = error
    finally:
        _lent.discard(run)
    with write_tx():
        # The row may be gone (cancelled) or lent again (we were silent for longer than the lease).
        mine = ScheduledJob.objects.filter(pk=pk, lent_to=run)
        if current := mine.select_for_update().first():
            current.lent_to = current.lent_until = None
            if failure is None:
                _settle(current, job, due)
            else:
                _put_off(current, due, failure)
    return True


def _claim(pk: int) -> ScheduledJob | None:
    """Lock a job that is still due and not lent; None otherwise."""
    rows = ScheduledJob.objects.filter(pk=pk)
    if connection.vendor == "postgresql":
        rows = rows.select_for_update(skip_locked=True)
    row, moment = rows.first(), now()
    if row is None or row.next_try_at > moment:
        return None
    return row if row.lent_until is None or row.lent_until <= moment else None


def _current_due(row: ScheduledJob, job: Job) -> datetime:
    """Return the due time to run: the oldest missed one, or the latest."""
    if job.catch_up == "each":
        return row.due_at
    return max(row.due_at, job.rhythm.latest(now(), ZoneInfo(row.time_zone)))


def _call(job: Job, key: str, due: datetime) -> None:
    given = {"due": due, "key": key}
    job.function(**{name: given[name] for name in job.takes})


def _settle(row: ScheduledJob, job: Job, due: datetime) -> None:
    row.last_due_at, row.last_run_at = due, now()
    row.due_at = row.next_try_at = job.rhythm.after(due, ZoneInfo(row.time_zone))
    row.attempts, row.error = 0, ""
    row.save()


def _put_off(row: ScheduledJob, due: datetime, error: Exception) -> None:
    row.attempts += 1
    wait = min(timedelta(seconds=2 * 4 ** min(row.attempts - 1, 8)), LONGEST_WAIT)
    row.next_try_at = now() + wait
    row.error = "".join(traceback.format_exception(error))[-4000:]
    row.save()
    log.error("Job %s failed (due %s, try %s): %r", row, due, row.attempts, error)
