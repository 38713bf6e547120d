"""The shop and its products ask the database little, and still say what each viewer pays."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qunluo.community.actions import grant
from qunluo.market import actions, queries
from qunluo.market.models import PickupPoint, Picture, PriceRule, Shop, Stock
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
    assert count <= 5
    assert all(one.title in text for one in made)
    count, _text = asked(client, f"{base}p/{made[0].uid}/")
    assert count <= 5


def test_the_first_page_of_a_shop_says_what_its_lists_say(here):
    point = PickupPoint.objects.create(
        community=here.community, name="Gate", address="1 Lane", hours="all day"
    )
    for n in range(26):
        made = product(here, title=f"Bag {n}", category=("food", "home")[n % 2], price=900 + n)
        Picture.objects.create(product=made, key=f"a{n}", alt="Rice", width=8, height=6)
        PriceRule.objects.create(variant=variant(made), audience="members", quantity=3, price=800)
    Stock.objects.create(variant=variant(made), point=point, amount=4)
    product(here, title="Not yet", on_sale=False)
    for who in (here.mei, here.owner, None):
        buyer = queries.buyer_of(who, here.community)
        viewer = who or AnonymousUser()
        front = queries.shop_front(here.shop, buyer, viewer)
        assert front.page == queries.products(here.shop, buyer)
        assert front.shelves == queries.shelves(here.community, buyer)
        for view in front.page.items[:3]:
            alone = queries.product_front(
                here.shop, view.product.uid, buyer, who or AnonymousUser()
            )
            assert alone.view == queries.get_product(here.shop, view.product.uid, buyer)


def test_what_one_buyer_pays_is_never_shown_to_another_and_changes_show_at_once(here, client):
    rice = product(here, stock=4)
    PriceRule.objects.create(variant=variant(rice), audience="tier:gold", price=700)
    grant(
        actor=here.owner, community=here.community, person=here.li, kind="tier", name="gold",
        source="test",
    )  # fmt: skip
    paths = [base := f"/c/{here.community.slug}/shop/", f"{base}p/{rice.uid}/"]

    def seen(who):
        client.force_login(who)
        return [client.get(path).content.decode() for path in paths]

    for _twice in range(2):
        assert all("¥7.00" in text for text in seen(here.li))
        assert all("¥10.00" in text and "¥7.00" not in text for text in seen(here.mei))
    assert 'max="4"' in seen(here.mei)[1]
    actions.set_stock(actor=here.owner, variant=variant(rice), amount=3)
    assert 'max="3"' in seen(here.mei)[1]
    actions.edit_product(actor=here.owner, product=rice, title="Brown rice")
    assert all("Brown rice" in text for text in seen(here.mei))


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
    PickupPoint.objects.filter(pk=point.pk).update(name="Barn")
    assert "Barn: 3" in asked(client, f"/c/{here.community.slug}/shop/p/{rice.uid}/")[1]
    PickupPoint.objects.filter(pk=point.pk).update(active=False)
    assert "Barn" not in asked(client, f"/c/{here.community.slug}/shop/p/{rice.uid}/")[1]


def test_a_shop_that_leaves_the_selling_to_dealers_does_not_call_itself_empty(here, client):
    client.force_login(here.mei)
    path = f"/c/{here.community.slug}/shop/"
    assert 'class="empty"' in client.get(path).content.decode()
    Shop.objects.filter(pk=here.shop.pk).update(audience="dealers")
    assert 'class="empty"' not in client.get(path).content.decode()


def test_what_somebody_looks_for_goes_on_on_the_next_page(here, client):
    for n in range(26):
        product(here, title=f"Salt & rice {n}")
    client.force_login(here.mei)
    path = f"/c/{here.community.slug}/shop/"
    text = client.get(path, {"q": "salt & rice"}).content.decode()
    more = re.search(r'href="(\?[^"]*after=[^"]+)"', text)[1].replace("&amp;", "&")
    rest = client.get(path + more).content.decode()
    assert len(re.findall("Salt &amp; rice [0-9]+</a>", rest)) == 2
