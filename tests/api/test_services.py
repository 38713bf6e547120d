"""Requests for services over the API: from asking to thanks, and what is refused."""

from uuid import uuid4

import pytest

from qunluo.conversation import actions
from qunluo.ledger import actions as ledger

pytestmark = [pytest.mark.django_db, pytest.mark.req("P15")]


@pytest.fixture
def offered(world):
    """A service for two points, and a host who has them: (the path of asking, of requests)."""
    farm, cast = world.farm, world.people
    thread = actions.write_post(
        actor=cast.member, space=actions.open_space(actor=cast.owner, community=farm, name="Yard",
                                                    slug="yards"),
        kind="service", title="Knives", source="I sharpen them.", fields={"points": "2"},
    )  # fmt: skip
    ledger.give_points(
        actor=cast.owner, community=farm, person=cast.host, points=2, reason="Thanks", key="two"
    )
    base = f"/communities/{farm.slug}"
    return f"{base}/threads/{thread.number}/requests", f"{base}/service-requests"


def test_a_service_is_asked_for_and_its_points_go_over(door, offered):
    asking, requests = offered
    host, member = door("host"), door("member")
    made = host.post(asking, {"text": "My knife.", "price": 2})
    assert made.status_code == 201, made.content
    one = made.json()
    assert (one["state"], one["price"], one["asked"], one["yours"]) == ("requested", 2, True, False)
    assert [step["name"] for step in one["steps"]] == ["withdraw"]
    listed = member.get(f"{requests}?side=offered").json()["items"]
    assert listed[0]["id"] == one["id"]
    assert listed[0]["yours"]
    assert [step["name"] for step in listed[0]["steps"]] == ["accept", "decline", "deliver"]
    assert member.post(f"{requests}/{one['id']}/deliver", {}).json()["state"] == "delivered"
    thanks = {"text": "It cuts.", "rating": "gladly"}
    done = host.post(f"{requests}/{one['id']}/thank", thanks).json()
    assert (done["state"], done["steps"], done["due_at"]) == ("done", [], None)
    again = host.post(f"{requests}/{one['id']}/thank", thanks)
    assert (again.status_code, again.json()["code"]) == (409, "conversation.service_moved")


def test_what_is_refused_says_why(door, offered):
    asking, requests = offered
    poor = door("operator").post(asking, {"text": "Mine, too."})
    assert (poor.status_code, poor.json()["code"]) == (409, "conversation.not_enough_points")
    assert "You lack 2 points" in poor.json()["detail"]
    stale = door("host").post(asking, {"text": "My knife.", "price": 1})
    assert stale.json()["code"] == "conversation.price_changed"
    for body in ({}, {"text": "x", "price": -1}, {"text": "x", "price": 1.5}, {"text": " "}):
        assert door("host").post(asking, body).status_code == 422
    one = door("host").post(asking, {"text": "My knife."}).json()
    twice = door("host").post(asking, {"text": "My knife."})
    assert twice.json()["code"] == "conversation.request_open"
    assert door("owner").get(f"{requests}/{one['id']}").status_code == 404
    assert door("host").get(f"{requests}/{uuid4()}").status_code == 404
    wrong = door("host").post(f"{requests}/{one['id']}/accept", {})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "conversation.not_your_move")


def test_who_keeps_the_books_decides_and_reads_what_came_of_it(door, offered):
    asking, requests = offered
    one = door("host").post(asking, {"text": "My knife."}).json()
    door("member").post(f"{requests}/{one['id']}/deliver", {})
    door("host").post(f"{requests}/{one['id']}/dispute", {"text": "Still blunt."})
    assert door("owner").get(f"{requests}?side=disputed").json()["items"][0]["id"] == one["id"]
    decided = door("owner").post(f"{requests}/{one['id']}/decide_for_asker", {"text": "I saw it."})
    assert (decided.status_code, decided.json()["state"]) == (200, "returned")
    assert (
        door("host", language="zh").get(f"{requests}/{one['id']}").json()["state_label"] == "已退回"
    )


def test_the_same_key_asks_once(door, offered):
    asking, requests = offered
    key = {"Idempotency-Key": str(uuid4())}
    first = door("host").post(asking, {"text": "My knife."}, headers=key)
    second = door("host").post(asking, {"text": "My knife."}, headers=key)
    assert first.json()["id"] == second.json()["id"]
    assert len(door("host").get(requests).json()["items"]) == 1
