"""Paying inside the app of a provider, which has to say first who pays; and being led elsewhere."""

import json
import re
from datetime import timedelta

import pytest
from django.conf import settings

from qunluo.kernel.clock import now
from qunluo.market import actions
from qunluo.market.models import Payment
from qunluo.market.ports import HowToPay, OutsideOnly, PayerUnknown, Way
from tests.market.conftest import here, paid_by_till, till
from tests.market.makers import order, product, state

__all__ = ["here", "paid_by_till", "till"]
pytestmark = [pytest.mark.django_db, pytest.mark.req("M01")]
WECHAT = "Mozilla/5.0 (iPhone) AppleWebKit/605.1 MicroMessenger/8.0.50"
SCRIPT = {"appId": "wx1", "package": "prepay_id=wx2", "paySign": "x"}


@pytest.fixture
def shop(paid_by_till, client, monkeypatch):
    """An order that waits for its money, looked at inside WeChat."""
    made = paid_by_till
    made.client, made.codes = client, {"c0de": "openid-of-mei"}

    def payer(_merchant, told):
        if told.get("code") not in made.codes:
            raise PayerUnknown
        return made.codes.pop(told["code"])

    made.till.where_to_ask = lambda _merchant, back, state: (
        f"https://open.example.org/authorize?back={back}&state={state}"
    )
    made.till.payer = payer
    made.till.way = HowToPay(Way.SCRIPT, json.dumps(SCRIPT))
    made.rice = product(made)
    made.order = order(made, made.mei, made.rice)
    made.base = f"/c/{made.community.slug}/orders/{made.order.uid}/"
    client.force_login(made.mei)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return made


def press(shop, agent=WECHAT):
    return shop.client.post(f"{shop.base}pay/", {"way": "till"}, headers={"user-agent": agent})


def sent_to(shop, more=""):
    """Where the page that leads on sends the browser, and the state that comes back from there."""
    text = shop.client.get(f"{shop.base}go/{more}").content.decode()
    where = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', text)[1]
    return where.replace("&amp;", "&")


def told(shop):
    return shop.client.get(shop.base).content.decode()


def back(shop, **query):
    return shop.client.get(f"{shop.base}payer/", query)


def test_who_pays_inside_wechat_is_asked_first_and_then_gets_its_sheet(shop):
    assert press(shop)["Location"] == f"{shop.base}go/"
    assert not Payment.objects.exists()
    where = sent_to(shop)
    assert where.startswith("https://open.example.org/authorize?back=")
    assert f"{shop.base}payer/" in where
    assert back(shop, code="c0de", state=where.rpartition("state=")[2])["Location"] == shop.base
    (asked,) = shop.till.asked.values()
    assert (asked.client, asked.payer) == ("wechat", "openid-of-mei")
    page = told(shop)
    assert "data-wechat-pay" in page
    assert "prepay_id=wx2" in page
    assert "market/wechat" in page


def test_what_came_back_counts_once_in_its_session_for_its_order_and_not_for_long(shop, travel):
    press(shop)
    right = sent_to(shop).rpartition("state=")[2]
    for query in (
        {"code": "c0de", "state": "f" * 32}, {"code": "c0de"}, {"code": "c0de", "state": right},
    ):  # fmt: skip
        back(shop, **query)  # the first wrong one has used it up
        assert "did not say who pays" in told(shop)
    press(shop)
    right = sent_to(shop).rpartition("state=")[2]
    other = order(shop, shop.mei, shop.rice)
    shop.client.get(
        f"/c/{shop.community.slug}/orders/{other.uid}/payer/", {"code": "c0de", "state": right}
    )
    press(shop)
    right = sent_to(shop).rpartition("state=")[2]
    with travel(now() + timedelta(minutes=11)):
        back(shop, code="c0de", state=right)
    assert not Payment.objects.exists()
    assert state(shop.order) == "placed"


def test_a_code_that_was_used_says_so_and_loses_nothing(shop):
    for _again in range(2):
        press(shop)
        back(shop, code="used", state=sent_to(shop).rpartition("state=")[2])
        assert "Nothing was taken. Press the button to pay once more." in told(shop)
    press(shop)
    back(shop, code="c0de", state=sent_to(shop).rpartition("state=")[2])
    assert "data-wechat-pay" in told(shop)


