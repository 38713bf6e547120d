"""Lists by keyset, and writes that may be sent twice."""

import json
from io import BytesIO
from uuid import uuid4

import pytest

from qunluo.kernel.models import OnceKey
from tests.community.makers import member

pytestmark = pytest.mark.django_db


def walk(knock, path):
    """Follow `next` to the end; return the items of every page."""
    pages = []
    while path:
        response = knock.get(path)
        assert response.status_code == 200, response.content
        body = response.json()
        pages.append(body["items"])
        assert ("Link" in response) == (body["next"] is not None)
        path = (body["next"] or "").removeprefix("/api/v1")
        if path:
            assert response["Link"] == f'<{body["next"]}>; rel="next"'
    return pages


def test_a_list_is_walked_to_its_end_without_gaps(door, world):
    for number in range(7):
        member(world.farm, f"Member {number}")
    pages = walk(door("member"), f"/communities/{world.farm.slug}/members?limit=3")
    assert [len(page) for page in pages] == [3, 3, 3, 3, 2]
    ids = [one["id"] for page in pages for one in page]
    assert len(set(ids)) == 14
    assert ids == sorted(ids, reverse=True)


def test_a_page_keeps_the_filters(door, world):
    for number in range(4):
        member(world.farm, f"Bao {number}")
    pages = walk(door("member"), f"/communities/{world.farm.slug}/members?q=bao&limit=2")
    assert [one["person"]["name"] for page in pages for one in page] == [
        "Bao 3", "Bao 2", "Bao 1", "Bao 0",
    ]  # fmt: skip


def test_the_audit_log_is_walked_too(door, world):
    pages = walk(door("owner"), f"/communities/{world.farm.slug}/audit?limit=5")
    assert len(pages) > 1
    ids = [one["id"] for page in pages for one in page]
    assert ids == sorted(set(ids), reverse=True)


@pytest.mark.parametrize(
    "cursor", ["x", "W10", "WzEsMiwzXQ", "-1", "9" * 40, "٣", "%00", "W251bGxd"]
)
def test_a_cursor_that_we_did_not_make(door, world, cursor):
    for path in ("members", "audit", "applications"):
        response = door("owner").get(f"/communities/{world.farm.slug}/{path}?after={cursor}")
        if path == "audit" and cursor == "-1":
            assert response.status_code == 422
        assert response.status_code in {400, 422}, (path, response.content)
        assert response["Content-Type"] == "application/problem+json"


def founding(door, key, **other):
    body = {"name": "Rice", "sentence": "We grow rice.", "blueprint": "T02", **other}
    return door("stranger").post("/communities", body, headers={"Idempotency-Key": key})


def communities_of(door):
    return len(door("stranger").get("/me/communities").json())


@pytest.mark.req("API")
def test_the_same_request_with_the_same_key_acts_once(door):
    key = str(uuid4())
    first, second = founding(door, key), founding(door, key)
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert first["Content-Type"] == second["Content-Type"]
    assert communities_of(door) == 1
    assert founding(door, str(uuid4())).json()["slug"] != first.json()["slug"]
    assert communities_of(door) == 2


def test_the_same_key_with_another_body_is_refused(door):
    key = str(uuid4())
    founding(door, key)
    refused = founding(door, key, name="Wheat")
    assert (refused.status_code, refused.json()["code"]) == (409, "kernel.key_reused")
    assert communities_of(door) == 1


def test_a_refused_request_leaves_its_key_free(door):
    key = str(uuid4())
    assert founding(door, key, blueprint="T99").status_code == 404
    assert not OnceKey.objects.exists()
    assert founding(door, key).status_code == 201


def test_a_key_belongs_to_its_person_and_address(door, world):
    headers = {"Idempotency-Key": "same"}
    for role in ("member", "host"):
        assert door(role).patch("/me", {"intro": role}, headers=headers).json()["intro"] == role
    path = f"/communities/{world.farm.slug}/membership/label"
    assert door("member").put(path, {"claim": "have"}, headers=headers).status_code == 200


@pytest.mark.parametrize("key", ["", "a b", "x" * 101, "键"])
def test_a_key_that_cannot_be_kept(door, key):
    response = founding(door, key)
    assert response.json()["code"] == "api.key_unfit"


def test_what_holds_a_secret_is_not_remembered(door, world):
    response = door("member").post(
        "/me/tokens", {"name": "x", "scopes": ["read"]}, headers={"Idempotency-Key": "k"}
    )
    assert response.json()["code"] == "api.key_not_taken"


def test_an_upload_with_a_key_acts_once(door, world):
    knock = door("owner")
    path = f"/communities/{world.farm.slug}/imports"

    def upload(text):
        file = BytesIO(text.encode())
        file.name = "customers.csv"
        return knock.post(path, data={"file": file}, headers={"Idempotency-Key": "upload"})

    first = upload("name,email\nLi,li@example.org\n")
    assert first.status_code == 201
    assert upload("name,email\nLi,li@example.org\n").content == first.content
    assert upload("name,email\nWu,wu@example.org\n").status_code == 409
    assert json.loads(first.content)["id"] == knock.get(path).json()[0]["id"]
