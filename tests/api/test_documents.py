"""The documents: OpenAPI, the pages for people, the reference, all from one source."""

import re
from collections import Counter

import pytest

from qunluo.api import reading, reference
from qunluo.api.area import OPERATIONS
from qunluo.api.openapi import document
from qunluo.api.shapes import Given, Shown

pytestmark = [pytest.mark.django_db, pytest.mark.above_the_database]


def test_the_openapi_document_is_served_in_both_languages(client):
    english = client.get("/api/openapi.json", headers={"Accept-Language": "en"}).json()
    chinese = client.get("/api/openapi.json", headers={"Accept-Language": "zh"}).json()
    assert english["openapi"].startswith("3.1")
    assert english["paths"].keys() == chinese["paths"].keys()
    me = "/api/v1/me"
    assert english["paths"][me]["get"]["summary"] == "Who am I"
    assert chinese["paths"][me]["get"]["summary"] == "我是谁"
    told = chinese["components"]["schemas"]["Problem"]["properties"]
    assert all(re.search("[一-鿿]", member["description"]) for member in told.values())


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_says_what_it_does_and_what_it_refuses(name):
    (operation,) = [
        one
        for methods in document("en")["paths"].values()
        for one in methods.values()
        if one["operationId"] == name
    ]
    assert operation["summary"]
    assert operation["description"].endswith((".", ")"))
    assert operation["security"]
    told = {int(code) for code in operation["responses"]}
    assert told >= {400, 401, 403, 422}
    if OPERATIONS[name].shape.writes:
        assert told >= {404, 409, 429}
    for code, response in operation["responses"].items():
        if int(code) >= 400:
            content = response["content"]["application/problem+json"]
            assert content["example"]["status"] == int(code)
    keys = [p["name"] for p in operation["parameters"] if p["in"] == "header"]
    assert keys == (["Idempotency-Key"] if OPERATIONS[name].shape.keyed else [])


def _kinds(shape):
    for kind in shape.__subclasses__():
        yield kind.__name__
        yield from _kinds(kind)


def test_no_two_schemas_share_a_name():
    """django-ninja merges schemas by name, so two of one name would overwrite each other."""
    schemas = document("en")["components"]["schemas"]
    assert not [name for name in schemas if "__" in name or name.endswith("1")]
    names = Counter(name for shape in (Given, Shown) for name in _kinds(shape) if name in schemas)
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("path", ["/api/docs", "/api/docs/errors"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_people_read_it_under_the_strict_policy(client, path, language):
    response = client.get(path, headers={"Accept-Language": language})
    assert response.status_code == 200
    html = response.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\son\w+=|style=|https?://cdn", html)
    assert "script-src 'self'" in response["Content-Security-Policy"]


def test_the_page_lists_every_operation(client):
    html = client.get("/api/docs").content.decode()
    assert [name for name in OPERATIONS if f'id="{name}"' not in html] == []


def test_the_reference_lists_every_operation():
    text = reference.markdown()
    for group in reading.groups("en"):
        assert f"## {group.title}" in text
        for operation in group.operations:
            assert f"`{operation.method} {operation.path}`" in text
