"""What people bring beside words, and what comes of what they tell: from the first tap to the end.

Each story is told once in either language; the states of every kind stand in a table in
tests/conversation/test_kinds.py.
"""

import pytest

from qunluo.conversation import actions, queries
from qunluo.conversation.models import Attachment
from qunluo.ledger import actions as ledger
from tests.conversation import makers
from tests.stories.ways import DJANGO, Walker


@pytest.fixture
def farm(language):
    """A community with two spaces, and two who talk."""
    made = makers.community()
    made.square = makers.space(made, slug="square")
    made.yard = makers.space(made, slug="yard")
    made.mei, made.lin = somebody(made, "梅", language), somebody(made, "林", language)
    return made


def somebody(farm, name, language):
    made = makers.member(farm, name)
    made.language = DJANGO[language]
    made.save(update_fields=["language"])
    return made


def opened(visit, who, path, language, **more):
    return Walker(visit(path, language=language, person=who, **more), language)


def photo(name="田埂.jpg"):
    return {"name": name, "mimeType": "image/jpeg", "buffer": makers.picture()}


@pytest.mark.req("C03")
def test_pictures_are_chosen_described_and_seen(visit, well_made, axe, farm, language):
    base = f"/c/{farm.slug}/talk/"
    writer = opened(visit, farm.mei, f"{base}in/square/new/", language)
    writer.page.set_input_files("[name=files]", [photo(), photo("雨.jpg")])
    writer.page.locator(".waiting").nth(1).wait_for()
    writer.page.locator(".waiting input[name^=alt]").first.fill("雨后的田埂")
    writer.page.locator(".waiting [data-drop]").nth(1).click()
    writer.page.locator(".waiting").nth(1).wait_for(state="detached")
    axe(writer.page)  # what was added made room for itself
    writer.page.fill("[name=source]", "下雨了")
    writer.page.keyboard.press("Control+Enter")
    writer.arrives("**/talk/1/")
    reader = opened(visit, farm.lin, f"{base}1/", language, size="desktop")
    picture = reader.page.get_by_role("img", name="雨后的田埂")
    picture.wait_for()
    assert picture.evaluate("image => image.naturalWidth") == 900
    well_made(reader.page)
    reader.go(f"{base}in/square/")
    well_made(reader.page)
    assert Attachment.objects.filter(owner=farm.mei).count() == 1


@pytest.mark.req("C03")
def test_a_voice_message_is_recorded_and_heard(visit, farm, language):
    makers.thread(farm.mei, farm.square)
    base = f"/c/{farm.slug}/talk/1/"
    speaker = opened(visit, farm.lin, base, language, permissions=["microphone"])
    speaker.press("Record a voice message")
    speaker.page.locator("[data-record].on").wait_for()
    speaker.page.wait_for_timeout(1200)
    speaker.press("Stop recording")
    speaker.page.locator(".waiting").wait_for()
    speaker.press("Send")
    speaker.page.locator("#p2 audio").wait_for()
    listener = opened(visit, farm.mei, base, language, size="desktop")
    audio = listener.page.locator("#p2 audio")
    audio.evaluate("sound => { sound.muted = true; return sound.play(); }")
    assert audio.evaluate("sound => sound.error === null && sound.readyState >= 2")


@pytest.mark.req("C03")
def test_a_message_written_offline_is_sent_once(visit, farm, language):
    makers.thread(farm.mei, farm.square)
    writer = opened(visit, farm.lin, f"/c/{farm.slug}/talk/1/", language)
    writer.page.context.set_offline(True)
    writer.page.fill("[name=source]", "隧道里写的")
    writer.page.keyboard.press("Control+Enter")
    writer.page.locator(".unsent").wait_for()
    assert writer.page.input_value("[name=source]") == ""
    writer.page.context.set_offline(False)
    writer.page.locator("#p2").wait_for(timeout=30_000)
    writer.page.reload()
    writer.page.wait_for_timeout(500)
    window = queries.read_thread(farm, 1, viewer=farm.mei, after=0)
    assert [post.source for post in window.posts[1:]] == ["隧道里写的"]
    assert writer.page.locator(".unsent").count() == 0


@pytest.mark.req("C03")
def test_the_preview_follows_the_words_and_chosen_words_are_quoted(visit, farm, language):
    makers.thread(farm.mei, farm.square, source="先翻土。\n\n再下种。")
    writer = opened(visit, farm.lin, f"/c/{farm.slug}/talk/1/", language, size="desktop")
    page = writer.page
    page.evaluate("""() => {
        const text = document.querySelector("#p1 .post-text p:last-child");
        getSelection().selectAllChildren(text);
    }""")
    page.locator("[data-quote]").click()
    assert page.input_value("[name=source]") == "> 再下种。\n\n"
    page.locator("[name=source]").press_sequentially("好，@梅")
    writer.press("Preview")
    page.locator(f"#preview a[href='/p/{farm.mei.handle}/']").wait_for()
    page.locator("[name=source]").press_sequentially(" **明天**")
    page.locator("#preview strong").wait_for()
    writer.press("Send")
    page.locator("#p2 blockquote").wait_for()
    assert queries.read_thread(farm, 1, viewer=farm.mei, after=1).posts[0].reply_to == 1


