"""The checkout: who has store credit orders and pays in one step, or hears why not."""

import pytest

from qunluo.market import actions
from qunluo.market.models import CartItem, Order
from tests.market.claim_makers import picture
from tests.market.conftest import here
from tests.market.makers import clean, credit, left, product, variant

__all__ = ["here"]
pytestmark = [pytest.mark.django_db, pytest.mark.req("M01")]


def cart(here, client):
    """One bag of rice in Mei's cart; return the product and where one orders."""
    rice = product(here)
    actions.put_in_cart(actor=here.mei, shop=here.shop, variant=variant(rice).pk, quantity=1)
    client.force_login(here.mei)
    return rice, f"/c/{here.community.slug}/shop/checkout/"


def test_who_has_store_credit_orders_and_pays_in_one_step(here, client):
    rice, place = cart(here, client)
    credit(here, here.mei, 1_500)
    assert "用储值付款（余额 ¥15.00）" in client.get(place).content.decode()
    answer = client.post(place, {"total": "1000", "credit": "on"}, follow=True)
    made = Order.objects.get()
    assert (made.state, left(rice)) == ("fulfilled", 9)
    assert answer.redirect_chain[-1][0].endswith(f"/orders/{made.uid}/")
    assert not CartItem.objects.exists()
    clean(here)


def test_who_has_too_little_hears_it_and_has_ordered_nothing(here, client):
    rice, place = cart(here, client)
    credit(here, here.mei, 400)
    answer = client.post(place, {"total": "1000", "credit": "on"})
    assert answer.status_code == 422
    assert (Order.objects.count(), left(rice)) == (0, 10)
    client.post(place, {"total": "1000"})
    assert Order.objects.get().state == "placed"


def test_who_has_none_is_not_asked(here, client):
    _rice, place = cart(here, client)
    assert 'name="credit"' not in client.get(place).content.decode()


def test_an_address_that_is_needed_is_not_called_optional(here, client):
    tea = product(here, kind="physical", title="Tea")
    actions.put_in_cart(actor=here.mei, shop=here.shop, variant=variant(tea).pk, quantity=1)
    client.force_login(here.mei)
    place = f"/c/{here.community.slug}/shop/checkout/"
    page = client.get(place).content.decode()
    for name in ("收货人", "电话", "街道与门牌"):
        assert f">{name}</label>" in page, name
    answer = client.post(place, {"method": "ship", "name": "Mei"})
    assert answer.status_code == 422
    assert answer.content.decode().count("请填写") == 3  # what was typed is kept
    assert 'value="Mei"' in answer.content.decode()


def test_what_is_bought_is_shown_by_its_picture(here, client):
    rice, place = cart(here, client)
    shop = place.removesuffix("checkout/")
    actions.add_picture(actor=here.owner, product=rice, data=picture(), alt="Rice in a bowl")
    key = rice.pictures.get().key
    for path in (f"{shop}cart/", place):
        assert key in client.get(path).content.decode(), path
    client.post(place, {"total": "1000"})
    made = Order.objects.get()
    assert key in client.get(f"/c/{here.community.slug}/orders/{made.uid}/").content.decode()
    client.force_login(here.owner)
    assert key in client.get(f"/c/{here.community.slug}/desk/orders/{made.uid}/").content.decode()