def test_nobody_comes_back_to_the_order_of_another(shop):
    press(shop)
    right = sent_to(shop).rpartition("state=")[2]
    shop.client.force_login(shop.li)
    assert back(shop, code="c0de", state=right).status_code == 404
    assert shop.client.get(f"{shop.base}go/").status_code == 404


def test_a_shop_that_may_not_ask_says_how_else_to_pay(shop):
    def outside(_merchant, _back, _state):
        raise OutsideOnly

    shop.till.where_to_ask = outside
    assert press(shop)["Location"] == shop.base
    assert "Open the page in the browser of your phone" in told(shop)


def test_a_provider_that_need_not_know_is_paid_as_on_any_phone(shop):
    shop.till.where_to_ask = lambda _merchant, _back, _state: ""
    shop.till.way = HowToPay(Way.REDIRECT, "https://pay.example.org/1?a=b&c=d")
    assert press(shop)["Location"] == f"{shop.base}go/"
    (asked,) = shop.till.asked.values()
    assert (asked.client, asked.payer) == ("phone", "")
    assert sent_to(shop) == "https://pay.example.org/1?a=b&c=d"


def test_who_comes_back_unnamed_and_chooses_another_way_is_led_there(shop):
    press(shop)
    assert sent_to(shop).startswith("https://open.example.org/")
    shop.till.where_to_ask = lambda _merchant, _back, _state: ""
    shop.till.way = HowToPay(Way.REDIRECT, "https://pay.example.org/1")
    press(shop)
    assert sent_to(shop) == "https://pay.example.org/1"


def test_no_form_leads_to_another_house_which_browsers_forbid(shop):
    shop.till.way = HowToPay(Way.REDIRECT, "https://pay.example.org/1")
    answer = press(shop, agent="Mozilla/5.0 (X11; Linux)")
    assert answer["Location"] == f"{shop.base}go/"
    assert "form-action 'self'" in shop.client.get(f"{shop.base}go/")["Content-Security-Policy"]
    assert sent_to(shop) == "https://pay.example.org/1"


def test_a_provider_is_told_the_address_of_the_payer_and_not_that_of_a_proxy(shop, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    shop.till.where_to_ask = lambda _merchant, _back, _state: ""
    shop.client.post(
        f"{shop.base}pay/", {"way": "till"},
        headers={"user-agent": WECHAT, "x-forwarded-for": "203.0.113.9"},
    )  # fmt: skip
    (asked,) = shop.till.asked.values()
    assert asked.address == "203.0.113.9"


def test_who_signs_out_leaves_nothing_behind_that_would_pay(shop):
    press(shop)
    right = sent_to(shop).rpartition("state=")[2]
    shop.client.logout()
    assert shop.client.get(f"{shop.base}go/").status_code == 302
    assert "accounts/login" in back(shop, code="c0de", state=right)["Location"]
    shop.client.force_login(shop.mei)
    assert back(shop, code="c0de", state=right)["Location"] == shop.base
    assert not Payment.objects.exists()


def test_the_way_leads_on_only_where_the_provider_of_this_order_said(shop):
    press(shop)
    for more in ("?where=https://evil.example", "?next=//evil.example"):
        assert sent_to(shop, more).startswith("https://open.example.org/")
    right = sent_to(shop).rpartition("state=")[2]
    there = back(shop, code="c0de", state=right, next="https://evil.example")["Location"]
    assert there == shop.base
    again = back(shop, code="c0de", state=right)  # replayed
    assert again["Location"] == shop.base
    assert Payment.objects.count() == 1


def test_an_order_that_ended_meanwhile_is_not_paid_by_who_comes_back(shop):
    press(shop)
    right = sent_to(shop).rpartition("state=")[2]
    actions.cancel_order(actor=shop.mei, order=shop.order)
    assert shop.client.get(f"{shop.base}go/")["Location"] == shop.base
    back(shop, code="c0de", state=right)
    assert not Payment.objects.exists()
