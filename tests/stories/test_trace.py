"""A product is named in a post, bought from it, and what was said of it changes something."""

import re

import pytest

from qunluo.conversation import actions as talk
from qunluo.market import actions
from qunluo.market.models import Improvement
from tests.conversation.makers import space
from tests.market.makers import credit, order, product, shop
from tests.stories.ways import DJANGO, Walker

TITLE = {"zh": "晚稻米", "en": "Late rice"}


@pytest.mark.req("M08", "M23")
def test_a_product_is_named_in_a_post_bought_from_it_and_changed_by_what_was_said(
    visit, way, well_made
):
    language, size = way
    here = shop(time_zone="Asia/Shanghai")
    for who in (here.owner, here.mei, here.li):
        who.language = DJANGO[language]
        who.save()
    rice, base = product(here, title=TITLE[language]), f"/c/{here.community.slug}"
    stalls = space(here.community, slug="stalls")
    talk.edit_space(actor=here.owner, space=stalls, advert_share=30)
    mei = Walker(visit(f"{base}/talk/in/stalls/new/", language=language, size=size,
                       person=here.mei), language)  # fmt: skip
    mei.page.locator("[data-wares] summary").click()
    mei.page.locator(f"[data-ware='{rice.uid}']").click()
    words = mei.page.locator("textarea[name=source]")
    assert words.input_value() == f"[{TITLE[language]}]({base}/shop/p/{rice.uid}/)"
    well_made(mei.page)
    mei.press("Send").arrives(re.compile(r"/talk/\d+/"))
    well_made(mei.page)

    credit(here, here.li, 1_000)
    li = Walker(visit(mei.page.url.removeprefix(mei.page.url.split("/c/")[0]), language=language,
                      size=size, person=here.li), language)  # fmt: skip
    li.page.locator("a.ware").click()
    li.arrives(re.compile(r"\?from=post:\d+\.1$"))
    li.page.locator("form.buy button[value=buy]").click()
    li.arrives(re.compile(r"/checkout/"))
    # How it is paid is told in the story of the market.
    actions.pay_from_credit(actor=here.li, order=order(here, here.li, rice))
    mei.go(f"{base}/shop/told/").reads("10.00")
    well_made(mei.page)

    desk = Walker(visit(f"{base}/desk/trace/{rice.uid}/", language=language, size=size,
                        person=here.owner), language)  # fmt: skip
    desk.page.locator(".trace-said summary").first.click()
    desk.fill("What is different now?", "√").press("Tell it").reads("√")
    well_made(desk.page)
    desk.go(f"{base}/desk/trace/").reads(TITLE[language])
    well_made(desk.page)
    assert Improvement.objects.filter(product=rice).count() == 1
