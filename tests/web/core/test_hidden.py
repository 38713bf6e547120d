"""The safety token of a form as it stands in a page."""

import pytest
from django.middleware.csrf import CSRF_SECRET_LENGTH, _does_token_match
from django.test import RequestFactory

from qunluo.web.core.once import LETTERS, _masked

SECRETS = (LETTERS[:CSRF_SECRET_LENGTH], LETTERS[-CSRF_SECRET_LENGTH:], "a" * CSRF_SECRET_LENGTH)


@pytest.mark.parametrize("secret", SECRETS)
def test_django_takes_the_token_of_a_form_and_no_two_are_alike(
    secret: str, rf: RequestFactory
) -> None:
    request = rf.get("/")
    request.META["CSRF_COOKIE"] = secret
    first, second = _masked(request), _masked(request)
    assert first != second
    assert _does_token_match(first, secret)
    assert _does_token_match(second, secret)
    assert not _does_token_match(first, secret[::-1].swapcase())


def test_who_has_no_cookie_yet_gets_one(rf: RequestFactory) -> None:
    request = rf.get("/")
    made = _masked(request)
    assert _does_token_match(made, request.META["CSRF_COOKIE"])
    assert request.META["CSRF_COOKIE_NEEDS_UPDATE"]
