"""Bring customers with their orders or a chat in, or restore a community from its archive."""

import argparse
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.utils.translation import gettext

from qunluo.cli import console
from qunluo.cli.commands import import_chat
from qunluo.cli.finding import NoSuchFile, whose_name
from qunluo.community.errors import CommunityNotFound
from qunluo.growth.actions import (
    cancel_import,
    queue_import,
    restore_community,
    run_import,
    start_import,
)
from qunluo.growth.queries import (
    Choices,
    FileChoices,
    FilePreview,
    community_at,
    errors_csv,
    known_columns,
    look_at,
    reason_of,
    refused_files,
    row_errors,
)
from qunluo.kernel.errors import Invalid
from qunluo.kernel.text import _, pick

if TYPE_CHECKING:
    from qunluo.growth.models import CustomerImport

HELP = _("Bring customers or a chat in, or restore a community from its archive.")
SHOWN_ERRORS = 10
LINES = {
    "rows": _("rows"),
    "rows_refused": _("rows refused"),
    "customer_rows_repeating": _("rows that repeat an earlier one"),
    "rows_overwriting": _("rows that contradict an earlier one and count"),
    "customers_new": _("new customers"),
    "customers_changed": _("customers changed"),
    "customers_same": _("customers as before"),
    "orders_new": _("purchases added"),
    "orders_known": _("purchases known before"),
    "suppressed": _("who had unsubscribed before"),
}


