"""The sandbox: signed notices, what is asked for, and refunds that go wrong on purpose."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.core.cache import cache

from qunluo.market.ports import BadNotice, Call, Fate, Merchant, ProviderUnreachable, Way
from qunluo.providers.payments.sandbox.provider import Provider, sign
from tests.providers.payments.standins import NOON, asked, refund_asked, refused

pytestmark = [pytest.mark.django_db, pytest.mark.req("X07")]
SHOP = Merchant("sandbox", {"account": "shop"}, {"key": "0123456789abcdef"})
OTHER = Merchant("sandbox", {"account": "shop"}, {"key": "fedcba9876543210"})
NUMBER = asked().number


@pytest.fixture
def provider():
    cache.clear()
    return Provider()


def told(**more):
    return {
        "kind": "payment", "number": NUMBER, "ref": "S1", "amount": 1990, "currency": "CNY",
        "merchant": "shop", "fate": "done", "at": NOON.isoformat(), **more,
    }  # fmt: skip


def call(notice, merchant=SHOP):
    return Call(*sign(merchant, notice))


def test_a_payer_stays_with_us(provider):
    assert provider.create(SHOP, asked()).way is Way.INSIDE
    assert provider.create(SHOP, asked(currency="JPY")).way is Way.INSIDE
    assert provider.query(SHOP, NUMBER).fate is Fate.OPEN
    assert provider.bill(SHOP, date(2026, 11, 22)) == []


def test_a_notice_is_heard_as_often_as_it_comes(provider):
    once = call(told())
    [paid] = provider.hear(SHOP, once, NOON)
    assert (paid.number, paid.fate, paid.ref, paid.amount) == (NUMBER, Fate.DONE, "S1", 1990)
    assert (paid.currency, paid.merchant, paid.at) == ("CNY", provider.merchant_id(SHOP), NOON)
    assert provider.hear(SHOP, once, NOON) == [paid]
    [back] = provider.hear(SHOP, call(told(kind="refund", number="R1", amount=5, at=None)), NOON)
    assert (back.number, back.fate, back.amount, back.at) == ("R1", Fate.DONE, 5, None)
    assert provider.reply(taken=True).status == 200
    assert provider.reply(taken=False).status == 503


def test_what_a_lost_notice_would_have_said_is_found(provider):
    sign(SHOP, told(fate="open"))
    assert provider.query(SHOP, NUMBER).fate is Fate.OPEN
    provider.close(SHOP, NUMBER)
    lost = call(told())
    sign(SHOP, told(fate="closed"))  # out of order: the first end stands
    assert [provider.query(SHOP, NUMBER)] == provider.hear(SHOP, lost, NOON)
    assert provider.query(OTHER, NUMBER).fate is Fate.OPEN
    with refused("paid"):
        provider.close(SHOP, NUMBER)


def bad_notices():
    good = call(told())
    yield call(told(), OTHER)
    yield Call(good.headers, good.body.replace(b"1990", b"1"))
    yield Call({}, good.body)
    moment, _dot, proof = good.headers["sandbox-signature"].partition(".")
    for header in ("", ".", "是", f"{moment}.", f"{moment}.是", f"0.{proof}", f"一.{proof}", proof):
        yield Call({"sandbox-signature": header}, good.body)
    for odd in ({"fate": "rich"}, {"amount": 1.5}, {"amount": -1}, {"amount": "1"}, {"number": ""},
                {"number": 7}, {"kind": "gift"}, {"at": "soon"}, {"at": "2026-11-23T12:00:00"},
                {"currency": "XXY"}, {"currency": 7}):  # fmt: skip
        yield call(told(**odd))


def test_what_proves_nothing_is_no_notice(provider):
    heard = []
    for place, one in enumerate(bad_notices()):
        with suppress(BadNotice):
            heard.append((place, provider.hear(SHOP, one, NOON)))
    assert heard == []
    for away in (timedelta(seconds=301), timedelta(days=1), -timedelta(seconds=301)):
        with pytest.raises(BadNotice):
            provider.hear(SHOP, call(told()), NOON + away)
    keyless = Merchant("sandbox", {}, {"key": ""})
    with pytest.raises(BadNotice):
        provider.hear(keyless, call(told(), keyless), NOON)


def test_refunds_go_as_their_last_digits_say(provider):
    assert provider.refund(SHOP, refund_asked(amount=500)).fate is Fate.DONE
    assert provider.refund(SHOP, refund_asked("R1", amount=101)).fate is Fate.FAILED
    assert provider.query_refund(SHOP, refund_asked("R1", amount=101)).fate is Fate.FAILED
    slow = refund_asked("R2", amount=102)
    assert provider.refund(SHOP, slow).fate is Fate.OPEN
    assert provider.query_refund(SHOP, slow).fate is Fate.DONE
    assert provider.refund(SHOP, slow).fate is Fate.DONE
    silent = refund_asked("R3", amount=103)
    with pytest.raises(ProviderUnreachable):
        provider.refund(SHOP, silent)
    done = provider.refund(SHOP, silent)
    assert (done.fate, done.amount, done.ref) == (Fate.DONE, 103, "R-R3")


def test_nothing_of_it_works_in_production(provider, settings):
    good = call(told())
    settings.ENV = "production"
    assert set(provider.fits(SHOP)) == {"key"}
    with pytest.raises(BadNotice):
        provider.hear(SHOP, good, NOON)
    for ask in (
        lambda: provider.create(SHOP, asked()),
        lambda: provider.query(SHOP, NUMBER),
        lambda: provider.refund(SHOP, refund_asked()),
        lambda: provider.query_refund(SHOP, refund_asked()),
    ):
        with refused("trying out"):
            ask()


def test_settings_that_cannot_work_are_named(provider):
    assert provider.fits(SHOP) == {}
    assert set(provider.fits(Merchant("sandbox", {}, {}))) == {"key"}
    assert provider.merchant_id(Merchant("sandbox", {}, {})) == "sandbox"
