"""WeChat Pay against a stand-in that signs with real keys."""

import json
from base64 import b64decode
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from qunluo.market.ports import (
    BadNotice,
    Call,
    Fate,
    Merchant,
    OutsideOnly,
    PayerUnknown,
    ProviderRefused,
    ProviderUnreachable,
    Way,
)
from qunluo.providers.payments.wechatpay.provider import Provider
from tests.providers.payments.standins import (
    NOON,
    asked,
    private_pem,
    public_pem,
    refund_asked,
    refused,
)
from tests.providers.payments.wechat import (
    APPID,
    KEY_ID,
    MCHID,
    V3KEY,
    certificate,
    key,
    merchant,
)

pytestmark = [pytest.mark.req("X07"), pytest.mark.above_the_database]

NUMBER = asked().number


def test_a_payer_at_a_computer_gets_a_code(wechat, wechatpay):
    how = wechatpay.create(merchant(), asked())
    assert (how.way, how.value) == (Way.CODE, f"weixin://wxpay/bizpayurl?pr={NUMBER}")
    told = wechat.payments[NUMBER]["asked"]
    assert told["amount"] == {"total": 1990, "currency": "CNY"}
    assert told["time_expire"] == "2026-11-23T12:30:00+08:00"
    assert told["description"] == "山后农场 大米 5 公斤 & 鸡蛋"
    assert (told["appid"], told["mchid"]) == (APPID, MCHID)
    assert wechat.got[0][3]["wechatpay-serial"] == KEY_ID


def test_a_title_is_cut_between_characters(wechat, wechatpay):
    wechatpay.create(merchant(), asked(title="米" * 200))
    assert wechat.payments[NUMBER]["asked"]["description"] == "米" * 42


def test_a_payer_on_a_phone_goes_to_a_page_and_comes_back(wechat, wechatpay):
    how = wechatpay.create(merchant(), asked(client="phone"))
    assert how.way is Way.REDIRECT
    assert how.value.endswith(
        "&redirect_url=https%3A%2F%2Fshop.example%2Forders%2F1%3Fa%3Db%26c%3Dd"
    )
    assert wechat.payments[NUMBER]["asked"]["scene_info"]["payer_client_ip"] == "203.0.113.7"
    assert (
        wechatpay.create(merchant(), asked("QL0000P2", client="phone", address="")).way is Way.CODE
    )


def test_a_payer_inside_wechat_gets_a_signed_script(wechat, wechatpay):
    how = wechatpay.create(merchant(), asked(client="wechat", payer="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"))
    told = json.loads(how.value)
    assert how.way is Way.SCRIPT
    assert told["package"] == f"prepay_id=wx{NUMBER}"
    text = "".join(f"{told[name]}\n" for name in ("appId", "timeStamp", "nonceStr", "package"))
    key("merchant").public_key().verify(
        b64decode(told["paySign"]), text.encode(), PKCS1v15(), SHA256()
    )
    with refused("openid"):
        wechatpay.create(merchant(), asked(client="wechat"))


def test_only_yuan_are_taken(wechatpay):
    with pytest.raises(ProviderRefused):
        wechatpay.create(merchant(), asked(currency="USD"))


def test_how_a_payment_stands(wechat, wechatpay):
    assert wechatpay.query(merchant(), NUMBER).fate is Fate.UNKNOWN
    wechatpay.create(merchant(), asked())
    assert wechatpay.query(merchant(), NUMBER).fate is Fate.OPEN
    wechat.pay(NUMBER)
    paid = wechatpay.query(merchant(), NUMBER)
    assert (paid.fate, paid.amount, paid.currency, paid.merchant) == (Fate.DONE, 1990, "CNY", MCHID)
    assert paid.ref == f"4200{NUMBER}"
    assert paid.at == datetime(2026, 11, 23, 4, 1, 2, tzinfo=UTC)
    # Some of it went back: it had been paid all the same.
    wechat.payments[NUMBER]["trade_state"] = "REFUND"
    assert wechatpay.query(merchant(), NUMBER).fate is Fate.DONE


