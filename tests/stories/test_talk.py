"""People talk: a question finds its answer, nothing typed is lost, Enter belongs to the words."""

import pytest

from qunluo.conversation import queries
from tests.conversation import makers
from tests.stories.ways import DJANGO, Walker


@pytest.fixture
def farm():
    """A community with a space, somebody who asks and somebody who knows."""
    made = makers.community()
    makers.space(made, slug="square")
    return made


def somebody(farm, name, language):
    """A member who reads this language."""
    made = makers.member(farm, name)
    made.language = DJANGO[language]
    made.save(update_fields=["language"])
    return made


def new(farm):
    """The page on which a question is written."""
    return f"/c/{farm.slug}/talk/in/square/new/?kind=question"


@pytest.mark.req("C01", "C03")
def test_a_question_is_asked_on_the_phone_answered_and_accepted(visit, well_made, farm, language):
    mei, lin = somebody(farm, "梅", language), somebody(farm, "林", language)
    asker = Walker(visit(new(farm), language=language, person=mei), language)
    well_made(asker.page)
    asker.page.fill("[name=title]", "蒜要种多深？")
    asker.page.fill("[name=source]", "沙地。**急**。")
    asker.press("Preview")
    asker.page.locator("#preview strong").wait_for()
    asker.press("Send")
    asker.arrives("**/talk/1/")
    well_made(asker.page)

    helper = Walker(
        visit(f"/c/{farm.slug}/", language=language, size="desktop", person=lin), language
    )
    well_made(helper.page)
    helper.page.get_by_role("link", name="蒜要种多深？").click()
    helper.arrives("**/talk/1/*")
    helper.page.locator("#p1 summary").click()
    helper.page.locator("#p1 [value='react.thanks.1']").click()
    helper.page.locator("#p1 [value='unreact.thanks.1']").wait_for()
    helper.page.fill("[name=source]", "两指深。")
    helper.page.keyboard.press("Control+Enter")
    helper.page.locator("#p2").wait_for()
    assert makers.unread(mei, queries.get_thread(farm, 1, viewer=mei)) == 1

    asker.go(f"/c/{farm.slug}/talk/")
    well_made(asker.page)
    assert asker.page.locator(".thread-row .unread").count() == 1
    asker.page.get_by_role("link", name="蒜要种多深？").click()
    asker.page.locator("#new + #p2").wait_for()
    well_made(asker.page)
    asker.press("Accept this answer").sees("The accepted answer")
    well_made(asker.page)
    asker.go(f"/c/{farm.slug}/talk/in/square/")
    well_made(asker.page)
    assert asker.page.locator(".unread").count() == 0
    assert queries.get_thread(farm, 1, viewer=mei).state == "answered"


@pytest.mark.req("C03")
def test_a_draft_outlives_the_page(visit, farm, language):
    mei = somebody(farm, "梅", language)
    writer = Walker(visit(new(farm), language=language, person=mei), language)
    with writer.page.expect_response("**/draft/"):
        writer.page.locator("[name=source]").press_sequentially("写到一半")
    writer.sees("Draft kept")
    other = visit(new(farm), language=language, size="desktop", person=mei)
    assert other.locator("[name=source]").input_value() == "写到一半"


@pytest.mark.req("C03")
def test_the_enter_that_ends_a_word_does_not_send(visit, farm, language):
    mei = somebody(farm, "梅", language)
    page = visit(new(farm), language=language, size="desktop", person=mei)
    page.fill("[name=title]", "蒜")
    page.fill("[name=source]", "要种多深")
    for name in ("title", "source"):
        page.locator(f"[name={name}]").evaluate(
            """field => field.dispatchEvent(new KeyboardEvent("keydown", {
                key: "Enter", ctrlKey: true, isComposing: true,
                bubbles: true, cancelable: true}))"""
        )
    page.wait_for_timeout(400)
    page.focus("[name=title]")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "source"
    page.keyboard.press("Enter")
    assert "/new/" in page.url
    assert queries.threads(farm, "square", viewer=mei).items == []
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/talk/1/")
