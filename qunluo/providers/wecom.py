"""The robots of WeCom groups: markdown or text, cut to what the service takes."""

import json
import re
from urllib.parse import parse_qs, urlsplit

from qunluo.providers.calling import call
from qunluo.reach.ports import Carried, Fate, Parcel, Way

SEND = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"
MARKDOWN_BYTES, TEXT_BYTES = 4096, 2048
KEY = re.compile(r"[A-Za-z0-9-]{8,64}")
OK, TOO_OFTEN, NO_SUCH_ROBOT = 0, 45009, {93000, 40058, 93004, 93008}
BUSY = -1
QUIET = str.maketrans("<>[]", "＜＞［］")
A_MINUTE = 60


class GroupRobot:
    """Posts into a WeCom group by the webhook address of its robot."""

    def fits(self, way: Way) -> str:
        """Return the name of the setting that cannot work, or nothing."""
        return "" if key_of(str(way.secrets.get("address", ""))) else "address"

    def carry(self, way: Way, parcel: Parcel) -> Carried:
        """Post one message; a robot that is gone wants no more."""
        key = key_of(str(way.secrets.get("address", "")))
        message = message_of(parcel, plain=bool(way.settings.get("plain")))
        answer = call("POST", SEND, json=message, params={"key": key})
        if not answer.fine:
            return Carried(Fate.LATER, answer.status, answer.said, answer.wait)
        try:
            told = json.loads(answer.body)
            code, said = int(told["errcode"]), str(told.get("errmsg", ""))
        except (ValueError, KeyError, TypeError):
            return Carried(Fate.LATER, answer.status, "No answer that could be read.")
        return Carried(fate_of(code), answer.status, f"{code} {said}",
                       A_MINUTE if code == TOO_OFTEN else 0)  # fmt: skip


def fate_of(code: int) -> Fate:
    """Return what an error code of the service means for the message."""
    if code == OK:
        return Fate.ARRIVED
    if code in NO_SUCH_ROBOT:
        return Fate.GONE
    return Fate.LATER if code in {TOO_OFTEN, BUSY} else Fate.REFUSED


def key_of(address: str) -> str:
    """Return the key in the webhook address of a robot; "" when it is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    ours = urlsplit(SEND)
    given = parse_qs(parts.query).get("key", [""])[0]
    same = (parts.scheme, parts.netloc, parts.path) == (ours.scheme, ours.netloc, ours.path)
    return given if same and KEY.fullmatch(given) else ""


def message_of(parcel: Parcel, *, plain: bool) -> dict[str, object]:
    """Return a message of the service; title and link are kept, the text between is cut."""
    if plain:
        head, tail = f"{_quiet(parcel.title)}\n", f"\n{parcel.url}"
        said = fitted(head, _quiet(parcel.text), tail, TEXT_BYTES)
        return {"msgtype": "text", "text": {"content": said}}
    head = f"**{_bare(parcel.title)}**\n"
    tail = f"\n[{_bare(parcel.community)}]({parcel.url})"
    text = "\n".join(f"> {line}" for line in _quiet(parcel.text).splitlines() if line.strip())
    said = fitted(head, text, tail, MARKDOWN_BYTES)
    return {"msgtype": "markdown", "markdown": {"content": said}}


def fitted(head: str, text: str, tail: str, most: int) -> str:
    """Return head, text and tail in at most so many bytes, cutting the text between characters."""
    room = most - len(f"{head}{tail}".encode())
    if len(text.encode()) > room:
        cut = text.encode()[: max(room - len("…".encode()), 0)].decode("utf-8", "ignore")
        text = f"{cut}…"
    return f"{head}{text}{tail}"


def _quiet(text: str) -> str:
    """Return a text in which nobody is called by name and nothing is a link of its own."""
    return text.translate(QUIET)


def _bare(text: str) -> str:
    """Return a text that is no markup of its own."""
    return re.sub(r"[\[\]()*<>`]", " ", text).strip()
