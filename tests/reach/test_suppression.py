"""Whoever wants no more unasked mail gets none, for ever."""

import pytest
from django.core import mail

from qunluo.kernel.models import EventRecord
from qunluo.people import actions as people
from qunluo.reach import actions, queries, rules
from qunluo.reach.errors import BadUnsubscribeLink
from qunluo.reach.models import Delivery, Suppression
from tests.community.makers import person
from tests.reach.test_mail import send

pytestmark = [pytest.mark.django_db, pytest.mark.req("M12")]
ADDRESS = "lin@example.org"


def invite(to=ADDRESS, community_id=7):
    return send(to, kind="invitation", community_id=community_id)


def test_an_invitation_carries_one_click_headers_and_a_link():
    invite()
    actions.send_due()
    sent = mail.outbox[0]
    link = sent.extra_headers["List-Unsubscribe"].strip("<>")
    assert queries.read_unsubscribe(link.split("/")[-2]) == (rules.digest(ADDRESS), 7)
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in sent.body
    assert ADDRESS not in link


def test_a_code_that_was_asked_for_carries_none():
    send()
    actions.send_due()
    assert "List-Unsubscribe" not in mail.outbox[0].extra_headers


def test_the_wish_is_kept_as_a_digest_and_honoured_per_community():
    actions.suppress(address=" LIN@example.org", community_id=7)
    assert invite().state == "suppressed"
    assert invite().context == {}
    assert invite(community_id=8).state == "waiting"
    assert queries.is_suppressed(ADDRESS, 7)
    assert not queries.is_suppressed(ADDRESS, 8)
    assert "lin" not in str(Suppression.objects.values().get())


def test_a_wish_towards_everybody_holds_everywhere_but_codes_arrive():
    actions.suppress(address=ADDRESS)
    assert {invite(community_id=c).state for c in (7, 8, None)} == {"suppressed"}
    assert send(ADDRESS).state == "waiting"


def test_a_wish_that_comes_while_the_mail_waits_is_honoured():
    waiting = invite()
    actions.suppress(address=ADDRESS, community_id=7)
    assert actions.send_due() == 0
    waiting.refresh_from_db()
    assert (waiting.state, mail.outbox) == ("suppressed", [])


def test_the_link_says_who_and_where_and_cannot_be_forged():
    signed = queries.unsubscribe_path(ADDRESS, 7).split("/")[2]
    assert queries.read_unsubscribe(signed) == (rules.digest(ADDRESS), 7)
    for forged in ("", "x", signed[:-2] + "zz", signed.replace(":", ";")):
        with pytest.raises(BadUnsubscribeLink):
            queries.read_unsubscribe(forged)


def test_wishing_twice_is_one_wish_and_one_event():
    actions.suppress(address=ADDRESS, community_id=7)
    actions.suppress(address=ADDRESS, community_id=7)
    told = EventRecord.objects.get(name="reach.unsubscribed")
    assert told.community_id == 7
    assert ADDRESS not in str(told.data)


def test_many_addresses_are_checked_at_once():
    people = [f"p{n}@example.org" for n in range(1200)]
    for n in (3, 700, 1199):
        actions.suppress(address=people[n], community_id=7)
    assert queries.suppressed(people, 7) == {people[3], people[700], people[1199]}


def test_the_list_of_a_community_goes_along_and_comes_back():
    actions.suppress(address=ADDRESS, community_id=7, source="person")
    rows = queries.suppressions_of(7)
    Suppression.objects.all().delete()
    for row in rows:
        actions.suppress_digest(digest=row["digest"], community_id=9, source=row["source"])
    assert queries.is_suppressed(ADDRESS, 9)


@pytest.mark.req("V10", "O09")
def test_mail_is_part_of_ones_own_data_and_goes_with_the_account():
    who = people.register_person(name="Lin", email=ADDRESS)
    other = send("other@example.org")
    send()
    actions.suppress(address=ADDRESS)
    assert queries.own_documents(who)["mail"][0]["to"] == ADDRESS
    people.erase_person(actor=who)
    assert list(Delivery.objects.all()) == [other]
    assert queries.is_suppressed(ADDRESS)


@pytest.mark.req("R17")
def test_who_said_never_again_takes_it_back_on_their_own_page_and_only_their_own(client):
    mei, other = person(language="en"), person()
    actions.suppress(address=mei.email)
    actions.suppress(address=mei.email, community_id=7)
    actions.suppress(address=other.email)
    assert queries.never_mailed(mei) == {0, 7}
    client.force_login(mei, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = "en"
    page = client.get("/me/notices/settings/").text
    assert "Never again" in page
    for community in ("0", "7", "x", "7"):
        assert client.post("/me/notices/mail-again/", {"community": community}).status_code == 302
    assert queries.never_mailed(mei) == set()
    assert not queries.is_suppressed(mei.email, 7)
    assert queries.is_suppressed(other.email)
    again = client.get("/me/notices/settings/").text
    assert "Never again" not in again
