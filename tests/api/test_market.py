"""Shops, products, orders and their money through the API: behaviour, and what is refused."""

import pytest

from qunluo.market import actions
from qunluo.market.models import Order as Row
from qunluo.market.models import Product, Shop
from qunluo.people.models import Person
from tests.api.conftest import Door
from tests.api.world import token_of
from tests.community.makers import member
from tests.market.conftest import here, paid_by_till, till
from tests.market.makers import FIT, HOME, clean, credit, left, order, product, shop, variant

__all__ = ["here", "paid_by_till", "till"]
pytestmark = pytest.mark.django_db
FETCH = {"method": "virtual"}


@pytest.fixture
def knock():
    """Requests as a person, with a token for everything or for the scopes named."""

    def door(who=None, *scopes):
        return Door(token_of(who, *scopes) if who else "")

    return door


@pytest.fixture
def at(here):
    """The address of the community of the shop."""
    return f"/communities/{here.community.slug}"


def lines(made, quantity=1):
    return {"lines": [{"variant_id": variant(made).pk, "quantity": quantity}], "delivery": FETCH}


def placed(knock, at, who, made, quantity=1, headers=None, **more):
    return knock(who).post(f"{at}/orders", {**lines(made, quantity), **more}, headers=headers)


# The shop and its shelves.


def test_a_shop_is_begun_filled_and_refuses_to_sell_what_is_not_fit(knock, here, at):
    owner = knock(here.owner)
    made = owner.post(f"{at}/products", {"title": "Jam", "category": "food", "kind": "virtual"})
    uid = made.json()["uid"]
    fitness = owner.get(f"{at}/products/{uid}/fitness").json()
    assert (fitness["fit"], fitness["score"]) == (False, 0)
    assert {one["code"] for one in fitness["missing"]} >= {"need", "quality", "price"}
    assert owner.post(f"{at}/products/{uid}/list").json()["code"] == "market.not_fit"
    owner.patch(f"{at}/products/{uid}", FIT)
    one = owner.post(
        f"{at}/products/{uid}/variants",
        {"price": 500, "most": 2, "rules": [{"audience": "members", "price": 400}]},
    ).json()
    owner.put(f"{at}/products/{uid}/variants/{one['id']}/stock", {"amount": 3})
    listed = owner.post(f"{at}/products/{uid}/list").json()
    assert (listed["state"], listed["score"], listed["all_variants"][0]["stock"]) == (
        "on_sale", 48, [{"point_id": None, "left": 3}],
    )  # fmt: skip
    seen = knock(here.stranger).get(f"{at}/products/{uid}").json()
    assert [(v["price"], v["member_price"], v["left"]) for v in seen["variants"]] == [(500, 400, 3)]
    assert knock(here.mei).get(f"{at}/products/{uid}").json()["lowest"] == 400


def test_products_are_listed_by_category_words_and_surplus_in_parts(knock, here, at):
    for number in range(3):
        product(here, title=f"Rice {number}")
    product(here, title="Soap", category="care", surplus=True)
    door = knock(here.mei)

    def titles(query=""):
        return [one["title"] for one in door.get(f"{at}/products{query}").json()["items"]]

    assert titles("?category=care") == titles("?surplus=true") == ["Soap"]
    assert titles("?words=rice") == ["Rice 2", "Rice 1", "Rice 0"]
    first = door.get(f"{at}/products?limit=3").json()
    rest = door.get(first["next"].removeprefix("/api/v1")).json()
    assert len(first["items"]) + len(rest["items"]) == 4


def test_a_pure_shop_tells_strangers_neither_prices_nor_places(knock, here, at):
    made = product(here)
    Shop.objects.update(audience="members")
    for path in ("products", f"products/{made.uid}", "shop/categories", "shop/pickup-points",
                 "shop/delivery-rates"):  # fmt: skip
        for who in (None, here.stranger):
            answer = knock(who).get(f"{at}/{path}")
            assert (answer.status_code, answer.json()["code"]) == (403, "market.members_only"), path
            assert "1000" not in answer.content.decode()
        assert knock(here.mei).get(f"{at}/{path}").status_code == 200
    assert placed(knock, at, here.stranger, made).json()["code"] == "market.members_only"
    asked = knock(here.stranger).post(f"{at}/quote", lines(made))
    assert asked.json()["code"] == "market.members_only"


