"""Coupons at the checkout and gift cards through the pages."""

import re

import pytest

from qunluo.market import actions, queries
from qunluo.market.models import Coupon, GiftCard, Order
from tests.market.conftest import here
from tests.market.makers import FIT, credit, free, key, product, variant

__all__ = ["here"]
pytestmark = [pytest.mark.django_db, pytest.mark.req("M05")]


def where(here, *parts):
    return "/".join([f"/c/{here.community.slug}", *parts, ""])


def fill_cart(here, who, made, quantity=2):
    actions.put_in_cart(actor=who, shop=here.shop, variant=variant(made).pk, quantity=quantity)


def test_a_code_is_taken_at_the_checkout_and_stands_in_the_order(here, client):
    rice = product(here, price=1_000)
    actions.make_coupon(
        actor=here.owner, shop=here.shop, title="Spring", kind="percent", percent=15, code="SPRING"
    )
    fill_cart(here, here.mei, rice)
    client.force_login(here.mei)
    checkout = where(here, "shop", "checkout")
    page = client.get(checkout, {"method": "virtual", "coupon": "spring"}).content.decode()
    assert "−¥3.00" in page
    assert 'name="total" value="1700"' in page
    refused = client.get(checkout, {"method": "virtual", "coupon": "autumn"}).content.decode()
    assert 'name="total" value="2000"' in refused
    assert "没有这张优惠券" in refused
    done = client.post(checkout, {"coupon": "SPRING", "total": "1700", "once": "a"})
    order = Order.objects.get()
    assert (order.total, order.discount) == (1_700, 300)
    assert "−¥3.00" in client.get(done["Location"]).content.decode()


def test_who_was_given_a_coupon_chooses_it_and_a_wrong_one_orders_nothing(here, client):
    made = actions.make_coupon(
        actor=here.owner, shop=here.shop, title="For you", kind="amount", amount=500
    )
    actions.give_coupon(actor=here.owner, coupon=made, people=[here.mei])
    fill_cart(here, here.mei, product(here))
    client.force_login(here.mei)
    checkout = where(here, "shop", "checkout")
    assert "For you · 减 ¥5.00" in client.get(checkout).content.decode()
    assert "For you" in client.get(where(here, "shop", "mine")).content.decode()
    wrong = client.post(checkout, {"coupon": "NOTHERE", "total": "2000", "once": "b"})
    assert wrong.status_code == 422
    assert 'id="id_coupon_error"' in wrong.content.decode()  # beside the field where it was typed
    assert not Order.objects.exists()
    client.post(checkout, {"mine": made.uid, "total": "1500", "once": "c"})
    assert Order.objects.get().discount == 500


def test_nobody_tries_codes_for_long(here, client):
    fill_cart(here, here.mei, product(here))
    client.force_login(here.mei)
    pages = [
        client.get(where(here, "shop", "checkout"), {"method": "virtual", "coupon": f"TRY{n}"})
        for n in range(31)
    ]
    assert "没有这张优惠券" in pages[29].content.decode()
    assert "没有这张优惠券" not in pages[30].content.decode()
    assert "秒后" in pages[30].content.decode()


def test_the_desk_makes_gives_and_stops_coupons(here, client):
    client.force_login(here.owner)
    desk = where(here, "desk", "coupons")
    said = {"title": "Welcome", "kind": "amount", "amount": "5", "audience": "everyone"}
    made = client.post(desk, said)
    one = Coupon.objects.get()
    assert (one.amount, one.code) == (500, "")
    assert made["Location"] == f"{desk}{one.uid}/"
    assert client.post(desk, {**said, "kind": "percent"}).status_code == 422
    assert client.post(desk, {**said, "title": ""}).status_code == 422
    client.post(made["Location"], {"people": f"@{here.mei.handle}\n{here.li.handle}"})
    assert one.grants.count() == 2
    assert client.post(made["Location"], {"people": here.stranger.handle}).status_code == 422
    client.post(made["Location"], {"stop": "1"})
    one.refresh_from_db()
    assert one.stopped_at


def test_a_gift_card_is_bought_redeemed_by_another_and_spent(here, client):
    client.force_login(here.owner)
    cards = where(here, "desk", "cards")
    assert client.post(cards, {"title": "", "values": ""}).status_code == 422
    client.post(cards, {"title": "Gift", "values": "20, 50", "least": "30", "largest": "90"})
    gift = queries.managed_products(here.community, viewer=here.owner)[0].product
    actions.edit_product(actor=here.owner, product=gift, **{**FIT, "category": "play"})
    actions.list_product(actor=here.owner, product=gift)
    client.post(cards, {"most": "1000", "most_each": "200"})

    client.force_login(here.mei)
    page = client.get(where(here, "shop", "p", gift.uid)).content.decode()
    buy = where(here, "shop", "p", gift.uid, "gift")
    assert f'href="{buy}"' in page
    first = gift.variants.order_by("pk").first()
    chosen = gift.variants.order_by("pk").last()
    wrong = client.post(buy, {"variant": chosen.pk, "value": "10", "quantity": 1})
    assert wrong.status_code == 422
    done = client.post(buy, {"variant": first.pk, "quantity": 1, "once": "g"})
    order = Order.objects.get()
    credit(here, here.mei, 2_000)
    actions.pay_from_credit(actor=here.mei, order=order)
    code = queries.cards_of(order, viewer=here.mei)[0].code
    assert code in client.get(done["Location"]).content.decode()
    assert code in client.get(where(here, "shop", "mine")).content.decode()

    client.force_login(here.li)
    redeem = where(here, "shop", "card")
    assert client.post(redeem, {"code": "AAAA-BBBB-CCCC"}).status_code == 422
    assert client.post(redeem, {"code": code}).status_code == 302
    assert free(here, "", "credit-CNY", here.li) == 2_000
    client.force_login(here.owner)
    listed = client.get(cards).content.decode()
    assert code not in listed
    assert re.search(r"… \w{4}", listed)


def test_a_card_that_nobody_redeemed_is_voided_with_a_reason(here, client):
    gift = actions.add_card(actor=here.owner, shop=here.shop, title="Gift", values=[2_000], **FIT)
    actions.list_product(actor=here.owner, product=gift)
    order = actions.buy_cards(
        actor=here.mei, shop=here.shop, variant=gift.variants.get().pk, key=key()
    )
    credit(here, here.mei, 2_000)
    actions.pay_from_credit(actor=here.mei, order=order)
    one = GiftCard.objects.get()
    client.force_login(here.owner)
    client.post(where(here, "desk", "cards", one.uid, "void"), {"reason": ""})
    one.refresh_from_db()
    assert one.state == "issued"
    client.post(where(here, "desk", "cards", one.uid, "void"), {"reason": "Lost in the post"})
    one.refresh_from_db()
    assert one.state == "void"
    assert free(here, "", "credit-CNY", here.mei) == 2_000


def test_a_wrong_handle_is_named_and_what_was_typed_stays(here, client):
    one = actions.make_coupon(
        actor=here.owner, shop=here.shop, title="For you", kind="amount", amount=500
    )
    client.force_login(here.owner)
    desk = where(here, "desk", "coupons", one.uid)
    typed = f"@{here.mei.handle}，WRONG<b>\n{here.li.handle}"
    answer = client.post(desk, {"people": typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "WRONG&lt;b&gt;" in page
    assert here.li.handle in page
    assert not one.grants.exists()
    assert client.post(desk, {"people": typed.replace("WRONG<b>", "")}).status_code == 302
    assert one.grants.count() == 2
