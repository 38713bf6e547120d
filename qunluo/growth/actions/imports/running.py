"""Running an import: whoever picks it up, once, to the end or not at all."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from django.db import DatabaseError
from django.db.models import F, Q

from qunluo.community.queries import require
from qunluo.growth import events
from qunluo.growth.actions.imports import staging
from qunluo.growth.actions.imports.applying import Applied, Applier
from qunluo.growth.errors import ImportClosed
from qunluo.growth.models import CustomerImport, RowError
from qunluo.growth.queries.imports import folder, waiting_imports
from qunluo.growth.rules.importing import CUSTOMERS, ORDERS, ImportPlan, Tally
from qunluo.growth.rules.tables import Table, open_table
from qunluo.kernel.clock import now
from qunluo.kernel.errors import Busy, DomainError
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

log = logging.getLogger(__name__)
State = CustomerImport.State
MOST_ATTEMPTS = 3
BROKEN = {
    "code": "growth.import_broken",
    "message": _("The import broke off. Nothing was taken over."),
    "next_step": _("Try again; if it happens again, show the log to whoever runs the server."),
    "context": {},
}


def run_waiting_imports() -> int:
    """Run what is waiting, one after another; return how many were run."""
    ran = 0
    for job_id in waiting_imports():
        with suppress(ImportClosed):
            run_import(job_id)
            ran += 1
    return ran


def run_import(
    job_id: int, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> CustomerImport:
    """Read and apply a queued import; `progress` gets bytes done and in all.

    A refusal ends the job as failed with its sentence; a broken database leaves it to be picked
    up again. Returns the job as it ended; ImportClosed when somebody else has it.
    """
    job = _claim(job_id)
    try:
        _apply(job, _stage(job, progress))
    except (DatabaseError, Busy):
        # The lease runs out and somebody takes up what was staged; three times at most.
        if job.attempts - job.attempts_before >= MOST_ATTEMPTS:
            _fail(job, dict(BROKEN))
        log.exception("Import %s lost the database.", job_id)
    except ImportClosed:
        raise
    except DomainError as error:
        _fail(job, said(error))
    except Exception:
        log.exception("Import %s broke off.", job_id)
        _fail(job, dict(BROKEN))
    job.refresh_from_db()
    if job.state == State.UPLOADED:
        staging.forget(job.pk)
    elif job.state in (State.DONE, State.FAILED, State.CANCELLED):
        clear(job)
    return job


def said(error: DomainError) -> dict[str, Any]:
    """Return an error as it is stored: the door translates and fills it when showing."""
    context = {
        key: [str(one) for one in value] if isinstance(value, list | tuple) else str(value)
        for key, value in error.context.items()
    }
    return {
        "code": error.code,
        "message": error.message,
        "next_step": error.next_step,
        "context": context,
    }


def clear(job: CustomerImport) -> None:
    """Delete files and staging rows of a job that has ended; the report and row errors stay."""
    for name in (job.file, job.orders_file):
        for path in folder().glob(f"{name}*") if name else []:
            path.unlink(missing_ok=True)
    staging.forget(job.pk)


@write_tx
def _claim(job_id: int) -> CustomerImport:
    """Take the job for this process; the conditional update decides between two workers."""
    abandoned = Q(state__in=[State.READING, State.APPLYING], leased_until__lt=now())
    taken = CustomerImport.objects.filter(Q(state=State.QUEUED) | abandoned, pk=job_id).update(
        state=State.READING, attempts=F("attempts") + 1, leased_until=now() + staging.LEASE
    )
    if not taken:
        raise ImportClosed
    return CustomerImport.objects.select_related("community").get(pk=job_id)


def _stage(job: CustomerImport, progress: Callable[[int, int], None]) -> Tally:
    plan = ImportPlan.restored(job.options)
    tables = {CUSTOMERS: _open(job.file, plan.customers)}
    if plan.orders:
        tables[ORDERS] = _open(job.orders_file, plan.orders)
    stager = staging.Stager(job, plan, tables, progress)
    stager.run()
    progress(job.bytes_total, job.bytes_total)
    return stager.tally


def _open(name: str, plan: Any) -> Table:
    return open_table(
        folder() / name, encoding=plan.encoding, delimiter=plan.delimiter, sheet=plan.sheet
    )


def _apply(job: CustomerImport, tally: Tally) -> None:
    plan = ImportPlan.restored(job.options)
    with write_tx():
        mine = CustomerImport.objects.filter(
            pk=job.pk, state=State.READING, attempts=job.attempts
        ).update(state=State.APPLYING, leased_until=now() + staging.LEASE)
        if not mine:
            raise ImportClosed
    job.refresh_from_db()
    if job.dry_run:
        done = Applier(job, plan, tally).apply(dry_run=True)
        with write_tx():
            _finish(job, done)
        return
    with write_tx():
        _still_wanted(job)
        _finish(job, Applier(job, plan, tally).apply(dry_run=False))


def _still_wanted(job: CustomerImport) -> None:
    """Ask again whether the person who uploaded it may: right or community may have ended."""
    if job.by is not None:
        require(job.by, job.community, "customers.import")


def _finish(job: CustomerImport, done: Applied) -> None:
    """Write the report in the transaction that took the rows over."""
    report = done.report
    _keep_unknown(job, done.unknown)
    closed = CustomerImport.objects.filter(
        pk=job.pk, state=State.APPLYING, attempts=job.attempts
    ).update(
        # A trial leaves the upload as it was, to be imported for real next.
        state=State.UPLOADED if job.dry_run else State.DONE,
        report=asdict(report),
        errors_count=report.rows_refused,
        bytes_done=F("bytes_total"),
        finished_at=now(),
    )
    if not closed:
        raise ImportClosed
    if job.dry_run:
        return
    publish(
        events.CustomersImported(
            community_id=job.community_id,
            actor_id=job.by_id,
            import_id=job.pk,
            customers_new=report.customers_new,
            customers_changed=report.customers_changed,
            orders_new=report.orders_new,
            rows_refused=report.rows_refused,
        )
    )


def _keep_unknown(job: CustomerImport, lines: list[int]) -> None:
    """List the orders of nobody, each with its row as the file has it."""
    kept = lines[: max(0, staging.MOST_ERRORS_KEPT - job.errors_count)]
    plan = ImportPlan.restored(job.options).orders
    cells: dict[int, list[str]] = {}
    if kept and plan:
        wanted, last = set(kept), max(kept)
        for line, row in _open(job.orders_file, plan).rows(lambda _done: None):
            if line > last:
                break
            if line in wanted:
                cells[line] = staging.kept(row)
    RowError.objects.bulk_create(
        (
            RowError(
                job=job, file=ORDERS, line=line, code="unknown_customer", cells=cells.get(line, [])
            )
            for line in kept
        ),
        batch_size=1000,
    )


@write_tx
def _fail(job: CustomerImport, problem: dict[str, Any]) -> None:
    failed = CustomerImport.objects.filter(
        pk=job.pk, state__in=[State.READING, State.APPLYING], attempts=job.attempts
    ).update(state=State.FAILED, problem=problem, finished_at=now())
    if failed:
        publish(
            events.ImportFailed(
                community_id=job.community_id,
                actor_id=job.by_id,
                import_id=job.pk,
                code=str(problem["code"]),
            )
        )
