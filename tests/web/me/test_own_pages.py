"""One's own pages: profile, picture, preferences, tokens, data, and the way out."""

import io
import json
import struct
import zipfile
import zlib
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver
from PIL import Image

from qunluo.people import actions, queries
from qunluo.people.models import ApiToken, Person
from qunluo.people.ports import Blocker, own_data
from tests.people.makers import PASSWORD, person, picture

pytestmark = pytest.mark.django_db
NASTY = '"><script>alert(1)</script>'
PAGES = ("", "profile/", "preferences/", "security/", "tokens/", "data/", "erase/")
EVERYONE_SEES = {f"see_{f}": "everyone" for f in
                 ("intro", "offers", "thoughts", "wishes", "worries", "tags")}  # fmt: skip


@pytest.fixture
def who():
    return person(password=PASSWORD)


@pytest.fixture
def me(who):
    """Somebody signed in who reads English and has just given their password."""
    visitor = Client(headers={"accept-language": "en"})
    visitor.force_login(who)
    visitor.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return visitor


def upload(me, data, name="me.png", kind="image/png"):
    return me.post("/me/picture/", {"picture": SimpleUploadedFile(name, data, kind)})


@pytest.mark.parametrize("place", PAGES)
def test_visitors_are_asked_to_sign_in_and_come_back(place, client):
    answer = client.get(f"/me/{place}")
    assert answer["Location"] == f"/accounts/login/?next=/me/{place}"


def test_every_address_of_ones_own_is_closed_to_visitors(client):
    _prefix, resolver = get_resolver().namespace_dict["me"]
    for name in {key for key in resolver.reverse_dict if isinstance(key, str)}:
        pattern = resolver.reverse_dict[name][0][0][0] % {"pk": 1}
        for answer in (client.get(f"/me/{pattern}"), client.post(f"/me/{pattern}")):
            assert answer.status_code in (302, 405), pattern


@pytest.mark.parametrize("place", PAGES)
@pytest.mark.parametrize(("language", "code"), [("en", "en"), ("zh-hans", "zh-Hans")])
def test_every_page_speaks_both_languages(place, language, code, me, who):
    Person.objects.filter(pk=who.pk).update(language=language)
    answer = me.get(f"/me/{place}")
    assert answer.status_code == 200
    assert f'<html lang="{code}"' in answer.text


@pytest.mark.req("P21", "P15", "P17")
def test_a_profile_is_edited_and_seen(me, who):
    said = {
        "name": "Maya", "intro": "I grow pears.", "offers": "repairing bicycles\n\nlistening",
        "thoughts": "Why do we hurry?", "wishes": "A well.", "worries": "The dry spring.",
        "tags": "Hangzhou，gardening, night owl", **EVERYONE_SEES, "see_worries": "me",
    }  # fmt: skip
    assert me.post("/me/profile/", said)["Location"] == "/me/profile/"
    page = me.get("/me/profile/").text
    assert "repairing bicycles\nlistening" in page
    assert "Hangzhou, gardening, night owl" in page
    seen = Client(headers={"accept-language": "en"}).get(f"/p/{who.handle}/").text
    assert all(word in seen for word in ("Maya", "repairing bicycles", "A well.", "night owl"))
    assert "The dry spring." not in seen
    assert "The dry spring." in me.get(f"/p/{who.handle}/").text


def test_what_is_refused_is_shown_where_it_belongs_and_nothing_is_lost(me, who):
    answer = me.post("/me/profile/", {"name": "Maya", "offers": "x" * 81, "intro": "Kept",
                                      **EVERYONE_SEES})  # fmt: skip
    assert answer.status_code == 422
    assert "one of them is too long" in answer.text
    assert "Kept" in answer.text
    assert Person.objects.get(pk=who.pk).intro == ""


