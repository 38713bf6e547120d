"""Files and polls in the browser: added, refused, opened in parts, and closed to others."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from qunluo.conversation import actions, queries
from qunluo.conversation.models import Attachment
from tests.conversation import makers
from tests.web.conversation.test_talk import browser

pytestmark = [pytest.mark.django_db, pytest.mark.req("C03")]


@pytest.fixture
def farm(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    made = makers.community()
    made.mei, made.lin = makers.member(made, "Mei"), makers.member(made, "Lin")
    made.square = makers.space(made, slug="square")
    made.base = f"/c/{made.slug}/talk/"
    return made


def photo(name="rain.jpg"):
    return SimpleUploadedFile(name, makers.picture(), content_type="image/jpeg")


def voice():
    return SimpleUploadedFile("voice", makers.sound(), content_type="audio/webm")


def content(response):
    return response.content


def test_pictures_are_sent_with_the_form_without_any_script(farm):
    sent = {"source": "", "kind": "talk", "files": [photo("a.jpg"), photo("b.jpg")]}
    answer = browser(farm.mei).post(f"{farm.base}in/square/new/", sent)
    assert answer.status_code == 302, answer.text
    page = browser(farm.lin).get(answer["Location"]).text
    assert page.count("data-picture") == 2
    assert "?small" in browser(farm.lin).get(f"{farm.base}in/square/").text


def test_a_refused_file_is_explained_and_the_good_one_stays(farm):
    bad = SimpleUploadedFile("x.jpg", b"<svg/>", content_type="image/jpeg")
    mei = browser(farm.mei)
    answer = mei.post(f"{farm.base}in/square/new/", {"source": "Rain", "files": [photo(), bad]})
    assert answer.status_code == 422
    assert "We cannot keep files of this kind." in answer.text
    uid = Attachment.objects.get().uid
    assert f'value="{uid}"' in answer.text
    again = {"source": "Rain", "attached": [uid], f"alt.{uid}": "Clouds over the barn"}
    answer = mei.post(f"{farm.base}in/square/new/", again)
    assert 'alt="Clouds over the barn"' in mei.get(answer["Location"]).text


def test_files_are_added_while_writing_and_taken_away_again(farm):
    made = makers.thread(farm.mei, farm.square)
    lin = browser(farm.lin)
    answer = lin.post(f"{farm.base}in/square/files/", {"files": voice(), "thread": made.number})
    uid = Attachment.objects.get().uid
    assert answer.status_code == 200
    assert f'data-file="{uid}"' in answer.text
    assert uid in lin.get(f"{farm.base}{made.number}/").text
    assert uid not in lin.get(f"{farm.base}in/square/new/").text
    assert lin.post(f"{farm.base}files/{uid}/drop/").status_code == 204
    assert not Attachment.objects.exists()
    refused = SimpleUploadedFile("a.exe", b"MZ", content_type="image/png")
    answer = lin.post(f"{farm.base}in/square/files/", {"files": refused})
    assert (answer.status_code, "a.exe" in answer.text) == (422, True)


def test_a_recording_is_heard_in_parts(farm):
    one = actions.attach(actor=farm.mei, space=farm.square, data=makers.sound(), name="早安.ogg")
    makers.thread(farm.mei, farm.square, source="Listen", attached=[one.uid])
    lin, path = browser(farm.lin), f"{farm.base}files/{one.uid}/"
    whole = lin.get(path)
    assert (whole.status_code, whole["Content-Type"]) == (200, "audio/ogg")
    assert content(whole) == makers.sound()
    assert whole["X-Content-Type-Options"] == "nosniff"
    assert whole["Content-Disposition"].startswith("inline; filename*=UTF-8''%E6%97%A9")
    assert whole["Cache-Control"] == "private, no-store"
    size = len(makers.sound())
    for asked, first, last in (("0-", 0, size - 1), ("4-9", 4, 9), ("-5", size - 5, size - 1)):
        part = lin.get(path, headers={"range": f"bytes={asked}"})
        assert part.status_code == 206
        assert part["Content-Range"] == f"bytes {first}-{last}/{size}"
        assert content(part) == makers.sound()[first : last + 1]
    assert lin.get(path, headers={"range": "bytes=9999-"}).status_code == 416
    assert lin.get(path, headers={"range": "bytes=-0"}).status_code == 416


def test_a_player_gets_as_much_as_it_soon_needs(farm, monkeypatch):
    monkeypatch.setattr("qunluo.web.conversation.views.files.AT_ONCE", 10)
    one = actions.attach(actor=farm.mei, space=farm.square, data=makers.sound(), name="a.ogg")
    path, whole = f"{farm.base}files/{one.uid}/", makers.sound()
    heard = b""
    while len(heard) < min(len(whole), 35):
        part = browser(farm.mei).get(path, headers={"range": f"bytes={len(heard)}-"})
        assert (part.status_code, len(part.content)) == (206, min(10, len(whole) - len(heard)))
        heard += part.content
    assert whole.startswith(heard)


def test_a_pdf_is_saved_never_shown_in_the_page(farm):
    one = actions.attach(actor=farm.mei, space=farm.square, data=b"%PDF-1.7 plan", name="p.pdf")
    answer = browser(farm.mei).get(f"{farm.base}files/{one.uid}/")
    assert answer["Content-Disposition"].startswith("attachment")


def test_strangers_and_the_open_address_of_pictures_find_nothing(farm):
    one = actions.attach(actor=farm.mei, space=farm.square, data=makers.picture())
    makers.thread(farm.mei, farm.square, attached=[one.uid])
    path = f"{farm.base}files/{one.uid}/"
    assert browser(farm.lin).get(path).status_code == 200
    assert browser().get(path).status_code == 404
    assert browser(makers.person()).get(path).status_code == 404
    assert browser(farm.mei).get(f"/media/{one.key}").status_code == 404
    other = makers.community()
    makers.membership(farm.mei, other) if False else None
    assert browser(farm.lin).get(f"/c/{other.slug}/talk/files/{one.uid}/").status_code == 404


def test_a_poll_is_asked_answered_once_and_ended(farm):
    asked = {"source": "When do we dig?", "options": "Saturday\n\nSunday", "results": "answered"}
    answer = browser(farm.mei).post(f"{farm.base}in/square/new/", asked)
    here = answer["Location"]
    lin = browser(farm.lin)
    assert "results show when you have answered" in lin.get(here).text
    for choice in ("0", "1"):
        assert lin.post(f"{here}act/", {"do": "answer..1", "poll.1": choice}).status_code == 302
    poll = queries.read_thread(farm, 1, viewer=farm.lin).posts[0].poll
    assert [(one.votes, one.share, one.mine) for one in poll.options] == [
        (0, 0, False), (1, 100, True),
    ]  # fmt: skip
    hidden = queries.read_thread(farm, 1, viewer=farm.mei).posts[0].poll
    assert (hidden.people, hidden.options[1].votes) == (1, None)
    assert lin.post(f"{here}act/", {"do": "answer..1"}).status_code == 422
    assert lin.post(f"{here}act/", {"do": "end..1"}).status_code == 403
    browser(farm.mei).post(f"{here}act/", {"do": "end..1"})
    assert lin.post(f"{here}act/", {"do": "answer..1", "poll.1": "0"}).status_code == 409
    assert "ended" in lin.get(here).text


def test_a_poll_that_cannot_be_asked_keeps_what_was_written(farm):
    wrong = {"source": "When?", "options": "Saturday"}
    answer = browser(farm.mei).post(f"{farm.base}in/square/new/", wrong)
    assert answer.status_code == 422
    assert "two to ten" in answer.text
    assert "When?" in answer.text


def test_the_preview_links_who_is_called(farm):
    answer = browser(farm.mei).post(
        f"{farm.base}in/square/new/", {"source": "@Lin **look**", "preview": "1"},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    assert f"/p/{farm.lin.handle}/" in answer.text
    assert "<strong>look</strong>" in answer.text


def test_a_quotation_stands_in_the_reply(farm):
    made = makers.thread(farm.mei, farm.square, source="One\nTwo")
    page = browser(farm.lin).get(f"{farm.base}{made.number}/?to=1&quote=1").text
    assert "&gt; One\n&gt; Two" in page


def test_our_own_script_hears_where_it_went_and_sends_nothing_twice(farm):
    made = makers.thread(farm.mei, farm.square)
    sent = {"source": "From the train", "client_id": "abc"}
    lin = browser(farm.lin)
    for _again in range(2):
        answer = lin.post(f"{farm.base}{made.number}/reply/", sent, headers={"X-Sent": "1"})
        assert (answer.status_code, answer["X-Place"][-10:]) == (204, "1/?at=2#p2")
    assert queries.read_thread(farm, made.number, viewer=farm.mei).last_place == 2


@pytest.mark.above_the_database
@pytest.mark.req("C02")
class TestRooms:
    """A room takes files as a thread does, with and without a script."""

    @pytest.fixture
    def tea(self, farm):
        return makers.space(farm, slug="tea", type="chat")

    def test_a_picture_without_words_is_a_message(self, farm, tea):
        mei = browser(farm.mei)
        answer = mei.post(f"{farm.base}in/tea/say/", {"source": "", "files": [photo()]})
        assert answer.status_code == 302, answer.text
        assert browser(farm.lin).get(f"{farm.base}in/tea/").text.count("data-picture") == 1

    def test_nothing_at_all_is_refused_and_a_refused_file_explained(self, farm, tea):
        mei = browser(farm.mei)
        assert mei.post(f"{farm.base}in/tea/say/", {"source": ""}).status_code == 422
        bad = SimpleUploadedFile("x.jpg", b"<svg/>", content_type="image/jpeg")
        answer = mei.post(f"{farm.base}in/tea/say/", {"source": "Rain", "files": [photo(), bad]})
        assert answer.status_code == 422
        assert "We cannot keep files of this kind." in answer.text
        assert f'value="{Attachment.objects.get().uid}"' in answer.text

    def test_a_script_sends_what_was_added_with_its_words_once(self, farm, tea):
        mei, number = browser(farm.mei), queries.chat_of(tea).number
        mei.post(f"{farm.base}in/tea/files/", {"files": photo(), "thread": number})
        uid = Attachment.objects.get().uid
        assert f'data-file="{uid}"' in mei.get(f"{farm.base}in/tea/").text
        said = {"source": "", "client_id": "c1", "attached": uid, f"alt.{uid}": "Clouds"}
        json = {"Accept": "application/json"}
        first = mei.post(f"{farm.base}in/tea/say/", said, headers=json)
        again = mei.post(f"{farm.base}in/tea/say/", said, headers=json)
        assert first.json() == again.json() == {"place": 1}
        page = browser(farm.lin).get(f"{farm.base}in/tea/?after=0", headers={"HX-Request": "true"})
        assert page.text.count('alt="Clouds"') == 1
        taken = {"source": "", "attached": uid, "client_id": "c2"}
        lost = browser(farm.lin).post(f"{farm.base}in/tea/say/", taken, headers=json)
        assert lost.status_code == 422
