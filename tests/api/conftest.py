"""The door under test: one world for a module, and every test takes back what it did."""

import pytest
from django.db import transaction
from django.test import Client

from tests.api import world as worlds


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One of everything, built once: each test is a savepoint in its transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield worlds.build()
        transaction.set_rollback(True)


class Door:
    """Requests to the API as somebody: `door("owner").post("/me/tokens", {...})`."""

    def __init__(self, secret="", language="en", client=None):
        self.client = client or Client()
        self.headers = {"Accept-Language": language}
        if secret:
            self.headers["Authorization"] = f"Bearer {secret}"

    def __getattr__(self, method):
        def call(path, body=None, headers=None, **options):
            if body is not None:
                options |= {"data": body, "content_type": "application/json"}
            return getattr(self.client, method)(
                f"/api/v1{path}", headers={**self.headers, **(headers or {})}, **options
            )

        return call


@pytest.fixture
def door(world, db):
    """`door()` speaks for a visitor, `door("owner")` for a role, `door(secret=…)` for a token."""

    def knock(role="visitor", *, secret="", language="en"):
        return Door(secret or world.tokens.get(role, ""), language)

    return knock
