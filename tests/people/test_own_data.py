"""Everything taken along, and everything erased (V10, O09)."""

import io
import json
import zipfile

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from qunluo.kernel.models import EventRecord
from qunluo.people import actions, queries
from qunluo.people.errors import AccountErased, ErasureBlocked
from qunluo.people.models import ApiToken, Person
from qunluo.people.ports import Blocker, OwnData, own_data
from tests.people.makers import person, picture

pytestmark = [pytest.mark.django_db, pytest.mark.req("V10", "O09")]


@pytest.fixture
def rooms():
    """The higher rooms of a test alone."""
    before = dict(own_data._rooms)
    own_data._rooms.clear()
    yield own_data
    own_data._rooms.clear()
    own_data._rooms.update(before)


def opened(archive):
    packed = zipfile.ZipFile(io.BytesIO(archive))
    return packed, lambda name: json.loads(packed.read(name))


def signed_in_somewhere(who):
    session = SessionStore()
    session["_auth_user_id"] = str(who.pk)
    session.save()
    UserSession.objects.create(
        user=who, ip="192.0.2.7", session_key=session.session_key, user_agent="Firefox"
    )
    return session.session_key


def test_the_archive_holds_everything_and_explains_itself(rooms):
    who = person(name="林小满", intro="种梨", worries="春旱", email="lin@example.org")
    actions.set_picture(actor=who, data=picture())
    token, secret = actions.issue_token(actor=who, name="backup", scopes=["read"], days=7)
    key = signed_in_somewhere(who)
    extra = actions.set_picture(actor=person(), data=picture()).picture
    rooms.contribute(
        "market",
        export=lambda of: {"orders": [{"buyer": of.pk, "total": "12.00"}]},
        erase=lambda of: None,
        media=lambda of: [extra, "avatar/zz/missing-missing-missing-mi.webp"],
    )
    packed, read = opened(actions.export_person(actor=who))

    names = set(packed.namelist())
    assert {"README.txt", "manifest.json", "people/profile.json", "market/orders.json"} <= names
    assert {f"media/{who.picture}", f"media/{extra}"} <= names
    assert read("people/profile.json")["name"] == "林小满"
    assert read("people/profile.json")["worries"] == "春旱"
    assert read("people/email_addresses.json")[0]["email"] == "lin@example.org"
    assert read("people/api_tokens.json")[0]["prefix"] == token.prefix
    assert read("people/sessions.json")[0]["ip"] == "192.0.2.7"
    history = [(event["event"], event["by_me"]) for event in read("people/history.json")]
    assert ("people.person_registered", True) in history
    assert ("people.token_issued", True) in history
    assert read("market/orders.json") == [{"buyer": who.pk, "total": "12.00"}]
    assert set(read("manifest.json")["documents"]) == {
        name.removesuffix(".json")
        for name in names
        if name.endswith(".json") and name != "manifest.json"
    }
    everything = b"".join(packed.read(name) for name in names if name.endswith(".json")).decode()
    for kept_back in (who.password, secret, token.digest, key):
        assert kept_back not in everything
    readme = packed.read("README.txt").decode()
    assert "你的" in readme or "与你有关" in readme
    assert "everything this site keeps about you" in readme


def test_the_archive_holds_nothing_of_others(rooms):
    other = person(name="Somebody Else", email="else@example.org")
    packed, _read = opened(actions.export_person(actor=person()))
    everything = b"".join(packed.read(name) for name in packed.namelist()).decode()
    assert other.name not in everything
    assert other.email not in everything


def test_erasure_leaves_a_number_and_nothing_else(
    rooms, django_capture_on_commit_callbacks, data_dir
):
    who = person(name="Unmistakable", email="unmistakable@example.org", intro="x", tags=["y"],
                 thoughts="t", wishes="w", worries="v", offers=["o"])  # fmt: skip
    handle, was = who.handle, who.password
    actions.set_picture(actor=who, data=picture())
    file = data_dir / "media" / who.picture
    actions.issue_token(actor=who, name="n", scopes=["read"], days=7)
    Authenticator.objects.create(user=who, type="totp", data={"secret": "s"})
    SocialAccount.objects.create(user=who, provider="github", uid="42", extra_data={"a": "b"})
    key, others = signed_in_somewhere(who), signed_in_somewhere(person())
    erased = []
    rooms.contribute("market", export=lambda of: {}, erase=lambda of: erased.append(of.name))

    with django_capture_on_commit_callbacks(execute=True):
        actions.erase_person(actor=who)

    assert erased == ["Unmistakable"]  # higher rooms go first, while they still know who it was
    row = Person.objects.filter(pk=who.pk).values().get()
    assert "nmistakable" not in str(row)
    assert (row["email"], row["is_active"], row["handle"] == handle) == (None, False, False)
    assert row["password"] != was
    assert row["name"] == "Erased account"
    assert not any(row[f] for f in ("intro", "thoughts", "wishes", "worries", "offers", "tags"))
    assert not file.exists()
    for table in (EmailAddress, Authenticator, SocialAccount, UserSession):
        assert not table.objects.filter(user_id=who.pk).exists()
    assert not ApiToken.objects.filter(person=who).exists()
    assert not Session.objects.filter(session_key=key).exists()
    assert Session.objects.filter(session_key=others).exists()
    history = EventRecord.objects.filter(person_id=who.pk)
    assert history.filter(name="people.person_erased").count() == 1
    assert all("nmistakable" not in str(event.data) for event in history)


def test_the_address_of_an_erased_account_is_free_again(rooms):
    actions.erase_person(actor=person(email="again@example.org"))
    assert person(email="again@example.org").pk


def test_an_erased_account_can_do_nothing_more(rooms):
    who = person()
    actions.erase_person(actor=who)
    for attempt in (
        lambda: actions.erase_person(actor=who),
        lambda: actions.export_person(actor=who),
        lambda: actions.update_profile(actor=who, name="Back"),
        lambda: actions.set_picture(actor=who, data=None),
    ):
        with pytest.raises(AccountErased):
            attempt()


def test_a_blocker_stops_everything_and_says_what_to_do(rooms):
    who = person()
    erased = []
    rooms.contribute("market", export=lambda of: {}, erase=erased.append)
    rooms.contribute(
        "community",
        export=lambda of: {},
        erase=erased.append,
        blocks=lambda of: [
            Blocker("You alone own {name}.", "Make somebody else an owner.", names={"name": "Farm"})
        ],
        keeps=["Receipts, for ten years: the tax law."],
    )
    with pytest.raises(ErasureBlocked) as refused:
        actions.erase_person(actor=who)
    assert refused.value.say(str) == ("You alone own Farm.", "Make somebody else an owner.")
    assert erased == []
    who.refresh_from_db()
    assert who.is_active
    assert queries.erasure_keeps() == ["Receipts, for ten years: the tax law."]


def test_a_room_that_fails_takes_the_whole_erasure_back(rooms):
    who = person(email="stays@example.org")

    def fail(of):
        raise RuntimeError

    rooms.contribute("market", export=lambda of: {}, erase=fail)
    with pytest.raises(RuntimeError):
        actions.erase_person(actor=who)
    assert EmailAddress.objects.filter(email="stays@example.org").exists()
    assert Person.objects.get(pk=who.pk).email == "stays@example.org"


def test_rooms_register_once():
    registry = OwnData()
    registry.contribute("market", export=dict, erase=print)
    registry.contribute("market", export=dict, erase=print, holds="Orders")
    assert [room.holds for room in registry] == ["Orders"]
