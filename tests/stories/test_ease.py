"""The bar for ease, counted: screens, seconds, taps and clicks."""

import re
import time
from itertools import count

import pytest

from qunluo.conversation import actions, queries
from qunluo.growth import actions as growth
from tests.conversation import makers
from tests.people.makers import PASSWORD
from tests.stories.ways import DJANGO, Walker, newcomer, with_password

HOME = re.compile(r"/c/[\w-]+/$")
RULES = [{"id": "r1", "title": "有话好好说", "text": "不骂人。", "value": "善意"}]
ACCEPTED = "I have read what this community stands for, and will keep its rules"


def town(language):
    owner = makers.person("林晚秋", language=DJANGO[language])
    made = makers.community(owner, rules=RULES)
    made.square = makers.space(made, slug="square")
    return made


@pytest.mark.req("P22", "C03")
def test_from_an_invitation_to_the_first_post_it_takes_four_screens_and_a_minute(
    visit, well_made, language
):
    farm = town(language)
    code = growth.create_invitation(actor=farm.owner, community=farm, max_uses=5).code
    name, address = newcomer()
    screens = []
    began = time.monotonic()
    page = visit(f"/i/{code}/", language=language)
    page.on("framenavigated", lambda frame: screens.append(frame.url) if not frame.parent_frame
            else None)  # fmt: skip
    walker = Walker(page, language)
    walker.press("Come in")  # the first screen was the invitation
    walker.fill("Your name", name).fill("E-mail", address)
    page.get_by_label(walker.say("Password"), exact=False).fill(PASSWORD)
    walker.press("Open my account").arrives("**/i/**")
    walker.tick(ACCEPTED).press("Come in").arrives(HOME)
    page.locator("a.prompt").first.click()
    walker.arrives("**/new/**")
    shown = {re.sub(r"[?#].*", "", one) for one in screens}
    page.fill("[name=source]", "大家好，我是新来的。")
    page.keyboard.press("Control+Enter")
    walker.arrives(re.compile(r"/talk/\d+/$"))
    assert time.monotonic() - began < 60
    # The invitation, the account, home, and where one writes; no mail was asked for.
    assert len({f"/i/{code}/", *(re.sub(r"https?://[^/]+", "", one) for one in shown)}) <= 4, shown
    assert [c.author.name for c in queries.threads(farm, "square", viewer=farm.owner).items] == [
        name
    ]

    # At home: at most seven places to go, and one bell.
    walker.go(f"/c/{farm.slug}/")
    for nav in (".tabs a", ".rail a.rail-link:not([href='/'])"):
        assert page.locator(nav).count() <= 8
    assert page.locator(".tabs a").count() <= 5
    assert page.locator(".top-bell").count() == 1
    well_made(page)


@pytest.mark.req("R17", "C03")
def test_two_taps_mute_three_clicks_take_along_and_leaving_says_what_is_lost(
    visit, well_made, language
):
    farm = town(language)
    mei = with_password(makers.member(farm, "小满", language=DJANGO[language]))
    li = makers.member(farm, "采薇", language=DJANGO[language])
    makers.give(farm, mei, "host")
    thread = makers.thread(li, farm.square, title="下雨")
    for number in range(3):
        actions.reply(actor=li, thread=thread, source=f"第 {number} 天。")
    phone = Walker(
        visit(f"/c/{farm.slug}/talk/{thread.number}/", language=language, person=mei), language
    )
    taps = count(1)
    for wanted in ("muted", "followed"):
        done = next(taps)
        phone.page.locator(".follow summary").click()
        phone.page.locator(f".follow [value={wanted}]").click()
        phone.page.locator(".follow summary").wait_for()
        card = queries.read_thread(farm, thread.number, viewer=mei).card
        assert (card.following, done) == (wanted, {"muted": 1, "followed": 2}[wanted])

    # What leaving ends is said before it ends, and what is one's own can be taken along first.
    phone.go(f"/c/{farm.slug}/leave/").sees("What ends")
    phone.sees("You give up being %(role)s.", role={"zh": "接待人", "en": "Host"}[language])
    well_made(phone.page)

    mine = Walker(visit("/", language=language, person=mei, size="desktop"), language)
    mine.page.locator("a[href='/me/']").first.click()  # one
    mine.page.locator("a[href='/me/data/']").first.click()  # two
    if "/reauthenticate/" in mine.page.url:
        mine.page.locator("[name=password]").fill(PASSWORD)
        mine.press("Go on").arrives("**/me/data/")
    with mine.page.expect_download() as waiting:
        mine.press("Download everything")  # three
    assert waiting.value.path().stat().st_size > 0
