"""What others see of a person, and one-click unsubscribe."""

import pytest
from django.test import Client

from qunluo.people import actions
from qunluo.people.ports import neighbours
from qunluo.reach import queries as mail
from tests.people.makers import person, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor():
    return Client(headers={"accept-language": "en"}, enforce_csrf_checks=True)


@pytest.mark.req("P21")
def test_a_stranger_sees_the_face_and_what_is_for_everyone(visitor):
    who = person("Maya", intro="I grow pears.", wishes="A well.", worries="The dry spring.")
    page = visitor.get(f"/p/{who.handle}/")
    assert page["X-Robots-Tag"] == "noindex"
    assert "I grow pears." in page.text
    assert "A well." not in page.text
    assert "shows more to the people they share a community with" in page.text
    assert str(who.email) not in page.text


@pytest.mark.req("P21")
def test_a_neighbour_sees_more(visitor, monkeypatch):
    who, neighbour = person("Maya", wishes="A well.", worries="The dry spring."), person()
    pair = {who.pk, neighbour.pk}
    monkeypatch.setattr(neighbours, "_answer", lambda one, other: {one, other} == pair)
    visitor.force_login(neighbour)
    text = visitor.get(f"/p/{who.handle}/").text
    assert "A well." in text
    assert "The dry spring." not in text


def test_a_handle_may_be_typed_in_small_letters(visitor):
    who = person()
    answer = visitor.get(f"/p/{who.handle.lower()}/")
    assert answer["Location"] == f"/p/{who.handle}/"


@pytest.mark.parametrize("handle", ["NOBODY22", "..%2f..%2f", "1"])
def test_nobody_is_there(visitor, handle):
    assert visitor.get(f"/p/{handle}/").status_code == 404
    assert visitor.get(f"/p/{handle}/avatar.svg").status_code == 404


def test_a_handle_with_a_nul_byte_is_refused_before_it_is_looked_up(visitor):
    assert visitor.get("/p/%00/").status_code == 400


def test_the_drawn_portrait_is_the_same_every_time_and_can_run_nothing(visitor):
    who = person("<script>")
    drawn = visitor.get(f"/p/{who.handle}/avatar.svg")
    assert drawn["Content-Type"] == "image/svg+xml"
    assert "public" in drawn["Cache-Control"]
    assert drawn["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert drawn.text.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert "<script" not in drawn.text
    assert "style=" not in drawn.text
    assert drawn.text == visitor.get(f"/p/{who.handle}/avatar.svg").text
    assert drawn.text != visitor.get(f"/p/{person('林小满').handle}/avatar.svg").text


def test_an_uploaded_picture_is_shown_instead(visitor):
    who = person()
    actions.set_picture(actor=who, data=picture())
    assert f'src="/media/{who.picture}"' in visitor.get(f"/p/{who.handle}/").text


@pytest.mark.req("M12")
def test_a_mail_program_unsubscribes_with_one_post_and_no_cookie(visitor):
    path = mail.unsubscribe_path("lin@example.org", 7)
    assert not mail.is_suppressed("lin@example.org", 7)
    answer = visitor.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert mail.is_suppressed("lin@example.org", 7)
    assert not mail.is_suppressed("lin@example.org", 8)


@pytest.mark.req("M12")
def test_opening_the_link_alone_stops_nothing_and_offers_both_ways(visitor):
    path = mail.unsubscribe_path("lin@example.org", 7)
    page = visitor.get(path).text
    assert "No more from this community" in page
    assert not mail.is_suppressed("lin@example.org", 7)
    visitor.post(path, {"from": "everywhere"})
    assert mail.is_suppressed("lin@example.org", 8)


def test_a_damaged_link_is_a_clear_404(visitor):
    answer = visitor.get("/u/not-a-link/")
    assert answer.status_code == 404
    assert "not complete" in answer.text
