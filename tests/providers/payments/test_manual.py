"""Paying by hand: words, and people who say what happened."""

from datetime import date

import pytest

from qunluo.market.ports import BadNotice, Call, Fate, Merchant, Way
from qunluo.providers.payments.manual.provider import Provider
from tests.providers.payments.standins import NOON, asked, refund_asked

pytestmark = [pytest.mark.req("X07"), pytest.mark.above_the_database]

SHOP = Merchant("manual", {"instructions": " 转账到 6222 0000，备注 {number} {amount}。\n"})


def test_a_payer_reads_where_to_pay_and_what_to_write():
    how = Provider().create(SHOP, asked(currency="JPY"))
    assert (how.way, how.value) == (Way.WORDS, "转账到 6222 0000，备注 QL20261123P1 {amount}。")
    plain = Merchant("manual", {"instructions": "Cash at the stall"})
    assert Provider().create(plain, asked()).value == "Cash at the stall\nQL20261123P1"


def test_only_people_know_what_happened():
    provider, back = Provider(), refund_asked()
    assert provider.query(SHOP, asked().number).fate is Fate.OPEN
    provider.close(SHOP, asked().number)
    assert provider.refund(SHOP, back).fate is Fate.BY_HAND
    assert provider.query_refund(SHOP, back).fate is Fate.BY_HAND
    assert provider.bill(SHOP, date(2026, 11, 22)) == []
    with pytest.raises(BadNotice):
        provider.hear(SHOP, Call({}, b"paid"), NOON)


def test_settings_that_cannot_work_are_named():
    assert Provider().fits(SHOP) == {}
    for told in ("", "  ", "x" * 2001):
        assert set(Provider().fits(Merchant("manual", {"instructions": told}))) == {"instructions"}
