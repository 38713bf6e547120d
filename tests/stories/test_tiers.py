"""Tiers as people meet them: written down, let in by, moved up to, and over one day."""

import re

import pytest

from qunluo.community.models import Community, Grant, Membership
from qunluo.kernel.clock import now
from qunluo.market import actions
from qunluo.market.models import Order, Shop, TierPlan, TierTime
from tests.conversation import makers
from tests.market.makers import FIT
from tests.stories.test_market import town
from tests.stories.ways import DJANGO, Walker


def tier(farm, name, price, **said):
    """A tier of a year on sale."""
    who = {"actor": farm.owner}
    plan = actions.add_tier(**who, community=farm, name=name, benefits=["每月一次田头直播"], **said)
    actions.save_tier_period(**who, plan=plan, name="一年", price=price, months=12)
    actions.edit_product(**who, product=plan.product, **{**FIT, "category": "other"})
    actions.list_product(**who, product=plan.product)
    return plan


def pay(walker, language):
    """Pay the order that is open by the sandbox."""
    walker.page.get_by_role("button", name={"zh": "沙盒", "en": "Sandbox"}[language]).click()
    walker.arrives(re.compile(r"/sandbox/$"))
    walker.press("It is paid").arrives(re.compile(r"/orders/\w+/$"))


@pytest.mark.req("M03", "T17")
def test_a_newcomer_pays_the_entry_fee_is_in_and_comes_back_when_it_is_over(
    visit, well_made, language
):
    farm = town(language)
    tier(farm, "同读", 20_000, lets_in=True)
    Community.objects.filter(pk=farm.pk).update(selection="fee", recruiting=True)
    join = f"/c/{farm.slug}/join/"
    stranger = Walker(visit(join, language=language), language)
    stranger.reads("同读").sees("Joining takes an entry fee.")
    well_made(stranger.page)
    newcomer = makers.person("阿禾", language=DJANGO[language])
    one = Walker(visit(join, language=language, person=newcomer), language)
    one.press("Accept and go on to pay").sees("You are accepted. What is left is the fee.")
    well_made(one.page)
    one.page.get_by_role("button", name=re.compile("一年")).click()
    one.arrives(re.compile(r"/orders/\w+/$"))
    pay(one, language)
    one.press("Go in").arrives(re.compile(rf"/c/{farm.slug}/$"))
    assert Membership.objects.get(person=newcomer).via == "fee"
    # The site's clock does not travel: the time is over because its end is now.
    Grant.objects.filter(person=newcomer, kind="tier").update(expires_at=now())
    Membership.objects.filter(person=newcomer).update(paid_until=now())
    one.go(f"/c/{farm.slug}/").press("Come back", first=True)
    one.sees("Download my data")
    well_made(one.page)
    one.page.get_by_role("button", name=re.compile("一年")).click()
    one.arrives(re.compile(r"/orders/\w+/$"))
    pay(one, language)
    one.press("Go in").arrives(re.compile(rf"/c/{farm.slug}/$"))
    assert Membership.objects.filter(person=newcomer).count() == 1


