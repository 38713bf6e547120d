"""Requests that others make in somebody's name, and ways that lead out of the house."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from qunluo.growth.models import Customer
from qunluo.people.models import Person
from tests.api.test_matrix import PLACES, path_of
from tests.people.makers import PASSWORD
from tests.people.makers import person as account
from tests.safety import api
from tests.safety.crawl import WRITERS, place
from tests.safety.state import changed, held, writing
from tests.web.addresses import ASKED, address
from tests.web.everybody import taken_back
from tests.web.pages import TABLE

pytestmark = pytest.mark.django_db
ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example",
    "javascript:alert(1)", "https:evil.example", "/%09/evil.example\t//", " //evil.example",
    "http://testserver.evil.example/", "http://testserver@evil.example/", "///evil.example",
]  # fmt: skip
# Mail programs and other systems post there by themselves; the link itself is the key.
OPEN_TO_ALL = {"people:unsubscribe", "reach:stop", "reach:hook", "pay:notice"}


def every_address(world):
    """Every address of the pages, allauth's and the administration's included."""
    for name, asked in ASKED.items():
        if name in TABLE:
            yield name, address(name, world)
        else:
            known = {"uidb36": "1", "key": "x", "pk": 1, "step": "x"}
            yield name, reverse(name, kwargs={key: known[key] for key in asked})
    yield "admin:login", "/admin/login/"
    yield "admin:people_person_add", "/admin/people/person/add/"


# Others' hands.


@pytest.mark.above_the_database
@pytest.mark.req("O02")
def test_nothing_is_written_without_the_token_of_the_form(world):
    before, wrong = held(), []
    browser = world.browser("owner", enforce_csrf_checks=True)
    for name, path in every_address(world):
        answer = browser.post(path, getattr(TABLE.get(name), "body", {}))
        if answer.status_code != 403 and name not in OPEN_TO_ALL:
            wrong.append(f"{name}: {answer.status_code}")
    for method in ("put", "patch", "delete"):
        assert getattr(browser, method)("/me/profile/").status_code == 403
    assert wrong == []
    # Of OPEN_TO_ALL.
    told = {"reach_suppression", "reach_wish", "reach_notice"}
    assert set(changed(before)) <= {"kernel_eventrecord", *told}


@pytest.mark.above_the_database
@pytest.mark.req("O02", "API")
def test_a_session_alone_writes_nothing_by_the_api(world):
    before, wrong = held(), []
    browser = world.browser("owner", enforce_csrf_checks=True)
    for name in api.WRITES.keys() - {"unsubscribe"}:
        call, path = getattr(browser, PLACES[name][0]), f"/api/v1{path_of(world, name)}"
        answer = call(path, "{}", content_type="text/plain")  # what another site may send
        wrong += [] if answer.status_code in {401, 403} else [f"{name}: {answer.status_code}"]
    assert wrong == []
    assert changed(before) == []


@pytest.mark.req("O02")
@pytest.mark.parametrize("role", WRITERS)
def test_reading_every_page_changes_nothing(role, crawl):
    assert crawl.forms(role)
    # How far somebody has read is all that reading leaves, and that others see it at once.
    assert set(crawl.changed[role]) <= {"conversation_reading", "kernel_whisper"}


def test_reading_by_the_api_changes_nothing(world):
    # When a token was last used, and that somebody took their own data along.
    noted = {"people_apitoken", "kernel_eventrecord"}
    before, wrong = held(), []
    for name in PLACES.keys() - api.WRITES.keys():
        for role in ("owner", "member"):
            with taken_back(), writing() as written:
                answer = api.send(world, role, name, None)
                b"".join(answer.streaming_content) if answer.streaming else answer.content
                changes = set(changed(before, written)) - (
                    noted if name == "own_data" else {"people_apitoken"}
                )
                wrong += [f"{name}: {table}" for table in changes]
    assert wrong == []


# Ways out.


def leads_out(answer):
    """Tell whether a redirect leaves the site, as a browser reads it."""
    to = re.sub(r"[\t\r\n]", "", answer.get("Location", "")).strip().replace("\\", "/")
    ours = to.startswith(("http://testserver/", "?")) or re.match(r"/(?!/)", to)
    return bool(to) and not ours


@pytest.mark.above_the_database
@pytest.mark.req("O02")
@pytest.mark.parametrize("to", ELSEWHERE)
def test_the_way_on_never_leaves_the_site(to, crawl):
    who = account(password=PASSWORD)
    wrong = []
    for path, said in (
        ("/language/", {"language": "en"}),
        ("/appearance/", {"scheme": "dark"}),
        ("/accounts/login/", {"login": who.email, "password": PASSWORD}),
        ("/accounts/logout/", {}),
    ):
        for answer in (
            Client().post(path, {**said, "next": to}),
            Client().post(f"{path}?next={to}", said, headers={"referer": to}),
        ):
            wrong += [f"{path}: {answer['Location']}"] if leads_out(answer) else []
    for name in TABLE:
        if not TABLE[name].get:
            continue
        path = address(name, crawl.world)
        answer = crawl.browser("visitor").get(path, {"next": to}, headers={"referer": to})
        wrong += [f"{name}: {answer['Location']}"] if leads_out(answer) else []
        if answer.get("Content-Type", "").startswith("text/html"):
            links = re.findall(r'(?:href|action)="([^"]*evil[^"]*)"', answer.text)
            wrong += [f"{name}: {one}" for one in links if not one.startswith("/accounts/")]
    assert wrong == []


@pytest.mark.above_the_database
@pytest.mark.req("O02")
def test_no_form_that_somebody_fills_in_leads_out(crawl):
    wrong, seen = [], 0
    for role in WRITERS:
        for form in crawl.forms(role):
            if "next" in form.fields:
                with taken_back():
                    said = form.filled(next="//evil.example/")
                    answer = crawl.browser(role).post(form.action, said)
                    seen += 1
                    wrong += [place(form.action)] if leads_out(answer) else []
    assert wrong == []
    assert seen


# Who has an account.


def hashed(monkeypatch, path, said):
    """How often a password was hashed for this request: what its time is made of."""
    times = []
    hasher = "django.contrib.auth.hashers.Argon2PasswordHasher"
    for name in ("encode", "verify"):
        module, _dot, kind = hasher.rpartition(".")
        found = getattr(__import__(module, fromlist=[kind]), kind)
        plain = getattr(found, name)

        def counted(self, *words, plain=plain, **named):
            times.append(1)
            return plain(self, *words, **named)

        monkeypatch.setattr(found, name, counted)
    Client().post(path, said)
    monkeypatch.undo()
    return len(times)


@pytest.mark.above_the_database
@pytest.mark.parametrize(
    "path",
    ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/login/code/"],
)
def test_an_address_with_and_one_without_account_take_the_same_work(path, monkeypatch):
    known = account(password=PASSWORD)
    work = set()
    for email in (known.email, "nobody@example.org"):
        said = {"login": email, "email": email, "name": "Ann", "password1": PASSWORD,
                "password": "wrong password 1"}  # fmt: skip
        monkeypatch.setenv("QUNLUO_NO_RATE_LIMITS", "1")
        work.add(hashed(monkeypatch, path, said))
    assert len(work) == 1, work


def test_no_address_is_given_away_by_a_page(crawl, world):
    """Neither of members nor of customers, to whoever may not see it."""
    addresses = set(Person.objects.exclude(email=None).values_list("email", flat=True))
    addresses |= set(Customer.objects.exclude(email="").values_list("email", flat=True))
    wrong = []
    for role in ("visitor", "member"):
        crawl.forms(role)
        own = {world.people.member.email} if role == "member" else set()
        texts = [(path, text) for (who, path), text in crawl.texts.items() if who == role]
        wrong += [(path, one) for path, text in texts for one in addresses - own if one in text]
    assert wrong == []
    assert len(crawl.texts) > 200
