"""Bringing customers in: upload, look, correct the columns, try, run, and see what was refused."""

from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, Literal, cast

from django.http import StreamingHttpResponse
from django.utils.translation import get_language, gettext
from ninja import File, Status
from ninja.files import UploadedFile
from pydantic import Field

from qunluo.api.area import Area, Rate
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Currency, Given, Id, Shown
from qunluo.growth import actions, queries
from qunluo.growth.errors import ImportClosed
from qunluo.kernel.errors import DomainError
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from qunluo.growth import models as rows

area = Area("imports", "Imports")
UPLOADS = Rate("upload", 20, 3600)
ENCODINGS = "^(utf-8|utf-8-sig|utf-16|gb18030|gbk|big5|shift_jis|windows-1252|latin-1|)$"
OPEN = "uploaded"
REPORT = _(
    "What it did, or in a dry run would do. customer_rows = customers + customer_rows_repeating + "
    "customer_rows_refused. overwriting lists the rows that say something else than an earlier row "
    "about the same customer: the later row counts."
)


class ImportProblem(Shown):
    """Why an import ended without taking anything over."""

    code: str
    detail: str
    next_step: str


class Import(Shown):
    """An upload, and how far its import is."""

    id: int
    state: str = Field(
        description=_("uploaded, queued, reading, applying, done, failed or cancelled.")
    )
    by: PersonCard | None
    filename: str
    orders_filename: str
    dry_run: bool
    bytes_total: int
    bytes_done: int
    rows_done: int
    errors_count: int
    report: dict[str, Any] = Field(description=REPORT)
    problem: ImportProblem | None
    made_at: datetime
    finished_at: datetime | None


class FilePreview(Shown):
    """One uploaded file as it will be read."""

    role: str = Field(description=_("customers or orders."))
    filename: str
    encoding: str
    delimiter: str
    sheet: str
    titles: list[str]
    mapping: dict[str, int] = Field(description=_("Our column to theirs, counted from 0."))
    rows: list[list[str]]
    month_first: bool
    dates_unsure: bool = Field(description=_("3/4/2026 may be either; say with month_first."))


class FileWish(Given):
    """How to read one file; what is left out is guessed."""

    mapping: dict[str, str] = Field(
        default={},
        max_length=40,
        description=_("Our column to theirs: its header, its number from 1, or nothing for none."),
    )
    encoding: str = Field(default="", pattern=ENCODINGS)
    delimiter: str = Field(default="", pattern="^[,;|\t ，]?$")
    sheet: str = Field(default="", max_length=100)
    month_first: bool | None = None


class ImportWish(Given):
    """How to read an upload, and what holds for every row."""

    customers: FileWish = FileWish()
    orders: FileWish = FileWish()
    region: str = Field("", pattern="^([A-Z]{2})?$", description=_("Of phone numbers."))
    currency: Currency | None = Field(None, description=_("Of amounts."))
    source: str = Field("", max_length=80, description=_("Where these customers come from."))
    consent: str = Field(
        "", pattern="^(given|refused|)$", description=_("For rows that do not say it themselves.")
    )
    consent_source: str = Field("", max_length=160, description=_("Where they agreed."))
    all_or_nothing: bool = Field(default=False, description=_("One bad row stops everything."))


class RunWish(ImportWish):
    """Whether to run it, or only to try."""

    dry_run: bool = False


class RefusedRow(Shown):
    """A row that could not be taken."""

    file: str
    line: int
    column: str
    value: str
    code: str


@area.write(
    "POST",
    "/communities/{slug}/imports",
    Import,
    scope="customers:write",
    status=201,
    rate=UPLOADS,
)
def start_import(
    request: Caller,
    slug: SlugPath,
    file: File[UploadedFile],
    orders_file: File[UploadedFile | None] = None,
) -> Status[dict[str, Any]]:
    """Upload customers, and orders if there are some."""
    job = actions.start_import(
        actor=request.person,
        community=community_of(request, slug),
        file=cast("IO[bytes]", file.file),
        filename=file.name or "customers",
        orders_file=cast("IO[bytes]", orders_file.file) if orders_file else None,
        orders_filename=(orders_file.name or "orders") if orders_file else "",
    )
    return Status(201, _job(job))


