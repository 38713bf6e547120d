"""Alipay, for merchants with an app of their own on its open platform (RSA2, public keys)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

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
    ProviderRefused,
    RefundAsked,
    RefundOutcome,
    Reply,
    Way,
)
from qunluo.providers import paying
from qunluo.providers.paying import (
    BEIJING,
    BILL_WITHIN,
    MOST_BILL,
    beijing_time,
    is_number,
    is_private_key,
    is_public_key,
    major_of,
    minor_of,
    odd,
    only_cny,
    pem,
)
from qunluo.providers.payments.alipay.bill import lines_of
from qunluo.providers.payments.alipay.line import Line, Refusal

GATEWAY = "https://openapi.alipay.com/gateway.do"
NO_PAYMENT = {"ACQ.TRADE_NOT_EXIST"}
MOVED_ON = "ACQ.TRADE_STATUS_ERROR"  # paid, or closed already
NO_BILL = ("bill_not_exist", "no_bill_data")
PAID = {"TRADE_SUCCESS", "TRADE_FINISHED"}
# Alipay repeats a notice for 25 hours; what is older was kept by somebody.
REPEATED = timedelta(hours=48)
MOST_FIELDS = 100
TITLE = 128
QUIET = str.maketrans("/=&", "／＝＆")  # signs that the service does not take in titles


class Provider:
    """Takes in yuan by Alipay: on its page, on a phone, or by a code."""

    gateway = GATEWAY

    def fits(self, merchant: Merchant) -> Mapping[str, str]:
        """Return what is wrong with each setting."""
        given, secrets = merchant.settings, merchant.secrets
        wrong: dict[str, str] = {}
        if not is_number(given.get("app_id", "")):
            wrong["app_id"] = _("An APPID is made of digits.")
        seller = given.get("seller_id", "")
        if not (is_number(seller) and seller.startswith("2088") and len(seller) == 16):
            wrong["seller_id"] = _("A PID has 16 digits and begins with 2088.")
        if not is_private_key(_private(secrets.get("private_key", ""))):
            wrong["private_key"] = _("This is no private RSA key of 2048 bits or more.")
        if not is_public_key(pem(given.get("alipay_public_key", ""), "PUBLIC KEY")):
            wrong["alipay_public_key"] = _("This is no public RSA key of 2048 bits or more.")
        if given.get("on_computers", "") not in {"", "page", "code"}:
            wrong["on_computers"] = _("Write “page” or “code”.")
        return wrong

    def merchant_id(self, merchant: Merchant) -> str:
        """Return the PID of the merchant."""
        return merchant.settings["seller_id"]

    def create(self, merchant: Merchant, asked: Asked) -> HowToPay:
        """Begin a payment; a page is only a signed address, of which Alipay learns by the payer."""
        only_cny(asked.currency)
        line, told = self._line(merchant), _order(merchant, asked)
        if asked.client == "wechat":
            raise ProviderRefused("WeChat does not open Alipay; the payer needs a browser.")
        if asked.client == "phone":
            told |= {"product_code": "QUICK_WAP_WAY", "quit_url": asked.return_url}
            method = "alipay.trade.wap.pay"
        elif merchant.settings.get("on_computers") == "code":
            found = line.ask("alipay.trade.precreate", told, notify_url=asked.notify_url)
            if found.get("out_trade_no") != asked.number or not found.get("qr_code"):
                raise odd("Alipay tells of another payment")
            return HowToPay(Way.CODE, str(found["qr_code"]))
        else:
            told["product_code"] = "FAST_INSTANT_TRADE_PAY"
            method = "alipay.trade.page.pay"
        page = line.page(method, told, asked.notify_url, asked.return_url)
        return HowToPay(Way.REDIRECT, page)

    def query(self, merchant: Merchant, number: str) -> Outcome:
        """Return how a payment stands."""
        try:
            told = self._line(merchant).ask("alipay.trade.query", {"out_trade_no": number})
        except Refusal as error:
            if error.name in NO_PAYMENT:
                return Outcome(number, Fate.UNKNOWN)
            raise
        if told.get("out_trade_no") != number:
            raise odd("Alipay tells of another payment")
        # The answer names no seller; it is signed for our app, which belongs to this one.
        seller = str(told.get("seller_id") or self.merchant_id(merchant))
        try:
            return _outcome(told, seller, paid_at=str(told.get("send_pay_date", "")))
        except (ValueError, KeyError):
            raise odd("a payment of Alipay that cannot be read") from None

    def close(self, merchant: Merchant, number: str) -> None:
        """Let nobody pay it any more; a page that nobody opened ends by itself at its time."""
        try:
            self._line(merchant).ask("alipay.trade.close", {"out_trade_no": number})
        except Refusal as error:
            if error.name in NO_PAYMENT:
                return
            if error.name != MOVED_ON or self.query(merchant, number).fate is not Fate.CLOSED:
                raise

    def hear(
        self, merchant: Merchant, call: Call, now: datetime
    ) -> Sequence[Outcome | RefundOutcome]:
        """Return what a notice says of a payment.

        That of a refund tells only how much went back in all, so refunds are asked for.
        """
        told = _fields(call.body)
        if not self._line(merchant).heard(told):
            raise BadNotice
        sent = beijing_time(told.get("notify_time", ""))
        if told.get("app_id") != merchant.settings["app_id"] or sent is None:
            raise BadNotice
        if abs(now - sent) > REPEATED:
            raise BadNotice
        if "trade_status" not in told:
            return []
        try:
            paid_at = told.get("gmt_payment", "")
            return [_outcome(told, told.get("seller_id", ""), paid_at=paid_at)]
        except (ValueError, KeyError):
            raise BadNotice from None

    def reply(self, *, taken: bool) -> Reply:
        """Return the word that Alipay waits for."""
        return Reply(200, b"success") if taken else Reply(503, b"failure")

    def refund(self, merchant: Merchant, asked: RefundAsked) -> RefundOutcome:
        """Send money back; the same number never sends it twice."""
        only_cny(asked.currency)
        told = {
            "out_trade_no": asked.payment,
            "out_request_no": asked.number,
            "refund_amount": major_of(asked.amount),
            "refund_reason": " ".join(asked.reason.split())[:256],
        }
        found = self._line(merchant).ask("alipay.trade.refund", told)
        if found.get("out_trade_no") != asked.payment:
            raise odd("Alipay tells of another refund")
        if found.get("fund_change") == "Y":
            at = beijing_time(str(found.get("gmt_refund_pay", "")))
            return RefundOutcome(asked.number, Fate.DONE, _trade(found), asked.amount, at)
        # No money moved by this call: it had before, or it is under way.
        stands = self.query_refund(merchant, asked)
        if stands.fate is Fate.UNKNOWN:
            return RefundOutcome(asked.number, Fate.OPEN, _trade(found), asked.amount)
        return stands

    def query_refund(self, merchant: Merchant, asked: RefundAsked) -> RefundOutcome:
        """Return how a refund stands."""
        told = {
            "out_trade_no": asked.payment,
            "out_request_no": asked.number,
            "query_options": ["gmt_refund_pay"],
        }
        try:
            found = self._line(merchant).ask("alipay.trade.fastpay.refund.query", told)
        except Refusal as error:
            if error.name in NO_PAYMENT:
                return RefundOutcome(asked.number, Fate.UNKNOWN)
            raise
        # Alipay tells of no state but the good one; without it there is no such refund yet.
        if found.get("refund_status") != "REFUND_SUCCESS":
            return RefundOutcome(asked.number, Fate.UNKNOWN)
        try:
            amount = minor_of(str(found["refund_amount"]))
        except (ValueError, KeyError):
            raise odd("a refund of Alipay that cannot be read") from None
        same = found.get("out_request_no") == asked.number and amount == asked.amount
        if not same or found.get("out_trade_no") != asked.payment:
            raise odd("Alipay tells of another refund")
        at = beijing_time(str(found.get("gmt_refund_pay", "")))
        return RefundOutcome(asked.number, Fate.DONE, _trade(found), amount, at)

    def bill(self, merchant: Merchant, day: date) -> Sequence[BillLine]:
        """Return the trade bill of a day in Beijing."""
        told = {"bill_type": "trade", "bill_date": day.isoformat()}
        method = "alipay.data.dataservice.bill.downloadurl.query"
        try:
            found = self._line(merchant).ask(method, told)
        except Refusal as error:
            if error.name.lower().endswith(NO_BILL):
                return []
            raise
        # The address, in a signed answer, may still say http; nothing of ours goes there.
        address = urlsplit(str(found.get("bill_download_url", "")))
        address = address._replace(scheme=urlsplit(self.gateway).scheme)
        answer = paying.asked("GET", address.geturl(), most=MOST_BILL, within=BILL_WITHIN)
        if not answer.fine:
            raise odd("a bill of Alipay is not there")
        return lines_of(answer.body)

    def _line(self, merchant: Merchant) -> Line:
        return Line(merchant, self.gateway)


def _order(merchant: Merchant, asked: Asked) -> dict[str, Any]:
    title = " ".join(asked.title.translate(QUIET).split())[:TITLE]
    return {
        "out_trade_no": asked.number,
        "total_amount": major_of(asked.amount),
        "subject": title or asked.number,
        "seller_id": merchant.settings["seller_id"],
        "time_expire": asked.expires_at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
    }


def _outcome(told: Mapping[str, Any], seller: str, *, paid_at: str) -> Outcome:
    """Return a payment as Alipay tells it; ValueError, KeyError for odd ones."""
    number, status = str(told["out_trade_no"]), told["trade_status"]
    # A trade that was paid and wholly refunded is closed too; only its time of payment tells.
    paid = status in PAID or (status == "TRADE_CLOSED" and bool(paid_at))
    if not paid:
        fate = Fate.CLOSED if status == "TRADE_CLOSED" else Fate.OPEN
        return Outcome(number, fate, merchant=seller)
    amount = minor_of(str(told["total_amount"]))
    at = beijing_time(paid_at)
    return Outcome(number, Fate.DONE, str(told["trade_no"]), amount, "CNY", seller, at)


def _fields(body: bytes) -> dict[str, str]:
    """Return the fields of a notice; what is read here is what is proven. BadNotice."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict",
            max_num_fields=MOST_FIELDS,
        )  # fmt: skip
    except ValueError:
        raise BadNotice from None
    return dict(pairs)


def _trade(told: Mapping[str, Any]) -> str:
    return str(told.get("trade_no", ""))


def _private(text: str) -> str:
    """Return a private key with the lines around it, whichever of its two forms it has."""
    newer = pem(text, "PRIVATE KEY")
    return newer if is_private_key(newer) else pem(text, "RSA PRIVATE KEY")
