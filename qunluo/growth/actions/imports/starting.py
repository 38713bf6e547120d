"""Uploading, deciding how to read it, and asking for it to be run."""

from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.db import IntegrityError
from django.db.models import F

from qunluo.community.queries import require
from qunluo.growth import events
from qunluo.growth.actions.imports.running import clear
from qunluo.growth.errors import FileTooLarge, ImportClosed, ImportRunning
from qunluo.growth.models import CustomerImport, RowError
from qunluo.growth.queries.imports import Choices, folder, look_at, plan_of
from qunluo.growth.rules import columns
from qunluo.growth.rules.tables import LIMITS
from qunluo.growth.rules.tables.limits import MEGABYTE
from qunluo.kernel.clock import now
from qunluo.kernel.ids import token
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

State = CustomerImport.State
COPY_CHUNK = 1024 * 1024


def start_import(
    *,
    actor: "Person",
    community: "Community",
    file: IO[bytes],
    filename: str,
    orders_file: IO[bytes] | None = None,
    orders_filename: str = "",
) -> CustomerImport:
    """Keep an upload and look at it; nothing is read in before `queue_import`.

    BadTable says what is wrong with a file, and then nothing is kept.
    """
    require(actor, community, "customers.import")
    kept = [_keep(file)]
    try:
        if orders_file:
            kept.append(_keep(orders_file))
        job = CustomerImport(
            community=community,
            by=actor,
            filename=Path(filename).name[:200],
            file=kept[0],
            orders_filename=Path(orders_filename).name[:200] if orders_file else "",
            orders_file=kept[1] if orders_file else "",
            bytes_total=sum((folder() / name).stat().st_size for name in kept),
            made_at=now(),
        )
        look_at(job, Choices())
        with write_tx():
            job.save()
    except BaseException:
        for name in kept:
            for path in folder().glob(f"{name}*"):
                path.unlink(missing_ok=True)
        raise
    return job


@write_tx
def queue_import(
    *, actor: "Person", job: CustomerImport, choices: Choices, dry_run: bool = False
) -> CustomerImport:
    """Have an upload run by the worker (or `run_import`), or only tried with dry_run.

    After a dry run the same upload can be queued again. ColumnsMissing, UnknownColumn,
    ImportRunning, ImportClosed.
    """
    require(actor, job.community, "customers.import")
    plan = plan_of(job, choices)
    columns.check(plan.customers.mapping)
    if plan.orders:
        columns.check(plan.orders.mapping, orders_only=True)
    try:
        with write_tx():
            taken = CustomerImport.objects.filter(pk=job.pk, state=State.UPLOADED).update(
                state=State.QUEUED,
                dry_run=dry_run,
                options=plan.stored(),
                by=actor,
                report={},
                rows_done=0,
                bytes_done=0,
                errors_count=0,
                attempts_before=F("attempts"),
            )
    except IntegrityError:
        raise ImportRunning from None
    if not taken:
        raise ImportClosed
    RowError.objects.filter(job=job).delete()
    job.refresh_from_db()
    publish(
        events.ImportRequested(community_id=job.community_id, actor_id=actor.pk, import_id=job.pk)
    )
    return job


@write_tx
def cancel_import(*, actor: "Person", job: CustomerImport) -> CustomerImport:
    """Give an import up before it is applied; ImportClosed when it is too late."""
    require(actor, job.community, "customers.import")
    stopped = CustomerImport.objects.filter(
        pk=job.pk, state__in=[State.UPLOADED, State.QUEUED, State.READING]
    ).update(state=State.CANCELLED, finished_at=now())
    if not stopped:
        raise ImportClosed
    job.refresh_from_db()
    clear(job)
    publish(
        events.ImportCancelled(community_id=job.community_id, actor_id=actor.pk, import_id=job.pk)
    )
    return job


def _keep(file: IO[bytes]) -> str:
    """Copy an upload into the folder of imports under a name nobody can guess; FileTooLarge."""
    name = token(18)
    path = folder() / name
    left = LIMITS.text_bytes
    with path.open("wb") as out:
        path.chmod(0o600)
        while chunk := file.read(COPY_CHUNK):
            left -= len(chunk)
            if left < 0:
                out.close()
                path.unlink()
                raise FileTooLarge(limit=LIMITS.text_bytes // MEGABYTE)
            out.write(chunk)
    return name
