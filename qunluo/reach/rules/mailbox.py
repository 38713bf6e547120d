"""Letters that come back: whose they are, what is new in them, and which are by machines.

Anybody can send us a letter of any shape: until its address proves that we once gave it, we look
at some headers only, and later at no more than so much of it, with the parser that reads plainly.
Plain Python. Who really sent a letter is for the mail server to check (SPF, DKIM, DMARC), and it
counts what that one wrote down; else only that the letter came to an address which one person was
given, and says that it is from their own.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from html import unescape
from itertools import islice

LONGEST_LETTER = 10 * 1024 * 1024
LONGEST_HEAD, LONGEST_HEADER, LONGEST_BODY = 128 * 1024, 4096, 512 * 1024
MOST_PARTS, MOST_TOKENS = 20, 10
ANSWERABLE = timedelta(days=60)
_MAC = 16  # characters of base32: 80 bits
_NUMBER = r"([0-9a-f]{1,13})"
_TOKEN = rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}\.([0-9a-f]{{1,5}})\.([a-z2-7]{{16}})"
_HEAD = re.compile(rb"\r?\n\r?\n")
# What makes a letter have parts inside of it.
_PARTS = re.compile(rb"(?i)boundary[\s*\d]{0,20}=|content-type[ \t]{0,20}:\s{0,20}message/")
_DAY_ONE = datetime(2020, 1, 1, tzinfo=UTC)
# How programs introduce what they quote, in both languages.
_QUOTING = re.compile(
    r"^(>|On .{1,200}wrote:\s*$|Le .{1,200}a écrit\s?:\s*$|Am .{1,200}schrieb.{0,80}:\s*$|"
    r"在.{1,200}写道[：:]\s*$|.{0,120}(于|在)\s?\d{4}\s?年.{1,120}写道[：:]?\s*$|"
    r"-{2,}\s?(Original Message|Original|Forwarded message|原始邮件|转发邮件信息|回复的原邮件)"
    r"\s?-{2,}|"
    r"_{10,}\s*$|-{10,}\s*$|(From|发件人|寄件者)[：:]\s?.+)",
    re.IGNORECASE,
)
# Such a line may stand on two.
_HALF = re.compile(r"^(On\s.{5,200}|在.{3,200})$")
_OTHER_HALF = re.compile(r"^.{0,80}(wrote|写道)\s?[:：]$", re.IGNORECASE)
_SIGNATURE = re.compile(
    r"^(--\s?$|—\s?$|Sent from my .{1,60}$|Get Outlook for .{1,40}$|发自我的.{0,40}$|"
    r"来自我的.{0,40}$|从我的.{0,20}发送$|发送自.{0,40}$)",
    re.IGNORECASE,
)
# How the subjects of vacation notices begin; who answers by hand begins with “Re:”.
_AUTOMATIC = re.compile(
    r"(自动回复|自動回覆|自动答复|外出自动|auto(matic)?[- ]?(reply|response)|"
    r"out[- ]of[- ](the[- ])?office)",
    re.IGNORECASE,
)
# What is searched in others' letters never looks further than a tag can be long.
_BREAKS = re.compile(r"(?i)<(br|/p|/div|/li|/h[1-6]|/tr)\b[^<>]{0,300}>")
_QUOTED_HTML = re.compile(
    r"(?i)<blockquote\b|<div[^<>]{1,500}(gmail_quote|moz-cite-prefix|divRplyFwdMsg|"
    r"ntes-mailmaster-quote|qmbox-quote)"
)
_UNSAID = re.compile(r"(?i)<(style|script|head|title)\b")
_TAGS = re.compile(r"<[^<>]{0,2000}>")


@dataclass(frozen=True)
class Letter:
    """What counts of a letter that came in; `automatic` ones are never answered."""

    id: str
    sender: str
    person_id: int
    thread_id: int
    community_id: int
    expired: bool
    text: str
    automatic: bool
    proven: bool = True


def reply_address(base: str, secret: str, who_where: tuple[int, int, int], at: datetime) -> str:
    """Return the address at which one person's answers in a thread arrive, for sixty days.

    `who_where` are the ids of person, thread and community.
    """
    name, _at, domain = base.partition("@")
    if not name or not domain:
        return ""
    day = (at + ANSWERABLE - _DAY_ONE).days
    bare = ".".join(f"{number:x}" for number in (*who_where, day))
    return f"{name}+{bare}.{_mac(secret, bare)}@{domain}"


def read_letter(
    raw: bytes, base: str, secret: str, at: datetime, checker: str = ""
) -> Letter | None:
    """Return what counts of a letter; None when it is none, or not for an address of ours.

    `checker` names the mail server whose word on who sent it is asked for (its authserv-id).
    """
    if not raw.strip() or len(raw) > LONGEST_LETTER:
        return None
    try:
        head = _head(raw)
        found = _addressed(head, base, secret)
        if found is None:
            return None
        person_id, thread_id, community_id, day = found
        return Letter(
            id=_id(head, raw),
            sender=_sender(head),
            person_id=person_id,
            thread_id=thread_id,
            community_id=community_id,
            expired=(at - _DAY_ONE).days > day,
            text=new_words(_text(raw)),
            automatic=is_automatic(head),
            proven=not checker or is_proven(head, checker),
        )
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return None  # odd letters stumble in many ways inside the parser


def _head(raw: bytes) -> Message:
    """Return the headers of a letter; what has no end of them soon is none."""
    end = _HEAD.search(raw, 0, LONGEST_HEAD)
    if end is None and len(raw) > LONGEST_HEAD:
        raise ValueError
    return BytesHeaderParser().parsebytes(raw[: end.start()] if end else raw)


def _all(letter: Message, name: str, most: int = 20) -> list[str]:
    return [str(value)[:LONGEST_HEADER] for value in letter.get_all(name, [])[:most]]


def _first(letter: Message, name: str) -> str:
    return next(iter(_all(letter, name, 1)), "")


def is_automatic(letter: Message) -> bool:
    """Return whether a machine wrote a letter: a vacation notice, a list, a failure, a loop."""
    said = {name: _first(letter, name).strip().lower() for name in (
        "Auto-Submitted", "Precedence", "Return-Path", "X-Auto-Response-Suppress",
        "List-Id", "X-Autoreply", "X-Autorespond", "X-Loop", "X-Qunluo-Answer",
    )}  # fmt: skip
    if said["Auto-Submitted"] not in {"", "no"} or said["Return-Path"] == "<>":
        return True
    if said["Precedence"] in {"bulk", "list", "junk", "auto_reply"}:
        return True
    if "all" in said["X-Auto-Response-Suppress"] or _AUTOMATIC.match(_subject(letter)):
        return True
    if letter.get_content_type() == "multipart/report":
        return True
    named = _sender(letter).partition("@")[0]
    if named in {"mailer-daemon", "postmaster", "noreply", "no-reply"}:
        return True
    return any(
        said[name] for name in ("List-Id", "X-Autoreply", "X-Autorespond", "X-Loop",
                                "X-Qunluo-Answer")
    )  # fmt: skip


def is_proven(letter: Message, checker: str) -> bool:
    """Return whether a mail server of ours found that a letter is from whom it says (RFC 8601)."""
    domain = _sender(letter).rpartition("@")[2]
    for value in _all(letter, "Authentication-Results"):
        for _depth in range(4):
            value = re.sub(r"\([^()]*\)", " ", value)
        server, *found = value.lower().split(";")
        if not domain or "(" in value or server.split()[:1] != [checker.lower()]:
            continue
        for one in found:
            signed = re.search(r"header\.[di]\s*=\s*\S*?([a-z0-9.-]+)(\s|$)", one)
            if re.match(r"\s*dmarc\s*=\s*pass\b", one):
                return True
            if re.match(r"\s*dkim\s*=\s*pass\b", one) and signed:
                by = signed[1].lstrip(".")
                if "." in by and f".{domain}".endswith(f".{by}"):
                    return True
    return False


def new_words(text: str) -> str:
    """Return what somebody wrote themself: without what they quote, and without a signature.

    What stands below a quote that is marked line by line counts; below one that is not, nothing.
    """
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    kept: list[str] = []
    for at, line in enumerate(lines):
        bare = line.strip()
        if _SIGNATURE.match(bare):
            break
        if bare.startswith(">"):
            continue
        if _introduces(lines, at):
            if not _marked_below(lines, at):
                break
            continue
        kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _introduces(lines: list[str], at: int) -> bool:
    """Return whether a line says whose words follow, perhaps together with its neighbour."""
    bare = lines[at].strip()
    if _QUOTING.match(bare):
        return True
    above = lines[at - 1].strip() if at else ""
    below = lines[at + 1].strip() if at + 1 < len(lines) else ""
    return bool(_HALF.match(bare) and _OTHER_HALF.match(below)) or bool(
        _HALF.match(above) and _OTHER_HALF.match(bare)
    )


def _marked_below(lines: list[str], at: int) -> bool:
    """Return whether the words that are introduced are marked with > line by line."""
    for line in lines[at + 1 : at + 4]:
        bare = line.strip()
        if bare and not _OTHER_HALF.match(bare):
            return bare.startswith(">")
    return False


def _addressed(letter: Message, base: str, secret: str) -> tuple[int, ...] | None:
    """Return person, thread, community and last day from the first address that we once gave."""
    name, _at, domain = base.lower().partition("@")
    if not name or not domain:
        return None
    ours = re.compile(
        rf"(?<![\w.+-]){re.escape(name)}\+{_TOKEN}@{re.escape(domain)}(?![\w.-])", re.ASCII
    )
    headers = (
        value.lower()
        for header in ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
        for value in _all(letter, header)
    )
    found = (told.groups() for value in headers for told in ours.finditer(value))
    for told in islice(found, MOST_TOKENS):
        if hmac.compare_digest(_mac(secret, ".".join(told[:4])), told[4]):
            return tuple(int(number, 16) for number in told[:4])
    return None


def _mac(secret: str, bare: str) -> str:
    key = hashlib.sha256(f"qunluo.reach.reply:{secret}".encode()).digest()
    raw = hmac.new(key, bare.encode(), hashlib.sha256).digest()
    return base64.b32encode(raw).decode().lower()[:_MAC]


def _sender(letter: Message) -> str:
    found = getaddresses(_all(letter, "From", 2))
    return found[0][1].strip().lower() if len(found) == 1 else ""


def _subject(letter: Message) -> str:
    said = _first(letter, "Subject")
    try:
        return str(make_header(decode_header(said))).strip()
    except (MessageError, ValueError, LookupError):
        return said


def _id(letter: Message, raw: bytes) -> str:
    given = _first(letter, "Message-ID").strip()
    return hashlib.sha256(given.encode("utf-8", "replace") if given else raw).hexdigest()


def _text(raw: bytes) -> str:
    """Return the words of a letter: they come first, before whatever is attached."""
    raw = raw[:LONGEST_BODY]
    if len(_PARTS.findall(raw)) > MOST_PARTS:
        return ""
    parts = {part.get_content_type(): part for part in reversed(_said_in(message_from_bytes(raw)))}
    part = parts.get("text/plain") or parts.get("text/html")
    payload = part.get_payload(decode=True) if part else None
    if part is None or not isinstance(payload, bytes):
        return ""
    try:
        said = payload.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        said = payload.decode("utf-8", "replace")
    said = said[:200_000].replace("\0", "")
    return plain_of(said) if part.get_content_subtype() == "html" else said


def _said_in(part: Message) -> list[Message]:
    """Return the parts that are said and not attached, in their order."""
    if part.get_content_disposition() == "attachment" or part.get_content_maintype() == "message":
        return []
    payload = part.get_payload()
    if not isinstance(payload, list):
        return [part]
    inside = [inner for inner in payload if isinstance(inner, Message)]
    return [one for inner in inside for one in _said_in(inner)]


def plain_of(html: str) -> str:
    """Return the words of HTML, a line for each block; what quotes others is left out."""
    if quoted := _QUOTED_HTML.search(html):
        html = html[: quoted.start()]
    bare = _TAGS.sub("", _BREAKS.sub("\n", _without_unsaid(html)))
    return unescape(bare).replace("\xa0", " ")


def _without_unsaid(html: str) -> str:
    """Return HTML without its styles, scripts and head."""
    kept, at = [], 0
    while found := _UNSAID.search(html, at):
        kept.append(html[at : found.start()])
        end = re.compile(rf"(?i)</{found[1]}\s{{0,20}}>").search(html, found.end())
        at = end.end() if end else len(html)
    return "".join((*kept, html[at:]))
