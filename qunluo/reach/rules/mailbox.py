"""Letters that come back: whose they are, what is new in them, and which are by machines.

Plain Python. Who really sent a letter is for the mail server to check (SPF, DKIM, DMARC); here
counts that it came to an address which only one person was given, and from their own.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import getaddresses
from html import unescape

LONGEST_LETTER = 10 * 1024 * 1024
ANSWERABLE = timedelta(days=60)
_MAC = 16  # characters of base32: 80 bits
_NUMBER = r"([0-9a-f]{1,13})"
_TOKEN = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}\.([0-9a-f]{{1,5}})\.([a-z2-7]{{16}})")
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


def read_letter(raw: bytes, base: str, secret: str, at: datetime) -> Letter | None:
    """Return what counts of a letter; None when it is none, or not for an address of ours."""
    if not raw.strip() or len(raw) > LONGEST_LETTER:
        return None
    try:
        letter = message_from_bytes(raw, policy=policy.default)
        found = _addressed(letter, base, secret)
        if found is None:
            return None
        person_id, thread_id, community_id, day = found
        return Letter(
            id=_id(letter, raw),
            sender=_sender(letter),
            person_id=person_id,
            thread_id=thread_id,
            community_id=community_id,
            expired=(at - _DAY_ONE).days > day,
            text=new_words(_text(letter)),
            automatic=is_automatic(letter),
        )
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, IndexError):
        return None  # odd headers stumble in many ways inside the parser


def is_automatic(letter: EmailMessage) -> bool:
    """Return whether a machine wrote a letter: a vacation notice, a list, a failure, a loop."""
    said = {name: str(letter.get(name, "")).strip().lower() for name in (
        "Auto-Submitted", "Precedence", "Return-Path", "X-Auto-Response-Suppress",
        "List-Id", "X-Autoreply", "X-Autorespond", "X-Loop", "X-Qunluo-Answer",
    )}  # fmt: skip
    if said["Auto-Submitted"] not in {"", "no"} or said["Return-Path"] == "<>":
        return True
    if said["Precedence"] in {"bulk", "list", "junk", "auto_reply"}:
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


def _addressed(letter: EmailMessage, base: str, secret: str) -> tuple[int, ...] | None:
    """Return person, thread, community and last day from the first address that we once gave."""
    name, _at, domain = base.lower().partition("@")
    if not name or not domain:
        return None
    headers = [
        str(value)
        for header in ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
        for value in letter.get_all(header, [])[:20]
    ]
    for _name, address in getaddresses(headers):
        local, _at, host = address.lower().rpartition("@")
        if host != domain or not local.startswith(f"{name}+"):
            continue
        told = _TOKEN.fullmatch(local.removeprefix(f"{name}+"))
        if told and hmac.compare_digest(_mac(secret, ".".join(told.groups()[:4])), told[5]):
            return tuple(int(number, 16) for number in told.groups()[:4])
    return None


def _mac(secret: str, bare: str) -> str:
    key = hashlib.sha256(f"qunluo.reach.reply:{secret}".encode()).digest()
    raw = hmac.new(key, bare.encode(), hashlib.sha256).digest()
    return base64.b32encode(raw).decode().lower()[:_MAC]


def _sender(letter: EmailMessage) -> str:
    found = getaddresses([str(value) for value in letter.get_all("From", [])[:2]])
    return found[0][1].strip().lower() if len(found) == 1 else ""


def _id(letter: EmailMessage, raw: bytes) -> str:
    given = str(letter.get("Message-ID", "")).strip()
    return hashlib.sha256(given.encode() if given else raw).hexdigest()


def _text(letter: EmailMessage) -> str:
    part = letter.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        said = str(part.get_content())
    except (LookupError, UnicodeError, ValueError):
        raw = part.get_payload(decode=True)
        said = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
    said = said[:200_000].replace("\0", "")
    return plain_of(said) if part.get_content_subtype() == "html" else said


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
