"""Calendar files (RFC 5545) with what somebody has booked; plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

WIDTH = 75  # octets of a line, without its end


@dataclass(frozen=True)
class Appointment:
    """One entry: `sequence` goes up with each change, `cancelled` takes it out of calendars."""

    uid: str
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    title: str
    text: str = ""
    place: str = ""
    url: str = ""
    sequence: int = 0
    cancelled: bool = False


def calendar_file(appointments: Iterable[Appointment]) -> bytes:
    """Return a file that calendars take in; moments are told in UTC."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Qunluo//Bookings//EN"]
    for one in appointments:
        lines += _entry(one)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _entry(one: Appointment) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_text(one.uid)}",
        f"DTSTAMP:{_moment(one.changed_at)}",
        f"DTSTART:{_moment(one.starts_at)}",
        f"DTEND:{_moment(one.ends_at)}",
        f"SEQUENCE:{one.sequence}",
        f"STATUS:{'CANCELLED' if one.cancelled else 'CONFIRMED'}",
        f"SUMMARY:{_text(one.title)}",
    ]
    if one.text:
        lines.append(f"DESCRIPTION:{_text(one.text)}")
    if one.place:
        lines.append(f"LOCATION:{_text(one.place)}")
    if one.url:
        lines.append(f"URL:{_plain(one.url)}")
    return [*lines, "END:VEVENT"]


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _plain(text: str) -> str:
    """Return a text without control characters, which a file may not hold."""
    return "".join(sign for sign in text if sign == "\t" or ord(sign) >= 32 and ord(sign) != 127)


def _text(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for sign in ("\\", ";", ","):
        text = text.replace(sign, "\\" + sign)
    return "\\n".join(_plain(line) for line in text.split("\n"))


def _folded(line: str) -> bytes:
    """Return a line cut at 75 octets, never within a letter, with its ends."""
    parts, part = [], b""
    for sign in line:
        raw = sign.encode()
        if len(part) + len(raw) > WIDTH:
            parts.append(part)
            part = b" "  # the blank that joins the next line to this one counts
        part += raw
    return b"\r\n".join([*parts, part]) + b"\r\n"
