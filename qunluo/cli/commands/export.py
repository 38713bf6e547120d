"""Write a whole community into an open archive."""

import argparse
from pathlib import Path

from qunluo.cli import console
from qunluo.community.errors import CommunityNotFound
from qunluo.growth.actions import export_community
from qunluo.growth.queries import community_at
from qunluo.kernel.errors import Conflict
from qunluo.kernel.text import _

HELP = _("Write a whole community into an open archive (JSON Lines and pictures).")


class FileExists(Conflict):
    """Nothing is overwritten."""

    code = "cli.file_exists"
    message = _("The file {file} exists already.")
    next_step = _("Choose another name, or delete it first.")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("community", help=console.say(_("the address (slug) of the community")))
    parser.add_argument("file", type=Path, help=console.say(_("the archive to write, a .zip")))


def run(args: argparse.Namespace) -> int:
    """Write the archive."""
    community = community_at(args.community)
    if community is None:
        raise CommunityNotFound
    if args.file.exists():
        raise FileExists(file=str(args.file))
    part = args.file.with_name(f".{args.file.name}.part")
    try:
        with console.Progress(_("Writing the archive")) as progress:
            manifest = export_community(community, part, progress)
        part.replace(args.file)
    finally:
        part.unlink(missing_ok=True)
    rows = sum(told["count"] for told in manifest["files"].values())
    console.line(
        _("{file}: {rows} records, {pictures} pictures, {size} KB"),
        file=args.file,
        rows=f"{rows:,}",
        pictures=len(manifest["media"]),
        size=f"{args.file.stat().st_size / 1024:,.0f}",
    )
    return 0
