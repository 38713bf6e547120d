"""WeChat Pay (API v3) for merchants of their own, no service providers in between."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from secrets import token_hex
from typing import Any
from urllib.parse import quote, urlencode

from qunluo.kernel.text import _
from qunluo.market.ports import (
    Asked,
    BadNotice,
    BillLine,
    Call,
    Fate,
    HowToPay,
    Merchant,
    Outcome,
    OutsideOnly,
    PayerUnknown,
    ProviderRefused,
    RefundAsked,
    RefundOutcome,
    Reply,
    Way,
)
from qunluo.providers.paying import (
    BEIJING,
    beijing_time,
    is_number,
    is_private_key,
    is_public_key,
    notice_in,
    object_in,
    odd,
    only_cny,
    pem,
    refuse_stale,
)
from qunluo.providers.paying import (
    asked as call,
)
from qunluo.providers.payments.wechatpay.bill import lines_of
from qunluo.providers.payments.wechatpay.line import Line, Refusal

GATEWAY = "https://api.mch.weixin.qq.com"
# Of official accounts, which know the payer.
OPEN, ACCOUNTS = "https://open.weixin.qq.com", "https://api.weixin.qq.com"
TITLE, REASON = 127, 80  # bytes that the service takes
NO_PAYMENT = {"ORDER_NOT_EXIST", "ORDERNOTEXIST"}
OVER = {"ORDER_CLOSED", "ORDERCLOSED"}
NO_REFUND = {"RESOURCE_NOT_EXISTS"}
NO_BILL = {"NO_STATEMENT_EXIST"}
# REFUND says that it was paid and that some of it went back.
FATES = {
    "SUCCESS": Fate.DONE, "REFUND": Fate.DONE, "CLOSED": Fate.CLOSED, "REVOKED": Fate.CLOSED,
}  # fmt: skip
# ABNORMAL: the card of the payer is gone; somebody decides at the merchant's desk of WeChat Pay.
REFUND_FATES = {
    "SUCCESS": Fate.DONE, "CLOSED": Fate.FAILED, "ABNORMAL": Fate.BY_HAND,
}  # fmt: skip


class Provider:
    """Takes in yuan by WeChat Pay: by code, on a phone, and inside WeChat."""

    base, accounts = GATEWAY, ACCOUNTS

    def fits(self, merchant: Merchant) -> Mapping[str, str]:
        """Return what is wrong with each setting."""
        given, secrets = merchant.settings, merchant.secrets
        wrong: dict[str, str] = {}
        if not is_number(given.get("mchid", "")):
            wrong["mchid"] = _("A merchant number is made of digits.")
        if not given.get("appid", "").startswith("wx"):
            wrong["appid"] = _("An app id begins with wx.")
        if not _is_serial(given.get("serial", "")):
            wrong["serial"] = _("A serial number is made of digits and the letters A to F.")
        if not is_private_key(pem(secrets.get("private_key", ""), "PRIVATE KEY")):
            wrong["private_key"] = _("This is no private RSA key of 2048 bits or more.")
        if len(secrets.get("api_v3_key", "").encode()) != 32:
            wrong["api_v3_key"] = _("This key has exactly 32 letters and digits.")
        if not re.fullmatch(r"[0-9a-f]{32}|", secrets.get("app_secret", "")):
            wrong["app_secret"] = _("An app secret has 32 digits and letters from a to f.")
        return wrong | _public_key_faults(given)

    def merchant_id(self, merchant: Merchant) -> str:
        """Return the number of the merchant."""
        return merchant.settings["mchid"]

    def create(self, merchant: Merchant, asked: Asked) -> HowToPay:
        """Begin a payment: inside WeChat by its script, on a phone by a page, else by a code."""
        only_cny(asked.currency)
        line, told = Line(merchant, self.base), _order(merchant, asked)
        if asked.client == "wechat":
            if not asked.payer:
                raise ProviderRefused("Inside WeChat, the openid of the payer is needed.")
            told["payer"] = {"openid": asked.payer}
            prepaid = _text(line.ask("POST", "/v3/pay/transactions/jsapi", told), "prepay_id")
            script = line.signed_for_page(
                merchant.settings["appid"], token_hex(16), f"prepay_id={prepaid}"
            )
            return HowToPay(Way.SCRIPT, json.dumps(script))
        if asked.client == "phone" and asked.address:
            info = {"payer_client_ip": asked.address, "h5_info": {"type": "Wap"}}
            told["scene_info"] = info
            page = _text(line.ask("POST", "/v3/pay/transactions/h5", told), "h5_url")
            back = quote(asked.return_url, safe="")
            return HowToPay(Way.REDIRECT, f"{page}&redirect_url={back}")
        return HowToPay(
            Way.CODE, _text(line.ask("POST", "/v3/pay/transactions/native", told), "code_url")
        )

    def where_to_ask(self, merchant: Merchant, back: str, state: str) -> str:
        """Return where WeChat says who somebody is, asking them nothing. OutsideOnly."""
        if not merchant.secrets.get("app_secret"):
            raise OutsideOnly
        asked = urlencode(  # in this order, as its documents demand
            {
                "appid": merchant.settings["appid"], "redirect_uri": back,
                "response_type": "code", "scope": "snsapi_base", "state": state,
            }
        )  # fmt: skip
        return f"{OPEN}/connect/oauth2/authorize?{asked}#wechat_redirect"

    def payer(self, merchant: Merchant, told: Mapping[str, str]) -> str:
        """Return the openid for the code with which somebody came back; it counts once."""
        code, secret = told.get("code", ""), merchant.secrets.get("app_secret", "")
        if not secret or not re.fullmatch(r"[0-9A-Za-z_-]{1,256}", code):
            raise PayerUnknown
        asked = urlencode(
            {
                "appid": merchant.settings["appid"], "secret": secret, "code": code,
                "grant_type": "authorization_code",
            }
        )  # fmt: skip
        found = object_in(call("GET", f"{self.accounts}/sns/oauth2/access_token?{asked}").body)
        openid = found.get("openid")
        if not isinstance(openid, str) or not re.fullmatch(r"[0-9A-Za-z_-]{1,64}", openid):
            raise PayerUnknown
        return openid

    def query(self, merchant: Merchant, number: str) -> Outcome:
        """Return how a payment stands."""
        path = f"{_path(number)}?mchid={merchant.settings['mchid']}"
        try:
            told = Line(merchant, self.base).ask("GET", path)
        except Refusal as error:
            if error.name in NO_PAYMENT:
                return Outcome(number, Fate.UNKNOWN)
            raise
        if told.get("out_trade_no") != number:
            raise odd("WeChat Pay tells of another payment")
        try:
            return _outcome(told)
        except (ValueError, TypeError, KeyError):
            raise odd("a payment of WeChat Pay that cannot be read") from None

    def close(self, merchant: Merchant, number: str) -> None:
        """Let nobody pay it any more."""
        told = {"mchid": merchant.settings["mchid"]}
        try:
            Line(merchant, self.base).ask("POST", f"{_path(number)}/close", told)
        except Refusal as error:
            if error.name not in NO_PAYMENT | OVER:
                raise

    def hear(
        self, merchant: Merchant, call: Call, now: datetime
    ) -> Sequence[Outcome | RefundOutcome]:
        """Return what a notice says: its age, its signature, its seal, its merchant are proven."""
        refuse_stale(call.headers.get("wechatpay-timestamp", ""), now)
        line = Line(merchant, self.base)
        if not line.proves(call.headers, call.body):
            raise BadNotice
        told = line.opened(notice_in(call.body))
        if told is None:
            raise BadNotice
        try:
            if "out_refund_no" in told:
                return [_refund_heard(merchant, told)]
            if told.get("appid") != merchant.settings["appid"]:
                raise BadNotice
            return [_outcome(told)] if "trade_state" in told else []
        except (ValueError, TypeError, KeyError):
            raise BadNotice from None

    def reply(self, *, taken: bool) -> Reply:
        """Return an empty answer, or one upon which the notice comes again."""
        if taken:
            return Reply(204)
        said = json.dumps({"code": "FAIL", "message": "Not taken."}).encode()
        return Reply(503, said, "application/json")

    def refund(self, merchant: Merchant, asked: RefundAsked) -> RefundOutcome:
        """Send money back; the same number never sends it twice."""
        only_cny(asked.currency)
        told = {
            "out_trade_no": asked.payment,
            "out_refund_no": asked.number,
            "reason": _cut(asked.reason, REASON) or "退款",
            "notify_url": asked.notify_url,
            "amount": {"refund": asked.amount, "total": asked.of, "currency": asked.currency},
        }
        answer = Line(merchant, self.base).ask("POST", "/v3/refund/domestic/refunds", told)
        return _refunded(answer, asked)

    def query_refund(self, merchant: Merchant, asked: RefundAsked) -> RefundOutcome:
        """Return how a refund stands."""
        path = f"/v3/refund/domestic/refunds/{quote(asked.number, safe='')}"
        try:
            return _refunded(Line(merchant, self.base).ask("GET", path), asked)
        except Refusal as error:
            if error.name in NO_REFUND:
                return RefundOutcome(asked.number, Fate.UNKNOWN)
            raise

    def bill(self, merchant: Merchant, day: date) -> Sequence[BillLine]:
        """Return the trade bill of a day in Beijing, once its hash is right."""
        line = Line(merchant, self.base)
        try:
            told = line.ask("GET", f"/v3/bill/tradebill?bill_date={day.isoformat()}&bill_type=ALL")
        except Refusal as error:
            if error.name in NO_BILL:
                return []
            raise
        raw = line.fetched(_text(told, "download_url"))
        found = hashlib.sha1(raw, usedforsecurity=False).hexdigest()  # as the service has it
        if told.get("hash_type") != "SHA1" or told.get("hash_value") != found:
            raise odd("a bill of WeChat Pay does not fit its hash")
        return lines_of(raw.decode("utf-8", "replace"))


def _order(merchant: Merchant, asked: Asked) -> dict[str, Any]:
    return {
        "appid": merchant.settings["appid"],
        "mchid": merchant.settings["mchid"],
        "description": _cut(" ".join(asked.title.split()), TITLE) or asked.number,
        "out_trade_no": asked.number,
        "time_expire": asked.expires_at.astimezone(BEIJING).isoformat(timespec="seconds"),
        "notify_url": asked.notify_url,
        "amount": {"total": asked.amount, "currency": asked.currency},
    }


def _outcome(told: Mapping[str, Any]) -> Outcome:
    """Return a payment as the service tells it; ValueError, TypeError, KeyError for odd ones."""
    fate = FATES.get(told["trade_state"], Fate.OPEN)
    if fate is not Fate.DONE:
        return Outcome(str(told["out_trade_no"]), fate, merchant=str(told["mchid"]))
    return Outcome(
        number=str(told["out_trade_no"]),
        fate=fate,
        ref=str(told["transaction_id"]),
        amount=_whole(told["amount"]["total"]),
        currency=str(told["amount"].get("currency") or "CNY"),
        merchant=str(told["mchid"]),
        at=beijing_time(str(told.get("success_time", ""))),
    )


def _refund_heard(merchant: Merchant, told: Mapping[str, Any]) -> RefundOutcome:
    if told.get("mchid") != merchant.settings["mchid"]:
        raise BadNotice
    return _refund(told, str(told["refund_status"]))


def _refunded(told: Mapping[str, Any], asked: RefundAsked) -> RefundOutcome:
    if told.get("out_refund_no") != asked.number or told.get("out_trade_no") != asked.payment:
        raise odd("WeChat Pay tells of another refund")
    try:
        found = _refund(told, str(told["status"]))
    except (ValueError, TypeError, KeyError):
        raise odd("a refund of WeChat Pay that cannot be read") from None
    if found.amount != asked.amount:
        raise odd("WeChat Pay refunds another amount")
    return found


def _refund(told: Mapping[str, Any], status: str) -> RefundOutcome:
    fate = REFUND_FATES.get(status, Fate.OPEN)
    return RefundOutcome(
        number=str(told["out_refund_no"]),
        fate=fate,
        ref=str(told["refund_id"]),
        amount=_whole(told["amount"]["refund"]),
        at=beijing_time(str(told.get("success_time", ""))) if fate is Fate.DONE else None,
        said="" if fate in {Fate.DONE, Fate.OPEN} else f"{status} at WeChat Pay",
    )


def _whole(told: Any) -> int:
    """Return a number of fen; ValueError for what is no whole number above 0."""
    if type(told) is not int or told <= 0:
        raise ValueError("no amount")
    return told


def _text(told: Mapping[str, Any], name: str) -> str:
    found = told.get(name)
    if not isinstance(found, str) or not found:
        raise odd(f"WeChat Pay does not tell the {name}")
    return found


def _path(number: str) -> str:
    return f"/v3/pay/transactions/out-trade-no/{quote(number, safe='')}"


def _cut(text: str, most: int) -> str:
    """Return a text in at most so many bytes, cut between characters."""
    return text.encode()[:most].decode("utf-8", "ignore")


def _is_serial(text: str) -> bool:
    return re.fullmatch(r"[0-9A-Fa-f]{8,64}", text) is not None


def _public_key_faults(given: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with the platform's public key: both parts of it, or none."""
    key, name = given.get("public_key", ""), given.get("public_key_id", "")
    if bool(key) != bool(name):
        told = _("The public key and its id belong together: give both, or leave both empty.")
        return {"public_key" if name else "public_key_id": told}
    wrong = {}
    if key and not is_public_key(pem(key, "PUBLIC KEY")):
        wrong["public_key"] = _("This is no public RSA key of 2048 bits or more.")
    if name and not re.fullmatch(r"PUB_KEY_ID_[0-9A-Za-z]{1,60}", name):
        wrong["public_key_id"] = _("The id of a public key begins with PUB_KEY_ID_.")
    return wrong
