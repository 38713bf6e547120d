"""Template messages of an official account, with an access token that is kept until it expires."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from qunluo.kernel.clock import now
from qunluo.providers.calling import call
from qunluo.providers.wechat import callback
from qunluo.providers.wechat.crypt import KEY, Unreadable
from qunluo.reach.ports import Carried, Fate, Heard, Parcel, Way

HOST = "https://api.weixin.qq.com"
TOKEN_PATH, SEND_PATH = "/cgi-bin/stable_token", "/cgi-bin/message/template/send"
EARLY = 300  # seconds before its end a token is no longer used
OK, BUSY, A_MINUTE = 0, -1, 60
STALE = {40001, 40014, 42001}
TOO_OFTEN = {45009, 45011}
# Wrong app id, secret or address of the server, or a template that is not the account's.
MISCONFIGURED = {40013, 40125, 40164, 40037, 41002, 41004}
LONGEST_VALUE = 20  # characters of a keyword "thing"


class OfficialAccount:
    """Sends template messages to people who bound their WeChat."""

    def fits(self, way: Way) -> str:
        """Return the name of the setting that cannot work, or nothing."""
        if not KEY.fullmatch(str(way.secrets.get("aes_key", ""))):
            return "aes_key"
        token = str(way.secrets.get("token", ""))
        return "" if token.isascii() and token.isalnum() and 3 <= len(token) <= 32 else "token"

    def carry(self, way: Way, parcel: Parcel) -> Carried:
        """Send one message; a token that was taken back is asked for anew, once."""
        if not way.settings.get("template") or not parcel.to:
            return Carried(Fate.REFUSED, said="No template is set.")
        memory = dict(way.memory)
        carried = self._send(way, parcel, memory)
        if carried.status in STALE:
            memory.clear()
            carried = self._send(way, parcel, memory)
        fate = Fate.LATER if carried.status in STALE else carried.fate
        return Carried(fate, carried.status, carried.said, carried.wait, memory)

    def echo(self, way: Way, asked: Mapping[str, str]) -> str | None:
        """Return what proves to WeChat that the address is ours."""
        with suppress(Unreadable):
            return callback.echo(way, asked)
        return None

    def hear(self, way: Way, asked: Mapping[str, str], body: bytes) -> Heard | None:
        """Return the message in a callback that was sealed and signed for us just now."""
        with suppress(Unreadable):
            return callback.hear(way, asked, body)
        return None

    def answer(self, way: Way, heard: Heard, text: str) -> str:
        """Return the sealed answer to a message."""
        return callback.answer(way, heard, text)

    def _send(self, way: Way, parcel: Parcel, memory: dict[str, Any]) -> Carried:
        refused = _renewed(way, memory)
        if refused is not None:
            return refused
        told = _asked(SEND_PATH, message_of(way, parcel), {"access_token": memory["token"]})
        return _judged(told)


def _renewed(way: Way, memory: dict[str, Any]) -> Carried | None:
    """Have a token that still counts in the memory; what stands in the way otherwise."""
    if memory.get("token") and float(memory.get("until", 0)) > now().timestamp():
        return None
    told = _asked(
        TOKEN_PATH,
        {
            "grant_type": "client_credential",
            "appid": str(way.settings.get("app_id", "")),
            "secret": str(way.secrets.get("app_secret", "")),
        },
        {},
    )
    token, seconds = told.get("access_token"), told.get("expires_in", 0)
    if not isinstance(token, str) or not token or not isinstance(seconds, int):
        return _judged(told if told.get("errcode") else {"errcode": BUSY, **told})
    memory["token"], memory["until"] = token, now().timestamp() + max(seconds - EARLY, 0)
    return None


def _asked(path: str, message: Mapping[str, Any], params: Mapping[str, str]) -> dict[str, Any]:
    body = json.dumps(message, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json"}
    answer = call("POST", f"{HOST}{path}", body=body, headers=headers, params=params)
    if not answer.fine:
        return {"errcode": BUSY, "errmsg": answer.said or f"HTTP {answer.status}"}
    try:
        told = json.loads(answer.body)
    except ValueError:
        return {"errcode": BUSY, "errmsg": "No answer that could be read."}
    return told if isinstance(told, dict) else {"errcode": BUSY, "errmsg": "No answer."}


def _judged(told: Mapping[str, Any]) -> Carried:
    """Return what an answer means; the status is the error code of WeChat."""
    code = told.get("errcode", BUSY)
    code = code if isinstance(code, int) else BUSY
    said = f"{code} {told.get('errmsg', '')}"
    status = min(max(code, 0), 2**31 - 1)
    if code == OK:
        return Carried(Fate.ARRIVED, 0, said)
    if code in MISCONFIGURED:
        return Carried(Fate.LATER, status, said, A_MINUTE * 60)
    if code in TOO_OFTEN:
        return Carried(Fate.LATER, status, said, A_MINUTE)
    if code == BUSY or code in STALE:
        return Carried(Fate.LATER, status, said)
    return Carried(Fate.REFUSED, status, said)


def message_of(way: Way, parcel: Parcel) -> dict[str, Any]:
    """Return a template message: title and text under the keywords that the template has."""
    given = way.settings
    values = {
        str(given.get("title_key") or "thing1"): parcel.title or parcel.community,
        str(given.get("text_key") or "thing2"): " ".join(parcel.text.split()) or parcel.community,
    }
    return {
        "touser": parcel.to,
        "template_id": str(given["template"]),
        "url": parcel.url,
        "client_msg_id": parcel.id[-32:],
        "data": {name: {"value": _cut(value)} for name, value in values.items()},
    }


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
