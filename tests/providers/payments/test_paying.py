"""What all payment providers share: amounts, times, and calls that never go inside."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from qunluo.market.ports import ProviderUnreachable
from qunluo.providers import calling, outside, paying
from qunluo.providers.payments.alipay.provider import GATEWAY as ALIPAY
from qunluo.providers.payments.stripe.provider import BASE as STRIPE
from qunluo.providers.payments.wechatpay.provider import GATEWAY as WECHAT
from tests.providers.payments.standins import Service

pytestmark = [pytest.mark.req("X07"), pytest.mark.above_the_database]


def test_amounts_are_exact_in_both_directions():
    for fen in (1, 7, 10, 29, 57, 115, 435, 1990, 10**15 + 1):
        assert paying.minor_of(paying.major_of(fen)) == fen
    read = {"0.1": 10, "1.1": 110, "100": 10000, "-0.06": -6, " 4.35 ": 435}
    assert {text: paying.minor_of(text) for text in read} == read
    for odd in (
        "",
        "1.234",
        "NaN",
        "-Infinity",
        "1e999999999",
        "1,000",
        "0x1",
        "9" * 40,
        "1_0",
        "１",
        "1e3",
    ):
        with pytest.raises(ValueError, match="amount"):
            paying.minor_of(odd)


def test_times_of_beijing_are_told_apart_from_others():
    noon = datetime(2026, 11, 23, 4, tzinfo=UTC)
    assert paying.beijing_time("2026-11-23 12:00:00") == noon
    assert paying.beijing_time("2026-11-23T12:00:00+08:00") == noon
    assert paying.beijing_time("2026-11-23T04:00:00+00:00") == noon
    assert paying.beijing_time("noon") is None


def test_services_are_called_where_they_live_and_nowhere_inside(monkeypatch):
    for address in (ALIPAY, STRIPE, WECHAT):
        assert outside.is_open_https(address)
        assert urlsplit(address).hostname in {
            "openapi.alipay.com", "api.stripe.com", "api.mch.weixin.qq.com"}  # fmt: skip
    for inside in (
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://[::1]/",
    ):
        with pytest.raises(ProviderUnreachable):
            paying.asked("GET", inside)


def test_a_long_answer_is_told_from_a_whole_one(here):
    class Long(Service):
        def serve(self, *_told):
            return 200, {}, b"x" * 100

    service = Long()
    assert calling.call("GET", service.base, most=100).whole
    cut = calling.call("GET", service.base, most=99)
    assert (cut.whole, len(cut.body)) == (False, 99)
    with pytest.raises(ProviderUnreachable):
        paying.asked("GET", service.base, most=99)
    service.stop()