@pytest.mark.req("M02")
def test_tiers_are_written_down_by_a_press_and_a_member_moves_up_and_pauses(visit, well_made, way):
    language, size = way
    farm = town(language)
    Shop.objects.filter(pk=farm.shop.pk).update(state="open", audience="everyone")
    desk = Walker(
        visit(f"/c/{farm.slug}/desk/tiers/", language=language, size=size, person=farm.owner),
        language,
    )
    well_made(desk.page)
    desk.press("Write them down").sees("Written down. Say their facts, and put them on sale.")
    low, high = TierPlan.objects.filter(community=farm).order_by("pk")
    for plan in (low, high):
        actions.edit_product(actor=farm.owner, product=plan.product, **{**FIT, "category": "other"})
        actions.list_product(actor=farm.owner, product=plan.product)
    desk.go(f"/c/{farm.slug}/desk/tiers/{low.product.uid}/")
    desk.fill("Days for which it can be paused", "10")
    well_made(desk.page)
    desk.page.locator("form[action$='/benefits/']").get_by_role("button").click()
    desk.sees("Saved.")
    mei = Walker(
        visit(f"/c/{farm.slug}/tiers/", language=language, size=size, person=farm.mei), language
    )
    well_made(mei.page)
    mei.page.get_by_role("button", name=re.compile("200")).first.click()
    mei.arrives(re.compile(r"/orders/\w+/$"))
    pay(mei, language)
    mei.press("My tiers").sees("You hold it")
    mei.page.on("dialog", lambda dialog: dialog.accept())
    mei.press("Pause it, for up to %(n)s days", n=10)
    confirm = mei.page.get_by_role("dialog").get_by_role("button")
    if confirm.count():
        confirm.last.click()
    mei.sees("Stands still")
    well_made(mei.page)
    mei.press("Let it go on").sees("You hold it")
    move = mei.page.get_by_role("button", name=re.compile(re.escape(mei.say("Move up"))))
    move.first.click()
    mei.arrives(re.compile(r"/orders/\w+/$")).sees("Left of your earlier tier")
    pay(mei, language)
    mei.press("My tiers").sees("You hold it")
    well_made(mei.page)


@pytest.mark.req("M02", "T17")
def test_a_tier_is_tried_by_one_bought_by_another_and_opens_a_room_to_both(visit, well_made, way):
    language, size = way
    farm = town(language)
    Shop.objects.filter(pk=farm.shop.pk).update(state="open", audience="everyone")

    def at(path, who):
        return Walker(visit(path, language=language, size=size, person=who), language)

    desk = at(f"/c/{farm.slug}/desk/tiers/", farm.owner)
    desk.fill("Short name of the tier", "gold").fill("Benefits", "每月一次田头直播\n长桌空间")
    desk.fill("Days to try it for nothing", "7").press("Save")
    desk.arrives(re.compile(r"/desk/tiers/\w+/$")).reads("长桌空间")
    desk.fill("Period, as buyers read it", "一年").fill("Price", "200")
    desk.press("Save", first=True).sees("Saved.")
    plan = TierPlan.objects.get(community=farm)
    # Its facts are told and it is put on sale as any product is: test_market walks there.
    facts = {**FIT, "category": "other"}
    actions.edit_product(actor=farm.owner, product=plan.product, **facts)
    actions.list_product(actor=farm.owner, product=plan.product)
    room = makers.space(farm, visibility="grant", grant_kind="tier", grant_name="gold")
    li = makers.member(farm, "阿禾", language=DJANGO[language])
    inside = f"/c/{farm.slug}/talk/in/{room.slug}/"
    mei = at(inside, farm.mei)
    mei.lacks("You hold it")
    assert mei.page.get_by_role("heading", name=room.name).count() == 0
    mei.go(f"/c/{farm.slug}/tiers/").reads("每月一次田头直播")
    mei.press("Try it for %(n)s days", n=7)
    mei.sees("Your trial has begun. It ends by itself and costs nothing.").sees("You hold it")
    mei.lacks("Try it for %(n)s days", n=7)
    well_made(mei.page)
    assert TierTime.objects.get(person=farm.mei, plan=plan).order_id is None
    mei.go(inside)
    mei.page.get_by_role("heading", name=room.name).first.wait_for()
    buyer = at(f"/c/{farm.slug}/tiers/", li)
    buyer.page.get_by_role("button", name=re.compile("一年")).click()
    buyer.arrives(re.compile(r"/orders/\w+/$"))
    pay(buyer, language)
    buyer.press("My tiers").sees("You hold it")
    well_made(buyer.page)
    assert Order.objects.get(buyer=li).total == 20_000
    buyer.go(inside)
    buyer.page.get_by_role("heading", name=room.name).first.wait_for()
    desk.go(f"/c/{farm.slug}/desk/tiers/").reads("小满").reads("阿禾")
    well_made(desk.page)
