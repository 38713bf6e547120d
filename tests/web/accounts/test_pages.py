"""Every page of allauth wears our look, speaks both languages and runs under our policy."""

import re
from pathlib import Path

import allauth
import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.template.backends.jinja2 import Template
from django.template.loader import get_template
from django.test import Client

from qunluo.people.models import Person
from tests.people.makers import PASSWORD, person

pytestmark = pytest.mark.django_db
THEIRS = Path(allauth.__file__).parent / "templates"
# Pages of what we do not offer: phones, sign-up by passkey, codes for addresses, trusted browsers.
NOT_OFFERED = {
    "account/phone_change.html", "account/confirm_phone_verification_code.html",
    "account/signup_by_passkey.html", "account/confirm_email_verification_code.html",
    "mfa/webauthn/signup_form.html", "mfa/trust.html",
    "account/messages/phone_verified.txt", "account/messages/phone_verification_sent.txt",
}  # fmt: skip
PARTS = re.compile(r"(^|/)(base\w*\.html|base\.html)$|/snippets/|/email/")
OURS = [
    name
    for folder in ("account", "mfa", "socialaccount", "usersessions")
    for name in sorted(str(f.relative_to(THEIRS)) for f in (THEIRS / folder).rglob("*.*"))
    if not PARTS.search(name) and name not in NOT_OFFERED
]


@pytest.mark.parametrize("name", OURS)
def test_no_page_of_allauth_shows_in_its_own_dress(name):
    assert isinstance(get_template(name), Template)


@pytest.fixture(params=["en", "zh-CN"])
def language(request):
    return request.param


@pytest.fixture
def settled(language):
    """Somebody who uses everything, freshly confirmed."""
    who = person("<b>Maya</b>", password=PASSWORD, language="en" if language == "en" else "zh-hans")
    visitor = Client(headers={"accept-language": language})
    visitor.force_login(who)
    visitor.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return who, visitor


def looked_at(page, language):
    """Check what holds for every page, and return its text."""
    assert page.status_code == 200, page
    text = page.text
    assert f'<html lang="{"en" if language == "en" else "zh-Hans"}"' in text
    assert 'href="#main"' in text
    for tag in re.findall(r"<script[^>]*>", text):
        assert "src=" in tag or 'type="application/json"' in tag, tag
    assert not re.search(r'\s(style|on\w+)="', text.split("<main")[1])
    policy = page["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy
    assert "'unsafe-eval'" not in policy
    return text


@pytest.mark.parametrize(
    "path",
    ["login/", "signup/", "login/code/", "password/reset/", "password/reset/done/", "inactive/",
     "confirm-email/", "confirm-email/bad:link/", "3rdparty/login/cancelled/", "logout/"],
)  # fmt: skip
def test_the_pages_before_the_door(path, language):
    page = Client(headers={"accept-language": language}).get(f"/accounts/{path}", follow=True)
    looked_at(page, language)


@pytest.mark.parametrize(
    "path",
    ["email/", "password/change/", "reauthenticate/", "logout/", "sessions/", "3rdparty/", "2fa/",
     "2fa/totp/activate/", "2fa/webauthn/", "2fa/webauthn/add/", "2fa/reauthenticate/"],
)  # fmt: skip
def test_the_pages_behind_it(path, language, settled):
    _who, visitor = settled
    text = looked_at(visitor.get(f"/accounts/{path}", follow=True), language)
    assert "<b>Maya" not in text


def test_the_pages_of_somebody_with_locks_and_links(language, settled):
    who, visitor = settled
    Authenticator.objects.create(user=who, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    visitor.post("/accounts/2fa/recovery-codes/generate/")
    key = Authenticator.objects.create(
        user=who, type="webauthn", data={"name": "<i>Phone", "credential": {}}
    )
    for path in ("2fa/", "2fa/totp/deactivate/", "2fa/recovery-codes/",
                 "2fa/recovery-codes/generate/"):  # fmt: skip
        looked_at(visitor.get(f"/accounts/{path}"), language)
    for path in (f"2fa/webauthn/keys/{key.pk}/remove/", f"2fa/webauthn/keys/{key.pk}/edit/"):
        assert "<i>Phone" not in looked_at(visitor.get(f"/accounts/{path}"), language)
    codes = visitor.get("/accounts/2fa/recovery-codes/download/")
    assert codes["Content-Type"].startswith("text/plain")
    assert len(codes.text.split()) == 10


def test_houses_appear_only_when_they_are_configured(visitor_en):
    assert "Google" not in visitor_en.get("/accounts/login/").text
    assert "WeChat" not in visitor_en.get("/accounts/login/").text


@pytest.fixture
def visitor_en():
    return Client(headers={"accept-language": "en"})


def test_somebody_without_a_password_may_choose_one(language):
    who = person(language="en" if language == "en" else "zh-hans")
    visitor = Client(headers={"accept-language": language})
    visitor.force_login(who)
    looked_at(visitor.get("/accounts/password/set/"), language)
    new = {"password1": "five quiet herons", "password2": "five quiet herons"}
    visitor.post("/accounts/password/set/", new)
    assert Person.objects.get(pk=who.pk).check_password("five quiet herons")


def test_every_device_is_listed_and_can_be_signed_out_by_its_owner_alone(visitor_en):
    who, stranger = person(password=PASSWORD), person(password=PASSWORD)
    phone = Client(headers={"user-agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0"})
    for visitor, owner in ((visitor_en, who), (phone, who)):
        visitor.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    listed = visitor_en.get("/accounts/sessions/").text
    assert "WeChat · iPhone" in listed
    there = UserSession.objects.get(user=who, user_agent__contains="iPhone")

    thief = Client()
    thief.force_login(stranger)
    assert thief.post(f"/me/sessions/{there.pk}/end/").status_code == 404
    assert phone.get("/me/").status_code == 200
    assert visitor_en.get(f"/me/sessions/{there.pk}/end/").status_code == 405
    visitor_en.post(f"/me/sessions/{there.pk}/end/")
    assert phone.get("/me/").status_code == 302
    assert visitor_en.get("/me/").status_code == 200


def test_everywhere_else_is_one_button(visitor_en):
    who = person(password=PASSWORD)
    others = [Client() for _ in range(2)]
    for visitor in (*others, visitor_en):
        visitor.post("/accounts/login/", {"login": who.email, "password": PASSWORD})
    visitor_en.post("/accounts/sessions/")
    assert [other.get("/me/").status_code for other in others] == [302, 302]
    assert visitor_en.get("/me/").status_code == 200
