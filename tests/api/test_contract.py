"""The door keeps what its OpenAPI document says, whatever is thrown at it (schemathesis)."""

import copy

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode

from qunluo.api.area import OPERATIONS
from qunluo.api.openapi import document
from qunluo.wsgi import application
from tests.api.table import TABLE
from tests.api.test_matrix import PLACES, path_of

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::UserWarning")]
load_all_checks()
CHECKED = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
    ]
)
# PostgreSQL refuses more of what is thrown: all is thrown there. Of SQLite its own refusals are
# asked: numbers without end, here in addresses and by tests/safety/test_junk.py in bodies.
THROWS = 9
THROWN = list(OPERATIONS)[:: 1 if connection.vendor == "postgresql" else 12]
ENDLESS = 10**30
# Most as the owner, who gets furthest.
WHO = ["owner", "owner", "owner", "operator", "member", "stranger", "staff"]


@pytest.fixture(scope="module")
def contract(world):
    """The document as it is, and with the addresses of the world, so that requests arrive."""
    plain, pinned = copy.deepcopy(document("en")), copy.deepcopy(document("en"))
    for methods in pinned["paths"].values():
        for operation in methods.values():
            row = TABLE[operation["operationId"]]
            for parameter in operation["parameters"]:
                name = row.ids.get(parameter["name"], parameter["name"])
                if parameter["in"] == "path" and name in world.ids:
                    parameter["schema"]["enum"] = [world.ids[name]]
    schemas = [schemathesis.openapi.from_dict(told) for told in (plain, pinned)]
    for schema in schemas:
        schema.app = application
    return schemas


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch):
    """Keep the test's connection open between requests, and let them come quickly."""
    monkeypatch.setenv("QUNLUO_NO_RATE_LIMITS", "1")
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("name", THROWN)
def test_the_contract_holds(name, contract, world):
    plain, pinned = (schema.find_operation_by_id(name) for schema in contract)
    good = pinned.as_strategy(generation_mode=GenerationMode.POSITIVE)
    bad = plain.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @given(case=st.one_of(good, good, bad), role=st.sampled_from(WHO))
    @settings(
        max_examples=THROWS,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def throw(case, role):
        with transaction.atomic():
            case.call_and_validate(
                headers={"Authorization": f"Bearer {world.tokens[role]}"}, checks=CHECKED
            )
            transaction.set_rollback(True)

    throw()


def numbers_of(name):
    """The numbers in the address of an operation: where they stand and what they are called."""
    method, path = PLACES[name]
    for parameter in document("en")["paths"][path][method]["parameters"]:
        shape = parameter["schema"]
        if "integer" in {one.get("type") for one in (shape, *shape.get("anyOf", []))}:
            yield parameter["in"], parameter["name"]


def test_a_number_without_end_in_an_address_is_refused(door, world):
    met = {}
    for name, (method, _path) in PLACES.items():
        for where, number in numbers_of(name):
            path = path_of(world, name, **({number: ENDLESS} if where == "path" else {}))
            if where == "query":
                path += f"{'&' if '?' in path else '?'}{number}={ENDLESS}"
            with transaction.atomic():
                answer = getattr(door("owner"), method)(path, TABLE[name].body or {})
                transaction.set_rollback(True)
            met[name, number] = answer.status_code
    assert len(met) > 100
    assert {one: status for one, status in met.items() if status not in {400, 403, 404, 422}} == {}
