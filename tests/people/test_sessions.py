"""Sessions: noted now and then, ended one by one, forgotten when they have run out."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import RequestFactory

from qunluo.kernel.clock import now
from qunluo.kernel.sessions import SessionStore as Store
from qunluo.people import actions, jobs
from qunluo.people.actions import session as sessions
from qunluo.people.errors import SessionNotFound
from qunluo.web.core.middleware import WhoMiddleware
from tests.people.makers import person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forget():
    sessions._noted.clear()


def opened(who, **ends):
    store = SessionStore()
    store["_auth_user_id"] = str(who.pk)
    store.set_expiry(ends.get("at", 3600))
    store.save()
    return UserSession.objects.create(
        user=who, ip="192.0.2.7", user_agent="Firefox", session_key=store.session_key,
        created_at=now(), last_seen_at=now(),
    )  # fmt: skip


def test_a_session_is_noted_at_most_every_quarter_of_an_hour(travel, django_assert_num_queries):
    with travel(now()) as clock:
        session = opened(person())
        clock.move(timedelta(hours=1))
        actions.note_session(key=session.session_key)
        session.refresh_from_db()
        assert session.last_seen_at == clock.at
        clock.move(timedelta(minutes=10))
        with django_assert_num_queries(0):
            actions.note_session(key=session.session_key)
        clock.move(timedelta(minutes=10))
        actions.note_session(key=session.session_key)
        session.refresh_from_db()
        assert session.last_seen_at == clock.at


def test_the_memory_of_what_was_noted_does_not_grow_for_ever(monkeypatch):
    monkeypatch.setattr(sessions, "MOST_REMEMBERED", 3)
    for n in range(10):
        actions.note_session(key=f"key{n}")
    assert len(sessions._noted) <= 3


def test_only_its_owner_ends_a_session():
    who, other = person(), person()
    session = opened(who)
    with pytest.raises(SessionNotFound):
        actions.end_session(actor=other, pk=session.pk)
    assert Session.objects.filter(pk=session.session_key).exists()
    actions.end_session(actor=who, pk=session.pk)
    assert not Session.objects.filter(pk=session.session_key).exists()
    with pytest.raises(SessionNotFound):
        actions.end_session(actor=who, pk=session.pk)


def test_what_has_run_out_is_forgotten():
    who = person()
    live, gone = opened(who), opened(who)
    Session.objects.filter(pk=gone.session_key).update(expire_date=now() - timedelta(days=1))
    jobs.forget_ended_sessions()
    assert list(UserSession.objects.all()) == [live]
    assert [row.pk for row in Session.objects.all()] == [live.session_key]


def whose(key):
    request = RequestFactory().get("/")
    request.session = Store(key)
    WhoMiddleware(lambda _request: None).process_request(request)
    return request


def signed_in(who):
    store = Store()
    store["_auth_user_id"] = str(who.pk)
    store["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    store["_auth_user_hash"] = who.get_session_auth_hash()
    store.save()
    return store.session_key


def test_a_session_and_its_person_are_one_question(django_assert_num_queries):
    who = person()
    key = signed_in(who)
    UserSession.objects.create(user=who, ip="192.0.2.7", session_key=key)
    request = whose(key)
    with django_assert_num_queries(1):
        assert request.user == who
    assert request.user.is_authenticated


def test_a_session_without_a_noted_device_still_names_its_person():
    who = person()
    assert whose(signed_in(who)).user == who


def test_what_is_noted_of_a_device_makes_nobody_somebody_else():
    who, other = person(), person()
    key = signed_in(who)
    UserSession.objects.create(user=other, ip="192.0.2.7", session_key=key)
    assert whose(key).user == who


def test_a_session_that_ran_out_or_was_ended_brings_nobody():
    who = person()
    key = signed_in(who)
    UserSession.objects.create(user=who, ip="192.0.2.7", session_key=key)
    Session.objects.filter(session_key=key).update(expire_date=now() - timedelta(days=1))
    assert not whose(key).user.is_authenticated
    Session.objects.filter(session_key=key).delete()
    assert not whose(key).user.is_authenticated


def test_a_changed_password_ends_the_sessions_that_bring_their_person():
    who = person()
    key = signed_in(who)
    UserSession.objects.create(user=who, ip="192.0.2.7", session_key=key)
    who.set_password("another and longer one")
    who.save()
    assert not whose(key).user.is_authenticated
