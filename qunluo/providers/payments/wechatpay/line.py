"""The line to WeChat Pay: every call signed, every answer proven, by the library wechatpayv3.

The library's own requests have no end and follow redirects, so only its signatures are used here:
our calls carry what it signs, and what comes back passes through its proof.
"""

import base64
import binascii
import hashlib
import json
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from wechatpayv3.core import Core
from wechatpayv3.utils import aes_decrypt, build_authorization

from qunluo.kernel.clock import now
from qunluo.market.ports import Merchant, ProviderRefused, ProviderUnreachable
from qunluo.providers.calling import Answer
from qunluo.providers.paying import BILL_WITHIN, MOST_BILL, asked, object_in, odd, pem

FRESH = timedelta(hours=12)  # how long platform certificates are used before they are read again
PATIENCE = timedelta(minutes=5)  # a number that nobody knows makes us read them no more often
SIGNING = "WECHATPAY2-SHA256-RSA2048"
# Certificates of the platform by merchant; each process may fetch its own, they are public.
_held: dict[str, tuple[datetime, list[Any]]] = {}


class Line(Core):  # type: ignore[misc]  # the library has no types
    """The library's core for one merchant, whose certificates come over our own calls."""

    def __init__(self, merchant: Merchant, base: str) -> None:
        """Take a merchant's keys; nothing is called yet."""
        given, secrets = merchant.settings, merchant.secrets
        self.base = base
        self.who = "|".join(
            (base, given["mchid"], given["serial"], hashlib.sha256(
                (secrets["private_key"] + secrets["api_v3_key"]).encode()).hexdigest())
        )  # fmt: skip
        super().__init__(
            mchid=given["mchid"],
            cert_serial_no=given["serial"],
            private_key=pem(secrets["private_key"], "PRIVATE KEY"),
            apiv3_key=secrets["api_v3_key"],
            public_key=pem(given.get("public_key", ""), "PUBLIC KEY") or None,
            public_key_id=given.get("public_key_id") or None,
        )

    def _init_certificates(self) -> None:
        at, found = _held.get(self.who, (None, []))
        self._certificates = list(found) if at and now() - at < FRESH else []

    def _update_certificates(self) -> None:
        """Read the platform's certificates again, not more often than is decent."""
        at, before = _held.get(self.who, (None, []))
        if at is not None and abs(now() - at) < PATIENCE:
            return
        super()._update_certificates()
        self._certificates = self._certificates or list(before)
        _held[self.who] = (now(), list(self._certificates))

    def request(self, path: str, **_named: Any) -> tuple[int, str]:  # noqa: D102 -- the library asks
        answer = self.sent("GET", path)
        return answer.status, answer.body.decode("utf-8", "replace")

    def sent(self, method: str, path: str, body: bytes = b"", **limits: int) -> Answer:
        """Return what the service answers to a signed call. ProviderUnreachable."""
        signed = build_authorization(
            path, method, self._mchid, self._cert_serial_no, self._private_key, data=body.decode()
        )
        headers = {
            "Accept": "application/json",
            "Authorization": signed,
            "Content-Type": "application/json",
        }
        if self._public_key_id:
            headers["Wechatpay-Serial"] = self._public_key_id
        return asked(method, self.base + path, body=body or None, headers=headers, **limits)

    def ask(self, method: str, path: str, told: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the proven answer to a call. ProviderUnreachable, Refusal for what it refuses."""
        body = json.dumps(told, ensure_ascii=False).encode() if told is not None else b""
        answer = self.sent(method, path, body)
        if not answer.fine:
            raise refusal(answer)
        if not self.proves(answer.headers, answer.body):
            raise odd("an answer of WeChat Pay is not signed by it")
        return object_in(answer.body) if answer.status != HTTPStatus.NO_CONTENT else {}

    def proves(self, headers: Any, body: bytes) -> bool:
        """Return whether the platform signed a body. ProviderUnreachable without its keys."""
        small = {str(name).lower(): value for name, value in (headers or {}).items()}
        try:
            base64.b64decode(small.get("wechatpay-signature", ""), validate=True)
            return bool(self._verify_signature(small, body.decode()))
        except ProviderUnreachable:
            raise
        except Exception:  # noqa: BLE001 -- the library says no in many ways
            return False

    def opened(self, notice: dict[str, Any]) -> dict[str, Any] | None:
        """Return what a proven notice holds sealed (AES-256-GCM); None for what does not open."""
        resource = notice.get("resource")
        if not isinstance(resource, dict) or resource.get("algorithm") != "AEAD_AES_256_GCM":
            return None
        try:
            text = aes_decrypt(
                nonce=resource["nonce"],
                ciphertext=resource["ciphertext"],
                associated_data=resource.get("associated_data") or "",
                apiv3_key=self._apiv3_key,
            )
            told = json.loads(text) if text else None
        except (KeyError, ValueError, TypeError, AttributeError, binascii.Error, RecursionError):
            return None
        return told if isinstance(told, dict) else None

    def signed_for_page(self, app: str, nonce: str, package: str) -> dict[str, str]:
        """Return what the script in a page inside WeChat needs to begin a payment."""
        moment = str(int(now().timestamp()))
        return {
            "appId": app,
            "timeStamp": moment,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": self.sign([app, moment, nonce, package]),
        }

    def fetched(self, address: str) -> bytes:
        """Return a bill, from nowhere but the service itself: the call carries our signature."""
        if not address.startswith(f"{self.base}/"):
            raise odd("WeChat Pay names a bill elsewhere")
        path = address.removeprefix(self.base)
        answer = self.sent("GET", path, most=MOST_BILL, within=BILL_WITHIN)
        if not answer.fine:
            raise refusal(answer)
        return answer.body


class Refusal(ProviderRefused):
    """What WeChat Pay refuses; `name` is its own code for why."""

    def __init__(self, name: str, said: str) -> None:
        """Take the code and what it says."""
        super().__init__(f"{name} {said}".strip())
        self.name = name


# What is no verdict: the same call is made again.
LATER = {"SYSTEM_ERROR", "SYSTEMERROR", "FREQUENCY_LIMITED", "RATELIMIT_EXCEEDED", "BANK_ERROR",
         "STATEMENT_CREATING"}  # fmt: skip


def refusal(answer: Answer) -> ProviderRefused | ProviderUnreachable:
    """Return what to raise for an answer that is no success."""
    if answer.status < HTTPStatus.BAD_REQUEST:
        return odd("WeChat Pay leads elsewhere")
    try:
        told = object_in(answer.body)
    except ProviderUnreachable as error:
        return error
    name = str(told.get("code", ""))
    if name in LATER or not name:
        return odd(f"WeChat Pay says {name or answer.status}")
    return Refusal(name, str(told.get("message", "")))
