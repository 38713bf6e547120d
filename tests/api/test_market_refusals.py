"""What the market refuses through the API: others' things, wrong things, and wrong scopes."""

import pytest

from qunluo.market import actions
from qunluo.market.models import Order as Row
from qunluo.market.models import Product
from tests.api.shopping import at, knock, lines, placed
from tests.market.conftest import here, paid_by_till, till
from tests.market.makers import HOME, order, product, shop, variant

__all__ = ["at", "here", "knock", "paid_by_till", "till"]
pytestmark = pytest.mark.django_db


# Refusals.


def test_another_order_is_not_there_and_its_payments_neither(knock, paid_by_till, at):
    here = paid_by_till
    made = order(here, here.mei, product(here))
    payment = actions.begin_payment(actor=here.mei, order=made, provider="till")
    for who in (here.li, here.stranger):
        door = knock(who)
        for path in (f"/me/orders/{made.uid}", f"/orders/{made.uid}"):
            assert door.get(path).json()["code"] == "market.order_not_found"
        for act in ("pay-from-credit", "cancel", "receive", "payments"):
            body = {"provider": "till"} if act == "payments" else {}
            assert door.post(f"/me/orders/{made.uid}/{act}", body).status_code == 404
        assert door.post(f"/payments/{payment.number}/confirm", {}).status_code == 404
    assert knock(here.mei).post(f"/payments/{payment.number}/confirm", {}).status_code == 403


def test_what_belongs_to_another_shop_is_not_found_here(knock, here, at):
    other = shop()
    theirs, ours = product(other), product(here)
    point = actions.save_point(actor=other.owner, shop=other.shop, name="Far", address="Away")
    desk, mei = knock(here.owner), knock(here.mei)
    alien = variant(theirs).pk
    assert mei.get(f"{at}/products/{theirs.uid}").status_code == 404
    assert placed(knock, at, here.mei, theirs).json()["code"] == "market.product_not_found"
    assert mei.put(f"{at}/cart/{alien}", {"quantity": 1}).status_code == 404
    assert desk.patch(f"{at}/products/{theirs.uid}", {"lead": "Ours"}).status_code == 404
    for path in (
        f"products/{ours.uid}/variants/{alien}",
        f"products/{theirs.uid}/variants/{alien}",
    ):
        assert desk.patch(f"{at}/{path}", {"price": 1}).status_code == 404
        assert desk.put(f"{at}/{path}/stock", {"amount": 1}).status_code == 404
    changed = desk.patch(f"{at}/shop/pickup-points/{point.pk}", {"name": "Mine"})
    assert changed.json()["code"] == "market.place_not_found"
    stock = {"amount": 1, "point_id": point.pk}
    own = f"{at}/products/{ours.uid}/variants/{variant(ours).pk}/stock"
    assert desk.put(own, stock).status_code == 404
    assert variant(theirs).price == 1_000


@pytest.mark.parametrize(
    "wrong",
    [
        {"lines": [{"variant_id": "1", "quantity": 1}]},
        {"lines": [{"variant_id": 1, "quantity": 0}]},
        {"lines": [{"variant_id": 1, "quantity": 10**30}]},
        {"lines": [{"variant_id": 10**30, "quantity": 1}]},
        {"lines": [{"variant_id": 1, "quantity": 1.5}]},
        {"lines": [{"variant_id": 1, "quantity": True}]},
        {"lines": []},
        {"lines": [{"variant_id": 1, "quantity": 1}] * 51},
        {"lines": None, "total": -1},
        {"lines": None, "total": 10**30},
        {"delivery": {"method": "drone"}},
        {"delivery": {"method": "pickup", "point_id": 10**30}},
        {"delivery": {"method": "ship", "address": {"name": "Mei"}}},
        {"note": "x" * 401},
        {"source_type": "<script>"},
        {"price": 1},
        [],
        "order",
        None,
    ],
)
def test_an_order_of_wrong_things_is_refused_in_words(knock, here, at, wrong):
    answer = knock(here.mei).post(f"{at}/orders", wrong)
    assert answer.status_code in {400, 422}, answer.content
    assert answer.json()["next_step"]
    assert not Row.objects.exists()


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x" * 30_000])
def test_text_that_cannot_be_kept_is_refused(knock, here, at, text):
    desk = knock(here.owner)
    answers = [
        desk.post(f"{at}/products", {"title": text}),
        desk.patch(f"{at}/shop", {"about": text}),
        desk.post(f"{at}/shop/pickup-points", {"name": text, "address": "A"}),
        desk.post(f"{at}/shop/delivery-rates", {"name": "A", "fee": 1, "regions": [text]}),
    ]
    assert {one.status_code for one in answers} <= {400, 422}
    assert not Product.objects.exists()


@pytest.mark.parametrize("amount", [-1, 10**13, 10**30, 1.5, "5", True, None, float("1e3")])
def test_amounts_are_whole_and_within_reason(knock, here, at, amount):
    rice = product(here)
    desk = knock(here.owner)
    path = f"{at}/products/{rice.uid}/variants"
    answers = [
        desk.post(path, {"price": amount}),
        desk.put(f"{path}/{variant(rice).pk}/stock", {"amount": amount}),
        desk.post(f"{at}/shop/delivery-rates", {"name": "Far", "fee": amount}),
        desk.post(
            f"{at}/shop/credit", {"person": here.mei.handle, "amount": amount, "reason": "x"}
        ),
    ]
    assert {one.status_code for one in answers} <= {400, 422}


def test_what_is_fetched_may_not_cost_more_than_can_be_counted_either(knock, here, at):
    rice = product(here, kind="physical", price=10**12, stock=None)
    point = actions.save_point(actor=here.owner, shop=here.shop, name="Barn", address="Lane 1")
    fetched = {"method": "pickup", "point_id": point.pk}
    answer = placed(knock, at, here.mei, rice, 2, delivery=fetched)
    assert (answer.status_code, answer.json()["code"]) == (422, "market.too_much")


# Scopes.


@pytest.mark.parametrize(
    ("scope", "reads", "buys", "sells"),
    [
        ("shop:read", 200, 403, 403),
        ("shop:write", 200, 201, 403),
        ("selling:read", 403, 403, 200),
        ("selling:write", 403, 403, 200),
        ("talk:write", 403, 403, 403),
        ("read", 200, 403, 200),
        ("write", 200, 201, 200),
    ],
)
def test_a_token_for_buying_opens_no_desk(knock, here, at, scope, reads, buys, sells):
    rice = product(here)
    door = knock(here.owner, scope)
    assert door.get("/me/orders").status_code == reads
    assert door.post(f"{at}/orders", lines(rice)).status_code == buys
    assert door.get(f"{at}/shop/orders").status_code == sells
    wrote = door.post(f"{at}/shop/pause").status_code
    assert wrote == (200 if scope in {"selling:write", "write"} else 403)


def test_addresses_are_ones_own(knock, here):
    kept = knock(here.mei).post("/me/addresses", HOME).json()
    assert knock(here.li).get("/me/addresses").json() == []
    assert knock(here.li).delete(f"/me/addresses/{kept['id']}").status_code == 404
    assert knock(here.mei).delete(f"/me/addresses/{kept['id']}").status_code == 204
    assert knock(here.mei).get("/me/addresses").json() == []
