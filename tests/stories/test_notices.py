"""The bell: it says why, is muted in two taps, and falls silent where one has read."""

import time

import pytest

from qunluo.conversation import actions, queries
from qunluo.reach import queries as reached
from tests.conversation import makers
from tests.stories.ways import DJANGO, Walker

BELL = ".top-bell .bell-count"


@pytest.fixture
def farm():
    """A community with a space."""
    made = makers.community()
    made.square = makers.space(made, slug="square")
    return made


def somebody(farm, name, language):
    """A member who reads this language."""
    made = makers.member(farm, name)
    made.language = DJANGO[language]
    made.save(update_fields=["language"])
    return made


def rings(who, count, within=20):
    """Wait until the worker has told somebody."""
    until = time.monotonic() + within
    while reached.bell(who) != count:
        assert time.monotonic() < until, f"the bell says {reached.bell(who)}, not {count}"
        time.sleep(0.1)


@pytest.mark.req("C03", "R17")
def test_several_replies_ring_once_are_read_and_muted_in_two_taps(visit, well_made, farm, language):
    mei, lin, bo = (somebody(farm, name, language) for name in ("梅", "林", "波"))
    thread = makers.thread(mei, farm.square, title="蒜要种多深？")
    actions.reply(actor=lin, thread=thread, source="两指深。")
    actions.reply(actor=bo, thread=thread, source="三指。")
    rings(mei, 1)

    phone = Walker(visit(f"/c/{farm.slug}/", language=language, person=mei), language)
    assert phone.page.locator(BELL).inner_text() == "1"
    phone.page.locator(".top-bell").click()
    phone.arrives("**/me/notices/")
    well_made(phone.page)
    (said,) = phone.page.locator(".note-says").all_inner_texts()
    assert "林" in said
    assert "波" in said

    # Opening it leads to the thread; the bell is silent afterwards, on the desktop too.
    phone.page.locator(".note-says").click()
    phone.arrives(f"**/talk/{thread.number}/*")
    assert phone.page.locator(BELL).count() == 0
    desk = visit("/me/notices/", language=language, size="desktop", person=mei)
    well_made(desk)
    assert desk.locator(".note.new").count() == 0

    actions.reply(actor=bo, thread=thread, source="四指！")
    rings(mei, 1)
    phone.go("/me/notices/")
    phone.page.locator(".note-why summary").first.click()  # the first tap
    phone.page.locator(".note-ways p").first.wait_for()  # why it came
    phone.page.locator(".note-ways [value=thread]").first.click()  # the second
    phone.sees("You hear no more of this, until you change it here.")
    assert reached.bell(mei) == 0
    assert queries.read_thread(farm, thread.number, viewer=mei).card.following == "muted"


def test_one_chooses_how_one_is_reached(visit, well_made, farm, language):
    mei = somebody(farm, "梅", language)
    walker = Walker(visit("/me/notices/settings/", language=language, person=mei), language)
    well_made(walker.page)
    walker.tick("At once")
    walker.page.select_option("[name=quiet_from]", "23")
    walker.press("Save").sees("Saved.")
    assert reached.wish_in(mei, "").mail == "at_once"
    assert reached.hours_of([mei.pk])[mei.pk].quiet_from == 23

    walker.page.locator(f'a[href="/me/notices/settings/community/{farm.pk}/"]').click()
    walker.arrives("**/community/*/")
    well_made(walker.page)
    walker.tick("No mail")
    walker.press("Save").sees("Saved.")
    assert reached.wish_in(mei, f"community:{farm.pk}").mail == "none"
    # The browser of the story allows no notifications, and the page says so.
    button = walker.page.locator("form[data-push] button")
    if button.is_visible():
        button.click()
        walker.sees(
            "The browser does not allow it. You can change that in its settings for this page."
        )


def test_the_link_in_a_mail_mutes_without_signing_in(visit, well_made, farm, language):
    mei, lin = somebody(farm, "梅", language), somebody(farm, "林", language)
    thread = makers.thread(mei, farm.square, title="下雨了")
    actions.reply(actor=lin, thread=thread, source="终于！")
    rings(mei, 1)
    (one,) = reached.notices(mei, DJANGO[language]).items
    link = reached.stop_url(mei, one.id).split("testserver", 1)[-1]
    walker = Walker(visit(link, language=language), language)
    well_made(walker.page)
    walker.page.locator("[name=way][value=thread]").click()
    walker.sees("You hear no more of this.")
    well_made(walker.page)
    assert reached.bell(mei) == 0
    walker.go(reached.stop_url(mei).split("testserver", 1)[-1])
    walker.press("No more mail about notices").sees("That was the last one")
    assert reached.wish_in(mei, "").mail == "none"


def test_a_space_is_followed_in_two_taps(visit, well_made, farm, language):
    mei, lin = somebody(farm, "梅", language), somebody(farm, "林", language)
    page = visit(f"/c/{farm.slug}/talk/in/square/", language=language, person=mei)
    well_made(page)
    page.locator(".follow summary").click()
    page.locator(".follow [value=followed]").click()
    Walker(page, language).sees("You follow this space: you hear of every new thread.")
    makers.thread(lin, farm.square, title="新话题")
    rings(mei, 1)
