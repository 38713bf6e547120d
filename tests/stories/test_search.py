"""People look for what they remember: a slash away, as they type, and no further than they may."""

import pytest

from qunluo.conversation import actions
from qunluo.kernel.delivery import drain
from tests.conversation import makers
from tests.stories.ways import DJANGO, Walker


@pytest.fixture
def farm():
    """A community with something said in the open, and something among the two who run it."""
    made = makers.community()
    square = makers.space(made, slug="square")
    shed = actions.open_space(
        actor=made.owner, community=made, name="Shed", visibility="grant", grant_kind="badge",
        grant_name="keeper",
    )  # fmt: skip
    shed.community = made
    makers.thread(made.owner, square, title="春天", source="大棚里的草莓最甜，#采摘 周六开始。")
    makers.thread(made.owner, shed, title="账本", source="草莓亏了多少")
    drain()
    return made


@pytest.mark.req("C01")
def test_two_characters_from_the_middle_of_a_sentence_lead_to_the_post(
    visit, well_made, farm, language
):
    mei = makers.member(farm, "梅")
    mei.language = DJANGO[language]
    mei.save(update_fields=["language"])
    walker = Walker(
        visit(f"/c/{farm.slug}/talk/", language=language, size="desktop", person=mei), language
    )
    walker.page.keyboard.press("/")
    walker.page.keyboard.type("草莓")
    walker.page.keyboard.press("Enter")
    walker.arrives("**/search/?q=*")
    assert walker.page.locator(".hit").count() == 1  # the shed is not hers
    assert walker.page.locator(".hit mark").first.inner_text() == "草莓"
    well_made(walker.page)
    walker.page.fill("main [name=q]", "采")
    walker.page.locator(".hit mark", has_text="采").wait_for()
    walker.page.locator(".hit a").click()
    walker.arrives("**/talk/1/*")
    walker.page.locator(".post-text a", has_text="#采摘").click()
    walker.arrives("**/talk/topics/**")
    assert walker.page.locator(".thread-row").count() == 1
    well_made(walker.page)


def test_a_phone_finds_nothing_kindly(visit, well_made, farm, language):
    mei = makers.member(farm, "梅")
    mei.language = DJANGO[language]
    mei.save(update_fields=["language"])
    walker = Walker(visit(f"/c/{farm.slug}/", language=language, person=mei), language)
    walker.page.locator("a[data-find]").click()
    walker.arrives("**/search/")
    well_made(walker.page)
    walker.page.fill("main [name=q]", "西瓜")
    walker.page.locator("#results .empty", has_text="西瓜").wait_for()
    assert walker.page.locator(".hit").count() == 0
    well_made(walker.page)