def test_nothing_that_people_write_can_run(me, who):
    fields = ("name", "intro", "offers", "thoughts", "wishes", "worries", "tags")
    said = {**dict.fromkeys(fields, NASTY), "worries": "{{7*191}}{% if %}", **EVERYONE_SEES}
    assert me.post("/me/profile/", said).status_code == 302
    for place in ("/me/", "/me/profile/", f"/p/{who.handle}/", f"/p/{who.handle}/avatar.svg"):
        text = me.get(place).text
        assert "<script>alert" not in text
        assert "1337" not in text


def test_a_profile_only_ever_changes_its_own_person(me, who):
    other = person("Other")
    me.post("/me/profile/", {"name": "Maya", "pk": other.pk, "person": other.pk, "id": other.pk,
                             "is_staff": "on", "email": "x@y.zz", **EVERYONE_SEES})  # fmt: skip
    assert Person.objects.get(pk=other.pk).name == "Other"
    row = Person.objects.get(pk=who.pk)
    assert (row.name, row.is_staff, row.email) == ("Maya", False, who.email)


def bomb():
    """Return a PNG of 30,000 × 30,000 pixels in a few bytes."""

    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))  # fmt: skip

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body)
            + chunk(b"IEND", b""))  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script></html>",
        b"GIF89a" + b"<script>alert(1)</script>",
        b"%PDF-1.4 /JS (alert(1))",
        bomb(),
        picture()[:200],
    ],
    ids=["text", "svg", "html", "false-gif", "pdf", "bomb", "torn"],
)
def test_what_is_no_honest_picture_is_refused_with_a_sentence(me, who, data):
    answer = upload(me, data)
    assert answer.status_code == 422
    assert 'class="notice error"' in answer.text or 'class="error"' in answer.text
    assert Person.objects.get(pk=who.pk).picture == ""


def test_an_upload_keeps_the_pixels_and_nothing_else(me, who, data_dir):
    photo, out = Image.new("RGB", (900, 600), "teal"), io.BytesIO()
    place = Image.Exif()
    place[0x010F], place[0x8825] = "SecretCamera", {1: "N", 2: (30.0, 15.0, 0.0)}
    photo.save(out, "JPEG", exif=place, comment=b"SecretComment")
    polyglot = out.getvalue() + b"<script>alert(1)</script>PK\x05\x06"
    assert upload(me, polyglot, "me.jpg.php", "text/html")["Location"] == "/me/profile/"
    key = Person.objects.get(pk=who.pk).picture
    kept = (data_dir / "media" / key).read_bytes()
    assert not any(word in kept for word in (b"Secret", b"<script", b"Exif", b"php"))
    with Image.open(io.BytesIO(kept)) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("WEBP", (512, 512), {})
    served = Client().get(f"/media/{key}")
    assert served["Content-Type"] == "image/webp"
    assert served["X-Content-Type-Options"] == "nosniff"


def test_a_picture_goes_back_to_the_drawn_one(me, who):
    upload(me, picture())
    me.post("/me/picture/", {"remove": "1"})
    assert Person.objects.get(pk=who.pk).picture == ""


def test_language_and_time_zone_take_hold_at_once(me, who):
    me.post("/me/preferences/", {"language": "zh-hans", "time_zone": "Europe/Berlin"})
    row = Person.objects.get(pk=who.pk)
    assert (row.language, row.time_zone) == ("zh-hans", "Europe/Berlin")
    page = me.get("/me/preferences/").text
    assert '<html lang="zh-Hans"' in page
    assert "柏林" in page
    refused = me.post("/me/preferences/", {"language": "xx", "time_zone": "Mars/Olympus"})
    assert refused.status_code == 200
    assert Person.objects.get(pk=who.pk).time_zone == "Europe/Berlin"


def test_who_has_just_signed_in_is_not_asked_again_until_five_minutes_later(who):
    visitor = Client()
    with time_machine.travel(datetime(2026, 5, 1, 9, tzinfo=UTC), tick=False) as clock:
        visitor.post("/accounts/login/", {"login": who.email, "password": PASSWORD})
        assert visitor.get("/me/data/").status_code == 200
        clock.shift(timedelta(minutes=6))
        asked = visitor.get("/me/data/")
    assert asked["Location"].startswith("/accounts/reauthenticate/?next=")


