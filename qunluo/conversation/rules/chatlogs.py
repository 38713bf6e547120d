"""Reading the logs of other chats: who said what when, and to what; plain Python.

Formats: `irc` (`[09:14] <nick> text`, the day in the file name), `wechat-text` (a line with name
and time in either order, the message below it) and `csv` (columns by Chinese or English titles).
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from html import escape
from io import StringIO

from charset_normalizer import from_bytes

MOST_BYTES = 200_000_000
LONGEST = 20_000  # characters of one message; more is no message
NAME_LENGTH = 60
IRC = re.compile(r"\[?(\d{1,2}):(\d{2})(?::(\d{2}))?\]?\s+<\s*[~&@%+]?([^>]+?)\s*>\s?(.*)")
DAY_IN_NAME = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
DAY = r"(?P<day>\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?)"
HOUR = r"(?P<hour>(?:上午|下午|晚上|凌晨|中午)?\s?\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AP]M)?)"
HEADS = (
    re.compile(rf"\s*{DAY}[ T]+{HOUR}\s+(?P<who>\S.{{0,80}}?)\s*[:：]?\s*"),
    re.compile(rf"\s*(?P<who>\S.{{0,80}}?)[\s:：]+{DAY}[ T]+{HOUR}\s*"),
)
# What exports put behind a name: an account number, an address.
ACCOUNT = re.compile(r"\s*(?:\([\w.@-]{3,40}\)|（[\w.@-]{3,40}）|<[^<>]{3,60}>)$")
QUOTE = re.compile(r"[「『“](?P<who>[^：:」』”]{1,60})[：:]\s*(?P<said>.*?)[」』”]", re.S)
RULER = re.compile(r"\s*(?:[-—]\s?){5,}\s*")
AFTERNOON = ("下午", "晚上", "PM")
NOON, DAY_HOURS = 12, 24
GLITCH = timedelta(hours=1)  # a clock set back by less than this is no midnight
COLUMNS = {
    "at": "time, date, datetime, sent at, created_at, timestamp, 时间, 日期, 发送时间",
    "author": "author, name, sender, from, nick, user, 昵称, 发送人, 发送者, 姓名, 发言人",
    "text": "text, message, content, body, 内容, 消息, 消息内容, 正文",
    "id": "id, message id, message_id, 编号, 消息id",
    "reply_to": "reply_to, reply to, in reply to, 回复, 回复编号",
}
BARE = re.compile(r"https?://[^\s<>\"'，。；！？、）】」]+")
ENDINGS = ".,;:!?)]"


@dataclass(frozen=True)
class Said:
    """One message of a log; `reply_to` is the index of another one in the same log."""

    line: int
    at: datetime
    author: str
    text: str
    reply_to: int | None = None


@dataclass
class ChatLog:
    """What a file holds: messages in the order of the file, and how much of it was none."""

    messages: list[Said] = field(default_factory=list)
    notices: int = 0
    unread: list[int] = field(default_factory=list)  # lines that could not be understood


class NotReadable(ValueError):
    """The file is not of the format; the argument is the code of the reason."""


def text_of(raw: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16, GB18030 or what it is found to be."""
    for encoding in ("utf-8-sig", "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        found = from_bytes(raw[:1_000_000]).best()
        return raw.decode(found.encoding if found else "latin-1", errors="replace")


def read_irc(text: str, zone: tzinfo, day: date | None) -> ChatLog:
    """Read lines as `[09:14] <nick> text`; the day goes on when the clock passes midnight.

    Everything else (joins, parts, topics, actions) counts as a notice. NotReadable("day").
    """
    if day is None:
        raise NotReadable("day")
    log, last = ChatLog(), None
    for number, row in enumerate(text.split("\n")):
        row = row.rstrip("\r")
        found = IRC.fullmatch(row)
        if not found:
            log.notices += bool(row.strip())
            continue
        hour, minute, second = (int(part or 0) for part in found.group(1, 2, 3))
        if hour >= DAY_HOURS or minute >= 60 or second >= 60:
            log.unread.append(number)
            continue
        at = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
        if last and last - at > GLITCH:
            day += timedelta(days=1)
            at += timedelta(days=1)
        last = at
        _add(log, number, at, found.group(4), found.group(5))
    return log


def day_in(name: str) -> date | None:
    """Return the day that a file name tells, as of `2004-12-25.log`."""
    found = DAY_IN_NAME.search(name)
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None


def linked(log: ChatLog, links: str) -> ChatLog:
    """Return the log with replies as a file of `to from -` lines tells, both counted from 0.

    A message that answers several goes to the latest of them.
    """
    places = {said.line: index for index, said in enumerate(log.messages)}
    targets: dict[int, int] = {}
    for row in links.splitlines():
        parts = row.split()
        if len(parts) < 2 or not (parts[0].isdecimal() and parts[1].isdecimal()):
            continue
        to, by = places.get(int(parts[0])), places.get(int(parts[1]))
        if to is not None and by is not None and to < by:
            targets[by] = max(to, targets.get(by, 0))
    log.messages = [
        replace(said, reply_to=targets[index]) if index in targets else said
        for index, said in enumerate(log.messages)
    ]
    return log


def read_wechat(text: str, zone: tzinfo) -> ChatLog:
    """Read blocks of a head (name and time, in either order) and the message below it.

    A quote on top of a message, `「name：words」` and a ruler, becomes a reply to those words.
    """
    log = ChatLog()
    head: tuple[int, datetime, str] | None = None
    body: list[str] = []

    def close() -> None:
        said = "\n".join(body).strip()
        if head and said:
            rest, to = _unquoted(said, log.messages)
            _add(log, head[0], head[1], head[2], rest, to)
        else:
            log.notices += bool(said or head)
        body.clear()

    for number, row in enumerate(text.splitlines()):
        found = next(filter(None, (pattern.fullmatch(row) for pattern in HEADS)), None)
        at = _moment(found["day"], found["hour"], zone) if found else None
        if found and at:
            close()
            head = (number, at, ACCOUNT.sub("", found["who"]).strip() or found["who"].strip())
        else:
            body.append(row)
    close()
    return log


def read_csv(text: str, zone: tzinfo) -> ChatLog:
    """Read a table with time, author and text; `id` and `reply_to` link messages if they are there.

    NotReadable("columns") when one of the three is missing.
    """
    try:
        dialect: type[csv.Dialect] | str = csv.Sniffer().sniff(text[:20_000], ",;\t")
    except csv.Error:
        dialect = "excel"
    rows: Iterator[list[str]] = csv.reader(StringIO(text, newline=""), dialect)
    log, indexes = ChatLog(), dict[str, int]()
    try:
        columns = _columns(next(rows, []))
        for number, row in enumerate(rows, start=1):
            told = {name: row[at].strip() if at < len(row) else "" for name, at in columns.items()}
            at = _stamp(told["at"], zone)
            if not any(told.values()):
                continue
            if at is None or not told["author"]:
                log.unread.append(number)
                continue
            before = len(log.messages)
            to = indexes.get(told.get("reply_to", ""))
            _add(log, number, at, told["author"], told["text"], to)
            if told.get("id") and len(log.messages) > before:
                indexes[told["id"]] = before
    except csv.Error:
        raise NotReadable("table") from None
    return log


READERS: Mapping[str, Callable[[str, tzinfo], ChatLog]] = {
    "wechat-text": read_wechat,
    "csv": read_csv,
}
FORMATS = ("irc", *READERS)


def verbatim(text: str) -> str:
    """Return safe HTML of a message that was never Markdown: line breaks and links, no more."""

    def link(match: re.Match[str]) -> str:
        address = match.group(0).rstrip(ENDINGS)
        rest = match.group(0)[len(address) :]
        shown = escape(address)
        return f'\0<a href="{shown}" rel="nofollow ugc noopener">{shown}</a>\0{escape(rest)}'

    text = text.replace("\0", "")
    parts, last = [], 0
    for match in BARE.finditer(text):
        parts += [escape(text[last : match.start()]), link(match).replace("\0", "")]
        last = match.end()
    parts.append(escape(text[last:]))
    return f"<p>{'<br>'.join(''.join(parts).split(chr(10)))}</p>\n"


def in_order(messages: Iterable[Said]) -> bool:
    """Return whether no message is older than the one before it, minutes of one clock aside."""
    last: datetime | None = None
    for said in messages:
        if last and last - said.at > timedelta(minutes=10):
            return False
        last = said.at
    return True


def _add(
    log: ChatLog, line: int, at: datetime, author: str, text: str, reply_to: int | None = None
) -> None:
    author = " ".join(author.replace("\0", "").split())[:NAME_LENGTH]
    text = text.replace("\0", "").strip()
    if not author or not text:
        log.notices += 1
    elif len(text) > LONGEST:
        log.unread.append(line)
    else:
        log.messages.append(Said(line, at, author, text, reply_to))


def _unquoted(said: str, before: list[Said]) -> tuple[str, int | None]:
    """Return a message without the quote on top of it, and the index of what it quotes."""
    found = QUOTE.match(said)
    ruler, _newline, rest = (
        said[found.end() :].lstrip("\n").partition("\n") if found else ("", "", "")
    )
    if not found or not RULER.fullmatch(ruler) or not rest.strip():
        return said, None
    who, words = found["who"].strip(), found["said"].strip()
    for index in range(len(before) - 1, max(-1, len(before) - 5_000), -1):
        if before[index].author == who and before[index].text.startswith(words.rstrip("…")):
            return rest.strip(), index
    return said, None


def _columns(titles: list[str]) -> dict[str, int]:
    told = [title.strip().lstrip("\ufeff").lower() for title in titles]
    found = {
        name: index
        for name, known in COLUMNS.items()
        for index, title in enumerate(told)
        if title in known.split(", ")
    }
    if not {"at", "author", "text"} <= set(found):
        raise NotReadable("columns")
    return found


def _stamp(said: str, zone: tzinfo) -> datetime | None:
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        day, _blank, hour = said.partition(" ")
        return _moment(day, hour or "00:00", zone)
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _moment(day: str, hour: str, zone: tzinfo) -> datetime | None:
    """Return the moment of `2024年5月1日` and `下午 3:04`, None when there is none such."""
    numbers = [int(part) for part in re.findall(r"\d+", day)]
    clock = [int(part) for part in re.findall(r"\d+", hour)]
    if len(numbers) != 3 or len(clock) < 2:
        return None
    if clock[0] < NOON and any(word in hour for word in AFTERNOON):
        clock[0] += NOON
    try:
        return datetime(*numbers, *clock[:3], tzinfo=zone)  # type: ignore[arg-type,misc]
    except ValueError:
        return None
