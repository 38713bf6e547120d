"""Shops, products, orders and their money through the API: behaviour, and what is refused."""

from io import BytesIO

import pytest

from qunluo.market import actions
from qunluo.market.models import Order as Row
from qunluo.market.models import Shop
from qunluo.market.ports import Fate, HowToPay, Way
from tests.api.shopping import at, knock, lines, placed
from tests.api.test_matrix import picture as drawn
from tests.community.makers import member
from tests.market.conftest import here, paid_by_till, till
from tests.market.makers import FIT, HOME, clean, credit, left, order, product, shop, variant

__all__ = ["at", "here", "knock", "paid_by_till", "till"]
pytestmark = pytest.mark.django_db


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


def test_money_by_hand_is_confirmed_and_what_a_provider_refuses_goes_back_by_hand(
    knock, paid_by_till, at
):
    here = paid_by_till
    here.till.way = HowToPay(Way.WORDS, "Bank 1")
    made = order(here, here.mei, product(here))
    begun = knock(here.mei).post(f"/me/orders/{made.uid}/payments", {"provider": "till"}).json()
    desk = knock(here.owner)
    (waits,) = desk.get(f"{at}/shop/orders/waiting-payments").json()
    assert (waits["number"], waits["order_uid"]) == (begun["number"], made.uid)
    confirmed = desk.post(f"/payments/{begun['number']}/confirm", {"ref": "Slip 7"}).json()
    assert (confirmed["state"], confirmed["counts"]) == ("paid", True)
    assert desk.get(f"{at}/shop/orders/waiting-payments").json() == []
    here.till.refund_fate = Fate.FAILED
    back = desk.post(f"/orders/{made.uid}/refunds", {"amount": 100, "reason": "Late"}).json()
    actions.try_refunds()
    (odd,) = desk.get(f"{at}/shop/orders/troubles").json()["refunds"]
    assert (odd["number"], odd["state"], odd["order_uid"]) == (back["number"], "failed", made.uid)
    assert desk.post(f"/refunds/{odd['number']}/try-again").json()["state"] == "wanted"
    actions.try_refunds()
    done = desk.post(f"/refunds/{odd['number']}/done", {"ref": "Bank 8"}).json()
    assert (done["state"], done["number"]) == ("done", back["number"])
    assert desk.get(f"{at}/shop/orders/troubles").json() == {"payments": [], "refunds": []}
    clean(here)


def test_settings_points_and_rates_change_in_part(knock, here, at):
    desk = knock(here.owner)
    changed = desk.patch(f"{at}/shop", {"pay_minutes": 60}).json()
    assert (changed["pay_minutes"], changed["receive_days"]) == (60, 10)
    point = desk.post(f"{at}/shop/pickup-points", {"name": "Barn", "address": "Lane 1"}).json()
    one = f"{at}/shop/pickup-points/{point['id']}"
    assert desk.patch(one, {"active": False}).json() == {**point, "active": False}
    assert desk.patch(one, {"name": " "}).json()["fields"].keys() == {"name"}
    assert knock(here.mei).get(f"{at}/shop/pickup-points").json() == []
    rate = desk.post(
        f"{at}/shop/delivery-rates", {"name": "Far", "fee": 900, "free_from": 5_000}
    ).json()
    path = f"{at}/shop/delivery-rates/{rate['id']}"
    assert desk.patch(path, {"free_from": None}).json() == {**rate, "free_from": None}
    assert desk.patch(path, {"place": 10**6}).status_code == 422


def test_a_picture_is_added_shown_and_taken_off(knock, here, at):
    rice = product(here)
    desk, path = knock(here.owner), f"{at}/products/{rice.uid}/pictures"
    made = desk.post(path, data={"picture": drawn(), "alt": "A sack"})
    assert (made.status_code, made.json()["alt"], made.json()["width"]) == (201, "A sack", 64)
    (shown,) = knock(here.stranger).get(f"{at}/products/{rice.uid}").json()["pictures"]
    assert shown == made.json()
    other = product(here, title="Other")
    wrong = f"{at}/products/{other.uid}/pictures/{shown['id']}"
    assert desk.delete(wrong).status_code == 404
    assert desk.delete(f"{path}/{shown['id']}").status_code == 204
    text = BytesIO(b"<svg onload=alert(1)>")
    text.name = "x.png"
    assert desk.post(path, data={"picture": text}).status_code == 422
