"""Accounts: whose an address is, and how a password is kept."""

import pytest
from allauth.account.models import EmailAddress

from qunluo.kernel.models import EventRecord
from qunluo.people import actions, queries
from qunluo.people.errors import EmailTaken, InvalidProfile
from qunluo.people.models import Person
from tests.people.makers import PASSWORD, person

pytestmark = pytest.mark.django_db


def test_passwords_are_kept_by_argon2_and_never_in_the_clear():
    who = person(password=PASSWORD)
    assert who.password.startswith("argon2$argon2id$")
    assert PASSWORD not in who.password
    assert who.check_password(PASSWORD)


def test_an_account_without_password_cannot_be_entered_by_one():
    assert not person().has_usable_password()


def test_an_address_given_by_an_operator_is_proven_and_normal():
    who = person(email=" Maya@Example.ORG ")
    assert who.email == "maya@example.org"
    assert EmailAddress.objects.get(user_id=who.pk).verified
    assert queries.find_person_by_email("MAYA@example.org") == who
    assert queries.people_by_email(["maya@EXAMPLE.org", "", "x@y.z"]) == {"maya@example.org": who}


def test_a_proven_address_belongs_to_one_person():
    person(email="one@example.org")
    with pytest.raises(EmailTaken):
        person(email="ONE@example.org")
    assert Person.objects.count() == 1


def test_a_claimed_address_matches_nobody():
    who = actions.register_person(name="Claimant")
    EmailAddress.objects.create(user=who, email="claimed@example.org", primary=True)
    actions.sync_email(person=who)
    assert who.email is None
    assert queries.find_person_by_email("claimed@example.org") is None
    assert queries.email_state(who) == {"address": "claimed@example.org", "confirmed": False}
    assert queries.address_of(who) == "claimed@example.org"


def test_proving_an_address_that_another_has_only_claimed_works():
    squatter = actions.register_person(name="Squatter")
    EmailAddress.objects.create(user=squatter, email="mine@example.org", primary=True)
    owner = person(email="mine@example.org")
    assert owner.email == "mine@example.org"
    assert queries.find_person_by_email("mine@example.org") == owner


def test_events_name_numbers_never_names_or_addresses():
    who = person(name="Unmistakable Name", email="unmistakable@example.org")
    told = EventRecord.objects.filter(person_id=who.pk)
    assert {event.name for event in told} == {"people.person_registered", "people.email_confirmed"}
    assert all("nmistakable" not in str(event.data) for event in told)


def test_a_name_is_needed():
    with pytest.raises(InvalidProfile) as refused:
        actions.register_person(name=" \u202e ")
    assert "name" in refused.value.fields
