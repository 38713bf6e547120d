"""WeChat Pay: its published example, and its bills."""

from datetime import UTC, date, datetime

import pytest

from qunluo.market.ports import ProviderUnreachable
from qunluo.providers.payments.wechatpay import line as lines
from qunluo.providers.payments.wechatpay.bill import lines_of
from tests.providers.payments.wechat import merchant

pytestmark = [pytest.mark.req("X07"), pytest.mark.above_the_database]

# The example that WeChat Pay publishes, with its key, for proving an answer:
# https://pay.weixin.qq.com/docs/merchant/development/interface-rules/build-verify-sign-src.html
PUBLISHED_KEY = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwXNI6sdlknHBnK8Fu2U6
Cwor9qY747jP8KAfeBMeveEt1TqaHkLfaSD07trZLhGpfs8/AHqjhgSMO1O10YQW
OrrJ4hjIWPKqxbgrYMkBQc+mwdiWp4W3ByCqxBRagCveCXRWCmuJYovl9H/bsDI0
iGbpVtEOghJtfciisYSgxcLufUDTRkvwxjIBK1pCRjk33jJ5YTBWTHMRtMAOcFLN
F6hdEYdX8SPsgHHeLZ5Lv2T/686w1xtgCHef/sd4uSfWmyzsalQdHG/e4IyYmrhx
+O3VBoNDzE3nx23bFeV/RVNCG7cV6VhmYokJNHa/erIPkEmEFID6A5wQOXuxUkmJ
WwIDAQAB
-----END PUBLIC KEY-----
"""
PUBLISHED = {
    "Wechatpay-Nonce": "d824f2e086d3c1df967785d13fcd22ef",
    "Wechatpay-Signature": (
        "mfI1CPqvBrgcXfgXMFjdNIhBf27ACE2YyeWsWV9ZI7T7RU0vHvbQpu9Z32ogzc+k8ZC5n3kz7h70eWKjgqNdKQF0"
        "eRp8mVKlmfzMLBVHbssB9jEZEDXThOX1XFqX7s7ymia1hoHQxQagPGzkdWxtlZPZ4ZPvr1RiqkgAu6Is8MZgXXrR"
        "oBKqjmSdrP1N7uxzJ/cjfSiis9FiLjuADoqmQ1P7p2N876YPAol7Rn0+GswwAwxldbdLrmVSjfytfSBJFqTMHn4i"
        "tojgxSWWN1byuckQt8hSTEv/Lg97QoeGniYP17T80pJeQyL3b+295FPHSO2AtvCgyIbKMZ0BALilAA=="
    ),
    "Wechatpay-Timestamp": "1722850421",
    "Wechatpay-Serial": "PUB_KEY_ID_0000000000000024101100397200000006",
    "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
}


def test_the_published_answer_is_proven():
    given = merchant(
        public_key=PUBLISHED_KEY, public_key_id="PUB_KEY_ID_0000000000000024101100397200000006"
    )
    line = lines.Line(given, "https://api.mch.weixin.qq.com")
    body = b'{"code_url":"weixin://wxpay/bizpayurl?pr=JyC91EIz1"}'
    assert line.proves(PUBLISHED, body)
    assert not line.proves(PUBLISHED, body + b" ")


# The head and the first two rows as in the documents of WeChat Pay, the rest after its description.
HEAD = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
    "付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,"
    "退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
BILL = f"""\ufeff{HEAD}\r
`2026-11-22 17:07:11,`wx8,`1900000109,`0,`,`4200000925,`QL0001P1,`oX,`NATIVE,`SUCCESS,`OTHERS,`CNY,\
`10.10,`0.00,`0,`0,`0.00,`0.00,`,`,`大米, 5 公斤,`,`0.06060,`0.60%,`10.10,`0.00,`\r
`2026-11-22 18:00:00,`wx8,`1900000109,`0,`,`4200000925,`QL0001P1,`oX,`NATIVE,`REFUND,`OTHERS,`CNY,\
`0.00,`0.00,`5030,`QL0001P1R1,`1.10,`0.00,`ORIGINAL,`SUCCESS,`大米,`,`-0.00660,`0.60%,`0.00,`1.10,`\r
`2026-11-22 18:30:00,`wx8,`1900000109,`0,`,`4200000925,`QL0001P1,`oX,`NATIVE,`REFUND,`OTHERS,`CNY,\
`0.00,`0.00,`5031,`QL0001P1R2,`1.10,`0.00,`ORIGINAL,`FAIL,`大米,`,`0.00000,`0.60%,`0.00,`1.10,`\r
总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r
`3,`10.10,`1.10,`0.00,`0.05400,`10.10,`1.10\r
"""


def test_a_bill_is_read_once_its_hash_is_right(wechat, wechatpay):
    assert wechatpay.bill(merchant(), date(2026, 11, 22)) == []
    wechat.bill_text = BILL
    paid, back = wechatpay.bill(merchant(), date(2026, 11, 22))
    assert (paid.number, paid.ref, paid.amount, paid.fee) == ("QL0001P1", "4200000925", 1010, 6)
    assert paid.at == datetime(2026, 11, 22, 9, 7, 11, tzinfo=UTC)
    assert (back.number, back.ref, back.amount, back.fee) == ("QL0001P1R1", "5030", -110, -1)
    wechat.moods += ["", lambda s, h, b: (s, h, b.replace(b"10.10", b"10.20"))]
    with pytest.raises(ProviderUnreachable):
        wechatpay.bill(merchant(), date(2026, 11, 22))


def test_a_bill_elsewhere_is_not_fetched(wechat, wechatpay):
    wechat.bill_text = BILL

    def elsewhere(status, headers, body):
        # Behind our own address this would be a name and a password for another machine.
        raw = body.replace(wechat.base.encode(), wechat.base.replace("http://", "@").encode())
        return status, wechat.proof(raw), raw

    wechat.moods.append(elsewhere)
    before = len(wechat.got)
    with pytest.raises(ProviderUnreachable):
        wechatpay.bill(merchant(), date(2026, 11, 22))
    assert len(wechat.got) == before + 1


@pytest.mark.parametrize("text", ["", "<html>", f"{HEAD}\n`x,`y\n`{'`,`' * 40}"])
def test_a_bill_that_is_none_is_put_aside(text):
    with pytest.raises(ProviderUnreachable):
        lines_of(text)