def test_drafts_and_what_is_handed_over_are_not_told_to_buyers(knock, here, at):
    draft = product(here, title="Secret wine", on_sale=False)
    poem = product(here, title="Poem", handed_over="The sea, the sea")
    assert knock(here.mei).get(f"{at}/products/{draft.uid}").status_code == 404
    assert "The sea" not in knock(here.mei).get(f"{at}/products/{poem.uid}").content.decode()
    managed = {one["uid"]: one for one in knock(here.owner).get(f"{at}/shop/products").json()}
    assert managed[poem.uid]["handed_over"] == "The sea, the sea"
    assert managed[draft.uid]["state"] == "draft"


def test_secrets_of_an_account_go_in_and_never_come_out(knock, here, at, till):
    owner = knock(here.owner)
    path = f"{at}/shop/merchants/till"
    said = {"name": "Our till", "settings": {"merchant": "M1", "secret": "s3cret"}}
    made = owner.put(path, said)
    assert made.json()["settings"] == {"merchant": "M1"}
    again = owner.put(path, {"name": "Till", "settings": {"merchant": "M2"}})
    assert (again.status_code, again.json()["settings"]) == (200, {"merchant": "M2"})
    told = owner.get(f"{at}/shop/merchants").content + owner.get(f"{at}/shop/providers").content
    assert b"s3cret" not in made.content + again.content + told
    bad = owner.put(path, {"name": "Till", "settings": {"merchant": "bad"}})
    assert (bad.status_code, bad.json()["fields"]) == (422, {"merchant": ["No."]})
    assert owner.delete(path).status_code == 204
    assert owner.delete(path).status_code == 404


# Buying.


def test_a_cart_becomes_an_order_paid_from_credit_and_received(knock, here, at):
    poem = product(here, handed_over="The sea, the sea", stock=5)
    credit(here, here.mei, 5_000)
    mei = knock(here.mei)
    assert mei.put(f"{at}/cart/{variant(poem).pk}", {"quantity": 2}).json() == {"count": 2}
    assert mei.post(f"{at}/quote", {}).json()["total"] == 2_000
    made = mei.post(f"{at}/orders", {"total": 2_000}).json()
    assert (made["state"], made["total"], made["exponent"]) == ("placed", 2_000, 2)
    assert "The sea" not in repr(made)
    assert mei.get(f"{at}/cart").json() == []
    paid = mei.post(f"/me/orders/{made['uid']}/pay-from-credit").json()
    assert (paid["state"], paid["unit"]) == ("fulfilled", "credit-CNY")
    assert paid["lines"][0]["handed_over"] == "The sea, the sea"
    again = mei.post(f"/me/orders/{made['uid']}/pay-from-credit").json()
    assert again["payments"] == paid["payments"]
    assert mei.post(f"/me/orders/{made['uid']}/receive").json()["state"] == "received"
    assert left(poem) == 3
    clean(here)


def test_the_key_of_the_request_is_the_key_of_the_order(knock, here, at):
    rice = product(here, stock=5)
    headers = {"Idempotency-Key": "one"}
    first, second = (placed(knock, at, here.mei, rice, headers=headers) for _ in range(2))
    assert (first.status_code, first.content) == (201, second.content)
    assert left(rice) == 4
    other = placed(knock, at, here.mei, rice, 2, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "kernel.key_reused")
    placed(knock, at, here.li, rice, headers=headers)  # another's key is another key
    assert (Row.objects.count(), left(rice)) == (2, 3)


def test_one_key_in_two_shops_is_two_orders(knock, here, at):
    other = shop()
    there = f"/communities/{other.community.slug}"
    type(other.community).objects.update(stage="published")
    headers = {"Idempotency-Key": "one"}
    assert placed(knock, at, here.mei, product(here), headers=headers).status_code == 201
    assert placed(knock, there, here.mei, product(other), headers=headers).status_code == 201


def test_what_changed_while_one_looked_is_not_charged(knock, here, at):
    rice = product(here)
    refused = placed(knock, at, here.mei, rice, total=900)
    assert (refused.status_code, refused.json()["code"]) == (409, "market.price_changed")
    assert not Row.objects.exists()


def test_the_last_one_is_sold_once(knock, here, at):
    rice = product(here, stock=1)
    assert placed(knock, at, here.mei, rice).status_code == 201
    assert placed(knock, at, here.li, rice).json()["code"] == "market.sold_out"


