"""Talk in the browser: what is new, windows, writing once, drafts, and what is closed to whom."""

import re

import pytest
from django.test import Client

from qunluo.conversation import actions, queries
from tests.conversation import makers

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def browser(who=None, language="en"):
    """A browser of a person, or of a visitor."""
    client = Client(headers={"accept-language": language})
    if who is not None:
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        client.cookies["django_language"] = language
    return client


@pytest.fixture
def farm():
    """A published farm with rules."""
    return makers.community(rules=[{"id": "kind", "title": "Be kind", "text": "Always."}])


@pytest.fixture
def square(farm):
    """A space for members."""
    return makers.space(farm, slug="square")


@pytest.fixture
def mei(farm):
    """A member."""
    return makers.member(farm, "Mei")


@pytest.fixture
def lin(farm):
    """Another member."""
    return makers.member(farm, "Lin")


def base(farm, thread):
    """The address of a thread."""
    return f"/c/{farm.slug}/talk/{thread.number}/"


@pytest.mark.req("C03")
def test_what_is_new_stands_in_every_list_until_it_is_read(farm, square, mei, lin):
    thread = makers.thread(mei, square, title="Spring water")
    actions.reply(actor=mei, thread=thread, source="It runs again.")
    reader = browser(lin)
    for path in ("", "talk/", "talk/in/square/"):
        page = reader.get(f"/c/{farm.slug}/{path}").text
        assert "Spring water" in page, path
        assert "2 new" in page, path
    assert "Spring water" in reader.get("/").text
    assert 'id="p2"' in reader.get(base(farm, thread)).text
    assert "2 new" not in reader.get(f"/c/{farm.slug}/talk/").text


@pytest.mark.req("C03")
def test_a_long_thread_opens_at_the_first_unread_post(farm, square, mei, lin):
    thread = makers.thread(mei, square)
    for number in range(2, 31):
        actions.reply(actor=mei, thread=thread, source=f"Post {number}")
    actions.mark_read(actor=lin, thread=thread, place=20)
    page = browser(lin).get(base(farm, thread)).text
    assert 'id="p20"' in page
    assert 'id="p19"' not in page
    assert page.index('id="new"') < page.index('id="p21"')
    assert page.index('id="p20"') < page.index('id="new"')
    assert makers.unread(lin, thread) == 0
    earlier = browser(lin).get(base(farm, thread) + "?before=20").text
    assert 'id="p10"' in earlier
    more = browser(lin).get(base(farm, thread) + "?after=15", headers=HTMX).text
    assert more.lstrip().startswith("<article")
    for place in ("at=30", "at=x", "at=99999999999999999999", "before=0", "after=-1"):
        assert browser(lin).get(f"{base(farm, thread)}?{place}").status_code == 200, place


@pytest.mark.req("C03")
def test_a_page_stays_small(farm, square, mei, lin):
    thread = makers.thread(mei, square)
    for number in range(2, 31):
        actions.reply(actor=mei, thread=thread, source=f"Post {number} " + "about rain. " * 10)
    for number in range(25):
        who = (mei, farm.owner)[number % 2]
        makers.thread(who, square, title=f"Thread {number} about the weather in the valley")
    for path in (base(farm, thread), f"/c/{farm.slug}/talk/in/square/", f"/c/{farm.slug}/"):
        for who in (lin, farm.owner):
            size = len(browser(who, "zh-hans").get(path).content)
            assert size <= 40_000, f"{path}: {size}"


@pytest.mark.req("C01")
def test_a_question_is_written_answered_and_accepted(farm, square, mei, lin):
    asker, helper = browser(mei), browser(lin)
    new = f"/c/{farm.slug}/talk/in/square/new/"
    form = asker.get(new + "?kind=question").text
    sent = {
        "kind": "question",
        "title": "How deep?",
        "source": "For garlic.",
        "client_id": re.search(r'name="client_id" value="([\w-]+)"', form)[1],
    }
    there = asker.post(new, sent)["Location"]
    assert asker.post(new, sent)["Location"] == there, "a message sent twice is one"
    helper.post(f"{there}reply/", {"source": "Two **fingers**."})
    assert "<strong>fingers</strong>" in asker.get(there).text
    assert "Accept this answer" in asker.get(there).text
    assert "Accept this answer" not in helper.get(there).text
    asker.post(f"{there}act/", {"do": "accept..2"})
    page = helper.get(there).text
    assert "The accepted answer" in page
    assert "answered" in page


