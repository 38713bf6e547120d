"""Archives of communities, and communities by their address for the command line."""

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from django.apps import apps
from django.conf import settings
from django.db.models import Q

from qunluo.community.queries import require
from qunluo.growth.errors import ExportNotFound
from qunluo.growth.models import CommunityExport
from qunluo.kernel.archive import COMMUNITY
from qunluo.kernel.clock import now

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

KEPT_DAYS = 7


def exports_folder() -> Path:
    """Return where archives wait to be fetched, readable by this installation only."""
    path = Path(settings.DATA_DIR) / "exports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def community_at(slug: str) -> "Community | None":
    """Return the community at an address, whoever asks; for operators of the installation."""
    found = apps.get_model(COMMUNITY)._default_manager.filter(slug=slug).first()
    return cast("Community | None", found)


def waiting_exports() -> list[int]:
    """Return the archives to write now: asked for, and those whose writer died."""
    state = CommunityExport.State
    abandoned = Q(state=state.WRITING, leased_until__lt=now())
    found = CommunityExport.objects.filter(Q(state=state.QUEUED) | abandoned)
    return list(found.order_by("pk").values_list("pk", flat=True))


def exports(community: "Community", *, viewer: "Person", limit: int = 10) -> list[CommunityExport]:
    """Return the latest archives that were asked for."""
    require(viewer, community, "export.community")
    found = CommunityExport.objects.filter(community=community).select_related("by")
    return list(found.order_by("-pk")[:limit])


def get_export(community: "Community", pk: int, *, viewer: "Person") -> CommunityExport:
    """Return an archive that is ready to be fetched; ExportNotFound."""
    require(viewer, community, "export.community")
    found = CommunityExport.objects.filter(community=community, pk=pk)
    if ready := found.filter(state=CommunityExport.State.READY).first():
        return ready
    raise ExportNotFound(days=KEPT_DAYS)


def open_export(export: CommunityExport) -> BinaryIO:
    """Return the archive, opened for reading; ExportNotFound."""
    try:
        return (exports_folder() / export.file).open("rb")
    except OSError:
        raise ExportNotFound(days=KEPT_DAYS) from None
