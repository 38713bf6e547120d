"""What WeChat's server asks and tells of an account, and how it is answered."""

from collections.abc import Callable, Mapping
from secrets import token_hex

from qunluo.kernel.clock import now
from qunluo.providers.wechat.crypt import Sealer, Unreadable, element, fields
from qunluo.reach.ports import Heard, Way

TOLERANCE = 5 * 60
TEXT = "text"


def sealer_of(way: Way) -> Sealer:
    """Return what opens and seals the messages of an account."""
    held = way.secrets
    return Sealer(
        str(held.get("token", "")), str(held.get("aes_key", "")),
        str(way.settings.get("app_id", "")),
    )  # fmt: skip


def echo(way: Way, asked: Mapping[str, str]) -> str:
    """Return what proves that this address is ours, plain or sealed; Unreadable."""
    sealer, told = sealer_of(way), asked.get("echostr", "")
    timestamp, nonce = asked.get("timestamp", ""), asked.get("nonce", "")
    if not told or not sealer.token:
        raise Unreadable
    if sealed := asked.get("msg_signature", ""):
        if not sealer.is_signed(sealed, timestamp, nonce, told):
            raise Unreadable
        return sealer.open(told)
    if not sealer.is_signed(asked.get("signature", ""), timestamp, nonce):
        raise Unreadable
    return told


def hear(way: Way, asked: Mapping[str, str], body: bytes) -> Heard:
    """Return the message in a sealed callback that was signed just now; Unreadable."""
    sealer, timestamp = sealer_of(way), asked.get("timestamp", "")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        raise Unreadable
    if abs(now().timestamp() - int(timestamp)) > TOLERANCE or not sealer.token:
        raise Unreadable
    try:
        sealed = fields(body.decode())["Encrypt"]
    except (UnicodeDecodeError, KeyError):
        raise Unreadable from None
    signature, nonce = asked.get("msg_signature", ""), asked.get("nonce", "")
    if not sealed or not sealer.is_signed(signature, timestamp, nonce, sealed):
        raise Unreadable
    told = fields(sealer.open(sealed))
    sender = told.get("FromUserName", "")
    if not sender:
        raise Unreadable
    return Heard(
        sender=sender[:128],
        account=told.get("ToUserName", "")[:128],
        id=told.get("MsgId") or f"{sender}:{told.get('CreateTime', '')}:{told.get('Event', '')}",
        type=told.get("MsgType", ""),
        text=told.get("Content", ""),
    )


def answer(
    way: Way, heard: Heard, text: str, nonce: Callable[[], str] = lambda: token_hex(8)
) -> str:
    """Return the sealed answer to a message; "success" when there is nothing to say."""
    if not text:
        return "success"
    sealer, timestamp, once = sealer_of(way), str(int(now().timestamp())), nonce()
    plain = "".join(
        (
            "<xml>",
            element("ToUserName", heard.sender),
            element("FromUserName", heard.account),
            f"<CreateTime>{timestamp}</CreateTime>",
            element("MsgType", TEXT),
            element("Content", text),
            "</xml>",
        )
    )
    sealed = sealer.seal(plain)
    return "".join(
        (
            "<xml>",
            element("Encrypt", sealed),
            element("MsgSignature", sealer.signature(timestamp, once, sealed)),
            f"<TimeStamp>{timestamp}</TimeStamp>",
            element("Nonce", once),
            "</xml>",
        )
    )
