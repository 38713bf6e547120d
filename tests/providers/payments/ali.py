"""A stand-in for Alipay's gateway that checks and signs as its documents say (RSA2)."""

import base64
import io
import json
import zipfile
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from qunluo.market.ports import Call, Merchant
from tests.providers.payments.standins import Service, key, private_pem, public_pem

APP, SELLER = "2021001100000001", "2088102146225135"


def merchant(**settings):
    return Merchant(
        "alipay",
        {
            "app_id": APP,
            "seller_id": SELLER,
            "alipay_public_key": public_pem("alipay"),
            "on_computers": "",
            **settings,
        },
        {"private_key": private_pem("app")},
    )


def sign(text, by):
    return base64.b64encode(key(by).sign(text.encode(), PKCS1v15(), hashes.SHA256())).decode()


def proven(fields):
    """What a merchant signed, checked as the gateway does."""
    told = dict(fields)
    proof = base64.b64decode(told.pop("sign"))
    text = "&".join(f"{name}={told[name]}" for name in sorted(told) if told[name])
    key("app").public_key().verify(proof, text.encode(), PKCS1v15(), hashes.SHA256())
    assert (told["app_id"], told["sign_type"], told["charset"]) == (APP, "RSA2", "utf-8")
    datetime.strptime(told["timestamp"], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 -- as it is sent
    return told


class Ali(Service):
    def __init__(self):
        super().__init__()
        self.trades, self.refunds, self.bill = {}, {}, b""
        self.gateway = f"{self.base}/gateway.do"

    def signed(self, status, headers, body, *, by):
        if "text/plain" in headers.values():
            return status, headers, body
        name, told = json.loads(body)
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        if by is None:
            return status, headers, f'{{"{name}":{text}}}'.encode()
        proof = sign(text, "alipay" if by == "service" else by)
        return status, headers, f'{{"{name}":{text},"sign":"{proof}"}}'.encode()

    def serve(self, method, path, query, headers, body):
        if path != "/gateway.do":
            return 200, {"Content-Type": "text/plain"}, self.bill
        assert method == "POST"
        fields = {**query, **dict(parse_qsl(body.decode(), strict_parsing=True))}
        told = proven(fields)
        name = told["method"].replace(".", "_")
        answer = getattr(self, name)(json.loads(told["biz_content"]), told)
        whole = {"code": "10000", "msg": "Success", **answer}
        raw = json.dumps([f"{name}_response", whole]).encode()
        return 200, {"Content-Type": "text/html;charset=utf-8"}, raw

    def open_page(self, address):
        """What happens when a payer opens the page of a payment: only now Alipay knows of it."""
        told = proven(dict(parse_qsl(urlsplit(address).query, strict_parsing=True)))
        biz = json.loads(told["biz_content"])
        self.trades.setdefault(biz["out_trade_no"], self.trade(biz))
        return told, biz

    def trade(self, biz):
        number = biz["out_trade_no"]
        return {
            "out_trade_no": number, "trade_no": f"2026{number}", "trade_status": "WAIT_BUYER_PAY",
            "total_amount": biz["total_amount"], "buyer_logon_id": "csq***@sandbox.com",
        }  # fmt: skip

    def pay(self, number, **more):
        held = self.trades[number]
        held |= {"trade_status": "TRADE_SUCCESS", "send_pay_date": "2026-11-23 12:01:02", **more}
        return held

    def alipay_trade_precreate(self, biz, told):
        self.trades.setdefault(biz["out_trade_no"], self.trade(biz))
        code = f"https://qr.alipay.com/{biz['out_trade_no']}"
        return {"out_trade_no": biz["out_trade_no"], "qr_code": code}

    def alipay_trade_query(self, biz, told):
        return self.trades.get(biz["out_trade_no"]) or no("ACQ.TRADE_NOT_EXIST", "交易不存在")

    def alipay_trade_close(self, biz, told):
        held = self.trades.get(biz["out_trade_no"])
        if held is None:
            return no("ACQ.TRADE_NOT_EXIST", "交易不存在")
        if held["trade_status"] != "WAIT_BUYER_PAY":
            return no("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
        held["trade_status"] = "TRADE_CLOSED"
        return {"out_trade_no": biz["out_trade_no"]}

    def alipay_trade_refund(self, biz, told):
        held, number = self.trades.get(biz["out_trade_no"]), biz["out_request_no"]
        if held is None:
            return no("ACQ.TRADE_NOT_EXIST", "交易不存在")
        fresh = number not in self.refunds
        self.refunds.setdefault(number, biz["refund_amount"])
        return {
            "out_trade_no": biz["out_trade_no"], "trade_no": held["trade_no"],
            "fund_change": "Y" if fresh else "N", "refund_fee": "19.90",
        }  # fmt: skip

    def alipay_trade_fastpay_refund_query(self, biz, told):
        held, number = self.trades.get(biz["out_trade_no"]), biz["out_request_no"]
        if held is None:
            return no("ACQ.TRADE_NOT_EXIST", "交易不存在")
        if number not in self.refunds:
            return {}
        return {
            "out_trade_no": biz["out_trade_no"], "out_request_no": number,
            "trade_no": held["trade_no"], "total_amount": held["total_amount"],
            "refund_amount": self.refunds[number], "refund_status": "REFUND_SUCCESS",
            "gmt_refund_pay": "2026-11-23 12:09:00",
        }  # fmt: skip

    def alipay_data_dataservice_bill_downloadurl_query(self, biz, told):
        if not self.bill:
            return no("isp.bill_not_exist", "账单不存在")
        return {"bill_download_url": f"{self.base}/downloadBillFile.resource?bizType=trade&token=x"}

    def notice(self, held, *, by="alipay", drop=(), again=(), **more):
        """A call as Alipay makes it."""
        told = {
            "notify_time": "2026-11-23 12:01:03", "notify_type": "trade_status_sync",
            "notify_id": "2026112300222120103012345678901", "charset": "utf-8", "version": "1.0",
            "sign_type": "RSA2", "app_id": APP, "seller_id": SELLER, "auth_app_id": APP,
            "subject": "山后农场 大米 & 鸡蛋=好", "gmt_create": "2026-11-23 12:00:30",
            "body": "", **{k: v for k, v in held.items() if k != "send_pay_date"},
        }  # fmt: skip
        if "send_pay_date" in held:
            told["gmt_payment"] = held["send_pay_date"]
        told |= more
        for name in drop:
            del told[name]
        text = "&".join(f"{k}={told[k]}" for k in sorted(told) if k != "sign_type")
        pairs = [*told.items(), *again, ("sign", sign(text, by))]
        return Call(
            {"content-type": "application/x-www-form-urlencoded"}, urlencode(pairs).encode()
        )


def no(code, said):
    return {"code": "40004", "msg": "Business Failed", "sub_code": code, "sub_msg": said}


HEAD = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,"
    "订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,"
    "券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)


def packed(rows, head=HEAD, more=()):
    """A bill as Alipay packs it: two tables in GBK, whose names are in GBK too."""
    details = "\r\n".join([
        "#支付宝业务明细查询", "#账号：[20881021462251350156]",
        "#起始日期：[2026年11月22日 00:00:00]   终止日期：[2026年11月23日 00:00:00]",
        "#-----------------------------------------业务明细列表----------------------------------------",
        head, *rows,
        "#-----------------------------------------业务明细列表结束------------------------------------",
        "#交易合计：1笔，商家实收共10.10元，商家优惠共0.00元",
    ])  # fmt: skip
    sums = "#支付宝业务汇总查询\r\n门店编号,门店名称,交易订单总笔数\r\n合计,,1"
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("20881_20261122_业务明细(汇总).csv", sums.encode("gbk"))
        file.writestr("20881_20261122_业务明细.csv", details.encode("gbk"))
        for name, text in more:
            file.writestr(name, text)
    return raw.getvalue()
