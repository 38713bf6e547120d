"""Roles × operations: who is let in where, and what of a private community nobody outside sees."""

import json
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image

from qunluo.api.area import OPERATIONS
from qunluo.api.openapi import document
from qunluo.kernel.clock import now
from qunluo.people.queries import tokens_of
from tests.api.table import STAFF_ONLY, TABLE
from tests.api.world import CUSTOMERS, ROLES
from tests.web.everybody import taken_back

# On PostgreSQL the same pages and operations are asked by tests/safety and the contract.
pytestmark = [pytest.mark.django_db, pytest.mark.above_the_database]
PLACES = {
    operation["operationId"]: (method, path)
    for path, methods in document("en")["paths"].items()
    for method, operation in methods.items()
}


def picture():
    out = BytesIO()
    Image.new("RGB", (64, 64), "teal").save(out, "PNG")
    out.seek(0)
    out.name = "picture.png"
    return out


def table():
    out = BytesIO(CUSTOMERS)
    out.name = "customers.csv"
    return out


FILES = {"file": table, "archive": table}


def path_of(world, name, **other):
    """Where a row of the table knocks."""
    row, (_method, path) = TABLE[name], PLACES[name]
    ids = {**world.ids, "token_id": tokens_of(world.people.owner)[0].pk}
    ids |= {name: ids[source] for name, source in row.ids.items()} | other
    return path.removeprefix("/api/v1").format(**ids) + (f"?{row.query}" if row.query else "")


def knock(door, world, name, said=None, **other):
    """Send the request of a row of the table, or with another body."""
    row, method, path = TABLE[name], PLACES[name][0], path_of(world, name, **other)
    if row.files:
        return getattr(door, method)(path, data={row.files: FILES.get(row.files, picture)()})
    body = row.body if said is None else said
    if body is not None:
        tomorrow = (now() + timedelta(days=1)).isoformat()
        said = json.dumps(body).replace("{target}", world.people.target.handle)
        said = said.replace("{host}", world.people.host.handle)
        said = said.replace("{name}", world.farm.name)
        said = said.replace("{pickup}", world.ids["pickup_code"])
        said = said.replace("{product}", world.ids["product_uid"])
        said = said.replace("{free}", world.ids["free_at"])
        for number in ("variant", "point", "length", "staff", "gift", "tier"):
            said = said.replace(f'"{{{number}}}"', str(world.ids[f"{number}_id"]))
        said = said.replace("{share_product}", world.ids["share_product_uid"])
        for number in ("size", "depot", "other_point"):
            said = said.replace(f'"{{{number}}}"', str(world.ids[f"{number}_id"]))
        said = said.replace('"{account}"', str(world.ids["account_id"]))
        body = json.loads(said.replace("{tomorrow}", tomorrow))
    return getattr(door, method)(path, body)


def test_every_operation_has_its_row():
    assert set(OPERATIONS) - set(TABLE) == set(), "add a row to tests/api/table.py"
    assert set(TABLE) - set(OPERATIONS) == set()


@pytest.mark.req("API")
@pytest.mark.parametrize("name", TABLE)
def test_who_may(name, door, world):
    for role, expected in zip(ROLES, TABLE[name].expected(), strict=True):
        with taken_back():
            response = knock(door(role), world, name)
            assert response.status_code == expected, (role, response.content.decode()[:400])
            if expected >= 400:
                assert response["Content-Type"] == "application/problem+json", role
                assert response.json()["next_step"], role
            elif response.get("Content-Type") == "application/json":
                response.json()


@pytest.mark.parametrize("name", STAFF_ONLY)
def test_who_runs_the_installation_sees_its_workings(name, door, world):
    assert knock(door("staff"), world, name).status_code == STAFF_ONLY[name]


BY_SLUG = [name for name, (_method, path) in PLACES.items() if "{slug}" in path]


@pytest.mark.parametrize("name", BY_SLUG)
def test_a_private_community_does_not_exist_for_others(name, door, world):
    """Not even for the owner of another one."""
    for role, expected in (("visitor", {401, 404}), ("owner", {404})):
        with taken_back():
            response = knock(door(role), world, name, slug=world.other.slug)
            assert response.status_code in expected, role
            assert world.other.name not in response.content.decode(), role


BY_ID = [
    name for name, (_method, path) in PLACES.items() if "_id}" in path and "{slug}" not in path
]
PUBLIC_IDS = {"blueprint"}


@pytest.mark.parametrize("name", [name for name in BY_ID if name not in PUBLIC_IDS])
def test_an_id_of_another_community_opens_nothing(name, door, world):
    response = knock(door("other"), world, name)
    assert response.status_code in {403, 404}, response.content.decode()[:400]
    nothing = dict.fromkeys(world.ids, 2**40) | {
        "transfer_id": uuid4(),
        "request_id": uuid4(),
    }
    missing = knock(door("other"), world, name, **nothing)
    assert missing.status_code == response.status_code
    assert missing.json()["code"] == response.json()["code"]