def test_what_is_closed_stays_so_and_what_is_paid_is_not_closed(wechat, wechatpay):
    wechatpay.close(merchant(), NUMBER)  # nobody knows it
    wechatpay.create(merchant(), asked())
    wechatpay.close(merchant(), NUMBER)
    wechatpay.close(merchant(), NUMBER)
    assert wechatpay.query(merchant(), NUMBER).fate is Fate.CLOSED
    wechatpay.create(merchant(), asked("QL0000P2"))
    wechat.pay("QL0000P2")
    with refused("ORDERPAID"):
        wechatpay.close(merchant(), "QL0000P2")


@pytest.mark.parametrize(
    "mood", ["deaf", "hung up", "silent", "broken", "elsewhere", "huge", "unsigned", "forged"]
)
def test_no_answer_that_proves_itself_is_no_answer(wechat, wechatpay, mood):
    wechat.moods.append(mood)
    with pytest.raises(ProviderUnreachable):
        wechatpay.create(merchant(), asked())


def test_a_service_that_is_not_there_is_not_reached(wechat, wechatpay):
    wechatpay.base = "http://127.0.0.1:9"
    with pytest.raises(ProviderUnreachable):
        wechatpay.query(merchant(), NUMBER)


@pytest.mark.parametrize("mood", ["silent", "hung up"])
def test_a_payment_begun_without_an_answer_is_found_by_its_number(wechat, wechatpay, mood):
    wechat.moods.append(mood)
    with pytest.raises(ProviderUnreachable):
        wechatpay.create(merchant(), asked())
    wechat.pay(NUMBER)
    assert wechatpay.query(merchant(), NUMBER).fate is Fate.DONE
    with refused("ORDERPAID"):
        wechatpay.create(merchant(), asked())


def test_an_answer_about_another_payment_is_put_aside(wechat, wechatpay):
    wechatpay.create(merchant(), asked())
    wechat.pay(NUMBER, out_trade_no="QL0000P9")
    with pytest.raises(ProviderUnreachable):
        wechatpay.query(merchant(), NUMBER)


@pytest.mark.parametrize("amount", [{"total": 19.9}, {"total": "1990"}, {"total": 0}, {}])
def test_an_amount_that_is_none_is_put_aside(wechat, wechatpay, amount):
    wechatpay.create(merchant(), asked())
    wechat.pay(NUMBER, amount=amount)
    with pytest.raises(ProviderUnreachable):
        wechatpay.query(merchant(), NUMBER)


def test_an_answer_changed_on_its_way_is_put_aside(wechat, wechatpay):
    wechatpay.create(merchant(), asked())
    wechat.pay(NUMBER)
    wechat.moods.append(lambda s, h, b: (s, h, b.replace(b"1990", b"9990")))
    with pytest.raises(ProviderUnreachable):
        wechatpay.query(merchant(), NUMBER)


def test_a_notice_is_heard(wechat, wechatpay):
    wechatpay.create(merchant(), asked())
    told = wechat.pay(NUMBER)
    call = wechat.notice(told)
    [paid] = wechatpay.hear(merchant(), call, NOON)
    assert (paid.number, paid.fate, paid.amount) == (NUMBER, Fate.DONE, 1990)
    assert [paid] == wechatpay.hear(merchant(), call, NOON)  # once more says the same
    assert wechatpay.reply(taken=True).status == 204
    again = wechatpay.reply(taken=False)
    assert (again.status, json.loads(again.body)["code"]) == (503, "FAIL")


def test_a_notice_says_amount_and_merchant_as_the_service_has_them(wechat, wechatpay):
    wechatpay.create(merchant(), asked())
    told = wechat.pay(NUMBER, amount={"total": 1, "currency": "CNY"}, mchid="1900000999")
    [paid] = wechatpay.hear(merchant(), wechat.notice(told), NOON)
    assert (paid.amount, paid.merchant) == (1, "1900000999")