@pytest.mark.req("C03")
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_is_missing_is_said_at_its_field_and_nothing_is_lost(farm, square, mei, language):
    new = f"/c/{farm.slug}/talk/in/square/new/"
    page = browser(mei, language).post(new, {"kind": "question", "source": "For garlic."})
    assert page.status_code == 422
    assert 'id="id_title_error"' in page.text
    assert "For garlic." in page.text


@pytest.mark.req("C03")
def test_a_draft_is_kept_while_typing_and_gone_when_sent(farm, square, mei):
    writer, space = browser(mei), f"/c/{farm.slug}/talk/in/square/"
    begun = {"kind": "question", "title": "How deep?", "source": "For gar"}
    assert "Draft kept" in writer.post(f"{space}draft/", begun, headers=HTMX).text
    assert "For gar" in writer.get(f"{space}new/").text
    assert "How deep?" in writer.get(f"/c/{farm.slug}/talk/drafts/").text
    moved = writer.post(f"{space}new/", begun | {"as": "talk"})
    assert "kind=talk" in moved["Location"]
    assert "For gar" in writer.get(moved["Location"]).text
    writer.post(f"{space}new/", begun | {"source": "For garlic."})
    assert queries.drafts(mei) == []


@pytest.mark.req("C03")
def test_a_preview_sends_nothing(farm, square, mei):
    new = f"/c/{farm.slug}/talk/in/square/new/"
    sent = {"kind": "talk", "source": "# Rain\n<script>x</script>", "preview": "1"}
    part = browser(mei).post(new, sent, headers=HTMX).text
    assert "<h3>Rain</h3>" in part
    assert "<script" not in part
    whole = browser(mei).post(new, sent).text
    assert "<h3>Rain</h3>" in whole
    assert queries.threads(farm, "square", viewer=mei).items == []


@pytest.mark.req("C03")
def test_reacting_following_muting_and_marking_unread(farm, square, mei, lin):
    thread = makers.thread(mei, square, title="Spring water")
    reader, here = browser(lin), base(farm, thread)
    part = reader.post(f"{here}act/", {"do": "react.thanks.1"}, headers=HTMX).text
    assert part.strip().startswith("<article")
    assert 'value="unreact.thanks.1"' in part
    reader.post(f"{here}act/", {"do": "unreact.thanks.1"})
    assert 'value="unreact.thanks.1"' not in reader.get(here).text
    back = reader.post(f"{here}act/", {"do": "unread..1"})["Location"]
    assert "1 new" in reader.get(back).text
    reader.post(f"{here}follow/", {"following": "muted"})
    assert "1 new" not in reader.get(back).text
    assert "Spring water" not in reader.get("/").text
    assert reader.post(f"{here}follow/", {"following": "x"}).status_code == 422
    assert reader.post(f"{here}act/", {"do": "dance.a.1"}).status_code == 422
    assert reader.post(f"{here}act/", {"do": "react.thanks.9"}).status_code == 404


@pytest.mark.req("C04")
def test_feedback_is_moved_by_forms_that_say_what_is_missing(farm, square, mei):
    thread = makers.thread(mei, square, "feedback", title="Cold soup")
    handler, here = browser(farm.owner), base(farm, thread)
    assert "I look after it" in handler.get(here).text
    assert "I look after it" not in browser(mei).get(here).text
    wrong = handler.post(f"{here}move/solve/", {"text": ""})
    assert wrong.status_code == 422
    done = handler.post(f"{here}move/solve/", {"text": "Warm again."})
    assert done.status_code == 302
    page = browser(mei).get(here).text
    assert "Warm again." in page
    assert "Open it again" in page
    assert handler.post(f"{here}move/solve/", {"text": "Twice."}).status_code == 422
    assert handler.get(f"{here}move/nonsense/").status_code == 422


