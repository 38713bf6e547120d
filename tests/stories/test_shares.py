"""A harvest share: subscribed to and paid, a box skipped, the next one packed and fetched."""

import re
from datetime import timedelta

import pytest

from qunluo.kernel.clock import now
from qunluo.market import actions
from qunluo.market.models import Entitlement, ShareContract
from tests.market.makers import shop
from tests.market.share_makers import season
from tests.stories.ways import DJANGO, Walker

TITLE = {"zh": "夏季蔬菜份额", "en": "Summer vegetables"}


@pytest.mark.req("N10")
def test_a_share_is_subscribed_to_a_box_skipped_and_the_next_one_fetched(visit, way, well_made):
    language, size = way
    here = shop(time_zone="Asia/Shanghai")
    for who in (here.owner, here.mei):
        who.language = DJANGO[language]
        who.save()
    actions.attach_merchant(
        actor=here.owner, shop=here.shop, provider="sandbox", name="",
        given={"account": "demo", "key": "0123456789abcdef"},
    )  # fmt: skip
    summer = season(here, title=TITLE[language], weeks=3)
    path = f"/c/{here.community.slug}/shares/{summer.uid}/"
    mei = Walker(visit(path, language=language, size=size, person=here.mei), language)
    mei.sees("The shared risk")
    well_made(mei.page)
    mei.press("Subscribe").arrives("**/join/")
    well_made(mei.page)
    mei.page.locator("[name=parts][value='2']").check()
    mei.press("Go on to pay").arrives(re.compile(r"/orders/\w+/$"))
    mei.page.get_by_role("button", name={"zh": "沙盒", "en": "Sandbox"}[language]).click()
    mei.arrives(re.compile(r"/sandbox/$")).press("It is paid").arrives(re.compile(r"/orders/\w+/$"))
    contract = ShareContract.objects.get(person=here.mei)
    mine = f"/c/{here.community.slug}/shares/mine/{contract.uid}/"
    mei.go(mine).reads(contract.code)
    well_made(mei.page)
    mei.page.on("dialog", lambda dialog: dialog.accept())
    mei.press("Skip this box", first=True).sees("Skipped")
    mei.press("Move this box", first=True).sees("Fetch it on another day, or elsewhere")
    assert Entitlement.objects.filter(contract=contract, state="skipped").count() == 1

    second = summer.deliveries.order_by("day")[1]
    second.cut_off_at, second.begins_at = now() - timedelta(hours=2), now() - timedelta(hours=1)
    second.save()  # its day has come
    where = f"/c/{here.community.slug}/desk/shares/{summer.uid}/boxes/{second.pk}/"
    desk = Walker(visit(where, language=language, size=size, person=here.owner), language)
    well_made(desk.page)
    desk.press("All packed here").sees("Packed")
    desk.fill("Who comes says their code", contract.code).press("Hand it out").sees("Fetched")
    desk.go(f"/c/{here.community.slug}/desk/shares/").press("Plan a season").arrives("**/start/")
    well_made(desk.page)
    assert Entitlement.objects.get(contract=contract, delivery=second).state == "picked"
