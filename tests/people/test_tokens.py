"""API tokens: shown once, kept as a digest, ended at will."""

from datetime import timedelta

import pytest

from qunluo.kernel.clock import now
from qunluo.people import actions, queries, rules
from qunluo.people.errors import InvalidToken, TokenNotFound
from qunluo.people.models import ApiToken
from tests.people.makers import person

pytestmark = pytest.mark.django_db


def issue(who, **given):
    return actions.issue_token(actor=who, **{"name": "x", "scopes": ["read"], "days": 30, **given})


def test_a_token_speaks_for_its_owner_and_its_secret_is_stored_nowhere():
    who = person()
    token, secret = issue(who, scopes=["read", "profile:write", "read"])
    assert secret.startswith("qlt_")
    assert len(secret) == len("qlt_") + 43  # 256 bits
    assert queries.person_by_token(secret) == who
    assert queries.token_by_secret(secret).scopes == ["profile:write", "read"]
    row = ApiToken.objects.filter(pk=token.pk).values().get()
    assert secret not in str(row)
    assert row["digest"] == rules.digest(secret)


@pytest.mark.parametrize(
    "secret", ["", "qlt_", "qlt_wrong", "Bearer", "qlt_" + "a" * 43, "x" * 9000]
)
def test_a_wrong_secret_speaks_for_nobody(secret):
    issue(person())
    assert queries.person_by_token(secret) is None
    assert actions.use_token(secret) is None


def test_a_revoked_an_expired_and_an_erased_owners_token_are_dead(travel):
    who = person()
    token, revoked = issue(who)
    actions.revoke_token(actor=who, token=token)
    actions.revoke_token(actor=who, token=token)
    _token, expiring = issue(who, days=7)
    _token, lasting = issue(who, days=None)
    assert queries.person_by_token(revoked) is None
    with travel(now() + timedelta(days=7)):
        assert queries.person_by_token(expiring) is None
        assert queries.person_by_token(lasting) == who
    actions.erase_person(actor=who)
    assert queries.person_by_token(lasting) is None


def test_a_paused_persons_token_is_dead():
    who = person()
    _token, secret = issue(who)
    who.is_active = False
    who.save(update_fields=["is_active"])
    assert queries.person_by_token(secret) is None


def test_use_is_noted_now_and_then_not_each_time(travel, django_assert_num_queries):
    who = person()
    _token, secret = issue(who)
    with travel(now()) as clock:
        assert actions.use_token(secret).last_used_at is None
        first = queries.token_by_secret(secret).last_used_at
        assert first is not None
        clock.move(timedelta(minutes=1))
        with django_assert_num_queries(1):
            actions.use_token(secret)
        assert queries.token_by_secret(secret).last_used_at == first
        clock.move(timedelta(minutes=10))
        actions.use_token(secret)
        assert queries.token_by_secret(secret).last_used_at > first


def test_nobody_else_finds_or_revokes_a_token():
    owner, other = person(), person()
    token, secret = issue(owner)
    with pytest.raises(TokenNotFound):
        queries.get_token(token.pk, viewer=other)
    actions.revoke_token(actor=other, token=token)
    assert queries.person_by_token(secret) == owner


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["root"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 366}, "days"),
    ],
)
def test_a_careless_token_is_refused(given, field):
    with pytest.raises(InvalidToken) as refused:
        issue(person(), **given)
    assert list(refused.value.fields) == [field]


def test_there_is_an_end_to_tokens(monkeypatch):
    monkeypatch.setattr("qunluo.people.actions.token.MOST_TOKENS", 2)
    who = person()
    issue(who)
    issue(who)
    with pytest.raises(InvalidToken):
        issue(who)


def test_every_scope_has_a_name_and_a_sentence():
    names = [scope.name for scope in rules.SCOPES]
    assert len(names) == len(set(names))
    assert all(scope.label for scope in rules.SCOPES)
