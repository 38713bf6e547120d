"""The writes of the API and the fields of their bodies, as the OpenAPI document names them."""

from qunluo.api.openapi import document
from tests.api.conftest import Door
from tests.api.table import TABLE
from tests.api.test_matrix import PLACES, knock

READING = {"get", "head"}
WRITES = {name: TABLE[name] for name, (method, _path) in PLACES.items() if method not in READING}
# What they end is needed afterwards.
ENDING = {
    "close_community",
    "suspend_member",
    "remove_member",
    "hand_over",
    "leave",
    "erase_account",
}
SCHEMAS = document("en")["components"]["schemas"]


def fields_of(name):
    """What the body of a write may hold: the schema of each property."""
    method, path = PLACES[name]
    told = document("en")["paths"][path][method].get("requestBody", {})
    shape = told.get("content", {}).get("application/json", {}).get("schema", {})
    return _plain(shape).get("properties", {})


def texts_of(name):
    """The properties that are free text."""
    plain = {key: _plain(said) for key, said in fields_of(name).items()}
    return [
        key for key, said in plain.items()
        if said.get("type") == "string" and not said.keys() & {"enum", "format", "pattern"}
    ]  # fmt: skip


def send(world, role, name, body):
    """Send a write as somebody, with another body than that of the table."""
    return knock(Door(world.tokens[role]), world, name, body)


def _plain(shape):
    """The schema itself, without the reference to it and without its null."""
    if "$ref" in shape:
        return _plain(SCHEMAS[shape["$ref"].rsplit("/", 1)[-1]])
    some = [one for one in shape.get("anyOf", []) if one.get("type") != "null"]
    return {**_plain(some[0]), **shape} if len(some) == 1 else shape