@pytest.mark.req("C03")
def test_a_poll_is_asked_and_answered(visit, well_made, farm, language):
    base = f"/c/{farm.slug}/talk/"
    asker = opened(visit, farm.mei, f"{base}in/square/new/", language)
    asker.page.fill("[name=source]", "哪天挖土豆？")
    asker.page.locator("details.ask summary").click()
    asker.page.fill("[name=options]", "周六\n周日")
    well_made(asker.page)
    asker.press("Send").arrives("**/talk/1/")
    other = opened(visit, farm.lin, f"{base}1/", language)
    other.page.get_by_label("周日").check()
    other.press("Answer")
    other.page.locator(".poll progress").first.wait_for()
    well_made(other.page)
    poll = queries.read_thread(farm, 1, viewer=farm.lin).posts[0].poll
    assert [one.votes for one in poll.options] == [0, 1]


@pytest.mark.req("P15", "F10")
def test_a_service_is_asked_for_and_boards_show_what_waits(visit, well_made, farm, language):
    fields = {"price": "一个面包"}
    makers.thread(farm.mei, farm.square, "service", title="磨刀", fields=fields)
    makers.thread(farm.lin, farm.square, "worry", title="台阶太滑", fields={"where": "门口"})
    base = f"/c/{farm.slug}/talk/"
    guest = opened(visit, farm.lin, f"{base}boards/", language)
    well_made(guest.page)
    guest.go(f"{base}boards/service/").reads("一个面包")
    well_made(guest.page)
    guest.page.get_by_role("link", name="磨刀").click()
    guest.page.locator(".step summary").first.click()
    guest.page.locator("#id_request_text").fill("我有一把菜刀。")
    guest.page.locator("details.step[open] button[type=submit]").click()
    guest.page.locator("#p2").wait_for()
    well_made(guest.page)
    asked = queries.own_requests(farm, viewer=farm.mei, side="offered").items
    assert [(one.asker.id, one.state.name) for one in asked] == [(farm.lin.pk, "requested")]
    helper = opened(visit, farm.mei, f"{base}boards/worry/", language, size="desktop")
    well_made(helper.page)
    assert helper.page.locator(".untouched").count() == 1


@pytest.mark.req("P15")
def test_points_are_earned_by_a_service(visit, well_made, farm, language):
    size = {"zh": "phone", "en": "desktop"}[language]
    fields = {"points": "2"}
    made = makers.thread(farm.mei, farm.square, "service", title="磨刀", fields=fields)
    ledger.give_points(
        actor=farm.owner, community=farm, person=farm.lin, points=3, reason="谢谢", key="lin"
    )
    here = f"/c/{farm.slug}/talk/{made.number}/"
    asker = opened(visit, farm.lin, here, language, size=size)
    asker.page.locator(".requests .step summary").click()
    asker.page.locator("#id_request_text").fill("我有一把菜刀。")
    asker.press("Ask for it").sees("Asked. You hear of it as soon as there is an answer.")
    well_made(asker.page)
    smith = opened(visit, farm.mei, here, language, size=size)
    smith.sees("It is your turn")
    well_made(smith.page)
    button = queries.service_steps()["deliver"].label[language]
    smith.page.get_by_role("button", name=button).click()
    smith.sees("Done; the other side hears of it.")
    asker.go(f"/c/{farm.slug}/talk/services/").sees("It is your turn")
    well_made(asker.page)
    thanks = asker.page.locator(".request .step").first
    thanks.locator("summary").click()
    thanks.locator("textarea").fill("很好用，谢谢。")
    thanks.locator("button[type=submit]").click()
    asker.page.locator("#p3").wait_for()
    assert queries.free_points(farm.mei, farm) == 2
    assert queries.free_points(farm.lin, farm) == 1


@pytest.mark.req("C03")
def test_posts_are_taken_out_and_the_thread_moves_on(visit, well_made, farm, language):
    made = makers.thread(farm.mei, farm.square, title="天气")
    for text in ("下雨", "谁会烤面包？", "我会"):
        actions.reply(actor=farm.lin, thread=made, source=text)
    base = f"/c/{farm.slug}/talk/"
    writer = opened(visit, farm.lin, f"{base}1/split/", language)
    writer.page.get_by_label("谁会烤面包？").check()
    writer.page.get_by_label("我会").check()
    writer.page.fill("[name=title]", "面包")
    well_made(writer.page)
    writer.press("Make a thread of them").arrives("**/talk/2/")
    well_made(writer.page)
    writer.press("Split from #%(number)s", number=1).arrives("**/talk/1/")
    author = opened(visit, farm.mei, f"{base}1/relocate/", language, size="desktop")
    author.page.get_by_label("Square").first.check()
    well_made(author.page)
    author.press("Move it").arrives("**/talk/1/")
    assert queries.get_thread(farm, 1, viewer=farm.mei).space_id == farm.yard.pk
