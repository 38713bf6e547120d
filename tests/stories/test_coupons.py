"""Coupons and gift cards as people meet them: typed in, saved by, given to somebody else."""

import re

import pytest

from qunluo.market import actions
from qunluo.market.models import GiftCard, Order, Shop
from tests.conversation import makers
from tests.market.makers import FIT
from tests.stories.test_market import town
from tests.stories.test_tiers import pay
from tests.stories.ways import DJANGO, Walker


@pytest.mark.req("M01")
def test_a_coupon_saves_at_the_checkout_and_a_gift_card_is_redeemed_by_another(
    visit, well_made, way
):
    language, size = way
    farm = town(language)
    Shop.objects.filter(pk=farm.shop.pk).update(state="open", audience="everyone")
    run = {"actor": farm.owner, "shop": farm.shop}
    rice = actions.add_product(
        actor=farm.owner, community=farm, title="晚稻米", category="food", kind="virtual", **FIT
    )
    actions.save_variant(actor=farm.owner, product=rice, price=4_800, counted=False)
    actions.list_product(actor=farm.owner, product=rice)
    actions.make_coupon(**run, title="新米券", kind="amount", amount=800, code="XINMI")
    card = actions.add_card(**run, title="礼品卡", values=[5_000], **{**FIT, "category": "play"})
    actions.list_product(actor=farm.owner, product=card)

    def at(path, who):
        return Walker(visit(path, language=language, size=size, person=who), language)

    mei = at(f"/c/{farm.slug}/shop/p/{rice.uid}/", farm.mei)
    mei.press("Buy").arrives(re.compile(r"/checkout/$"))
    mei.page.fill("[name=coupon]", "xinmi")
    mei.page.locator("[name=coupon]").press("Enter")
    mei.reads("新米券")
    well_made(mei.page)
    mei.press("Place the order").arrives(re.compile(r"/orders/\w+/$"))
    assert Order.objects.get(buyer=farm.mei).total == 4_000
    pay(mei, language)
    mei.go(f"/c/{farm.slug}/shop/p/{card.uid}/gift/")
    well_made(mei.page)
    mei.press("Go on to pay").arrives(re.compile(r"/orders/\w+/$"))
    pay(mei, language)
    code = mei.page.locator("main input[readonly]").first.input_value()
    well_made(mei.page)
    li = makers.member(farm, "阿禾", language=DJANGO[language])
    friend = at(f"/c/{farm.slug}/shop/card/", li)
    well_made(friend.page)
    friend.page.locator("main form input:not([type=hidden])").first.fill("AAAA-BBBB-CCCC-DDDD")
    friend.press("Redeem").reads(friend.say("Redeem"))
    cards = GiftCard.objects.filter(order__community=farm)
    assert not cards.exclude(redeemed_by=None).exists()
    friend.page.locator("main form input:not([type=hidden])").first.fill(code)
    friend.press("Redeem").reads("50.00")
    assert cards.get().redeemed_by == li
    desk = at(f"/c/{farm.slug}/desk/coupons/", farm.owner)
    desk.reads("新米券")
    well_made(desk.page)
    desk.go(f"/c/{farm.slug}/desk/cards/")
    well_made(desk.page)
