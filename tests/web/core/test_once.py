"""A form sent twice acts once: whatever the way it is sent twice, and whoever is at it."""

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from qunluo.growth.models import Customer, FoundingContact, Invitation
from qunluo.kernel import idempotency
from qunluo.kernel.models import OnceKey
from qunluo.people.models import ApiToken
from tests.people.makers import PASSWORD, picture
from tests.web.everybody import taken_back, town
from tests.web.pages import TABLE
from tests.web.test_matrix import address

pytestmark = pytest.mark.django_db
WEB = Path(__file__).parents[3] / "qunluo" / "web"
FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)
POSTS = re.compile(r"<form\b[^>]*\bmethod=\"?post", re.IGNORECASE)
KEY = re.compile(r'name="once" value="([\w-]+)"')
TWICE = "You had sent this already."


def key_in(page, action=""):
    """The key of the form that posts to an address."""
    forms = [form for form in FORM.findall(page.text) if POSTS.match(form) and action in form]
    return KEY.search(forms[0])[1]


@pytest.fixture(scope="module")
def farm(django_db_setup, django_db_blocker):
    """One of everything, built once: each test is a savepoint in its transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield town()
        transaction.set_rollback(True)


@pytest.fixture
def owner(farm):
    return reader(farm, "owner")


def reader(farm, role, language="en"):
    """A browser in which somebody reads the language."""
    made = farm.browser(role)
    made.cookies["django_language"] = language
    return made


def path_of(farm, name, **ids):
    return reverse(name, kwargs={"slug": farm.farm.slug, **ids})


def test_no_template_forgets_the_key_of_a_form():
    forms = [(path.name, text, form) for path in WEB.rglob("*.html") if (text := path.read_text())
             for form in FORM.findall(text) if POSTS.match(form)]  # fmt: skip
    assert len(forms) > 50
    # In a piece that is kept the key is a gap, filled for each page.
    without = [
        (name, form)
        for name, text, form in forms
        if "csrf_input" not in form and not ("{{ gap }}" in form and KEYED.search(tidy(text)))
    ]
    assert without == []


KEYED = re.compile(r"fill=\[csrf_input|gaps=csrf_input")


def tidy(text):
    return text.replace("fill=([", "fill=[")


def test_every_form_on_every_page_has_a_key_of_its_own(farm):
    keys, forms = [], 0
    for name, page in TABLE.items():
        if page.get is None:
            continue
        for role in ("visitor", "owner"):
            with taken_back():
                shown = farm.browser(role).get(address(name, farm))
            if not shown.get("Content-Type", "").startswith("text/html"):
                continue
            for form in FORM.findall(shown.text):
                if POSTS.match(form):
                    forms += 1
                    keys += KEY.findall(form)
    assert forms > 200
    assert len(set(keys)) == len(keys) == forms


FORMS = {
    "growth:invitations": ({"max_uses": "1", "note": ""}, Invitation),
    "growth:founding": ({"name": "Li", "why": "Cooks."}, FoundingContact),
    "growth:customer_add": ({"name": "Zhao"}, Customer),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_comes_again_leads_to_the_same_place_and_acts_once(name, farm, owner):
    body, model = FORMS[name]
    path, before = path_of(farm, name), model.objects.count()
    sent = {**body, "once": key_in(owner.get(path), "method=")}
    first, second = owner.post(path, sent), owner.post(path, sent)
    assert (second.status_code, second["Location"]) == (302, first["Location"])
    assert model.objects.count() == before + 1
    assert TWICE in owner.get(second["Location"]).text


def test_other_content_is_another_act(farm, owner):
    path, before = path_of(farm, "growth:customer_add"), Customer.objects.count()
    key = key_in(owner.get(path), "method=")
    for name in ("Zhao", "Qian", "Zhao"):
        assert owner.post(path, {"name": name, "once": key}).status_code == 302
    assert Customer.objects.count() == before + 2


def test_another_file_is_another_act_and_the_same_file_is_not(farm, owner):
    path = path_of(farm, "growth:import")
    key = key_in(owner.get(path), "method=")

    def send(text):
        file = SimpleUploadedFile("list.csv", text, "text/csv")
        return owner.post(path, {"file": file, "once": key})["Location"]

    first = send(b"Name,Phone\nZhao,13800138000\n")
    assert send(b"Name,Phone\nZhao,13800138000\n") == first
    assert send(b"Name,Phone\nQian,13800138000\n") != first


def test_a_refused_form_is_corrected_and_sent_with_the_same_key(farm, owner):
    path = path_of(farm, "growth:customer_add")
    key = key_in(owner.get(path), "method=")
    wrong = {"name": "Zhao", "phone": "abc", "once": key}
    assert [owner.post(path, wrong).status_code for _time in range(2)] == [422, 422]
    assert OnceKey.objects.count() == 0
    assert owner.post(path, {"name": "Zhao", "once": key}).status_code == 302


def test_what_breaks_leaves_the_key_free(farm, owner, monkeypatch):
    path = path_of(farm, "growth:customer_add")
    sent = {"name": "Zhao", "once": key_in(owner.get(path), "method=")}
    owner.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("qunluo.growth.actions.add_customer", lambda **_said: 1 / 0)
        assert owner.post(path, sent).status_code == 500
    assert owner.post(path, sent).status_code == 302


def test_keys_of_others_do_not_mix(farm):
    """Nobody learns, by a key, where the form of somebody else has led."""
    operator, owner = farm.browser("operator"), farm.browser("owner")
    path = path_of(farm, "growth:founding")
    sent = {"name": "Li", "why": "Cooks.", "once": key_in(owner.get(path), "method=")}
    before = FoundingContact.objects.count()
    owner.post(path, sent)
    operator.post(path, sent)
    assert FoundingContact.objects.count() == before + 2


def test_signing_in_in_between_is_not_taken_for_the_outcome(farm):
    path = path_of(farm, "growth:customer_add")
    key = key_in(farm.browser("owner").get(path), "method=")
    sent = {"name": "Zhao", "once": key}
    assert farm.browser("visitor").post(path, sent)["Location"].startswith("/accounts/login/")
    before = Customer.objects.count()
    assert farm.browser("owner").post(path, sent).status_code == 302
    assert Customer.objects.count() == before + 1


def test_having_to_confirm_is_not_taken_for_the_outcome(farm):
    """Making a token asks who it is; what was typed is sent again afterwards."""
    farm.people.owner.set_password(PASSWORD)
    farm.people.owner.save()
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(farm.people.owner, backend="django.contrib.auth.backends.ModelBackend")
    sent = {"name": "x", "scopes": ["read"], "days": "30", "once": "k" * 27}
    assert browser.post("/me/tokens/", sent)["Location"] == "/me/tokens/"
    assert not ApiToken.objects.filter(name="x").exists()
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    for _time in range(2):
        assert browser.post("/me/tokens/", sent)["Location"] == "/me/tokens/"
    assert ApiToken.objects.filter(name="x").count() == 1
    page = browser.get("/me/tokens/")
    assert 'data-copy="qlt_' in page.text
    assert 'data-copy="qlt_' not in browser.get("/me/tokens/").text


def test_switching_the_language_back_is_no_repetition(farm, owner):
    sent = {"next": "/", "once": key_in(owner.get("/"), reverse("core:language"))}
    for language in ("zh-hans", "en", "zh-hans"):
        owner.post(reverse("core:language"), {**sent, "language": language})
        assert owner.cookies["django_language"].value == language


@pytest.mark.parametrize("key", ["", "short", "x" * 61, "é" * 25, "a b" * 9, "\x00" * 25])
def test_a_key_that_we_did_not_make_is_no_key(key, farm, owner):
    path = path_of(farm, "growth:customer_add")
    for _time in range(2):
        answer = owner.post(path, {"name": "Zhao", "once": key})
        assert answer.status_code == (400 if "\x00" in key else 302)
    assert OnceKey.objects.count() == 0


def test_nothing_that_was_typed_is_kept(farm, owner):
    path = path_of(farm, "growth:customer_add")
    sent = {"name": "Zhao", "note": "secret", "once": key_in(owner.get(path), "method=")}
    owner.post(path, sent)
    kept = OnceKey.objects.get()
    assert kept.response.startswith(f"/c/{farm.farm.slug}/desk/customers/")
    assert "Zhao" not in repr(kept.__dict__)
    assert len(kept.scope) == 64


@pytest.mark.parametrize(("language", "said"), [
    ("en", "we cannot see yet how it ended"), ("zh-hans", "还看不到结果"),
])  # fmt: skip
def test_what_was_cut_off_is_not_done_again(language, said, farm, monkeypatch):
    """A server that is killed between acting and answering leaves a key without an outcome."""
    monkeypatch.setattr(idempotency, "PATIENCE", 0.2)
    path, browser = path_of(farm, "growth:customer_add"), reader(farm, "owner", language)
    sent = {"name": "Zhao", "once": key_in(browser.get(path), "method=")}
    browser.post(path, sent)
    OnceKey.objects.update(digest=idempotency.WORKING, response=None)
    before = Customer.objects.count()
    answer = browser.post(path, sent)
    assert answer.status_code == 409
    assert escape(said) in answer.text
    assert Customer.objects.count() == before
    fresh = {"name": "Zhao", "once": key_in(browser.get(path), "method=")}
    assert browser.post(path, fresh).status_code == 302


def test_a_picture_comes_with_the_same_guard(farm, owner):
    path = path_of(farm, "founding:symbol")
    key = key_in(owner.get(path_of(farm, "founding:settings")), path)

    def send():
        file = SimpleUploadedFile("sign.png", picture(), "image/png")
        return owner.post(path, {"symbol": file, "once": key})

    assert [send().status_code for _time in range(2)] == [302, 302]
    assert OnceKey.objects.count() == 1
