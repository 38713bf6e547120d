"""Forgetting what is no longer needed: uploads nobody used, archives nobody fetched."""

from datetime import timedelta

from qunluo.growth.actions.imports.running import clear
from qunluo.growth.models import CommunityExport, CustomerImport, RowError
from qunluo.growth.queries.archives import exports_folder
from qunluo.kernel.clock import now
from qunluo.kernel.tx import write_tx

UNUSED = timedelta(days=1)
ERRORS_KEPT = timedelta(days=30)


def tidy() -> None:
    """Delete old uploads, old lists of refused rows (they hold personal data), old archives."""
    state = CustomerImport.State
    unused = CustomerImport.objects.filter(state=state.UPLOADED, made_at__lt=now() - UNUSED)
    for job in unused:
        with write_tx():
            given_up = CustomerImport.objects.filter(pk=job.pk, state=state.UPLOADED).update(
                state=state.CANCELLED, finished_at=now()
            )
        if given_up:
            clear(job)
    with write_tx():
        RowError.objects.filter(job__made_at__lt=now() - ERRORS_KEPT).delete()
    ready = CommunityExport.State.READY
    for export in CommunityExport.objects.filter(state=ready, expires_at__lt=now()):
        (exports_folder() / export.file).unlink(missing_ok=True)
        with write_tx():
            CommunityExport.objects.filter(pk=export.pk).update(
                state=CommunityExport.State.DELETED, file=""
            )
