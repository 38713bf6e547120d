"""Alipay against a stand-in that signs with real keys."""

import io
import json
import subprocess
import sys
import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from qunluo.market.ports import BadNotice, Call, Fate, Merchant, ProviderUnreachable, Way
from qunluo.providers.payments.alipay import bill as bills
from qunluo.providers.payments.alipay.provider import Provider
from tests.providers.payments.ali import APP, SELLER, Ali, merchant, no, packed
from tests.providers.payments.standins import (
    NOON,
    asked,
    key,
    private_pem,
    public_pem,
    refund_asked,
    refused,
)

pytestmark = [pytest.mark.req("X07"), pytest.mark.above_the_database]

NUMBER = asked().number


@pytest.fixture
def ali(here):
    service = Ali()
    yield service
    service.stop()


@pytest.fixture
def provider(ali):
    provider = Provider()
    provider.gateway = ali.gateway
    return provider


def begun(ali, provider, **more):
    ali.open_page(provider.create(merchant(), asked(**more)).value)


@pytest.mark.parametrize(
    ("client", "method", "product"),
    [
        ("web", "alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
        ("phone", "alipay.trade.wap.pay", "QUICK_WAP_WAY"),
    ],
)
def test_a_payer_goes_to_a_signed_page(ali, provider, client, method, product):
    how = provider.create(merchant(), asked(client=client))
    assert how.way is Way.REDIRECT
    told, biz = ali.open_page(how.value)
    assert (told["method"], biz["product_code"]) == (method, product)
    assert (biz["total_amount"], biz["out_trade_no"], biz["seller_id"]) == ("19.90", NUMBER, SELLER)
    assert biz["time_expire"] == "2026-11-23 12:30:00"
    assert biz["subject"] == "山后农场 大米 5 公斤 ＆ 鸡蛋"
    assert told["timestamp"] == "2026-11-23 12:00:00"  # in Beijing, wherever we are
    assert told["return_url"] == asked().return_url
    assert told["notify_url"] == asked().notify_url
    assert ali.got == []


def test_a_payer_at_a_computer_may_get_a_code(ali, provider):
    how = provider.create(merchant(on_computers="code"), asked())
    assert (how.way, how.value) == (Way.CODE, f"https://qr.alipay.com/{NUMBER}")
    assert ali.got[0][2]["notify_url"] == asked().notify_url


def test_what_alipay_cannot_do_is_refused(provider):
    with refused("browser"):
        provider.create(merchant(), asked(client="wechat"))
    with refused("CNY"):
        provider.create(merchant(), asked(currency="USD"))


@pytest.mark.parametrize(
    ("fen", "yuan"), [(10, "0.10"), (110, "1.10"), (1, "0.01"), (2**40, "10995116277.76")]
)
def test_yuan_are_written_without_floats(ali, provider, fen, yuan):
    begun(ali, provider, amount=fen)
    assert ali.trades[NUMBER]["total_amount"] == yuan
    ali.pay(NUMBER)
    assert provider.query(merchant(), NUMBER).amount == fen


@pytest.mark.parametrize(
    ("yuan", "fen"),
    [("0.10", 10), ("1.1", 110), ("100", 10000), ("0.07", 7), ("1.15", 115), ("4.35", 435)],
)
def test_yuan_are_read_without_floats(ali, provider, yuan, fen):
    begun(ali, provider)
    ali.pay(NUMBER, total_amount=yuan)
    assert provider.query(merchant(), NUMBER).amount == fen
    [paid] = provider.hear(merchant(), ali.notice(ali.trades[NUMBER]), NOON)
    assert paid.amount == fen


@pytest.mark.parametrize("yuan", ["0.101", "1e2000", "NaN", "Infinity", "", "一", "1,000.00"])
def test_an_amount_that_is_none_is_put_aside(ali, provider, yuan):
    begun(ali, provider)
    ali.pay(NUMBER, total_amount=yuan)
    with pytest.raises(ProviderUnreachable):
        provider.query(merchant(), NUMBER)
    with pytest.raises(BadNotice):
        provider.hear(merchant(), ali.notice(ali.trades[NUMBER]), NOON)


def test_how_a_payment_stands(ali, provider):
    page = provider.create(merchant(), asked()).value
    assert provider.query(merchant(), NUMBER).fate is Fate.UNKNOWN  # nobody opened the page
    ali.open_page(page)
    assert provider.query(merchant(), NUMBER).fate is Fate.OPEN
    ali.pay(NUMBER)
    paid = provider.query(merchant(), NUMBER)
    assert (paid.fate, paid.amount, paid.currency, paid.merchant) == (
        Fate.DONE,
        1990,
        "CNY",
        SELLER,
    )
    assert (paid.ref, paid.at) == (f"2026{NUMBER}", datetime(2026, 11, 23, 4, 1, 2, tzinfo=UTC))
    ali.trades[NUMBER]["trade_status"] = "TRADE_FINISHED"
    assert provider.query(merchant(), NUMBER).fate is Fate.DONE
    # Wholly refunded, which Alipay tells as closed: it had been paid all the same.
    ali.trades[NUMBER]["trade_status"] = "TRADE_CLOSED"
    assert provider.query(merchant(), NUMBER).fate is Fate.DONE


def test_what_is_closed_stays_so_and_what_is_paid_is_not_closed(ali, provider):
    provider.close(merchant(), NUMBER)  # nobody opened it
    begun(ali, provider)
    provider.close(merchant(), NUMBER)
    provider.close(merchant(), NUMBER)
    assert provider.query(merchant(), NUMBER).fate is Fate.CLOSED
    begun(ali, provider, number="QL0000P2")
    ali.pay("QL0000P2")
    with refused("ACQ.TRADE_STATUS_ERROR"):
        provider.close(merchant(), "QL0000P2")


@pytest.mark.parametrize(
    "mood", ["deaf", "hung up", "silent", "broken", "elsewhere", "huge", "unsigned", "forged"]
)
def test_no_answer_that_proves_itself_is_no_answer(ali, provider, mood):
    begun(ali, provider)
    ali.moods.append(mood)
    with pytest.raises(ProviderUnreachable):
        provider.query(merchant(), NUMBER)


def test_an_answer_changed_on_its_way_is_put_aside(ali, provider):
    begun(ali, provider)
    ali.pay(NUMBER)
    ali.moods.append(lambda s, h, b: (s, h, b.replace(b"19.90", b"99.90")))
    with pytest.raises(ProviderUnreachable):
        provider.query(merchant(), NUMBER)
    ali.trades[NUMBER]["out_trade_no"] = "QL0000P9"
    with pytest.raises(ProviderUnreachable):
        provider.query(merchant(), NUMBER)


ODD = [
    b"", b"[]", b"{}", b'{"sign": 1}', b"\xff", b'{"error_response": {}}',
    b'{"sign":"x","alipay_trade_query_response":[]}',
]  # fmt: skip


@pytest.mark.parametrize("raw", ODD)
def test_an_odd_answer_is_put_aside(ali, provider, raw):
    begun(ali, provider)
    ali.moods.append(lambda s, h, _b: (s, h, raw))
    with pytest.raises(ProviderUnreachable):
        provider.query(merchant(), NUMBER)


def test_a_system_error_is_no_verdict(ali, provider):
    ali.alipay_trade_query = lambda biz, told: no("ACQ.SYSTEM_ERROR", "系统错误")
    with pytest.raises(ProviderUnreachable):
        provider.query(merchant(), NUMBER)


@pytest.mark.parametrize("mood", ["silent", "hung up"])
def test_a_payment_whose_answer_was_lost_is_found(ali, provider, mood):
    ali.moods.append(mood)
    with pytest.raises(ProviderUnreachable):
        provider.create(merchant(on_computers="code"), asked())
    ali.pay(NUMBER)
    assert provider.query(merchant(), NUMBER).fate is Fate.DONE


def test_a_notice_is_heard(ali, provider):
    begun(ali, provider)
    call = ali.notice(ali.pay(NUMBER))
    [paid] = provider.hear(merchant(), call, NOON)
    assert (paid.number, paid.fate, paid.amount, paid.merchant) == (NUMBER, Fate.DONE, 1990, SELLER)
    assert paid.at == datetime(2026, 11, 23, 4, 1, 2, tzinfo=UTC)
    # Alipay repeats it for a day and an hour, and the same call says the same.
    assert provider.hear(merchant(), call, NOON + timedelta(hours=25)) == [paid]
    assert provider.reply(taken=True).body == b"success"
    assert provider.reply(taken=False).body == b"failure"


def test_a_notice_says_amount_and_merchant_as_alipay_has_them(ali, provider):
    begun(ali, provider)
    held = ali.pay(NUMBER, total_amount="0.01")
    [paid] = provider.hear(merchant(), ali.notice(held, seller_id="2088000000000000"), NOON)
    assert (paid.amount, paid.merchant) == (1, "2088000000000000")


def test_notices_of_what_is_not_paid_say_so(ali, provider):
    begun(ali, provider)
    held = ali.trades[NUMBER]
    assert provider.hear(merchant(), ali.notice(held), NOON)[0].fate is Fate.OPEN
    held["trade_status"] = "TRADE_CLOSED"
    assert provider.hear(merchant(), ali.notice(held), NOON)[0].fate is Fate.CLOSED
    ali.pay(NUMBER, trade_status="TRADE_CLOSED")
    refunded = ali.notice(
        held, refund_fee="19.90", gmt_refund="2026-11-23 12:09:00.123", out_biz_no="R1"
    )
    assert provider.hear(merchant(), refunded, NOON)[0].fate is Fate.DONE
    assert provider.hear(merchant(), ali.notice({}), NOON) == []  # of something else


def bad_notices(ali, held):
    yield ali.notice(held, by="somebody")
    yield ali.notice(held, by="app")
    yield ali.notice(held, app_id="2021001100000002")
    yield ali.notice(held, drop=["app_id"])
    yield ali.notice(held, drop=["trade_no"])
    yield ali.notice(held, drop=["total_amount"])
    yield ali.notice(held, sign_type="RSA")
    yield ali.notice(held, drop=["sign_type"])
    yield ali.notice(held, notify_time="2026-11-21 11:59:59")
    yield ali.notice(held, notify_time="soon")
    yield ali.notice(held, again=[("total_amount", "0.01")])
    good = ali.notice(held)
    yield Call(good.headers, good.body.replace(b"19.90", b"0.01"))
    yield Call(good.headers, good.body.replace(b"TRADE_SUCCESS", b"TRADE_FINISHED"))
    yield Call(good.headers, good.body + b"&more=1")
    yield Call(good.headers, good.body.partition(b"&sign=")[0])
    yield Call(good.headers, b"")
    yield Call(good.headers, b"\xff=1")
    yield Call(good.headers, urlencode({str(n): "x" for n in range(200)}).encode())
    yield Call(good.headers, json.dumps({"trade_status": "TRADE_SUCCESS"}).encode())


def test_what_proves_nothing_is_no_notice(ali, provider):
    begun(ali, provider)
    heard = []
    for place, call in enumerate(bad_notices(ali, ali.pay(NUMBER))):
        with suppress(BadNotice):
            heard.append((place, provider.hear(merchant(), call, NOON)))
    assert heard == []


def test_a_refund_is_sent_once_under_its_number(ali, provider):
    begun(ali, provider)
    ali.pay(NUMBER)
    assert provider.query_refund(merchant(), refund_asked()).fate is Fate.UNKNOWN
    done = provider.refund(merchant(), refund_asked())
    assert (done.fate, done.amount, done.ref) == (Fate.DONE, 500, f"2026{NUMBER}")
    again = provider.refund(merchant(), refund_asked())
    assert (again.fate, again.amount) == (Fate.DONE, 500)
    assert again.at == datetime(2026, 11, 23, 4, 9, tzinfo=UTC)
    assert ali.refunds == {refund_asked().number: "5.00"}
    assert provider.query_refund(merchant(), refund_asked("QL0000R2")).fate is Fate.UNKNOWN


def test_a_refund_that_changed_no_money_yet_is_under_way(ali, provider):
    begun(ali, provider)
    ali.alipay_trade_refund = lambda biz, told: {
        "out_trade_no": NUMBER, "trade_no": "1", "fund_change": "N"}  # fmt: skip
    assert provider.refund(merchant(), refund_asked()).fate is Fate.OPEN


@pytest.mark.parametrize("mood", ["silent", "hung up"])
def test_a_refund_whose_answer_was_lost_is_found(ali, provider, mood):
    begun(ali, provider)
    ali.pay(NUMBER)
    ali.moods.append(mood)
    with pytest.raises(ProviderUnreachable):
        provider.refund(merchant(), refund_asked())
    assert provider.query_refund(merchant(), refund_asked()).fate is Fate.DONE
    assert provider.refund(merchant(), refund_asked()).fate is Fate.DONE
    assert len(ali.refunds) == 1


def test_a_refund_of_another_amount_is_put_aside(ali, provider):
    begun(ali, provider)
    provider.refund(merchant(), refund_asked())
    with pytest.raises(ProviderUnreachable):
        provider.query_refund(merchant(), refund_asked(amount=501))


def test_a_refused_refund_says_why(ali, provider):
    ali.alipay_trade_refund = lambda biz, told: no("ACQ.SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足")
    with refused("ACQ.SELLER_BALANCE_NOT_ENOUGH 卖家余额不足"):
        provider.refund(merchant(), refund_asked())


ROWS = [
    "2026112222001\t,QL0001P1\t,交易,大米, 5 公斤 ,2026-11-22 17:00:00,2026-11-22 17:07:11,,,,,张*,"
    "10.10,10.10,0.00,0.00,0.00,0.00,0.00,,0.00,0.00,,-0.06,0.00,",
    "2026112222001\t,QL0001P1\t,退款,鸡蛋,2026-11-22 17:00:00,2026-11-22 18:00:00,,,,,张*,"
    "-1.10,-1.10,0.00,0.00,0.00,0.00,0.00,,0.00,0.00,QL0001P1R1\t,0.01,0.00,",
]


def test_a_bill_is_read(ali, provider):
    assert provider.bill(merchant(), date(2026, 11, 22)) == []
    ali.bill = packed(ROWS)
    paid, back = provider.bill(merchant(), date(2026, 11, 22))
    assert (paid.number, paid.ref, paid.amount, paid.fee) == ("QL0001P1", "2026112222001", 1010, 6)
    assert paid.at == datetime(2026, 11, 22, 9, 7, 11, tzinfo=UTC)
    assert (back.number, back.amount, back.fee) == ("QL0001P1R1", -110, -1)
    ali.moods += ["", lambda s, h, b: (404, h, b)]
    with pytest.raises(ProviderUnreachable):
        provider.bill(merchant(), date(2026, 11, 22))


def lied():
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as file:
        file.writestr("a.csv", b"#\n")
    return raw.getvalue().replace(b"#\n", b"$\n")


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"PK\x03\x04", b"<html>", lied(), packed([], head="别的"), packed(["1,2,3"]),
        packed([ROWS[0].replace("10.10", "ten")]), packed([ROWS[0].replace("2026-11-22 ", "")]),
    ],
)  # fmt: skip
def test_a_bill_that_is_none_is_put_aside(raw):
    with pytest.raises(ProviderUnreachable):
        bills.lines_of(raw)