def test_a_payment_is_begun_once_and_takes_no_key(knock, paid_by_till, at):
    made = order(paid_by_till, paid_by_till.mei, product(paid_by_till))
    path = f"/me/orders/{made.uid}/payments"
    mei = knock(paid_by_till.mei)
    first = mei.post(path, {"provider": "till"})
    assert (first.status_code, first.json()["way"], first.json()["value"]) == (
        201, "code", "till://pay",
    )  # fmt: skip
    assert mei.post(path, {"provider": "till"}).json()["number"] == first.json()["number"]
    keyed = mei.post(path, {"provider": "till"}, headers={"Idempotency-Key": "x"})
    assert keyed.json()["code"] == "api.key_not_taken"
    seen = knock(paid_by_till.owner).get(f"/orders/{made.uid}").json()
    assert [one["value"] for one in seen["payments"]] == [""]
    paid_by_till.till.down = True
    other = order(paid_by_till, paid_by_till.mei, product(paid_by_till))
    away = mei.post(f"/me/orders/{other.uid}/payments", {"provider": "till"})
    assert (away.status_code, away.json()["code"]) == (502, "market.provider_unreachable")


# For who runs the shop.


def test_orders_are_taken_on_sent_and_partly_refunded(knock, here, at):
    Shop.objects.update(confirms=True)
    here.shop.refresh_from_db()
    rice = product(here, kind="physical", stock=9)
    credit(here, here.mei, 5_000)
    sent = {"method": "ship", "address": HOME}
    uid = placed(knock, at, here.mei, rice, delivery=sent).json()["uid"]
    knock(here.mei).post(f"/me/orders/{uid}/pay-from-credit")
    desk = knock(here.owner)
    todo = desk.get(f"{at}/shop/orders/todo").json()
    assert todo == {"confirm": 1, "send": 0, "pack": 0, "hand_over": 0}
    (waits,) = desk.get(f"{at}/shop/orders?todo=confirm").json()["items"]
    assert (waits["uid"], waits["address"]["detail"]) == (uid, HOME["detail"])
    assert desk.post(f"/orders/{uid}/confirm").json()["state"] == "confirmed"
    assert desk.post(f"/orders/{uid}/confirm").json()["code"] == "market.order_moved_on"
    assert desk.post(f"/orders/{uid}/ship", {"carrier": " "}).status_code == 422
    assert desk.post(f"/orders/{uid}/ship", {"carrier": "Post", "tracking": "7"}).status_code == 200
    back = desk.post(f"/orders/{uid}/refunds", {"amount": 300, "reason": "Wet"}).json()
    assert (back["amount"], back["state"]) == (300, "done")
    too_much = desk.post(f"/orders/{uid}/refunds", {"amount": 5_000, "reason": "Wet"})
    assert (too_much.status_code, too_much.json()["code"]) == (422, "market.invalid_refund")
    assert knock(here.mei).get(f"/me/orders/{uid}").json()["refunded"] == 300
    clean(here)


def test_an_order_is_handed_over_for_its_code_which_only_its_buyer_reads(knock, here, at):
    rice = product(here, kind="physical")
    point = actions.save_point(actor=here.owner, shop=here.shop, name="Barn", address="Lane 1")
    credit(here, here.mei, 5_000)
    fetched = {"method": "pickup", "point_id": point.pk}
    made = placed(knock, at, here.mei, rice, delivery=fetched).json()
    knock(here.mei).post(f"/me/orders/{made['uid']}/pay-from-credit")
    desk = knock(here.owner)
    packed = desk.get(f"{at}/shop/pickup-points/{point.pk}/packing-list").json()
    assert packed["totals"] == [{"title": "Rice", "variant_name": "", "quantity": 1}]
    assert packed["orders"][0]["pickup_code"] == ""
    assert desk.post(f"/orders/{made['uid']}/ready").json()["ready_at"]
    path = f"/orders/{made['uid']}/hand-over"
    assert desk.post(path, {"code": "WRONG"}).status_code == 422
    assert desk.post(path, {"code": made["pickup_code"].lower()}).json()["state"] == "received"


def test_nobody_decides_about_their_own_order(knock, here, at):
    credit_giver = member(here.community, "Bo", role="operator")
    rice = product(here)
    actions.give_credit(
        actor=credit_giver, community=here.community, person=here.owner, amount=5_000,
        reason="Gift", key="own",
    )  # fmt: skip
    uid = placed(knock, at, here.owner, rice).json()["uid"]
    knock(here.owner).post(f"/me/orders/{uid}/pay-from-credit")
    own = knock(here.owner).post(f"/orders/{uid}/refunds", {"amount": 1, "reason": "Why not"})
    assert (own.status_code, own.json()["code"]) == (403, "market.own_order")
    handle = here.owner.handle
    gift = {"person": handle, "amount": 5, "reason": "Me"}
    assert knock(here.owner).post(f"{at}/shop/credit", gift).status_code == 403


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
    assert Person.objects.filter(pk=here.mei.pk).exists()
