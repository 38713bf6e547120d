"""Prove the books, and compare them with the bill of a payment provider."""

import argparse
import csv
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from qunluo.cli import console
from qunluo.cli.finding import NoSuchFile
from qunluo.community.errors import CommunityNotFound
from qunluo.growth.queries import community_at, safe_cell
from qunluo.kernel.money import digits
from qunluo.kernel.text import _
from qunluo.ledger import queries

if TYPE_CHECKING:
    from qunluo.community.models import Community

HELP = _("Prove the books, or compare them with the bill of a payment provider.")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be done with the books."""
    acts = parser.add_subparsers(dest="act", required=True)
    verify = acts.add_parser("verify", help=console.say(_("play all books again and prove them")))
    verify.add_argument(
        "--community",
        default="",
        metavar="SLUG",
        help=console.say(_("only those of one community")),
    )
    compare = acts.add_parser(
        "reconcile", help=console.say(_("compare a bill with what is booked"))
    )
    compare.add_argument(
        "file", type=Path,
        help=console.say(_("a CSV with the columns theirs, ours, amount, currency, kind")),
    )  # fmt: skip
    compare.add_argument(
        "--provider", required=True, metavar="NAME", help=console.say(_("whose bill it is"))
    )
    compare.add_argument(
        "--community", required=True, metavar="SLUG", help=console.say(_("whose books"))
    )
    for name, text in (("--since", _("the first day")), ("--until", _("the last day"))):
        compare.add_argument(
            name, type=date.fromisoformat, metavar="2026-05-01", help=console.say(text)
        )
    compare.add_argument(
        "--csv", action="store_true", help=console.say(_("write the comparison as CSV"))
    )


def run(args: argparse.Namespace) -> int:
    """Do it; 1 when something is wrong."""
    community = community_at(args.community) if args.community else None
    if args.community and community is None:
        raise CommunityNotFound
    if args.act == "reconcile" and community:
        return _reconcile(args, community)
    with console.Progress(_("Playing the books again")) as progress:
        proof = queries.verify(community_id=community.pk if community else None, progress=progress)
    for rule, count in proof.wrong.items():
        console.complain("✗ {count:,} {what}", count=count, what=gettext(queries.SAYINGS[rule]))
        for row in proof.rows[rule]:
            console.complain("    {row}", row=row)
        if count > len(proof.rows[rule]):
            console.complain(_("    and {n} more"), n=f"{count - len(proof.rows[rule]):,}")
    console.line(
        _("{transfers} transfers, {accounts} accounts and {holds} holds were looked at."),
        transfers=f"{proof.transfers:,}", accounts=f"{proof.accounts:,}", holds=f"{proof.holds:,}",
    )  # fmt: skip
    if proof.clean:
        console.line(_("✓ The books are in order."))
        return 0
    console.complain(_("The books are NOT in order. Keep a copy of the database before anything."))
    return 1


def _reconcile(args: argparse.Namespace, community: "Community") -> int:
    entries = queries.clearing_entries(
        community,
        args.provider,
        since=_begin(args.since, community),
        until=_begin(args.until + timedelta(days=1), community) if args.until else None,
    )
    report = queries.reconcile(queries.read_bill(_text(args.file)), entries)
    if args.csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(["result", "kind", "ours", "theirs", "currency", "billed", "booked"])
        for one in report.findings:
            told = (_major(n, one.currency) for n in (one.billed, one.booked))
            names = (safe_cell(one.ours), safe_cell(one.theirs))
            writer.writerow([one.result, one.kind, *names, one.currency, *told])
    else:
        for result, count in report.counts.items():
            console.line(
                "{count:>8}  {what}",
                count=f"{count:,}", what=gettext(queries.RECONCILED[result]),
            )  # fmt: skip
        for one in report.findings:
            if one.result != "matched":
                console.line(
                    "{result}: {kind} {ours} {theirs} {billed} / {booked} {currency}",
                    result=one.result, kind=one.kind, ours=one.ours, theirs=one.theirs,
                    billed=_major(one.billed, one.currency) or "-",
                    booked=_major(one.booked, one.currency) or "-", currency=one.currency,
                )  # fmt: skip
    return 0 if report.clean else 1


def _major(minor: int | None, currency: str) -> str:
    return "" if minor is None else queries.plain_amount(minor, digits(currency))


def _begin(day: date | None, community: "Community") -> datetime | None:
    """Return the beginning of a day where the community lives."""
    return datetime.combine(day, time(), ZoneInfo(community.time_zone)) if day else None


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise NoSuchFile(file=str(path)) from None