def test_a_bill_that_unfolds_without_measure_is_put_aside(monkeypatch):
    monkeypatch.setattr(bills, "MOST_BILL", 100_000)
    with pytest.raises(ProviderUnreachable):
        bills.lines_of(packed([ROWS[0], *["#" * 100] * 2000]))


def test_settings_that_cannot_work_are_named():
    assert Provider().fits(merchant()) == {}
    bare = {"alipay_public_key": "".join(public_pem("alipay").split("\n")[1:-2])}
    assert Provider().fits(merchant(**bare)) == {}
    assert set(Provider().fits(Merchant("alipay", {}, {}))) == {
        "app_id", "seller_id", "private_key", "alipay_public_key",
    }  # fmt: skip
    wrong = merchant(on_computers="both", seller_id="1", alipay_public_key=private_pem("alipay"))
    assert set(Provider().fits(wrong)) == {"on_computers", "seller_id", "alipay_public_key"}


@pytest.mark.parametrize("form", [PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8])
def test_a_private_key_works_in_each_of_its_forms(ali, provider, form):
    text = key("app").private_bytes(
        Encoding.PEM, form, NoEncryption()
    ).decode()  # fmt: skip
    bare = "".join(text.split("\n")[1:-2])
    given = Merchant("alipay", merchant().settings, {"private_key": bare})
    assert provider.fits(given) == {}
    assert ali.open_page(provider.create(given, asked()).value)[0]["app_id"] == APP


def test_the_library_leaves_our_logging_as_it_is():
    told = (
        "import logging, sys; logging.basicConfig(stream=sys.stdout); log = logging.getLogger('a')"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{told}; import alipay; log.warning('still here')"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "WARNING:a:still here\n"


def test_an_address_of_a_page_holds_no_key(provider):
    page = provider.create(merchant(), asked()).value
    assert set(parse_qs(urlsplit(page).query)) == {
        "app_id", "method", "charset", "sign_type", "timestamp", "version", "biz_content",
        "notify_url", "return_url", "sign",
    }  # fmt: skip
