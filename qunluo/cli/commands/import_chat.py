"""Bring the messages of another chat in: a log of IRC, a text of WeChat, a table."""

import argparse
from datetime import date
from pathlib import Path

from qunluo.cli import console
from qunluo.cli.finding import NoSuchFile, whose_name
from qunluo.community.errors import CommunityNotFound
from qunluo.conversation.actions import import_chat
from qunluo.conversation.queries import chat_formats, read_chat_log
from qunluo.growth.queries import community_at
from qunluo.kernel.text import _

SHOWN = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what an import of a chat takes."""
    add = parser.add_argument
    add("file", type=Path, help=console.say(_("the log; UTF-8, UTF-16 or GB18030")))
    add("--format", required=True, choices=chat_formats(), help=console.say(_("what wrote it")))
    add("--community", required=True, metavar="SLUG", help=console.say(_("where it goes")))
    add(
        "--room",
        default="",
        metavar="NAME",
        help=console.say(_("the room it goes into; called like the file if left out")),
    )
    add(
        "--date",
        type=date.fromisoformat,
        metavar="2024-05-01",
        help=console.say(_("the day a log of hours begins, if its name does not tell")),
    )
    add(
        "--time-zone",
        default="",
        metavar="Asia/Shanghai",
        help=console.say(_("whose clock it is; the community's when left out")),
    )
    add(
        "--replies",
        type=Path,
        metavar="FILE",
        help=console.say(_("who answered whom: lines of two line numbers, counted from 0")),
    )
    add("--dry-run", action="store_true", help=console.say(_("only report what would happen")))
    add(
        "--as",
        dest="actor",
        default="",
        metavar="EMAIL",
        help=console.say(_("in whose name; the first owner when left out")),
    )


def run(args: argparse.Namespace) -> int:
    """Read the file, bring it in, and say what came of it."""
    community = community_at(args.community)
    if community is None:
        raise CommunityNotFound
    log = read_chat_log(
        _bytes(args.file),
        format=args.format,
        time_zone=args.time_zone or community.time_zone,
        filename=args.file.name,
        day=args.date,
        links=_bytes(args.replies) if args.replies else b"",
    )
    _show(_("messages"), len(log.messages))
    _show(
        _("replies to one of them"),
        sum(m.reply_to is not None for m in log.messages),
    )
    _show(_("names"), len({said.author for said in log.messages}))
    _show(_("lines that are no message"), log.notices)
    for line in log.unread[:SHOWN]:
        console.complain(_("  line {line} could not be read"), line=line + 1)
    if args.dry_run:
        console.line(_("This was a trial: nothing was changed."))
        return 0
    with console.Progress(_("Importing")) as progress:
        done = import_chat(
            actor=whose_name(args.actor, community),
            community=community,
            log=log,
            room=args.room or args.file.stem[:60],
            progress=progress,
        )
    _show(_("messages added"), done.new)
    _show(_("messages known before"), done.known)
    _show(_("new names"), done.people)
    console.line(
        _("They stand in “{room}”: /c/{slug}/talk/in/{space}/"),
        room=done.space.name, slug=community.slug, space=done.space.slug,
    )  # fmt: skip
    return 0


def _show(label: str, count: int) -> None:
    console.line("{count:>10}  {label}", count=f"{count:,}", label=console.say(label))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise NoSuchFile(file=str(path)) from None