@pytest.mark.parametrize("place", ["tokens/", "data/", "erase/"])
def test_delicate_pages_ask_once_more(place, who):
    visitor = Client()
    visitor.force_login(who)
    answer = visitor.get(f"/me/{place}")
    assert answer["Location"].startswith("/accounts/reauthenticate/?next=")
    assert visitor.post(f"/me/{place}", {"sure": "on"})["Location"] == f"/me/{place}"
    assert Person.objects.get(pk=who.pk).is_active
    assert not ApiToken.objects.exists()
    back = visitor.post(answer["Location"], {"password": PASSWORD, "next": f"/me/{place}"})
    assert back["Location"] == f"/me/{place}"
    assert visitor.get(f"/me/{place}").status_code == 200


def test_a_token_is_shown_once_and_revoked(me, who):
    said = {"name": "backup", "scopes": ["read"], "days": "30"}
    page = me.post("/me/tokens/", said, follow=True)
    token = ApiToken.objects.get()
    assert page["Cache-Control"].startswith("max-age=0")
    secret = page.text.split('data-copy="qlt_')[1].split('"')[0]
    assert queries.person_by_token(f"qlt_{secret}") == who
    assert secret not in me.get("/me/tokens/").text
    stranger = Client()
    stranger.force_login(person())
    assert stranger.post(f"/me/tokens/{token.pk}/revoke/").status_code == 404
    assert queries.person_by_token(f"qlt_{secret}") == who
    me.post(f"/me/tokens/{token.pk}/revoke/")
    assert queries.person_by_token(f"qlt_{secret}") is None
    assert "backup" not in me.get("/me/tokens/").text


@pytest.mark.req("V10", "O09")
def test_everything_is_taken_along(me, who):
    answer = me.post("/me/data/")
    assert answer["Content-Type"] == "application/zip"
    assert answer["Cache-Control"] == "no-store"
    packed = zipfile.ZipFile(io.BytesIO(answer.content))
    assert json.loads(packed.read("people/profile.json"))["handle"] == who.handle


@pytest.mark.req("V10", "O09")
def test_an_account_is_erased_after_saying_what_goes_and_what_stays(me, who):
    page = me.get("/me/erase/").text
    assert "What goes" in page
    assert "What stays, and why" in page
    assert me.post("/me/erase/", {}).status_code == 200
    assert Person.objects.get(pk=who.pk).is_active
    answer = me.post("/me/erase/", {"sure": "on"})
    assert answer["Location"] == "/"
    assert Person.objects.get(pk=who.pk).erased_at
    assert me.get("/me/").status_code == 302
    assert me.get(f"/p/{who.handle}/").status_code == 404


@pytest.mark.req("V10", "O09")
def test_a_sole_owner_learns_what_to_do_first(me, who, monkeypatch):
    blocker = Blocker("{name} needs you.", "Hand it over.", "/c/farm/desk/", {"name": "<b>Farm"})
    rooms = dict(own_data._rooms)
    monkeypatch.setattr(own_data, "_rooms", rooms)
    own_data.contribute(
        "test", export=lambda of: {}, erase=lambda of: None, blocks=lambda of: [blocker]
    )
    page = me.get("/me/erase/").text
    assert "&lt;b&gt;Farm needs you." in page
    assert 'href="/c/farm/desk/"' in page
    assert 'name="sure"' not in page
    refused = me.post("/me/erase/", {"sure": "on"})
    assert refused.status_code == 409
    assert "Hand it over." in refused.text
    assert Person.objects.get(pk=who.pk).is_active


def test_the_reminder_to_confirm_an_address_is_calm_and_goes_away():
    who = actions.register_person(name="Maya", language="en")
    visitor = Client(headers={"accept-language": "en"})
    visitor.force_login(who)
    assert "has no address yet" in visitor.get("/me/").text
    actions.confirm_email(person=who, email="maya@example.org")
    assert "/accounts/email/" not in visitor.get("/me/").text


def test_the_way_to_ones_own_pages_costs_few_queries(me, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        me.get("/me/")