def bad_notices(wechat, told):
    def cut(body):
        return body.replace("支付成功".encode(), "支付失败".encode())

    yield wechat.notice(told, by="somebody")
    yield wechat.notice(told, change=cut)
    yield wechat.notice(told, v3key="x" * 32)
    yield wechat.notice(told, at=NOON - timedelta(seconds=301))
    yield wechat.notice(told, at=NOON + timedelta(seconds=301))
    yield wechat.notice(told, at=NOON - timedelta(days=1))
    yield wechat.notice({**told, "appid": "wx-somebody-else"})
    for name in ("signature", "timestamp", "nonce", "serial", "signature-type"):
        yield wechat.notice(told, **{f"wechatpay-{name}": ""})
        yield wechat.notice(told, **{f"wechatpay-{name}": "是"})
    yield wechat.notice(told, **{"wechatpay-signature": "WECHATPAY/SIGNTEST/abcd"})
    yield wechat.notice("not an object")
    yield wechat.notice({**told, "amount": {"total": 19.9}})
    yield wechat.notice({name: told[name] for name in told if name != "transaction_id"})
    yield Call({}, b"")
    yield Call(wechat.notice(told).headers, b"\xff\xfe")
    for raw in (b"[]", b"{}", b'{"resource": 7}', b"[" * 100_000, b""):
        proof = {name.lower(): value for name, value in wechat.proof(raw).items()}
        yield Call(proof, raw)


def test_what_proves_nothing_is_no_notice(wechat, wechatpay):
    wechatpay.create(merchant(), asked())
    heard = []
    for place, call in enumerate(bad_notices(wechat, wechat.pay(NUMBER))):
        with suppress(BadNotice):
            heard.append((place, wechatpay.hear(merchant(), call, NOON)))
    assert heard == []


def test_a_notice_for_another_merchant_does_not_open(wechat, wechatpay):
    wechatpay.create(merchant(), asked())
    call = wechat.notice(wechat.pay(NUMBER))
    other = Merchant("wechatpay", merchant().settings, {
        "private_key": private_pem("other"), "api_v3_key": "o" * 32})  # fmt: skip
    with pytest.raises(BadNotice):
        wechatpay.hear(other, call, NOON)


def test_a_refund_goes_its_way(wechat, wechatpay):
    wechatpay.create(merchant(), asked())
    wechat.pay(NUMBER)
    back = refund_asked()
    assert wechatpay.query_refund(merchant(), back).fate is Fate.UNKNOWN
    assert wechatpay.refund(merchant(), back).fate is Fate.OPEN
    told = json.loads(wechat.got[-1][4])
    assert told["amount"] == {"refund": 500, "total": 1990, "currency": "CNY"}
    assert wechatpay.refund(merchant(), back).fate is Fate.OPEN
    assert len(wechat.refunds) == 1
    wechat.refunds[back.number] |= {
        "status": "SUCCESS",
        "success_time": "2026-11-23T12:09:00+08:00",
    }
    done = wechatpay.query_refund(merchant(), back)
    assert (done.fate, done.amount, done.ref) == (Fate.DONE, 500, f"5030{back.number}")
    assert wechatpay.refund(merchant(), back).fate is Fate.DONE


def test_a_refund_that_cannot_be_sent_is_told(wechat, wechatpay):
    wechatpay.refund(merchant(), refund_asked())
    wechat.refunds[refund_asked().number]["status"] = "ABNORMAL"
    assert wechatpay.query_refund(merchant(), refund_asked()).fate is Fate.BY_HAND
    wechat.refunds[refund_asked().number]["status"] = "CLOSED"
    gone = wechatpay.query_refund(merchant(), refund_asked())
    assert (gone.fate, gone.said) == (Fate.FAILED, "CLOSED at WeChat Pay")


def test_a_refund_without_an_answer_is_not_sent_twice(wechat, wechatpay):
    wechat.moods.append("hung up")
    with pytest.raises(ProviderUnreachable):
        wechatpay.refund(merchant(), refund_asked())
    assert wechatpay.refund(merchant(), refund_asked()).fate is Fate.OPEN
    assert len(wechat.refunds) == 1


def test_a_refund_of_another_amount_is_put_aside(wechat, wechatpay):
    wechatpay.refund(merchant(), refund_asked())
    with pytest.raises(ProviderUnreachable):
        wechatpay.query_refund(merchant(), refund_asked(amount=501))


def test_a_refused_refund_says_why(wechat, wechatpay):
    said = json.dumps({"code": "NOT_ENOUGH", "message": "余额不足"}).encode()
    wechat.moods.append(lambda s, h, b: (403, h, said))
    with refused("NOT_ENOUGH 余额不足"):
        wechatpay.refund(merchant(), refund_asked())


