"""A database in the wrong hands gives no second factors away."""

import importlib
import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.apps import apps

from qunluo.kernel import sealing
from tests.people.makers import person

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"
KEY = "another-key-" + "9f8e7d6c5b4a3" * 5
migration = importlib.import_module("qunluo.people.migrations.0002_seal_second_factors")


def code_of(secret):
    counter = next(totp.yield_hotp_counters_from_time())
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def stored(who):
    """Everything that the database holds about the second factors of this person."""
    rows = Authenticator.objects.filter(user=who)
    return json.dumps(list(rows.values_list("data", flat=True)))


@pytest.mark.req("O02")
def test_the_secrets_of_apps_and_recovery_codes_are_stored_sealed():
    who = person()
    app, codes = totp.TOTP.activate(who, SECRET), RecoveryCodes.activate(who)
    assert SECRET not in stored(who)
    assert {app.instance.data["secret"][:7], codes.instance.data["seed"][:7]} == {sealing.SEAL}
    assert app.validate_code(code_of(SECRET))
    (code, *_rest) = codes.get_unused_codes()
    assert codes.validate_code(code)
    assert not codes.validate_code(code)


def test_a_factor_from_before_goes_on_working_and_is_sealed_by_the_migration():
    who = person()
    for kind, data in (
        ("totp", {"secret": SECRET}),
        ("recovery_codes", {"seed": "0a" * 40, "used_mask": 3}),
    ):
        Authenticator.objects.create(user=who, type=kind, data=data)
    app, codes = (Authenticator.objects.get(user=who, type=kind).wrap()
                  for kind in ("totp", "recovery_codes"))  # fmt: skip
    unused = codes.get_unused_codes()
    assert app.validate_code(code_of(SECRET))
    for _again in range(2):
        migration.close(apps, None)
        assert SECRET not in stored(who)
        assert "0a" * 40 not in stored(who)
        sealed = Authenticator.objects.get(user=who, type="recovery_codes").wrap()
        assert sealed.get_unused_codes() == unused
    migration.open_again(apps, None)
    assert SECRET in stored(who)


def test_under_another_key_no_code_opens_and_nothing_breaks(settings):
    who = person()
    totp.TOTP.activate(who, SECRET)
    codes = RecoveryCodes.activate(who).get_unused_codes()
    settings.SECRET_KEY = KEY
    app = Authenticator.objects.get(user=who, type="totp").wrap()
    left = Authenticator.objects.get(user=who, type="recovery_codes").wrap()
    # An empty or fixed secret in its place would have codes that everybody can work out.
    for guess in (code_of(SECRET), code_of(""), "000000"):
        assert not app.validate_code(guess)
    assert not any(left.validate_code(code) for code in codes)
    assert left.generate_codes() != left.generate_codes()


def test_what_is_sealed_for_one_purpose_opens_for_no_other():
    sealed = sealing.seal("花", "one")
    assert sealing.unseal(sealed, "one") == "花"
    assert sealing.seal("花", "one") != sealed
    for text, purpose in ((sealed, "other"), (sealed[:-4] + "AAAA", "one"), ("sealed:", "one")):
        with pytest.raises(sealing.Unreadable):
            sealing.unseal(text, purpose)
