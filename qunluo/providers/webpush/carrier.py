"""Hands encrypted messages to the push service of a browser (RFC 8030, 8291, 8292)."""

import base64
import logging
from email.utils import parseaddr
from http import HTTPStatus
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from qunluo.kernel.clock import now
from qunluo.providers import outside
from qunluo.providers.calling import call
from qunluo.providers.webpush import keys
from qunluo.reach.ports import Fate

log = logging.getLogger(__name__)
HALF_A_DAY = 12 * 60 * 60
GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
LATER = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT}


class WebPush:
    """Carries pushes; settings.PUSH_CARRIER names it."""

    def public_key(self) -> str:
        """Return the key by which push services know this installation."""
        return keys.public_key()

    def fits(self, endpoint: str) -> bool:
        """Return whether we would send to an address."""
        return outside.is_open_https(endpoint)

    def carry(self, endpoint: str, p256dh: str, auth: str, payload: bytes) -> Fate:
        """Encrypt a payload for a device and post it; never into our own network."""
        try:
            body = encrypted(payload, p256dh, auth)
        except ValueError:
            return Fate.GONE  # keys that no browser made
        answer = call("POST", endpoint, body=body, headers=_headers(endpoint))
        if not answer.status:  # also when a name cannot be looked up for a while
            log.warning("A push has to wait: %s", answer.said)
            return Fate.LATER
        return _fate(answer.status)


def encrypted(payload: bytes, p256dh: str, auth: str) -> bytes:
    """Return a payload that only the device can read (aes128gcm); ValueError for odd keys."""
    ours = ec.generate_private_key(ec.SECP256R1())
    return bytes(
        http_ece.encrypt(
            payload,
            private_key=ours,
            dh=_raw(p256dh),
            auth_secret=_raw(auth),
            version="aes128gcm",
        )
    )


def _headers(endpoint: str) -> dict[str, str]:
    parts = urlsplit(endpoint)
    signed = keys.signer().sign(
        {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int(now().timestamp()) + HALF_A_DAY,
            "sub": f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}",
        }
    )
    return {
        "Authorization": str(signed["Authorization"]),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(HALF_A_DAY),
        "Urgency": "normal",
    }


def _fate(status: int) -> Fate:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Fate.ARRIVED
    if status in GONE:
        return Fate.GONE
    later = status in LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return Fate.LATER if later else Fate.REFUSED


def _raw(text: str) -> bytes:
    bare = text.rstrip("=")
    return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