def test_a_notice_of_a_refund_is_heard(wechat, wechatpay):
    told = {
        "mchid": MCHID, "out_trade_no": NUMBER, "transaction_id": "4200", "out_refund_no": "R1",
        "refund_id": "5030", "refund_status": "SUCCESS",
        "success_time": "2026-11-23T12:09:00+08:00",
        "amount": {"total": 1990, "refund": 500, "payer_total": 1990, "payer_refund": 500},
    }  # fmt: skip
    [back] = wechatpay.hear(merchant(), wechat.notice(told), NOON)
    assert (back.number, back.fate, back.amount, back.ref) == ("R1", Fate.DONE, 500, "5030")
    with pytest.raises(BadNotice):
        wechatpay.hear(merchant(), wechat.notice({**told, "mchid": "1900000999"}), NOON)


def test_platform_certificates_are_fetched_once_and_not_for_strangers(wechat, wechatpay, noon):
    old = merchant(public_key="", public_key_id="")
    wechat.serial = f"{certificate().serial_number:X}"
    wechatpay.create(old, asked())
    told = wechat.pay(NUMBER)
    assert wechatpay.hear(old, wechat.notice(told), NOON)[0].fate is Fate.DONE
    assert wechat.asked_for_keys == 1
    # Whoever calls with numbers of their own does not make us call out each time.
    for serial in ("1234ABCD", "ABCD1234", "zz"):
        with pytest.raises(BadNotice):
            wechatpay.hear(old, wechat.notice(told, **{"wechatpay-serial": serial}), NOON)
    assert wechat.asked_for_keys == 1
    later = noon.move(timedelta(hours=13))
    assert wechatpay.hear(old, wechat.notice(told), later)
    assert wechat.asked_for_keys == 2


def test_settings_that_cannot_work_are_named():
    assert Provider().fits(merchant()) == {}
    assert Provider().fits(merchant(public_key="", public_key_id="")) == {}
    bare = "".join(public_pem("wechat").split("\n")[1:-2])
    assert Provider().fits(merchant(public_key=bare)) == {}
    assert set(Provider().fits(Merchant("wechatpay", {}, {}))) == {
        "mchid", "appid", "serial", "private_key", "api_v3_key",
    }  # fmt: skip
    assert set(Provider().fits(merchant(public_key=""))) == {"public_key"}
    assert set(Provider().fits(merchant(public_key_id=""))) == {"public_key_id"}
    wrong = merchant(public_key=private_pem("wechat"), public_key_id="5157", appid="gh_1")
    assert set(Provider().fits(wrong)) == {"public_key", "public_key_id", "appid"}
    assert V3KEY not in str(Provider().fits(wrong))


def known(secret="5" * 32):
    one = merchant()
    return replace(one, secrets={**one.secrets, "app_secret": secret})


def test_a_payer_inside_wechat_is_sent_to_be_named_with_what_its_documents_ask_in_order(wechatpay):
    where = wechatpay.where_to_ask(known(), "https://shop.example/a?b=c&d", "f" * 32)
    assert where == (
        "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wxd678efh567hg6787"
        "&redirect_uri=https%3A%2F%2Fshop.example%2Fa%3Fb%3Dc%26d&response_type=code"
        f"&scope=snsapi_base&state={'f' * 32}#wechat_redirect"
    )
    with pytest.raises(OutsideOnly):
        wechatpay.where_to_ask(merchant(), "https://shop.example/", "f")


def test_the_code_of_a_payer_gives_their_openid_once(accounts, wechatpay):
    accounts.codes = {"c0de": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}
    assert wechatpay.payer(known(), {"code": "c0de"}) == "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
    for told in ({"code": "c0de"}, {"code": "never"}, {"code": "a/b"}, {"code": ""}, {}):
        with pytest.raises(PayerUnknown):
            wechatpay.payer(known(), told)
    with pytest.raises(PayerUnknown):
        wechatpay.payer(merchant(), {"code": "c0de"})


@pytest.mark.parametrize("mood", ["silent", "hung up", "deaf", "broken", "huge"])
def test_no_answer_about_a_payer_is_no_payer(accounts, wechatpay, mood):
    accounts.codes = {"c0de": "openid"}
    accounts.moods.append(mood)
    with pytest.raises(ProviderUnreachable):
        wechatpay.payer(known(), {"code": "c0de"})


def test_an_app_secret_is_checked_and_may_be_left_out(wechatpay):
    assert wechatpay.fits(merchant()) == wechatpay.fits(known()) == {}
    assert list(wechatpay.fits(known("S" * 32))) == ["app_secret"]