@pytest.mark.req("C13")
def test_what_was_changed_taken_back_or_removed_leaves_its_trace(farm, square, mei, lin):
    thread = makers.thread(mei, square)
    for words in ("First.", "Second."):
        actions.reply(actor=lin, thread=thread, source=words)
    writer, here = browser(lin), base(farm, thread)
    assert writer.post(f"{here}2/edit/", {"source": "First, mended."}).status_code == 302
    assert "edited" in browser(mei).get(here).text
    assert "First." in browser(mei).get(f"{here}2/history/").text
    writer.post(f"{here}2/remove/")
    assert "Taken back by who wrote it." in browser(mei).get(here).text
    assert browser(mei).get(f"{here}2/history/").status_code == 409
    judge = browser(farm.owner)
    assert "Be kind" in judge.get(f"{here}3/remove/").text
    judge.post(f"{here}3/remove/", {"rule_id": "kind", "reason": "It hurt."})
    page = browser(mei).get(here).text
    assert "Be kind" in page
    assert "It hurt." in page
    assert "Second." not in page
    assert "Second." in writer.get(here).text


@pytest.mark.req("C03")
def test_a_stranger_listens_at_the_door_and_writes_nothing(farm, square, mei):
    hidden = makers.thread(mei, square, title="Among us")
    porch = actions.open_space(
        actor=farm.owner, community=farm, name="Porch", slug="porch", visibility="public"
    )
    porch.community = farm
    shown = makers.thread(mei, porch, title="For all")
    stranger = browser()
    assert "Porch" in stranger.get(f"/c/{farm.slug}/").text
    spaces = stranger.get(f"/c/{farm.slug}/talk/").text
    assert "Porch" in spaces
    assert "Square" not in spaces
    page = stranger.get(base(farm, shown)).text
    assert "For all" in page
    assert 'name="source"' not in page
    assert stranger.get(base(farm, hidden)).status_code == 404


@pytest.mark.req("C03")
def test_who_manages_spaces_opens_edits_and_puts_them_away(farm, square, mei):
    keeper, manage = browser(farm.owner), f"/c/{farm.slug}/talk/spaces/"
    made = keeper.post(manage, {"name": "Kitchen", "type": "qa", "slug": "kitchen",
                                "visibility": "members"})  # fmt: skip
    assert made["Location"].endswith("/talk/in/kitchen/")
    edit = f"/c/{farm.slug}/talk/in/kitchen/edit/"
    keeper.post(edit, {"name": "Kitchen", "purpose": "Soup.", "visibility": "public",
                       "position": "4"})  # fmt: skip
    assert "Soup." in browser(mei).get(f"/c/{farm.slug}/talk/").text
    wrong = keeper.post(edit, {"name": "Kitchen", "visibility": "grant"})
    assert wrong.status_code == 422
    keeper.post(f"/c/{farm.slug}/talk/in/kitchen/archive/")
    assert browser(mei).get(f"/c/{farm.slug}/talk/in/kitchen/new/").status_code == 409
    keeper.post(f"/c/{farm.slug}/talk/in/kitchen/archive/", {"restore": "1"})
    assert browser(mei).get(f"/c/{farm.slug}/talk/in/kitchen/new/").status_code == 200


@pytest.mark.req("F29")
def test_people_talking_come_first_at_home_and_the_stream_ends(farm, square, mei, lin):
    for number in range(12):
        makers.thread(mei, square, title=f"Rain {number}")
    page = browser(lin).get(f"/c/{farm.slug}/").text
    assert page.index("What people talk about") < page.index("New here")
    more = re.search(r'hx-get="(\?after=[^"]+)"', page)[1].replace("&amp;", "&")
    rest = browser(lin).get(f"/c/{farm.slug}/{more}", headers=HTMX).text
    assert "Rain 0" in rest
    assert "Time for a walk" in rest
