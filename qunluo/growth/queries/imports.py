"""Imports: what an upload looks like, how far it is, what it did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q

from qunluo.community.queries import require
from qunluo.growth.errors import ImportNotFound, UploadGone
from qunluo.growth.models import CustomerImport, GrowthPolicy
from qunluo.growth.rules import cells, columns
from qunluo.growth.rules.importing import CUSTOMERS, ORDERS, FilePlan, ImportPlan
from qunluo.growth.rules.tables import Table, open_table
from qunluo.growth.rules.tables.text import Row
from qunluo.kernel.clock import now

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

SHOWN_ROWS = 5
RECALLED_IMPORTS = 20


@dataclass(frozen=True)
class FileChoices:
    """What the person said about one file; what is left out is guessed.

    `mapping` says for a column of ours which of theirs (its header, or its number from 1, surely
    a number with #) holds it, or "" for none.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    month_first: bool | None = None
    has_header: bool | None = None


@dataclass(frozen=True)
class Choices:
    """What the person said about an import; `consent` holds for rows that do not say it."""

    customers: FileChoices = field(default_factory=FileChoices)
    orders: FileChoices = field(default_factory=FileChoices)
    region: str = ""
    currency: str = ""
    source: str = ""
    consent: str = ""
    consent_source: str = ""
    all_or_nothing: bool = False


@dataclass(frozen=True)
class FilePreview:
    """One uploaded file as we understand it."""

    role: str
    filename: str
    table: Table
    header: list[str]
    rows: list[Row]
    mapping: dict[str, int]
    month_first: bool
    dates_unsure: bool

    @property
    def width(self) -> int:
        """Return how many columns the file has."""
        return max([len(self.header), *(len(row) for _line, row in self.rows)])

    @property
    def titles(self) -> list[str]:
        """Return the name of each column, or its number."""
        named = dict(enumerate(self.header))
        return [named.get(index) or str(index + 1) for index in range(self.width)]

    @property
    def shown(self) -> list[Row]:
        """Return the first rows, each as wide as the table."""
        return [
            (line, [*row, *[""] * (self.width - len(row))]) for line, row in self.rows[:SHOWN_ROWS]
        ]

    @property
    def places(self) -> list[int]:
        """Return the columns that are theirs; those that we added hold no data."""
        return [at for at, title in enumerate(self.titles) if not columns.is_ours(title)]

    def holds(self, index: int) -> str:
        """Return what the column holds, or nothing."""
        return next((name for name, at in self.mapping.items() if at == index), "")


def folder() -> Path:
    """Return where uploads wait, readable by this installation only."""
    path = Path(settings.DATA_DIR) / "imports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def look_at(job: CustomerImport, choices: Choices) -> list[FilePreview]:
    """Return the uploaded files as they will be read; BadTable, UnknownColumn."""
    plans = _earlier_plans(job)
    found = [_look(CUSTOMERS, job.file, job.filename, choices.customers, plans)]
    if job.orders_file:
        found.append(_look(ORDERS, job.orders_file, job.orders_filename, choices.orders, plans))
    return found


def _earlier_plans(job: CustomerImport) -> list[FilePlan]:
    """Return how files were read here lately, newest first: people correct a list only once."""
    state = CustomerImport.State
    before = CustomerImport.objects.filter(community=job.community_id).exclude(pk=job.pk)
    before = before.exclude(state=state.CANCELLED).exclude(options={})
    found = []
    for options in before.order_by("-pk").values_list("options", flat=True)[:RECALLED_IMPORTS]:
        plan = ImportPlan.restored(options)
        found += [file for file in (plan.customers, plan.orders) if file and file.header]
    return found


def plan_of(job: CustomerImport, choices: Choices) -> ImportPlan:
    """Return the whole plan of an import, guessed where nothing was said."""
    customers, *orders = look_at(job, choices)
    return ImportPlan(
        customers=_plan(customers),
        orders=_plan(orders[0]) if orders else None,
        currency=choices.currency or job.community.currency,
        region=choices.region or phone_region(job.community),
        source=choices.source[:80],
        consent=choices.consent,
        consent_source=choices.consent_source[:160],
        all_or_nothing=choices.all_or_nothing,
    )


def choices_of(plan: ImportPlan) -> Choices:
    """Return the choices that lead to a plan again, to show or change them."""
    return Choices(
        customers=_choices(plan.customers),
        orders=_choices(plan.orders) if plan.orders else FileChoices(),
        region=plan.region,
        currency=plan.currency,
        source=plan.source,
        consent=plan.consent,
        consent_source=plan.consent_source,
        all_or_nothing=plan.all_or_nothing,
    )


def last_choices(job: CustomerImport) -> Choices:
    """Return what was chosen when the upload was last tried, or nothing."""
    return choices_of(ImportPlan.restored(job.options)) if job.options else Choices()


def phone_region(community: "Community") -> str:
    """Return the country whose phone numbers come without a country code."""
    found = GrowthPolicy.objects.filter(community=community)
    return found.values_list("phone_region", flat=True).first() or "CN"


def get_import(community: "Community", pk: int, *, viewer: "Person") -> CustomerImport:
    """Return an import for who may run one; ImportNotFound, PermissionMissing."""
    require(viewer, community, "customers.import")
    found = CustomerImport.objects.select_related("community", "by").filter(community=community)
    try:
        return found.get(pk=pk)
    except CustomerImport.DoesNotExist:
        raise ImportNotFound from None


def imports(community: "Community", *, viewer: "Person", limit: int = 20) -> list[CustomerImport]:
    """Return the latest imports that were run, newest first."""
    require(viewer, community, "customers.import")
    found = CustomerImport.objects.filter(community=community).select_related("by")
    return list(found.order_by("-pk")[:limit])


def waiting_imports() -> list[int]:
    """Return the imports to run now: queued ones, and those whose runner died."""
    state = CustomerImport.State
    abandoned = Q(state__in=[state.READING, state.APPLYING], leased_until__lt=now())
    found = CustomerImport.objects.filter(Q(state=state.QUEUED) | abandoned)
    return list(found.order_by("pk").values_list("pk", flat=True))


def _look(
    role: str, name: str, filename: str, choices: FileChoices, plans: list[FilePlan]
) -> FilePreview:
    path = folder() / name
    if not path.is_file():
        raise UploadGone
    table = open_table(
        path,
        encoding=choices.encoding,
        delimiter=choices.delimiter,
        sheet=choices.sheet,
    )
    head = table.head()
    guess = columns.guess(
        [row for _line, row in head],
        orders_only=role == ORDERS,
        has_header=choices.has_header,
    )
    guess = _recalled(guess, plans, orders_only=role == ORDERS)
    body = head[1:] if guess.has_header else head
    width = max(len(row) for _line, row in head)
    mapping = columns.corrected(guess, choices.mapping, width)
    told = _date_order([row for _line, row in body], mapping)
    return FilePreview(
        role=role,
        filename=filename,
        table=table,
        header=guess.header,
        rows=body,
        mapping=mapping,
        month_first=bool(told) if choices.month_first is None else choices.month_first,
        dates_unsure=told is None and choices.month_first is None,
    )


def _recalled(guess: columns.Guess, plans: list[FilePlan], *, orders_only: bool) -> columns.Guess:
    """Return the guess as an earlier import with the same columns was read, if there was one."""
    names = columns.theirs(guess.header)
    for plan in plans if names else []:
        if columns.theirs(plan.header) == names:
            mapping = columns.consistent(dict(plan.mapping), orders_only=orders_only)
            return columns.recalled(guess, plan.header, mapping)
    return guess


def _date_order(rows: list[list[str]], mapping: dict[str, int]) -> bool | None:
    """Return whether months come first in the date columns; None when 3/4/2024 may be either."""
    values = list(columns.zip_columns(rows))
    dates = [
        value
        for name in ("on", "last_order_on", "birthday")
        if name in mapping and mapping[name] < len(values)
        for value in values[mapping[name]]
    ]
    if not any(cells.OTHER_DAY.fullmatch(value) for value in dates):
        return False
    return cells.month_comes_first(dates)


def _choices(file: FilePlan) -> FileChoices:
    held = {name: f"#{index + 1}" for name, index in file.mapping.items()}
    return FileChoices(
        mapping=dict.fromkeys(columns.columns(), "") | held,
        encoding=file.encoding,
        delimiter=file.delimiter,
        sheet=file.sheet,
        month_first=file.month_first,
        has_header=bool(file.header),
    )


def _plan(preview: FilePreview) -> FilePlan:
    return FilePlan(
        mapping=preview.mapping,
        header=preview.header,
        encoding=preview.table.encoding if not preview.table.sheet else "",
        delimiter=preview.table.delimiter if not preview.table.sheet else "",
        sheet=preview.table.sheet,
        month_first=preview.month_first,
    )


def known_columns() -> dict[str, columns.Column]:
    """Return what a column of an uploaded table may hold, by name."""
    return columns.columns()


def reason_of(code: str) -> str:
    """Return the marked sentence for the code of a refused row."""
    return cells.REASONS.get(code, code)


def safe_cell(text: str) -> str:
    """Return a text as a spreadsheet may show it, without running it as a formula."""
    return cells.safe(text)
