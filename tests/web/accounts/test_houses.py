"""Accounts of other houses: WeChat, Google, GitHub."""

import json
import os
import subprocess
import sys

import pytest
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.messages.storage.fallback import FallbackStorage
from django.test import RequestFactory

from qunluo.people import queries
from qunluo.people.models import Person
from qunluo.providers.accounts.adapter import SocialAccountAdapter
from tests.people.makers import person

ASK = """
import json, django
django.setup()
from allauth.socialaccount.models import SocialApp, SocialAppManager
from django.test import Client
SocialAppManager.on_site = lambda self, request: SocialApp.objects.none()  # needs no database
page = Client(headers={"accept-language": "en"}).get("/accounts/login/?next=/i/AB/", follow=True)
print(json.dumps([page.status_code, page.text, page["Content-Security-Policy"]]))
"""


def test_houses_appear_when_their_clients_are_set():
    """Asked in another process: which apps are installed is decided when it starts."""
    clients = {
        "DJANGO_SETTINGS_MODULE": "qunluo.settings",
        "QUNLUO_GITHUB_CLIENT": "id:secret",
        "QUNLUO_WEIXIN_CLIENT": "id:secret",
    }
    asked = subprocess.run(
        [sys.executable, "-c", ASK],
        env={**os.environ, **clients},
        capture_output=True,
        text=True,
        check=True,
    )
    status, text, policy = json.loads(asked.stdout.splitlines()[-1])
    assert status == 200
    assert "Continue with GitHub" in text
    assert "Continue with WeChat" in text
    assert "Google" not in text
    assert "next=%2Fi%2FAB%2F" in text.split("Continue with GitHub")[0].rsplit("<form", 1)[1]
    assert "https://github.com" in policy
    assert "https://open.weixin.qq.com" in policy
    assert "accounts.google.com" not in policy


@pytest.fixture
def request_(db):
    request = RequestFactory().get("/")
    request.session = {}
    request._messages = FallbackStorage(request)
    with context.request_context(request):
        yield request


def arriving(provider, uid, *, name="", emails=(), **extra):
    account = SocialAccount(provider=provider, uid=uid, extra_data=extra)
    addresses = [EmailAddress(email=email, verified=True) for email in emails]
    return SocialLogin(user=Person(name=name), account=account, email_addresses=addresses)


def test_wechat_knows_a_person_by_the_union_and_not_by_the_app(request_):
    adapter, who = SocialAccountAdapter(request_), person()
    known = SocialAccount.objects.create(user=who, provider="weixin", uid="union-1", extra_data={})
    login = arriving("weixin", "open-of-another-app", unionid="union-1")
    login.lookup()
    adapter.pre_social_login(request_, login)
    assert login.user == who
    assert login.account == known

    early = person()
    SocialAccount.objects.create(user=early, provider="weixin", uid="open-2", extra_data={})
    login = arriving("weixin", "open-2", unionid="union-2")
    login.lookup()
    adapter.pre_social_login(request_, login)
    assert SocialAccount.objects.get(user=early).uid == "union-2"

    login = arriving("weixin", "open-3")
    adapter.pre_social_login(request_, login)
    assert login.account.uid == "open-3"


def test_a_vouching_house_opens_the_account_that_has_proven_the_same_address(request_):
    adapter, who = SocialAccountAdapter(request_), person(email="maya@example.org")
    assert adapter.can_authenticate_by_email(arriving("google", "1"), "maya@example.org")
    assert not adapter.can_authenticate_by_email(arriving("weixin", "1"), "maya@example.org")
    claimed = person(email="real@example.org")
    EmailAddress.objects.filter(user=claimed).update(verified=False)
    Person.objects.filter(pk=claimed.pk).update(email=None)
    assert not adapter.can_authenticate_by_email(arriving("google", "1"), "real@example.org")
    login = arriving("google", "1", emails=["maya@example.org"])
    login.lookup()
    assert login.user == who


def test_a_newcomer_keeps_the_name_and_the_proven_address(request_):
    adapter = SocialAccountAdapter(request_)
    login = arriving("github", "7")
    adapter.populate_user(request_, login, {"name": " Maya\u202e Lindgren ", "email": "x@y.z"})
    assert login.user.name == "Maya Lindgren"
    login.email_addresses = [EmailAddress(email="maya@example.org", verified=True, primary=True)]
    made = adapter.save_user(request_, login)
    assert (made.name, made.email) == ("Maya Lindgren", "maya@example.org")
    assert not made.has_usable_password()
    assert SocialAccount.objects.get(uid="7").user == made


def test_an_address_of_somebody_else_is_not_taken_over(request_):
    owner = person(email="maya@example.org")
    login = arriving("github", "8", name="Maya", emails=["maya@example.org"])
    made = SocialAccountAdapter(request_).save_user(request_, login)
    assert made.email is None
    assert queries.find_person_by_email("maya@example.org") == owner
