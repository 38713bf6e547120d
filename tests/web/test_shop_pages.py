"""The shop and its products ask the database little, and still say what each viewer pays."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qunluo.community.actions import grant
from qunluo.market import actions, queries
from qunluo.market.models import PickupPoint, PriceRule, Stock
from qunluo.market.queries import Delivery
from tests.market.conftest import here
from tests.market.makers import product, variant
from tests.people.makers import sign_in

__all__ = ["here"]
pytestmark = [pytest.mark.django_db, pytest.mark.req("M01")]


def asked(client, path):
    """Return how many questions a page asks once everything is loaded, and its text."""
    client.get(path)
    with CaptureQueriesContext(connection) as found:
        answer = client.get(path)
    assert answer.status_code == 200
    return len(found), answer.content.decode()


def test_the_shop_asks_no_more_for_many_products_than_for_one(here, client):
    made = [product(here, title=f"Bag {n}") for n in range(9)]
    sign_in(client, here.mei)
    base = f"/c/{here.community.slug}/shop/"
    count, text = asked(client, base)
    assert count <= 11
    assert all(one.title in text for one in made)
    count, _text = asked(client, f"{base}p/{made[0].uid}/")
    assert count <= 11


def test_whoever_holds_a_tier_sees_its_price_on_every_page(here, client):
    rice = product(here)
    PriceRule.objects.create(variant=variant(rice), audience="tier:gold", price=700)
    base = f"/c/{here.community.slug}/shop/"
    client.force_login(here.mei)
    assert "¥7.00" not in client.get(base).content.decode()
    grant(
        actor=here.owner, community=here.community, person=here.mei, kind="tier", name="gold",
        source="test",
    )  # fmt: skip
    actions.put_in_cart(actor=here.mei, shop=here.shop, variant=variant(rice).pk, quantity=1)
    for path in (base, f"{base}p/{rice.uid}/", f"{base}cart/", f"{base}checkout/"):
        assert "¥7.00" in client.get(path).content.decode(), path
    quote = queries.quote(
        here.shop, [queries.Wish(variant(rice).pk, 1)], Delivery("virtual"), viewer=here.mei
    )
    assert quote.total == 700


def test_what_lies_at_a_point_is_counted_once_and_named(here, client):
    rice = product(here)
    point = PickupPoint.objects.create(
        community=here.community, name="Gate", address="North", hours="8–20"
    )
    Stock.objects.create(variant=variant(rice), point=point, amount=3)
    view = queries.get_product(here.shop, rice.uid, queries.buyer_of(here.mei, here.community))
    assert (len(view.variants), view.variants[0].left) == (1, 13)
    client.force_login(here.mei)
    assert "Gate: 3" in asked(client, f"/c/{here.community.slug}/shop/p/{rice.uid}/")[1]
