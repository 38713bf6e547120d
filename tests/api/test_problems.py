"""Refusals as problem+json: the same shape everywhere, in the language of the request."""

import logging

import pytest

from qunluo.api import v1
from qunluo.api.docs import all_refusals
from qunluo.kernel.clock import now, travel
from qunluo.people import queries

pytestmark = pytest.mark.django_db
MEMBERS = {"type", "title", "status", "detail", "code", "next_step", "fields"}


def problem(response, status):
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body.keys() >= MEMBERS
    assert body["status"] == status
    assert body["type"].endswith(f"/api/docs/errors#{body['code']}")
    return body


@pytest.mark.parametrize(
    ("language", "detail"),
    [("en", "We could not find this community."), ("zh-CN,zh;q=0.9", "没有找到这个社群")],
)
def test_a_refusal_speaks_the_language_of_the_request(door, language, detail):
    body = problem(door(language=language).get("/communities/nowhere"), 404)
    assert detail in body["detail"]
    assert body["code"] == "community.not_found"


def test_without_a_language_a_token_speaks_its_owners(door, world):
    world.people.member.language = "zh-hans"
    world.people.member.save()
    knock = door("member")
    del knock.headers["Accept-Language"]
    assert "社群" in knock.get("/communities/nowhere").json()["detail"]


def test_an_address_that_is_none(door):
    assert problem(door().get("/nowhere"), 404)["code"] == "api.no_such_address"
    assert problem(door().client.get("/api/v2/me"), 404)["code"] == "api.no_such_address"


def test_a_method_that_is_not_taken_names_the_others(door):
    response = door().delete("/me")
    assert "GET, PATCH" in problem(response, 405)["next_step"]
    assert response["Allow"] == "GET, PATCH"


def test_head_is_answered_like_get(door):
    response = door("member").head("/me")
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("body", ["{", "[1", "\xff", '{"intro": NaN}', "[" * 100_000])
def test_a_body_that_is_no_json(door, body):
    knock = door("member")
    response = knock.client.patch(
        "/api/v1/me", body, content_type="application/json", headers=knock.headers
    )
    assert response.status_code in {400, 422}
    problem(response, response.status_code)


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_text_that_no_database_keeps(door, text):
    problem(door("member").patch("/me", {"intro": text}), 400)


def test_a_body_that_is_too_large(door):
    problem(door("member").patch("/me", {"intro": "x" * 5_000_000}), 413)


def test_a_field_that_is_not_as_declared_is_named(door):
    body = problem(door("member").patch("/me", {"intro": 5, "nickname": "x"}), 422)
    assert body["fields"].keys() == {"intro", "nickname"}
    chinese = problem(door("member", language="zh").patch("/me", {"intro": 5}), 422)
    assert chinese["fields"] == {"intro": ["请在此填写文字。"]}
    assert problem(door().get("/communities?limit=500"), 422)["fields"].keys() == {"limit"}


def test_a_field_that_the_room_refuses_is_named_too(door):
    body = problem(door("member").patch("/me", {"time_zone": "Mars/Base"}), 422)
    assert body["fields"] == {"time_zone": ["We do not know this time zone."]}


@pytest.mark.req("F01")
def test_a_closed_gate_gives_its_reasons_in_both_languages(door, world):
    made = door("stranger").post(
        "/communities", {"name": "Rice", "sentence": "We grow rice.", "blueprint": "T02"}
    )
    slug = made.json()["slug"]
    english = problem(door("stranger").post(f"/communities/{slug}/publish", {"note": ""}), 409)
    chinese = door("stranger", language="zh").post(f"/communities/{slug}/publish", {"note": ""})
    assert english["code"] == "community.gate_closed"
    assert len(english["reasons"]) == len(chinese.json()["reasons"]) > 3
    assert english["reasons"] != chinese.json()["reasons"]


def test_too_often_says_how_long_to_wait(door, world):
    knock, wish = door("stranger"), {"action": "a", "count": 1}
    with travel(now()):
        answers = [knock.put("/communities/x/pledge", wish) for _ in range(121)]
    body = problem(answers[-1], 429)
    assert int(answers[-1]["Retry-After"]) == body["retry_after"] > 0
    assert answers[-2].status_code == 404


def test_our_mistake_shows_nothing_of_the_inside(door, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr(queries, "profile_for", broken)
    with caplog.at_level(logging.ERROR):
        response = door("member").get("/me")
    assert problem(response, 500)["code"] == "api.our_mistake"
    assert b"swordfish" not in response.content
    assert "swordfish" in caplog.text


def test_every_problem_is_explained_in_the_documents():
    codes = {refusal.code for refusal in all_refusals()}
    assert {"community.gate_closed", "api.scope_missing", "growth.invitation_expired"} <= codes
    assert v1.api


@pytest.mark.parametrize(("language", "said"), [
    ("en", "Enter a name, a phone or an e-mail."), ("zh", "请填写姓名、手机或邮箱。"),
])  # fmt: skip
def test_a_customer_is_not_emptied(language, said, door, world):
    knock = door("owner", language=language)
    path = f"/communities/{world.farm.slug}/customers"
    made = knock.post(path, {"name": "Zhao"}).json()
    body = problem(knock.patch(f"{path}/{made['id']}", {"name": ""}), 422)
    assert body["fields"] == {"name": [said]}
