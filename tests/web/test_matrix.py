"""Roles × pages: who is let in where, and that no address leads to things of somebody else."""

import pytest
from django.db import transaction

from qunluo.community.models import Community
from tests.web.addresses import ASKED, address
from tests.web.everybody import ROLES, taken_back, town
from tests.web.pages import IN, TABLE, WALKED

# On PostgreSQL the same pages and operations are asked by tests/safety and the contract.
pytestmark = [pytest.mark.django_db, pytest.mark.above_the_database]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One of everything, built once: each test is a savepoint in its transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield town()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _quiet(caplog):
    """Refusals by the hundred are what is asked for here."""
    caplog.set_level("CRITICAL", "django.request")


def met(answer):
    """How somebody was met: `in` when they were sent to sign in, else the status."""
    to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
    return IN if to_sign_in else answer.status_code


def ask(world, role, method, path, body=None):
    """Send one request and take back what it did."""
    with taken_back():
        answer = getattr(world.browser(role), method)(path, body or {})
        if answer.streaming:
            b"".join(answer.streaming_content)
        return answer


def expected(page, method):
    """What each role is answered; of a method that there is not, two need to ask."""
    if said := getattr(page, method):
        return said
    return {"visitor": 405, "owner": 405}


def test_every_address_has_its_row():
    assert set(ASKED) - set(TABLE) - WALKED == set(), "add a row to tests/web/pages.py"
    assert (set(TABLE) | WALKED) - set(ASKED) == set()


@pytest.mark.req("O02")
@pytest.mark.parametrize("name", TABLE)
def test_who_may(name, world):
    page, path = TABLE[name], address(name, world)
    wrong = {}
    for method in ("get", "post"):
        for role, wanted in expected(page, method).items():
            if "/c/" not in path and role not in {"visitor", "outsider", "member", "owner"}:
                continue  # what is not about a community cannot ask for a role in it
            got = met(ask(world, role, method, path, page.body if method == "post" else None))
            if got != wanted:
                wrong[f"{method} as {role}"] = f"{got}, not {wanted}"
    assert not wrong


IN_COMMUNITY = [name for name in TABLE if "slug" in ASKED[name]]
STRANGERS = ("visitor", "outsider", "former", "other")
# What concerns one person stays open to them, wherever the community goes.
OF_A_PERSON = {"community:decision", "community:application", "community:appeal_refusal",
               "community:withdraw"}  # fmt: skip


@pytest.fixture
def private(world):
    """The farm, gone private again after its links were passed on."""
    Community.objects.filter(pk=world.farm.pk).update(stage="private", recruiting=False)


@pytest.mark.parametrize("name", IN_COMMUNITY)
def test_a_private_community_does_not_exist_for_others(name, world, private):
    page, path = TABLE[name], address(name, world)
    for method in ("get", "post"):
        if getattr(page, method) is None:
            continue
        for role in STRANGERS:
            answer = ask(world, role, method, path, page.body)
            assert met(answer) in ({404, IN} if role == "visitor" else {404}), (method, role)
            assert world.farm.name not in answer.text


@pytest.mark.parametrize("name", IN_COMMUNITY)
def test_a_removed_member_sees_nothing_of_a_private_community_but_the_decision(
    name, world, private
):
    answer = ask(world, "removed", "get", address(name, world))
    assert met(answer) in ({200} if name == "community:decision" else {404, 405})


ABOUT_A_THING = [
    name for name in IN_COMMUNITY if ASKED[name] - {"slug", "step", "size", "number",
                                                         "older", "newer", "topic", "kind",
                                                         "question"}
]  # fmt: skip


@pytest.mark.parametrize("name", ABOUT_A_THING)
@pytest.mark.parametrize("where", ["other", "second"])
def test_a_thing_of_the_farm_is_not_to_be_had_at_another_address(name, where, world):
    """Neither for the owner of another community nor for who owns both."""
    page, elsewhere = TABLE[name], getattr(world, where)
    role = "other" if where == "other" else "owner"
    for method in ("get", "post"):
        if getattr(page, method) is None:
            continue
        answer = ask(world, role, method, address(name, world, slug=elsewhere.slug), page.body)
        assert answer.status_code == 404 or name == "founding:withdraw_offer", method
        assert answer.status_code in {404, 409, 410}


@pytest.mark.parametrize("name", [n for n in ABOUT_A_THING if "pk" in ASKED[n]])
def test_a_number_that_is_nobodys_is_not_found(name, world):
    page = TABLE[name]
    for number in (0, 2**40, 10**40):
        for method in ("get", "post"):
            if getattr(page, method) is not None:
                answer = ask(world, "owner", method, address(name, world, pk=number), page.body)
                assert answer.status_code == 404


def test_the_matrix_knows_everybody():
    assert all(set(page.get or page.post) >= set(ROLES) for page in TABLE.values())
