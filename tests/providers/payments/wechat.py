"""A stand-in for WeChat Pay that checks and signs as its documents say (API v3)."""

import base64
import hashlib
import json
import re
from datetime import timedelta
from secrets import token_hex

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from qunluo.kernel.clock import now
from qunluo.market.ports import Call, Merchant
from tests.providers.payments.standins import NOON, Service, key, private_pem, public_pem

MCHID, APPID, SERIAL, V3KEY = "1900000109", "wxd678efh567hg6787", "5157F09EFDC096DE15EBE8", "k" * 32
KEY_ID = "PUB_KEY_ID_0119000001092024101100397200000006"
OPENED = re.compile(
    r'WECHATPAY2-SHA256-RSA2048 mchid="(.+?)",nonce_str="(.+?)",signature="(.+?)",'
    r'timestamp="(\d+)",serial_no="(.+?)"'
)


def merchant(**settings):
    return Merchant(
        "wechatpay",
        {
            "mchid": MCHID,
            "appid": APPID,
            "serial": SERIAL,
            "public_key": public_pem("wechat"),
            "public_key_id": KEY_ID,
            **settings,
        },
        {"private_key": private_pem("merchant"), "api_v3_key": V3KEY},
    )


def certificate(name="wechat"):
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com sign")])
    return (
        x509.CertificateBuilder().subject_name(who).issuer_name(who)
        .public_key(key(name).public_key()).serial_number(0x5157F09E)
        .not_valid_before(NOON - timedelta(days=3650)).not_valid_after(NOON + timedelta(days=3650))
        .sign(key(name), hashes.SHA256())
    )  # fmt: skip


def sealed(told, v3key=V3KEY, kind="transaction"):
    nonce, text = token_hex(6), json.dumps(told, ensure_ascii=False).encode()
    raw = AESGCM(v3key.encode()).encrypt(nonce.encode(), text, kind.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(raw).decode(),
        "nonce": nonce,
        "associated_data": kind,
    }


def signature(text, by):
    return base64.b64encode(key(by).sign(text, PKCS1v15(), hashes.SHA256())).decode()


