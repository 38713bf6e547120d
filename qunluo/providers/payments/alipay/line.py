"""The line to Alipay: calls signed and answers proven (RSA2) by the library python-alipay-sdk.

The library's own requests follow redirects and put everything into the address, so only its
signatures are used here. It sets up logging for itself when it is imported, which leaves ours as
it is: it names no root logger and disables nobody.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from alipay import AliPay
from alipay.exceptions import AliPayException, AliPayValidationError

from qunluo.market.ports import Merchant, ProviderRefused, ProviderUnreachable
from qunluo.providers.paying import asked, odd, pem, today_in_beijing

FORM = "application/x-www-form-urlencoded;charset=utf-8"
FINE = "10000"
# What is no verdict: the same call is made again.
LATER = {"20000"}
LATER_WHY = {"ACQ.SYSTEM_ERROR", "SYSTEM_ERROR", "isp.unknow-error", "aop.unknow-error"}


class Refusal(ProviderRefused):
    """What Alipay refuses; `name` is its own code for why."""

    def __init__(self, name: str, said: str) -> None:
        """Take the code and what it says."""
        super().__init__(f"{name} {said}".strip())
        self.name = name


class Line(AliPay):  # type: ignore[misc]  # the library has no types
    """The library for one merchant, over our own calls."""

    def __init__(self, merchant: Merchant, gateway: str) -> None:
        """Take a merchant's keys; nothing is called yet."""
        super().__init__(
            appid=merchant.settings["app_id"],
            app_private_key_string=pem(merchant.secrets["private_key"], "PRIVATE KEY"),
            alipay_public_key_string=pem(merchant.settings["alipay_public_key"], "PUBLIC KEY"),
            sign_type="RSA2",
        )
        self._gateway = gateway

    def page(self, method: str, told: Mapping[str, Any], notify: str, back: str) -> str:
        """Return the signed address of a page of Alipay; nobody is called."""
        signed = self._signed(method, told, notify_url=notify, return_url=back)
        return f"{self._gateway}?{signed}"

    def ask(self, method: str, told: Mapping[str, Any], **more: str) -> dict[str, Any]:
        """Return the proven answer to a call. ProviderUnreachable, Refusal for what it refuses."""
        common = dict(parse_qsl(self._signed(method, told, **more), keep_blank_values=True))
        body = urlencode({"biz_content": common.pop("biz_content")}).encode()
        answer = asked(
            "POST",
            f"{self._gateway}?{urlencode(common)}",
            body=body,
            headers={"Content-Type": FORM},
        )
        if not answer.fine:
            raise odd(f"Alipay answers {answer.status}")
        found = self._proven(answer.body, f"{method.replace('.', '_')}_response")
        return _accepted(found)

    def heard(self, told: Mapping[str, str]) -> bool:
        """Return whether the fields of a notice are signed by Alipay."""
        fields = dict(told)
        signature = fields.pop("sign", "")
        if fields.get("sign_type") != "RSA2" or not signature:
            return False
        try:
            return bool(self.verify(fields, signature))
        except Exception:  # noqa: BLE001 -- the library says no in many ways
            return False

    def _signed(self, method: str, told: Mapping[str, Any], **more: str) -> str:
        # The time is told in Beijing, wherever this machine stands.
        moment = today_in_beijing().strftime("%Y-%m-%d %H:%M:%S")
        return str(self.client_api(method, dict(told), timestamp=moment, **more))

    def _proven(self, body: bytes, name: str) -> dict[str, Any]:
        try:
            found = self._verify_and_return_sync_response(body.decode(), name)
        except AliPayValidationError:
            raise odd("an answer of Alipay is not signed by it") from None
        except AliPayException as error:
            # So Alipay answers when it cannot tell whose call it is; it proves nothing.
            raise odd(f"an unsigned answer of Alipay: {str(error)[:300]}") from None
        except Exception:  # noqa: BLE001 -- the library stumbles over odd answers in many ways
            raise odd("an answer of Alipay that cannot be read") from None
        if not isinstance(found, dict):
            raise odd("an answer of Alipay that cannot be read")
        return found


def _accepted(told: dict[str, Any]) -> dict[str, Any]:
    """Return an answer that is a success. ProviderUnreachable, Refusal."""
    code, why = str(told.get("code", "")), str(told.get("sub_code", ""))
    if code == FINE:
        return told
    if code in LATER or why in LATER_WHY:
        raise ProviderUnreachable
    raise Refusal(why or code, str(told.get("sub_msg") or told.get("msg") or ""))
