"""Who may not hears that first, whatever they send: a form is judged after its sender."""

import pytest
from django.db import transaction

from tests.web.everybody import town
from tests.web.pages import TABLE
from tests.web.test_matrix import address, ask, met

pytestmark = [pytest.mark.django_db, pytest.mark.above_the_database]
ASKED = [(name, role, said) for name, page in TABLE.items() if page.post
         for role, said in page.post.items() if said in {403, 404}]  # fmt: skip
NONSENSE = {"act": "nonsense", "max_uses": "x", "date": "x", "kind": "x", "name": "x" * 500}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One of everything, built once: each test is a savepoint in its transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield town()
        transaction.set_rollback(True)


@pytest.mark.req("O02")
@pytest.mark.parametrize("body", [{}, NONSENSE], ids=["nothing", "nonsense"])
def test_whatever_is_sent_who_may_not_is_told_so(body, world, caplog):
    caplog.set_level("CRITICAL", "django.request")
    wrong = {}
    for name, role, said in ASKED:
        path = address(name, world)
        if not body and not TABLE[name].body:
            continue  # nothing is what tests/web/test_matrix.py sends there
        if "/c/" in path and (got := met(ask(world, role, "post", path, body))) != said:
            wrong[f"{name} as {role}"] = f"{got}, not {said}"
    assert "\n".join(f"{who}: {got}" for who, got in wrong.items()) == ""
