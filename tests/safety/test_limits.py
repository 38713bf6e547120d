"""Too often: who guesses, floods or fills up is told to wait, and for how long."""

import pytest
from django.core.cache import cache
from django.test import Client

from qunluo.kernel.clock import now, travel
from qunluo.reach.models import Delivery
from tests.api.table import TABLE
from tests.people.makers import PASSWORD
from tests.people.makers import person as account
from tests.safety import api
from tests.web.addresses import address

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(limits):
    """Nothing was counted yet, and time stands still: no limit refills while we knock."""
    cache.clear()
    with travel(now()):
        yield
    cache.clear()


def waits(answer):
    """Tell whether somebody is asked to wait, and for how long."""
    return answer.status_code == 429 and int(answer["Retry-After"]) >= 1


@pytest.mark.req("O02")
def test_who_writes_too_often_waits_and_goes_on_reading(world):
    browser = world.browser("member")
    answers = [browser.post("/appearance/", {"scheme": "dark"}) for _n in range(121)]
    assert {answer.status_code for answer in answers[:120]} == {302}
    assert waits(answers[120])
    assert "太频繁" in answers[120].text or "too often" in answers[120].text
    assert browser.get("/me/").status_code == 200
    assert waits(world.browser("member").post("/appearance/", {}))  # on another device as well
    assert world.browser("host").post("/appearance/", {"scheme": "dark"}).status_code == 302


@pytest.mark.req("O02")
@pytest.mark.parametrize(
    ("name", "times", "sent"),
    [
        ("founding:start", 10, {}),
        ("community:join", 20, {}),
        ("growth:invitation", 20, {}),
        pytest.param("growth:invitations", 60, {"max_uses": "0"}, marks=pytest.mark.slow),
        ("growth:invite", 20, {}),
        ("growth:import", 20, {}),
        ("growth:exports", 10, {}),
        ("me:tokens", 20, {}),
    ],
)
def test_founding_joining_inviting_and_bringing_in_have_their_limits(name, times, sent, world):
    browser, path = world.browser("owner"), address(name, world)
    answers = [browser.post(path, sent) for _n in range(times + 1)]
    assert not any(answer.status_code == 429 for answer in answers[:times])
    assert waits(answers[times])
    assert world.browser("member").post(path, sent).status_code != 429


@pytest.mark.req("O02")
def test_guessing_a_password_is_stopped_even_for_the_right_one():
    who = account(password=PASSWORD)
    browser = Client(headers={"accept-language": "en"})
    said = {"login": who.email, "password": "wrong password 1"}
    answers = [browser.post("/accounts/login/", said) for _n in range(8)]
    assert waits(answers[-1])
    assert "Too many attempts" in answers[-1].text
    assert waits(Client().post("/accounts/login/", {**said, "password": PASSWORD}))
    assert "_auth_user_id" not in browser.session


@pytest.mark.req("O02")
@pytest.mark.parametrize(
    ("path", "confirm"),
    [
        ("/accounts/login/code/", "/accounts/login/code/confirm/"),
        ("/accounts/password/reset/", "/accounts/password/reset/confirm/"),
    ],
)
def test_a_code_cannot_be_guessed_nor_a_mailbox_flooded(path, confirm):
    who = account(password=PASSWORD)
    browser = Client()
    browser.post(path, {"email": who.email})
    tries = [browser.post(confirm, {"code": f"{n:06}"}).status_code for n in range(12)]
    assert tries[-1] != 200  # the code is gone, or one has to wait
    assert "_auth_user_id" not in browser.session
    for _n in range(40):
        Client().post(path, {"email": who.email})
    assert Delivery.objects.filter(to=who.email).count() <= 20


@pytest.mark.req("O02")
def test_a_visitor_who_knocks_without_end_is_told_to_wait():
    doors = ["/accounts/login/", "/accounts/signup/", "/accounts/login/code/"] * 41
    answers = [Client().post(path, {}) for path in doors[:121]]
    assert waits(answers[-1])


@pytest.mark.req("O02", "API")
@pytest.mark.parametrize("name", ["join", "invite", "found_community", "start_import"])
def test_the_api_counts_with_the_pages(name, world):
    answers = []
    for _n in range(61):
        answers.append(api.send(world, "outsider", name, TABLE[name].body))
        if answers[-1].status_code == 429:
            break
    assert waits(answers[-1])
    assert answers[-1].json()["code"] == "kernel.too_many"
