"""The sealed callbacks of WeChat, as its published algorithm has them.

SHA-1 over the sorted token, timestamp, nonce and ciphertext; AES-256-CBC with the key's first half
as IV; 16 random bytes, the length, the message and the app id, padded to blocks of 32 (PKCS#7).
Whoever reads must check the app id. What does not fit is Unreadable, and nothing tells why.
"""

import base64
import binascii
import hashlib
import hmac
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_bytes
from xml.etree import ElementTree as ET  # what may hold entities is refused before

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK, RANDOM = 32, 16
LONGEST = 64 * 1024
KEY = re.compile(r"[A-Za-z0-9+/]{43}")


class Unreadable(Exception):
    """What came was not sealed for us, or not by WeChat."""


@dataclass(frozen=True)
class Sealer:
    """Opens and seals the messages of one account."""

    token: str
    aes_key: str
    app_id: str

    @property
    def key(self) -> bytes:
        """Return the key; Unreadable for one that is none."""
        if not KEY.fullmatch(self.aes_key):
            raise Unreadable
        return base64.b64decode(f"{self.aes_key}=")

    def signature(self, timestamp: str, nonce: str, sealed: str = "") -> str:
        """Return the signature over what was sealed, or over time and nonce alone."""
        parts = sorted([self.token, timestamp, nonce, *([sealed] if sealed else [])])
        return hashlib.sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()

    def is_signed(self, signature: str, timestamp: str, nonce: str, sealed: str = "") -> bool:
        """Return whether a signature fits."""
        wanted = self.signature(timestamp, nonce, sealed)
        return hmac.compare_digest(wanted.encode(), signature.encode())

    def seal(self, text: str, random: bytes | None = None) -> str:
        """Return a text sealed for this account."""
        message, key = text.encode(), self.key
        raw = (random or token_bytes(RANDOM)) + struct.pack(">I", len(message)) + message
        raw += self.app_id.encode()
        pad = BLOCK - len(raw) % BLOCK
        raw += bytes([pad]) * pad
        sealer = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
        return base64.b64encode(sealer.update(raw) + sealer.finalize()).decode()

    def open(self, sealed: str) -> str:
        """Return what was sealed for this account; Unreadable."""
        key = self.key
        try:
            raw = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError):
            raise Unreadable from None
        if not raw or len(raw) % 16 or len(raw) > LONGEST:
            raise Unreadable
        opener = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        return self._message(opener.update(raw) + opener.finalize())

    def _message(self, padded: bytes) -> str:
        pad = padded[-1]
        if not 1 <= pad <= BLOCK or padded[-pad:] != bytes([pad]) * pad:
            raise Unreadable
        raw = padded[:-pad]
        if len(raw) < RANDOM + 4:
            raise Unreadable
        (length,) = struct.unpack(">I", raw[RANDOM : RANDOM + 4])
        message, app_id = raw[RANDOM + 4 : RANDOM + 4 + length], raw[RANDOM + 4 + length :]
        if len(message) != length or not hmac.compare_digest(app_id, self.app_id.encode()):
            raise Unreadable
        try:
            return message.decode()
        except UnicodeDecodeError:
            raise Unreadable from None


def fields(xml: str) -> Mapping[str, str]:
    """Return the fields of a flat XML message; Unreadable for what declares anything."""
    if len(xml) > LONGEST or "<!DOCTYPE" in xml.upper() or "<!ENTITY" in xml.upper():
        raise Unreadable
    try:
        root = ET.fromstring(xml.strip())  # noqa: S314 -- no declarations, so no entities
    except (ET.ParseError, ValueError):
        raise Unreadable from None
    return {child.tag: child.text or "" for child in root}


def element(name: str, text: str) -> str:
    """Return one field of a message, its text as it is."""
    safe = text.replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{safe}]]></{name}>"
