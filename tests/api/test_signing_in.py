"""Who speaks: tokens with scopes, sessions with their CSRF token, visitors."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from qunluo.api.area import OPERATIONS
from qunluo.kernel.clock import now, travel
from qunluo.people.actions import register_person, revoke_token
from qunluo.people.queries import tokens_of
from qunluo.people.rules import SCOPES
from tests.api.conftest import Door
from tests.api.world import token_of

pytestmark = pytest.mark.django_db
PASSWORD = "four calm herons standing"


def test_a_visitor_is_told_how_to_speak(door):
    response = door().get("/me")
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["code"] == "api.not_signed_in"
    assert "Tokens" in response.json()["next_step"]


@pytest.mark.parametrize("secret", ["qlt_nonsense", "x", "qlt_"])
def test_a_token_that_does_not_live_is_refused_even_at_a_public_door(door, secret):
    assert door(secret=secret).get("/me").json()["code"] == "api.token_refused"
    assert door(secret=secret).get("/blueprints").status_code == 401


def test_another_way_to_authorise_is_refused_alike(door):
    response = door().get("/me", headers={"Authorization": "Basic bWU6bWU="})
    assert response.json()["code"] == "api.token_refused"


def test_a_revoked_and_an_expired_token_are_refused(door, world):
    secret = token_of(world.people.member)
    with travel(now() + timedelta(days=31)):
        assert door(secret=secret).get("/me").status_code == 401
    assert door(secret=secret).get("/me").status_code == 200
    revoke_token(actor=world.people.member, token=tokens_of(world.people.member)[0])
    assert door(secret=secret).get("/me").status_code == 401


@pytest.mark.req("V10")
def test_a_scope_that_lacks_is_named(door, world):
    reader = door(secret=token_of(world.people.owner, "profile:read", "members:read"))
    slug = world.farm.slug
    assert reader.get("/me").status_code == 200
    assert reader.get(f"/communities/{slug}/members").status_code == 200
    refused = reader.patch("/me", {"intro": "x"})
    assert refused.status_code == 403
    assert refused.json()["code"] == "api.scope_missing"
    assert "profile:write" in refused.json()["detail"]
    assert "members:read, profile:read" in refused.json()["next_step"]
    assert reader.get(f"/communities/{slug}/customers").json()["code"] == "api.scope_missing"


@pytest.mark.parametrize(
    ("scopes", "reads", "writes"),
    [
        (["read"], 200, 403),
        (["write"], 200, 200),
        (["profile:write"], 200, 200),
        (["profile:read"], 200, 403),
        (["members:write"], 403, 403),
    ],
)
def test_writing_includes_reading_and_the_wide_scopes_cover_all(door, world, scopes, reads, writes):
    program = door(secret=token_of(world.people.member, *scopes))
    assert program.get("/me").status_code == reads
    assert program.patch("/me", {"intro": "Hi"}).status_code == writes


def test_every_scope_that_an_operation_asks_for_can_be_given():
    known = {scope.name for scope in SCOPES} | {"session"}
    assert {one.shape.scope for one in OPERATIONS.values()} <= known


def test_a_token_makes_no_tokens_and_erases_nobody(door, world):
    for path in ("/me/tokens", "/me/erasure"):
        body = {"name": "x", "scopes": ["read"]} if "tokens" in path else {"handle": "x"}
        refused = door("member").post(path, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "api.session_needed")


@pytest.fixture
def browser(world):
    """Somebody who has just signed in on the pages, in a browser that checks CSRF."""
    person = register_person(name="Chen", email="chen@example.org", password=PASSWORD)
    client = Client(enforce_csrf_checks=True)
    client.get("/accounts/login/")
    csrf = client.cookies["csrftoken"].value
    client.post(
        "/accounts/login/",
        {"login": "chen@example.org", "password": PASSWORD, "csrfmiddlewaretoken": csrf},
    )
    assert "sessionid" in client.cookies
    door = Door(client=client)
    door.person = person
    return door


def csrf_of(browser):
    return {"X-CSRFToken": browser.client.cookies["csrftoken"].value}


def test_a_session_reads_and_writes_only_with_its_csrf_token(browser):
    assert browser.get("/me").json()["handle"] == browser.person.handle
    refused = browser.patch("/me", {"intro": "x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "api.csrf_missing")
    assert browser.patch("/me", {"intro": "x"}, headers=csrf_of(browser)).status_code == 200


def test_a_token_in_a_browser_acts_as_its_owner(browser, world):
    secret = world.tokens["member"]
    answer = browser.get("/me", headers={"Authorization": f"Bearer {secret}"})
    assert answer.json()["handle"] == world.people.member.handle


def confirm(browser):
    """Give the password once more, as the pages ask for."""
    page = browser.client.get("/accounts/reauthenticate/")
    assert page.status_code == 200
    browser.client.post(
        "/accounts/reauthenticate/",
        {"password": PASSWORD, "csrfmiddlewaretoken": csrf_of(browser)["X-CSRFToken"]},
    )


@pytest.mark.req("V10", "O09")
def test_a_session_proves_itself_again_before_what_is_delicate(browser):
    wish = {"name": "script", "scopes": ["read"], "days": 7}
    with time_machine.travel(now() + timedelta(minutes=6)):  # signing in is a proof for five
        refused = browser.post("/me/tokens", wish, headers=csrf_of(browser))
        assert (refused.status_code, refused.json()["code"]) == (403, "api.proof_needed")
        assert browser.get("/me/archive").json()["code"] == "api.proof_needed"
        confirm(browser)
        made = browser.post("/me/tokens", wish, headers=csrf_of(browser))
        assert made.status_code == 201
        assert Door(made.json()["secret"]).get("/me").status_code == 200
        archive = browser.get("/me/archive")
    assert archive["Content-Type"] == "application/zip"
    assert archive["Cache-Control"] == "no-store"


@pytest.mark.req("O09")
def test_an_account_is_erased_by_who_knows_the_password(browser):
    confirm(browser)
    handle = browser.person.handle
    for wrong in ({"handle": handle, "password": "no"}, {"handle": "AAAA", "password": PASSWORD}):
        refused = browser.post("/me/erasure", wrong, headers=csrf_of(browser))
        assert refused.json()["code"] == "api.confirmation_wrong"
    done = browser.post(
        "/me/erasure", {"handle": handle, "password": PASSWORD}, headers=csrf_of(browser)
    )
    assert done.status_code == 204
    browser.person.refresh_from_db()
    assert browser.person.erased_at
    assert browser.get("/me").status_code == 401


def test_an_owner_is_told_what_to_hand_over_first(door, world):
    told = door("owner").get("/me/erasure").json()
    assert world.farm.name in str(told["blockers"])
    assert told["keeps"]