class WeChat(Service):
    def __init__(self):
        super().__init__()
        self.payments, self.refunds, self.bill_text = {}, {}, ""
        self.serial, self.asked_for_keys = KEY_ID, 0

    def signed(self, status, headers, body, *, by):
        if by is None:
            return status, headers, body
        return status, {**headers, **self.proof(body, by)}, body

    def proof(self, body, by="service", at=None):
        by = "wechat" if by == "service" else by
        moment, nonce = str(int((at or now()).timestamp())), token_hex(16)
        text = f"{moment}\n{nonce}\n".encode() + body + b"\n"
        return {
            "Wechatpay-Timestamp": moment,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": self.serial,
            "Wechatpay-Signature": signature(text, by),
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }

    def serve(self, method, path, query, headers, body):
        found = OPENED.fullmatch(headers.get("authorization", ""))
        mchid, nonce, proof, moment, serial = found.groups()
        text = f"{method}\n{self.target}\n{moment}\n{nonce}\n".encode() + body + b"\n"
        key("merchant").public_key().verify(
            base64.b64decode(proof), text, PKCS1v15(), hashes.SHA256()
        )
        assert (mchid, serial) == (MCHID, SERIAL)
        told = json.loads(body) if body else {}
        status, answer = self.done(method, path, query, told)
        raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        return status, {"Content-Type": "application/json"}, raw if status != 204 else b""

    def done(self, method, path, query, told):
        if path.startswith("/v3/pay/transactions/out-trade-no/"):
            number, _, close = path.removeprefix("/v3/pay/transactions/out-trade-no/").partition(
                "/"
            )
            return self.closed(number) if close else self.queried(number, query)
        if path.startswith("/v3/pay/transactions/"):
            return self.created(path.rpartition("/")[2], told)
        if path == "/v3/refund/domestic/refunds":
            return self.refunded(told)
        if path.startswith("/v3/refund/domestic/refunds/"):
            found = self.refunds.get(path.rpartition("/")[2])
            return (
                (200, found) if found else (404, {"code": "RESOURCE_NOT_EXISTS", "message": "no"})
            )
        if path == "/v3/certificates":
            self.asked_for_keys += 1
            return 200, {"data": [{
                "serial_no": "5157F09E", "effective_time": "2018-03-26T11:39:50+08:00",
                "expire_time": "2038-03-25T11:39:50+08:00", "encrypt_certificate": sealed_text(
                    certificate().public_bytes(Encoding.PEM)),
            }]}  # fmt: skip
        if path == "/v3/bill/tradebill":
            if not self.bill_text:
                return 400, {"code": "NO_STATEMENT_EXIST", "message": "账单文件不存在"}
            return 200, {
                "download_url": f"{self.base}/v3/billdownload/file?token=xx",
                "hash_type": "SHA1",
                "hash_value": hashlib.sha1(self.bill_text.encode()).hexdigest(),
            }
        return 200, self.bill_text.encode()

    def created(self, kind, told):
        number = told["out_trade_no"]
        held = self.payments.get(number)
        if held and held["trade_state"] == "SUCCESS":
            return 400, {"code": "ORDERPAID", "message": "该订单已支付"}
        self.payments[number] = {
            "appid": told["appid"], "mchid": told["mchid"], "out_trade_no": number,
            "trade_state": "NOTPAY", "asked": told,
        }  # fmt: skip
        return 200, {
            "native": {"code_url": f"weixin://wxpay/bizpayurl?pr={number}"},
            "h5": {"h5_url": f"https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id={number}"},
            "jsapi": {"prepay_id": f"wx{number}"},
        }[kind]  # fmt: skip

    def pay(self, number, **more):
        held = self.payments[number]
        held |= {
            "transaction_id": f"4200{number}", "trade_type": "NATIVE", "trade_state": "SUCCESS",
            "success_time": "2026-11-23T12:01:02+08:00",
            "amount": {"total": held["asked"]["amount"]["total"], "payer_total": 1,
                       "currency": "CNY", "payer_currency": "CNY"},
            **more,
        }  # fmt: skip
        return {name: value for name, value in held.items() if name != "asked"}

    def queried(self, number, query):
        assert query == {"mchid": MCHID}
        held = self.payments.get(number)
        if held is None:
            return 404, {"code": "ORDER_NOT_EXIST", "message": "订单不存在"}
        return 200, {name: value for name, value in held.items() if name != "asked"}

    def closed(self, number):
        held = self.payments.get(number)
        if held is None:
            return 404, {"code": "ORDER_NOT_EXIST", "message": "订单不存在"}
        if held["trade_state"] == "SUCCESS":
            return 400, {"code": "ORDERPAID", "message": "该订单已支付"}
        held["trade_state"] = "CLOSED"
        return 204, b""

    def refunded(self, told):
        number = told["out_refund_no"]
        if number not in self.refunds:
            self.refunds[number] = {
                "refund_id": f"5030{number}", "out_refund_no": number,
                "transaction_id": "4200", "out_trade_no": told["out_trade_no"],
                "status": "PROCESSING", "amount": {**told["amount"], "payer_refund": 1},
            }  # fmt: skip
        return 200, self.refunds[number]

    def notice(self, told, *, by="service", at=None, v3key=V3KEY, change=None, **headers):
        """A call as WeChat Pay makes it; `change` rewrites the body after it was signed."""
        body = json.dumps({
            "id": "EV-1", "create_time": "2026-11-23T12:01:02+08:00",
            "resource_type": "encrypt-resource", "event_type": "TRANSACTION.SUCCESS",
            "summary": "支付成功", "resource": sealed(told, v3key),
        }, ensure_ascii=False).encode()  # fmt: skip
        proof = {k.lower(): v for k, v in self.proof(body, by, at).items()}
        return Call({**proof, **headers}, change(body) if change else body)


def sealed_text(raw):
    nonce = token_hex(6)
    hidden = AESGCM(V3KEY.encode()).encrypt(nonce.encode(), raw, b"certificate")
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "nonce": nonce,
        "associated_data": "certificate",
        "ciphertext": base64.b64encode(hidden).decode(),
    }


class Accounts(Service):
    """What tells who somebody is, for the code with which they came: each counts once."""

    codes = {}

    def signed(self, status, headers, body, *, by):
        return status, headers, body

    def serve(self, method, path, query, headers, body):
        assert (method, path) == ("GET", "/sns/oauth2/access_token")
        assert query["grant_type"] == "authorization_code"
        openid = self.codes.pop(query["code"], None) if query["secret"] == "5" * 32 else None
        if query["appid"] != APPID or openid is None:
            told = {"errcode": 40029, "errmsg": "invalid code"}
        else:
            told = {"access_token": "A", "expires_in": 7200, "openid": openid,
                    "scope": "snsapi_base"}  # fmt: skip
        return 200, {"Content-Type": "text/plain"}, json.dumps(told).encode()