@area.read("/communities/{slug}/imports", list[Import], scope="customers:read")
def imports(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List the latest imports."""
    found = queries.imports(community_of(request, slug), viewer=request.person)
    return [_job(job) for job in found]


@area.read("/communities/{slug}/imports/{import_id}", Import, scope="customers:read")
def one_import(request: Caller, slug: SlugPath, import_id: Id) -> dict[str, Any]:
    """Show how far an import is."""
    return _job(_found(request, slug, import_id))


@area.write(
    "POST",
    "/communities/{slug}/imports/{import_id}/preview",
    list[FilePreview],
    scope="customers:read",
    keyed=False,
)
def preview_import(
    request: Caller, slug: SlugPath, import_id: Id, wish: ImportWish
) -> list[dict[str, Any]]:
    """Show the first rows as they will be read."""
    job = _found(request, slug, import_id)
    if job.state != OPEN:
        raise ImportClosed
    return [_preview(one) for one in queries.look_at(job, _choices(wish))]


@area.write("POST", "/communities/{slug}/imports/{import_id}/run", Import, scope="customers:write")
def run_import(request: Caller, slug: SlugPath, import_id: Id, wish: RunWish) -> dict[str, Any]:
    """Have an upload imported, or only tried."""
    job = _found(request, slug, import_id)
    return _job(
        actions.queue_import(
            actor=request.person, job=job, choices=_choices(wish), dry_run=wish.dry_run
        )
    )


@area.write(
    "POST", "/communities/{slug}/imports/{import_id}/cancel", Import, scope="customers:write"
)
def cancel_import(request: Caller, slug: SlugPath, import_id: Id) -> dict[str, Any]:
    """Give an import up."""
    job = _found(request, slug, import_id)
    return _job(actions.cancel_import(actor=request.person, job=job))


@area.read(
    "/communities/{slug}/imports/{import_id}/errors", list[RefusedRow], scope="customers:read"
)
def import_errors(request: Caller, slug: SlugPath, import_id: Id) -> Any:
    """List the first rows that were refused."""
    return queries.row_errors(_found(request, slug, import_id))


@area.read(
    "/communities/{slug}/imports/{import_id}/errors.csv",
    None,
    scope="customers:read",
    media="text/csv",
)
def import_errors_csv(
    request: Caller,
    slug: SlugPath,
    import_id: Id,
    file: Literal["customers", "orders", ""] = "",
) -> StreamingHttpResponse:
    """Send the refused rows of one file as a table to correct and upload again.

    Without a file, those of the first file that had some. Columns that begin with [Qunluo] are
    ours and are not read when the table comes back.
    """
    job = _found(request, slug, import_id)
    response = StreamingHttpResponse(
        queries.errors_csv(job, gettext, file), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="import-{job.pk}-errors.csv"'
    response["Content-Language"] = get_language() or "en"
    return response


def _found(request: Caller, slug: str, pk: int) -> "rows.CustomerImport":
    return queries.get_import(community_of(request, slug), pk, viewer=request.person)


def _choices(wish: ImportWish) -> queries.Choices:
    said = wish.model_dump(exclude={"customers", "orders", "dry_run"})
    said["currency"] = said["currency"] or ""
    return queries.Choices(
        customers=queries.FileChoices(**wish.customers.model_dump()),
        orders=queries.FileChoices(**wish.orders.model_dump()),
        **said,
    )


def _preview(one: queries.FilePreview) -> dict[str, Any]:
    return {
        "role": one.role,
        "filename": one.filename,
        "encoding": one.table.encoding,
        "delimiter": one.table.delimiter,
        "sheet": one.table.sheet,
        "titles": one.titles,
        "mapping": one.mapping,
        "rows": [list(row) for _line, row in one.shown],
        "month_first": one.month_first,
        "dates_unsure": one.dates_unsure,
    }


def _job(job: "rows.CustomerImport") -> dict[str, Any]:
    plain = ("id", "state", "filename", "orders_filename", "dry_run", "bytes_total", "bytes_done",
             "rows_done", "errors_count", "report", "made_at", "finished_at")  # fmt: skip
    return {
        **{name: getattr(job, name) for name in plain},
        "by": card(job.by) if job.by else None,
        "problem": _problem(job.problem) if job.problem else None,
    }


def _problem(kept: dict[str, Any]) -> dict[str, str]:
    """Say a stored refusal in the language of the request."""
    error = DomainError(kept["message"], next_step=kept["next_step"], **kept["context"])
    detail, next_step = error.say(gettext)
    return {"code": kept["code"], "detail": detail, "next_step": next_step}
