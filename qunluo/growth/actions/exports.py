"""Archives of a whole community, asked for in the browser and written by the worker."""

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from qunluo.community.queries import require
from qunluo.growth import events
from qunluo.growth.actions.archives import export_community
from qunluo.growth.models import CommunityExport
from qunluo.growth.queries.archives import exports_folder, waiting_exports
from qunluo.kernel.clock import now
from qunluo.kernel.ids import token
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

log = logging.getLogger(__name__)
State = CommunityExport.State
KEPT = timedelta(days=7)
LEASE = timedelta(minutes=15)
folder = exports_folder
BROKE = _("Writing the archive broke off. Ask for it again.")


@write_tx
def request_export(*, actor: "Person", community: "Community") -> CommunityExport:
    """Ask for the archive of a community; one that is being written is returned as it is."""
    require(actor, community, "export.community")
    running = CommunityExport.objects.filter(
        community=community, state__in=[State.QUEUED, State.WRITING]
    ).first()
    if running:
        return running
    made = CommunityExport.objects.create(community=community, by=actor, made_at=now())
    publish(events.ExportRequested(community_id=community.pk, actor_id=actor.pk, export_id=made.pk))
    return made


def run_waiting_exports() -> int:
    """Write the archives that were asked for; return how many were written."""
    return sum(_write(pk) for pk in waiting_exports())


def _write(pk: int) -> bool:
    """Write one archive; a broken one is told and not tried again."""
    with write_tx():
        abandoned = Q(state=State.WRITING, leased_until__lt=now())
        taken = CommunityExport.objects.filter(Q(state=State.QUEUED) | abandoned, pk=pk).update(
            state=State.WRITING, leased_until=now() + LEASE
        )
    if not taken:
        return False
    export = CommunityExport.objects.select_related("community").get(pk=pk)
    path = exports_folder() / f"{token(18)}.zip"
    try:
        export_community(export.community, path)
    except Exception:
        log.exception("The archive %s broke off.", pk)
        path.unlink(missing_ok=True)
        with write_tx():
            CommunityExport.objects.filter(pk=pk).update(
                state=State.FAILED, problem=BROKE, finished_at=now()
            )
        return False
    path.chmod(0o600)
    with write_tx():
        CommunityExport.objects.filter(pk=pk).update(
            state=State.READY,
            file=path.name,
            size=path.stat().st_size,
            finished_at=now(),
            expires_at=now() + KEPT,
        )
        publish(events.ExportReady(community_id=export.community_id, export_id=pk))
    return True