class BadMapping(Invalid):
    """--map is name=column."""

    code = "cli.bad_mapping"
    message = _("“{text}” is not of the form name=column.")
    next_step = _("For example --map name=姓名 or --map phone=3; names are: {names}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the two kinds of import and their options."""
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    _customer_arguments(kinds.add_parser("customers", help=console.say(_("a table of customers"))))
    import_chat.add_arguments(
        kinds.add_parser("chat", help=console.say(_("messages of another chat, under their names")))
    )
    community = kinds.add_parser(
        "community", help=console.say(_("an archive that `qunluo export` wrote"))
    )
    community.add_argument("file", type=Path, help=console.say(_("the archive")))
    community.add_argument(
        "--slug", default="", help=console.say(_("another address for the community"))
    )


def _customer_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("file", type=Path, help=console.say(_("CSV, text or spreadsheet; UTF-8 or GB18030")))
    add("--community", required=True, metavar="SLUG", help=console.say(_("whose customers")))
    add("--orders", type=Path, metavar="FILE", help=console.say(_("their purchases")))
    add("--map", action="append", default=[], metavar="NAME=COLUMN",
        help=console.say(_("which column holds what; may be repeated")))  # fmt: skip
    add("--map-orders", action="append", default=[], metavar="NAME=COLUMN",
        help=console.say(_("the same for the file of purchases")))  # fmt: skip
    add("--encoding", default="", help=console.say(_("when it is not detected rightly")))
    add("--sheet", default="", help=console.say(_("which sheet of a workbook")))
    add("--month-first", action="store_true", default=None,
        help=console.say(_("3/4/2024 is the 4th of March")))  # fmt: skip
    add("--region", default="", metavar="CN", help=console.say(_("whose phone numbers")))
    add("--currency", default="", metavar="CNY", help=console.say(_("of the amounts")))
    add("--source", default="", help=console.say(_("where these customers come from")))
    add("--consent", default="", metavar="HOW",
        help=console.say(_("they agreed to be written to: how, when")))  # fmt: skip
    add("--dry-run", action="store_true", help=console.say(_("only report what would happen")))
    add("--all-or-nothing", action="store_true",
        help=console.say(_("take nothing over when a row is wrong")))  # fmt: skip
    add("--errors", type=Path, metavar="OUT.csv", help=console.say(_("write refused rows here")))
    add("--as", dest="actor", default="", metavar="EMAIL",
        help=console.say(_("in whose name; the first owner when left out")))  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Import customers or a chat, or restore a community."""
    runs = {"community": _restore, "customers": _customers, "chat": import_chat.run}
    return runs[args.kind](args)


def _restore(args: argparse.Namespace) -> int:
    if not args.file.is_file():
        raise NoSuchFile(file=str(args.file))
    with console.Progress(_("Restoring the community")) as progress:
        community = restore_community(args.file, slug=args.slug, progress=progress)
    console.line(_("“{name}” lives here now: /c/{slug}/"), name=community.name, slug=community.slug)
    return 0


def _customers(args: argparse.Namespace) -> int:
    community = community_at(args.community)
    if community is None:
        raise CommunityNotFound
    actor = whose_name(args.actor, community)
    choices = _choices(args)
    with ExitStack() as stack:
        opened = [stack.enter_context(_open(path)) for path in (args.file, args.orders) if path]
        job = start_import(
            actor=actor,
            community=community,
            file=opened[0],
            filename=args.file.name,
            orders_file=opened[1] if args.orders else None,
            orders_filename=args.orders.name if args.orders else "",
        )
    for preview in look_at(job, choices):
        _show(preview)
    queue_import(actor=actor, job=job, choices=choices, dry_run=args.dry_run)
    with console.Progress(_("Reading") if args.dry_run else _("Importing")) as progress:
        job = run_import(job.pk, progress)
    return _report(job, args)


def _choices(args: argparse.Namespace) -> Choices:
    return Choices(
        customers=FileChoices(
            mapping=_mapping(args.map),
            encoding=args.encoding,
            sheet=args.sheet,
            month_first=args.month_first,
        ),
        orders=FileChoices(
            mapping=_mapping(args.map_orders),
            encoding=args.encoding,
            month_first=args.month_first,
        ),
        region=args.region.upper(),
        currency=args.currency.upper(),
        source=args.source,
        consent="given" if args.consent else "",
        consent_source=args.consent,
        all_or_nothing=args.all_or_nothing,
    )


def _mapping(said: list[str]) -> dict[str, str]:
    found = {}
    for text in said:
        name, equals, column = text.partition("=")
        if not equals or name.strip() not in known_columns():
            raise BadMapping(text=text, names=list(known_columns()))
        found[name.strip()] = column.strip()
    return found


def _open(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError:
        raise NoSuchFile(file=str(path)) from None


def _show(preview: FilePreview) -> None:
    """Say how the file was understood: a wrong guess is seen before anything is taken over."""
    console.line(
        _("{file}: {encoding}, {count} columns"),
        file=preview.filename,
        encoding=preview.table.sheet or preview.table.encoding,
        count=preview.width,
    )
    known = known_columns()
    for index, title in enumerate(preview.titles):
        holds = preview.holds(index)
        label = pick(known[holds].label, console.language()) if holds else "–"
        sample = next((row[index] for _line, row in preview.shown if row[index]), "")
        console.line("  {title} → {label}   {sample}", title=title, label=label, sample=sample[:40])
    if preview.dates_unsure:
        console.line(_("  Dates like 3/4/2024 are read day first; --month-first changes that."))


def _report(job: "CustomerImport", args: argparse.Namespace) -> int:
    if job.problem:
        problem = job.problem
        told = (gettext(problem[part]) for part in ("message", "next_step") if problem[part])
        console.complain("{text}", text=" ".join(told).format(**problem["context"]))
        return 1
    for key, label in LINES.items():
        console.line("{count:>10}  {label}", count=f"{job.report[key]:,}", label=console.say(label))
    if job.dry_run:
        console.line(_("This was a trial: nothing was changed."))
    if job.errors_count:
        _complain(job, args.errors)
    if args.errors:
        for role in refused_files(job) or [""]:
            _write_errors(job, args.errors, role)
    if job.dry_run and job.by:
        cancel_import(actor=job.by, job=job)
    return 0


def _write_errors(job: "CustomerImport", path: Path, role: str) -> None:
    """Write refused purchases beside refused customers: their columns are others."""
    both = len(refused_files(job)) > 1
    to = path.with_stem(f"{path.stem}-orders") if both and role == "orders" else path
    with to.open("w", encoding="utf-8", newline="") as out:
        out.writelines(errors_csv(job, gettext, role))


def _complain(job: "CustomerImport", path: Path | None) -> None:
    for error in row_errors(job, SHOWN_ERRORS):
        console.complain(
            _("  {file}, line {line}: {column} {value}: {reason}"),
            file=job.orders_filename if error.file == "orders" else job.filename,
            line=error.line,
            column=pick(known_columns()[error.column].label, console.language())
            if error.column
            else "",
            value=error.value,
            reason=gettext(reason_of(error.code)),
        )
    if job.errors_count > SHOWN_ERRORS and path is None:
        console.complain(_("  … --errors OUT.csv writes all of them into a file."))
