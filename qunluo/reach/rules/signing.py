"""Signatures of webhooks as the Standard Webhooks have them: HMAC-SHA256 over id, time and body."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable

PREFIX = "whsec_"
TOLERANCE = 5 * 60  # seconds between the clocks of two systems
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a message: `v1,` and the base64 of its HMAC."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    mac = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(mac).decode()


def headers(secrets: Iterable[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the three headers of a message, signed with every secret that counts now."""
    signatures = [sign(secret, message_id, timestamp, body) for secret in secrets]
    return {ID: message_id, TIMESTAMP: str(timestamp), SIGNATURE: " ".join(signatures)}


def is_signed(
    secrets: Iterable[str], message_id: str, timestamp: str, given: str, body: bytes, at: int
) -> bool:
    """Return whether one of the signatures was made with one of the secrets, just now."""
    if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12:
        return False
    if abs(at - int(timestamp)) > TOLERANCE or not message_id:
        return False
    wanted = [sign(secret, message_id, int(timestamp), body).encode() for secret in secrets]
    found = [one.encode() for one in given.split(" ")[:10]]
    return any(hmac.compare_digest(one, other) for one in wanted for other in found)


def made_of(raw: bytes) -> str:
    """Return a secret as it is shown and kept."""
    return PREFIX + base64.b64encode(raw).decode()


def _key(secret: str) -> bytes:
    bare = secret.removeprefix(PREFIX)
    try:
        return base64.b64decode(bare, validate=True)
    except (binascii.Error, ValueError):
        return bare.encode()
