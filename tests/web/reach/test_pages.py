"""The bell, the list behind it, how one is reached, and the way out of mail."""

import pytest
from django.test import Client

from qunluo.reach import actions, queries
from qunluo.reach.models import Wish
from tests.reach.makers import notice, somebody, subject, tell

pytestmark = pytest.mark.django_db
THING = {"subject": "thing", "subject_id": 1, "scopes": ("thing:1",)}


@pytest.fixture
def mei():
    return somebody("Mei")


@pytest.fixture
def browser(client, mei):
    client.force_login(mei)
    return client


def test_the_bell_stands_on_every_page_and_counts(browser, mei):
    assert 'class="bell-count"' not in browser.get("/me/").content.decode()
    for number in range(101):
        tell(mei, key=str(number))
    page = browser.get("/me/").content.decode()
    assert page.count('href="/me/notices/"') >= 1
    assert '<span class="bell-count" aria-hidden="true">99+</span>' in page


def test_visitors_see_no_bell(client):
    assert "/me/notices/" not in client.get("/").content.decode()


def test_the_list_says_what_why_and_how_to_mute(browser, mei):
    lin = somebody("Lin")
    with subject():
        tell(mei, what="replied", reason="yours", actor_id=lin.pk, **THING)
        page = browser.get("/me/notices/").content.decode()
        assert "Lin replied in “Rain”" in page
        assert "Because it is yours." in page
        assert "Nothing more of: What you began" in page
        pk = notice(mei).pk
        answer = browser.post(f"/me/notices/{pk}/mute/", {"way": "reason"}, follow=True)
        assert "You hear no more of this" in answer.content.decode()
        assert queries.bell(mei) == 0


def test_opening_one_leads_there_and_reads_it(browser, mei):
    with subject():
        tell(mei, what="replied", reason="yours", **THING)
        answer = browser.get(f"/me/notices/{notice(mei).pk}/")
    assert (answer.status_code, answer["Location"]) == (302, "/c/farm/talk/1/")
    assert queries.bell(mei) == 0


def test_reactions_stand_apart(browser, mei):
    with subject():
        tell(mei, what="reacted", reason="reaction", actor_id=somebody("Lin").pk, **THING)
        assert "Lin reacted" not in browser.get("/me/notices/").content.decode()
        assert "Lin reacted" in browser.get("/me/notices/?only=reactions").content.decode()


def test_everything_is_read_at_once(browser, mei):
    tell(mei)
    browser.post("/me/notices/read/")
    assert queries.bell(mei) == 0


def test_one_chooses_how_one_is_reached(browser, mei):
    given = {"mail": "at_once", "quiet_from": "21", "quiet_to": "7", "digest_hour": "9"}
    assert browser.post("/me/notices/settings/", given).status_code == 302
    assert queries.wish_in(mei, "") == queries.Wish("at_once", False, None)
    hours = queries.hours_of([mei.pk])[mei.pk]
    assert (hours.quiet_from, hours.quiet_to, hours.digest_hour) == (21, 7, 9)
    for bad in ({"mail": "hourly"}, {"quiet_from": "24"}, {"digest_hour": ""}):
        assert browser.post("/me/notices/settings/", given | bad).status_code == 422


def test_a_reason_and_a_place_have_wishes_of_their_own(browser, mei):
    assert browser.get("/me/notices/settings/reason/mention/").status_code == 200
    browser.post("/me/notices/settings/reason/mention/", {"mail": "at_once", "push": "no"})
    assert queries.wish_in(mei, "", "mention") == queries.Wish("at_once", False, None)
    assert "mail at once · not on devices" in browser.get("/me/notices/settings/").content.decode()
    usual = {"mail": "usual", "push": "usual"}
    assert browser.post("/me/notices/settings/reason/mention/", {}).status_code == 422
    browser.post("/me/notices/settings/reason/mention/", usual)
    assert not Wish.objects.exists()
    for nothing in ("reason/security", "reason/boredom", "thread/99", "space/x", "planet/1"):
        assert browser.get(f"/me/notices/settings/{nothing}/").status_code == 404


@pytest.mark.parametrize("signed_in", [True, False])
def test_one_click_of_a_mail_program_stops_the_mail_and_opening_the_link_does_not(mei, signed_in):
    actions.wish(actor=mei, mail="at_once")
    client = Client(enforce_csrf_checks=True)
    if signed_in:
        client.force_login(mei)
    link = queries.stop_url(mei).removeprefix("http://testserver")
    assert client.get(link).status_code == 200
    assert client.head(link).status_code in {200, 405}
    assert queries.wish_in(mei, "").mail == "at_once"
    answer = client.post(link, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert queries.wish_in(mei, "").mail == "none"
    assert client.get("/u/n/forged/").status_code == 404


def test_the_link_under_one_notice_mutes_that(client, mei):
    with subject():
        tell(mei, what="replied", reason="wrote", **THING)
        link = queries.stop_url(mei, notice(mei).pk)
        page = client.get(link).content.decode()
        assert "Nothing more of: Where you wrote" in page
        client.post(link, {"way": "reason"})
    assert queries.wish_in(mei, "", "wrote").muted
    assert queries.wish_in(mei, "").mail is None


def test_what_may_no_longer_be_known_is_not_said_by_the_link_either(client, mei):
    with subject() as known:
        tell(mei, what="replied", reason="wrote", **THING)
        known.clear()
        page = client.get(queries.stop_url(mei, notice(mei).pk)).content.decode()
    assert "Rain" not in page


def test_a_device_is_added_by_the_page_and_removed_again(browser, mei):
    given = {
        "endpoint": "https://push.example.org/1",
        "p256dh": "B" + "A" * 86,
        "auth": "A" * 22,
        "name": "Chrome · Linux",
    }
    answer = browser.post("/me/notices/devices/", given)
    assert answer.json() == {"next": "/me/notices/settings/"}
    assert "Chrome · Linux" in browser.get("/me/notices/settings/").content.decode()
    (device,) = queries.devices_of(mei)
    browser.post(f"/me/notices/devices/{device.pk}/remove/")
    assert queries.devices_of(mei) == []
    assert browser.post("/me/notices/devices/", {"endpoint": "http://x"}).status_code == 422
