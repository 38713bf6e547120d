"""Harvest shares over the API: subscribing once, moving a box, and what the desk does."""

from uuid import uuid4

import pytest

from qunluo.market.models import ShareContract, ShareDelivery

pytestmark = [pytest.mark.django_db, pytest.mark.req("N10")]


@pytest.fixture
def base(world):
    return f"/communities/{world.farm.slug}"


def test_the_same_key_subscribes_once_and_a_price_that_changed_is_refused(door, world, base):
    ids, host = world.ids, door("host")
    path = f"{base}/seasons/{ids['season_uid']}"
    season = host.get(path).json()
    assert (season["open"], season["depots"][0]["free"]) == (True, 8)
    wish = {"variant_id": ids["size_id"], "depot_id": ids["depot_id"], "signed": "Ann", "parts": 2}
    stale = host.post(f"{path}/subscribe", {**wish, "price": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "market.price_changed")
    key = {"Idempotency-Key": str(uuid4())}
    first = host.post(f"{path}/subscribe", {**wish, "price": 9_000}, headers=key)
    assert first.status_code == 201, first.content
    assert host.post(f"{path}/subscribe", {**wish, "price": 9_000}, headers=key).content == (
        first.content
    )
    made = first.json()
    assert (made["state"], len(made["deliveries"]), len(made["paying"])) == ("asked", 4, 2)
    order = made["paying"][0]["order_uid"]
    assert host.get(f"/me/orders/{order}").json()["total"] == 4_500
    assert [one["uid"] for one in host.get(f"{base}/my-shares").json()] == [made["uid"]]
    assert door("stranger").get(f"{base}/shares/{made['uid']}").status_code == 404


def test_a_box_is_moved_and_the_code_is_told_to_its_subscriber_alone(door, world, base):
    path = f"{base}/shares/{world.ids['share_uid']}"
    member = door("member")
    boxes = member.get(path).json()["deliveries"]
    to = {"delivery_id": boxes[1]["delivery_id"]}
    moved = member.post(f"{path}/boxes/{boxes[0]['delivery_id']}/move", to)
    assert moved.status_code == 200, moved.content
    states = {one["delivery_id"]: one["state"] for one in moved.json()["deliveries"]}
    assert states[boxes[0]["delivery_id"]] == "moved"
    assert moved.json()["code"]
    assert door("owner").get(path).json()["code"] == ""


def test_the_desk_packs_and_hands_out(door, world, base):
    ids, owner = world.ids, door("owner")
    path = f"{base}/shop/seasons/{ids['season_uid']}/deliveries/{ids['delivery_id']}"
    early = owner.post(f"{path}/pack", {})
    assert (early.status_code, early.json()["code"]) == (409, "market.cut_off_ahead")
    delivery = ShareDelivery.objects.get(pk=ids["delivery_id"])
    ShareDelivery.objects.filter(pk=delivery.pk).update(cut_off_at=delivery.season.created_at)
    assert owner.post(f"{path}/pack", {}).json() == {"boxes": 1}
    lists = owner.get(f"{path}/packing").json()
    assert [one["state"] for one in lists[0]["boxes"]] == ["packed"]
    code = ShareContract.objects.get(uid=ids["share_uid"]).code
    handed = owner.post(f"{path}/hand-over", {"code": code})
    assert handed.json()["uid"] == ids["share_uid"]
