"""Invitations in the browser: the poster, coming in, making and taking back (G04, P03)."""

from datetime import timedelta
from io import BytesIO
from xml.etree import ElementTree

import pytest
from PIL import Image

from qunluo.community.actions import close_community
from qunluo.community.models import CharterVersion
from qunluo.community.queries import get_membership
from qunluo.growth import actions, queries
from qunluo.growth.models import Invitation
from qunluo.kernel.clock import now
from tests.growth import makers
from tests.web.growth.conftest import browser

pytestmark = pytest.mark.req("G04", "P03")


@pytest.fixture
def invitation(farm):
    return actions.create_invitation(
        actor=farm.owner, community=farm, note="You love strawberries.", max_uses=2
    )


def url(invitation, more=""):
    return f"/i/{invitation.code}/{more}"


def test_a_stranger_sees_who_invites_to_what_and_the_rules(invitation):
    page = browser().get(url(invitation)).content.decode()
    for text in (
        "Owner invites you",
        "You love strawberries.",
        "Grow and eat together.",
        "Be kind",
    ):
        assert text in page
    assert f"/accounts/signup/?next=/i/{invitation.code}/" in page


def test_the_page_speaks_chinese(invitation):
    page = browser(language="zh-hans").get(url(invitation)).content.decode()
    assert "我们的约定" in page
    assert "进来" in page


def test_the_invitation_of_a_closed_community_says_so_and_offers_no_way_in(farm, invitation):
    close_community(actor=farm.owner, community=farm, name=farm.name, reason="Sold.")
    page = browser(makers.person("Guest")).get(url(invitation)).content.decode()
    assert "This community is closed." in page
    assert "Come in" not in page


def test_a_guest_accepts_the_rules_and_is_in(invitation):
    guest = makers.person("Guest")
    client = browser(guest)
    assert client.post(url(invitation), {}).status_code == 422
    answer = client.post(url(invitation), {"accepted_rules": "on"})
    farm = invitation.community
    assert answer.headers["Location"] == f"/c/{farm.slug}/"
    assert get_membership(guest, farm).inviter == farm.owner


def test_a_member_who_opens_it_is_led_home(farm, invitation):
    mei = makers.member(farm)
    assert browser(mei).get(url(invitation)).headers["Location"] == f"/c/{farm.slug}/"
    invitation.refresh_from_db()
    assert invitation.used == 0


def test_a_closed_invitation_says_why_and_offers_no_button(farm, invitation, travel):
    with travel(now() + timedelta(days=31)):
        page = browser().get(url(invitation)).content.decode()
    assert "This invitation has expired." in page
    assert "Come in" not in page
    actions.revoke_invitation(actor=farm.owner, invitation=invitation)
    assert "taken back" in browser().get(url(invitation)).content.decode()


def test_an_unknown_code_is_not_found_and_guessing_is_slowed(db, monkeypatch):
    monkeypatch.delenv("QUNLUO_NO_RATE_LIMITS", raising=False)
    client = browser()
    codes = [client.get(f"/i/GUESS{n:03}/").status_code for n in range(25)]
    assert codes[0] == 404
    assert codes[-1] == 429


def test_a_private_community_can_be_joined_by_its_invitation(db):
    farm = makers.community(stage="private", selection="invitation")
    made = actions.create_invitation(actor=farm.owner, community=farm)
    page = browser().get(url(made)).content.decode()
    assert farm.name in page
    assert f"/c/{farm.slug}/about/" not in page
    guest = makers.person()
    assert browser(guest).post(url(made)).status_code == 302


def test_the_code_and_the_poster_are_pictures(invitation):
    client = browser()
    svg = client.get(url(invitation, "qr.svg"))
    assert svg.headers["Content-Type"] == "image/svg+xml"
    assert ElementTree.fromstring(svg.content).tag.endswith("svg")
    for name, size in (("poster.png", (1080, 1440)), ("card.png", (1200, 630))):
        picture = Image.open(BytesIO(client.get(url(invitation, name)).content))
        assert (picture.format, picture.size) == ("PNG", size)


