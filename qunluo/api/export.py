"""A whole community as an open archive, and back again."""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from django.http import FileResponse
from ninja import File, Form, Status
from ninja.files import UploadedFile
from pydantic import Field

from qunluo.api.area import Area, Rate
from qunluo.api.caller import Caller, require_proof, require_staff
from qunluo.api.community import CommunityCard, SlugPath, community_card, community_of
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Given, Id, Shown
from qunluo.api.texts import said
from qunluo.growth import actions, queries
from qunluo.growth.actions.exports import folder
from qunluo.growth.errors import ExportNotFound
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from qunluo.growth import models as rows

area = Area("export", "Export")
EXPORTS = Rate("export", 10, 3600)


class Export(Shown):
    """An archive that was asked for."""

    id: int
    state: str = Field(description=_("queued, writing, ready, failed or deleted."))
    by: PersonCard | None
    size: int = Field(description=_("In bytes."))
    problem: str
    made_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None


class RestoreWish(Given):
    """Under which address."""

    slug: str = Field("", max_length=40, description=_("That of the archive if empty."))


@area.write(
    "POST",
    "/communities/{slug}/exports",
    Export,
    scope="export:write",
    status=201,
    rate=EXPORTS,
)
def request_export(request: Caller, slug: SlugPath) -> Status[dict[str, Any]]:
    """Ask for an archive."""
    found = community_of(request, slug)
    return Status(201, _export(actions.request_export(actor=request.person, community=found)))


@area.read("/communities/{slug}/exports", list[Export], scope="export:read")
def exports(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List the archives."""
    found = queries.exports(community_of(request, slug), viewer=request.person)
    return [_export(one) for one in found]


@area.read(
    "/communities/{slug}/exports/{export_id}/archive",
    None,
    scope="export:read",
    media="application/zip",
)
def download_export(request: Caller, slug: SlugPath, export_id: Id) -> FileResponse:
    """Send an archive."""
    found = community_of(request, slug)
    export = queries.get_export(found, export_id, viewer=request.person)
    require_proof(request)
    try:
        file = (folder() / export.file).open("rb")
    except OSError:
        raise ExportNotFound(days=7) from None
    response = FileResponse(
        file, as_attachment=True, filename=f"{found.slug}.zip", content_type="application/zip"
    )
    response["Cache-Control"] = "no-store"
    return response


@area.write(
    "POST",
    "/operations/restore",
    CommunityCard,
    scope="export:write",
    status=201,
    rate=EXPORTS,
    keyed=False,
)
def restore_community(
    request: Caller, archive: File[UploadedFile], wish: Form[RestoreWish]
) -> Status[dict[str, Any]]:
    """Bring a community back from its archive."""
    require_staff(request)
    with TemporaryDirectory(prefix="qunluo-restore-") as place:
        path = Path(place) / "archive.zip"
        with path.open("wb") as out:
            for chunk in archive.chunks():
                out.write(chunk)
        restored = actions.restore_community(path, slug=wish.slug)
    return Status(201, community_card(restored))


def _export(one: "rows.CommunityExport") -> dict[str, Any]:
    plain = ("id", "state", "size", "made_at", "finished_at", "expires_at")
    return {
        **{name: getattr(one, name) for name in plain},
        "problem": said(one.problem),
        "by": card(one.by) if one.by else None,
    }
