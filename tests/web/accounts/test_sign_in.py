"""Getting an account and getting in: what everyone may try, and what nobody may learn."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.core.cache import cache
from django.test import Client

from qunluo.people import queries
from qunluo.people.models import Person
from qunluo.reach import actions as reach
from tests.people.makers import PASSWORD, person

pytestmark = pytest.mark.django_db
# What differs between two visitors anyway: tokens, their own address, the colour of their face.
OWN = (
    r'(name="(?:csrfmiddlewaretoken|once)" value|nonce)="[^"]*"'
    r"|\w+@example\.org"
    r'|data-me="[^"]*"'
    r'|<svg class="portrait.*?</svg>'
)
NEW = {"name": "Maya", "email": "maya@example.org", "password1": PASSWORD}


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


@pytest.fixture
def visitor():
    """A browser that prefers English and insists on CSRF tokens."""
    return Client(headers={"accept-language": "en"}, enforce_csrf_checks=True)


def fill(visitor, path, values, **more):
    """Open a page, take its CSRF token and post its form."""
    visitor.get(path)
    token = visitor.cookies["csrftoken"].value
    return visitor.post(path, {**values, "csrfmiddlewaretoken": token}, **more)


def sign_in(visitor, who, password=PASSWORD):
    return fill(visitor, "/accounts/login/", {"login": who.email, "password": password})


def code_in_mail():
    reach.send_due()
    return re.search(r"\b\d{6}\b", mail.outbox[-1].body).group()


def said(answer):
    """What a visitor can tell apart: status, where it leads, and the page without its secrets."""
    text = re.sub(OWN, "", answer.text, flags=re.DOTALL)
    return answer.status_code, answer.headers.get("Location"), text


def test_name_address_and_password_are_enough_and_lead_on_at_once(visitor):
    answer = fill(visitor, "/accounts/signup/?next=/i/ABCD/", {**NEW, "next": "/i/ABCD/"})
    assert (answer.status_code, answer["Location"]) == (302, "/i/ABCD/")
    who = Person.objects.get()
    assert (who.name, who.email, who.language) == ("Maya", None, "en")
    assert queries.email_state(who) == {"address": "maya@example.org", "confirmed": False}
    assert visitor.get("/me/").status_code == 200


def test_the_way_on_survives_every_turn(visitor):
    page = visitor.get("/accounts/login/?next=/i/ABCD/").text
    assert 'href="/accounts/signup/?next=%2Fi%2FABCD%2F"' in page
    assert 'name="next"' in visitor.get("/accounts/signup/?next=/i/ABCD/").text
    assert 'name="next"' in visitor.get("/accounts/login/code/?next=/i/ABCD/").text
    who = person(password=PASSWORD)
    answer = fill(
        visitor, "/accounts/login/", {"login": who.email, "password": PASSWORD, "next": "/i/ABCD/"}
    )
    assert answer["Location"] == "/i/ABCD/"


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_way_on_never_leads_elsewhere(visitor, to):
    answer = fill(visitor, "/accounts/signup/", {**NEW, "next": to})
    assert answer["Location"] == "/"


def test_the_link_in_the_mail_proves_the_address(visitor):
    fill(visitor, "/accounts/signup/", NEW)
    reach.send_due()
    link = re.search(r"http://testserver(/accounts/confirm-email/\S+)", mail.outbox[-1].body)
    assert "Yes, confirm it" in visitor.get(link[1]).text
    assert Person.objects.get().email is None  # opening alone proves nothing: programs open links
    fill(visitor, link[1], {})
    assert Person.objects.get().email == "maya@example.org"


def test_a_known_address_and_a_new_one_look_the_same_at_sign_up():
    known = person(password=PASSWORD)
    new, old = (Client(headers={"accept-language": "en"}) for _ in range(2))
    answers = [
        said(visitor.post("/accounts/signup/", {**NEW, "email": email}))
        for visitor, email in ((new, "new@example.org"), (old, known.email))
    ]
    assert answers[0] == answers[1]
    assert said(new.get("/me/"))[0] == said(old.get("/me/"))[0] == 200
    assert said(new.get("/accounts/email/")) == said(old.get("/accounts/email/"))
    reach.send_due()
    told = {sent.to[0]: sent.subject for sent in mail.outbox}
    assert told[known.email] == "You have an account already"
    assert told["new@example.org"] == "Is this your address?"


def test_somebody_who_only_claims_an_address_never_becomes_its_owner():
    owner = person(password=PASSWORD)
    squatter = Client()
    squatter.post("/accounts/signup/", {**NEW, "email": owner.email})
    assert queries.find_person_by_email(owner.email) == owner
    address = EmailAddress.objects.get(email=owner.email, verified=False)
    assert not address.set_verified()


def test_an_unknown_address_and_a_wrong_password_look_the_same():
    known = person(password=PASSWORD)
    answers = {
        said(Client().post("/accounts/login/", {"login": login, "password": "wrong password 1"}))
        for login in (known.email, "nobody@example.org")
    }
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("path", "after"),
    [
        ("/accounts/login/code/", "/accounts/login/code/confirm/"),
        ("/accounts/password/reset/", "/accounts/password/reset/confirm/"),
    ],
)
def test_asking_for_a_code_tells_nobody_whether_there_is_an_account(path, after):
    known = person(password=PASSWORD)
    seen = []
    for email in (known.email, "nobody@example.org"):
        visitor = Client(headers={"accept-language": "en"})
        asked = visitor.post(path, {"email": email})
        wrong = visitor.post(after, {"code": "000000"})
        seen.append((said(asked), said(visitor.get(after)), said(wrong)))
    assert seen[0] == seen[1]
    assert seen[0][0][1] == after
    reach.send_due()
    assert {sent.to[0] for sent in mail.outbox} == {known.email, "nobody@example.org"}


def test_a_code_opens_the_account_once(visitor):
    who = person()
    fill(visitor, "/accounts/login/code/", {"email": who.email})
    answer = fill(visitor, "/accounts/login/code/confirm/", {"code": code_in_mail()})
    assert answer.status_code == 302
    assert visitor.get("/me/").status_code == 200


def test_three_wrong_codes_end_the_attempt(visitor):
    who = person()
    fill(visitor, "/accounts/login/code/", {"email": who.email})
    code = code_in_mail()
    wrong = "000000" if code != "000000" else "111111"
    for _attempt in range(3):
        answer = fill(visitor, "/accounts/login/code/confirm/", {"code": wrong})
    assert answer.status_code == 302
    visitor.post("/accounts/login/code/confirm/", {"code": code})
    assert visitor.get("/me/").status_code == 302


def test_a_forgotten_password_is_replaced_by_a_code(visitor):
    who = person(password=PASSWORD)
    fill(visitor, "/accounts/password/reset/", {"email": who.email})
    fill(visitor, "/accounts/password/reset/confirm/", {"code": code_in_mail()})
    new = {"password1": "five quiet herons", "password2": "five quiet herons"}
    answer = fill(visitor, "/accounts/password/reset/complete/", new)
    assert answer.status_code == 302
    who.refresh_from_db()
    assert who.check_password("five quiet herons")
    reach.send_due()
    assert mail.outbox[-1].subject == "Your password was reset"


def test_a_short_password_is_refused_in_the_language_of_the_reader(db):
    visitor = Client(headers={"accept-language": "zh-CN"})
    page = visitor.post("/accounts/signup/", {**NEW, "password1": "short1"})
    assert "密码太短了：至少要 8 个字符。" in page.text


@pytest.mark.parametrize("password", ["short1", "12345678901", "password", "maya@example.org"])
def test_a_weak_password_is_refused_with_a_reason(visitor, password):
    answer = fill(visitor, "/accounts/signup/", {**NEW, "password1": password})
    assert answer.status_code == 200
    assert 'class="error"' in answer.text
    assert not Person.objects.exists()


def test_guessing_is_slowed_down_and_right_answers_wait_too(visitor):
    who = person(password=PASSWORD)
    for _attempt in range(6):
        answer = sign_in(visitor, who, "wrong password 1")
    assert "Too many attempts" in answer.text
    assert "Too many attempts" in sign_in(visitor, who).text


def test_every_form_insists_on_its_token(visitor):
    for path in ("login", "signup", "password/reset", "login/code", "logout"):
        assert visitor.post(f"/accounts/{path}/", NEW).status_code == 403


def test_the_session_cookie_is_out_of_reach_for_scripts_and_new_after_signing_in(visitor):
    who = person(password=PASSWORD)
    visitor.get("/accounts/login/")
    before = visitor.cookies.get("sessionid")
    sign_in(visitor, who)
    cookie = visitor.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert before is None or before.value != cookie.value


def test_cookies_are_for_https_alone_on_a_secure_site(settings, visitor):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    sign_in(visitor, person(password=PASSWORD))
    assert visitor.cookies["sessionid"]["secure"]
    assert visitor.cookies["csrftoken"]["secure"]


def test_signing_out_ends_the_session(visitor):
    who = person(password=PASSWORD)
    sign_in(visitor, who)
    stolen = visitor.cookies["sessionid"].value
    assert "Sign out?" in visitor.get("/accounts/logout/").text
    fill(visitor, "/accounts/logout/", {})
    thief = Client()
    thief.cookies["sessionid"] = stolen
    assert thief.get("/me/").status_code == 302


def test_a_paused_account_stays_outside(visitor):
    who = person(password=PASSWORD)
    Person.objects.filter(pk=who.pk).update(is_active=False)
    answer = sign_in(visitor, who)
    assert answer["Location"] == "/accounts/inactive/"
    assert "switched off" in visitor.get("/accounts/inactive/").text
    assert visitor.get("/me/").status_code == 302


def test_the_admin_has_no_door_of_its_own(visitor):
    asked = visitor.get("/admin/", follow=True)
    assert asked.redirect_chain[-1][0] == "/accounts/login/?next=%2Fadmin%2F"
    visitor.force_login(person())
    assert visitor.get("/admin/", follow=True).status_code == 403
    visitor.force_login(Person.objects.create_superuser("root@example.org", PASSWORD, name="Root"))
    for place in ("", "people/person/", "people/apitoken/"):
        assert visitor.get(f"/admin/{place}").status_code == 200


def test_an_administrator_made_on_the_command_line_can_sign_in(visitor):
    root = Person.objects.create_superuser("root@example.org", PASSWORD, name="Root")
    assert sign_in(visitor, root).status_code == 302
    assert visitor.get("/admin/").status_code == 200


def app_code(secret):
    counter = next(totp.yield_hotp_counters_from_time())
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def test_an_app_asks_for_a_second_step_and_recovery_codes_help_out(visitor):
    who = person(password=PASSWORD)
    totp.TOTP.activate(who, "JBSWY3DPEHPK3PXP")
    codes = RecoveryCodes.activate(who).get_unused_codes()
    assert sign_in(visitor, who)["Location"] == "/accounts/2fa/authenticate/"
    assert visitor.get("/me/").status_code == 302
    assert 'class="error"' in fill(visitor, "/accounts/2fa/authenticate/", {"code": "000000"}).text
    fill(visitor, "/accounts/2fa/authenticate/", {"code": app_code("JBSWY3DPEHPK3PXP")})
    assert visitor.get("/me/").status_code == 200

    again = Client(headers={"accept-language": "en"}, enforce_csrf_checks=True)
    sign_in(again, who)
    fill(again, "/accounts/2fa/authenticate/", {"code": codes[0]})
    assert again.get("/me/").status_code == 200
    assert (
        codes[0]
        not in Authenticator.objects.get(user=who, type="recovery_codes").wrap().get_unused_codes()
    )


def test_changing_the_address_waits_for_its_proof(visitor):
    who = person(password=PASSWORD)
    before = who.email
    sign_in(visitor, who)
    fill(visitor, "/accounts/reauthenticate/", {"password": PASSWORD})
    fill(visitor, "/accounts/email/", {"email": "moved@example.org", "action_add": "1"})
    who.refresh_from_db()
    assert who.email == before
    reach.send_due()
    link = re.search(r"http://testserver(/accounts/confirm-email/\S+)", mail.outbox[-1].body)
    fill(visitor, link[1], {})
    who.refresh_from_db()
    assert who.email == "moved@example.org"
    assert not EmailAddress.objects.filter(email=before).exists()
    reach.send_due()
    assert {sent.to[0]: sent.subject for sent in mail.outbox}[before] == "Your address was changed"