def test_a_member_makes_shares_and_takes_back_an_invitation(farm):
    mei = makers.member(farm)
    client, at = browser(mei), f"/c/{farm.slug}/invitations/"
    answer = client.post(at, {"note": "给小王", "max_uses": "2"})
    made = Invitation.objects.get()
    assert answer.headers["Location"] == f"{at}{made.pk}/"
    page = client.get(answer.headers["Location"]).content.decode()
    assert queries.invitation_url(made) in page
    assert "给小王" in client.get(at).content.decode()
    client.post(f"{at}{made.pk}/revoke/")
    made.refresh_from_db()
    assert made.revoked_at is not None


def test_a_quota_that_is_used_up_is_said_instead_of_a_form(farm):
    mei = makers.member(farm)
    actions.change_policy(actor=farm.owner, community=farm, member_quota=1)
    client, at = browser(mei), f"/c/{farm.slug}/invitations/"
    assert client.post(at, {"max_uses": "2"}).status_code == 422
    client.post(at, {"max_uses": "1"})
    assert "You have given all your 1 places." in client.get(at).content.decode()


def test_others_do_not_see_an_invitation(farm, invitation):
    mei = makers.member(farm)
    at = f"/c/{farm.slug}/invitations/{invitation.pk}/"
    assert browser(mei).get(at).status_code == 404
    assert browser(makers.person()).get(f"/c/{farm.slug}/invitations/").status_code == 403


def test_a_customer_is_recognised_by_their_own_link(listed):
    batch = actions.invite_customers(
        actor=listed.owner, community=listed, filters={}, way="link", limit=1
    )
    made = Invitation.objects.get(batch=batch)
    guest = makers.person("张先生")
    browser(guest).post(url(made), {"accepted_rules": "on"})
    made.customer.refresh_from_db()
    assert (made.customer.person, made.customer.matched_by) == (guest, "code")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_shows_all_that_a_guest_says_to_have_read(farm, invitation, language):
    meaning = {"mission": "Eat well together.", "vision": "A table a week.", "values": ["Care"]}
    CharterVersion.objects.create(
        community=farm, number=1, values={"meaning": meaning}, published_at=now()
    )
    page = browser(makers.person(), language).get(url(invitation)).content.decode()
    for text in ("Eat well together.", "A table a week.", "Care", "No insults."):
        assert text in page
    assert ("What we stand for" if language == "en" else "我们的主张") in page
    assert "<summary" not in page[page.index("Eat well") : page.index("accepted_rules")]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_code_said_on_the_telephone_leads_to_its_invitation(invitation, language):
    code = invitation.code
    for client in (browser(language=language), browser(makers.person(), language)):
        page = client.get("/").content.decode()
        assert 'action="/i/"' in page
        assert ("I have an invitation code" if language == "en" else "我有邀请码") in page
        for said in (code, f" {code[:3].lower()} {code[3:]} ", f"https://x.example/i/{code}/"):
            answer = client.get("/i/", {"code": said})
            assert answer.headers["Location"] == f"/i/{code}/"
    assert client.get("/i/").status_code == 200


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_wrong_code_is_said_beside_the_field_and_guessing_is_slowed(db, monkeypatch, language):
    monkeypatch.delenv("QUNLUO_NO_RATE_LIMITS", raising=False)
    client = browser(language=language)
    answer = client.get("/i/", {"code": "nobody's"})
    assert answer.status_code == 422
    assert ("We do not know this" if language == "en" else "邀请") in answer.content.decode()
    assert client.get("/i/", {"code": "  "}).status_code == 422
    for n in range(25):
        page = client.get("/i/", {"code": f"GUESS{n}"}).content.decode()
    assert ("That was too often" if language == "en" else "太频繁") in page
