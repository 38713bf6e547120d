"""After the purchase as people meet it: something is wrong, it is answered, and money goes back."""

import re

import pytest

from qunluo.market import actions
from qunluo.market.models import Claim, Order, Product, Shop
from qunluo.market.rules.wishes import Delivery, Wish
from tests.conversation import makers
from tests.market.makers import FIT
from tests.stories.test_market import town
from tests.stories.ways import DJANGO, Walker


def eggs(farm):
    """Eggs that are on sale."""
    who = {"actor": farm.owner}
    made = actions.add_product(
        **who, community=farm, title="土鸡蛋", category="food", kind="virtual", **FIT
    )
    actions.save_variant(**who, product=made, price=2_800, counted=False)
    actions.list_product(**who, product=made)
    Shop.objects.filter(pk=farm.shop.pk).update(state="open", audience="everyone")
    farm.shop.refresh_from_db()
    return made


def bought(farm, who, made):
    """An order that is paid and received."""
    actions.give_credit(
        actor=farm.owner, community=farm, person=who, amount=2_800, reason="Gift",
        key=f"gift {who.pk}",
    )  # fmt: skip
    wish = [Wish(made.variants.get().pk, 1)]
    order = actions.place_order(
        actor=who, shop=farm.shop, wishes=wish, delivery=Delivery("virtual"), key="eggs"
    )
    actions.pay_from_credit(actor=who, order=order)
    return actions.receive_order(actor=who, order=order)


@pytest.mark.req("M15")
def test_a_complaint_is_answered_with_an_offer_and_money_goes_back(visit, well_made, language):
    farm = town(language)
    order = bought(farm, farm.mei, eggs(farm))
    base = f"/c/{farm.slug}"
    mei = Walker(visit(f"{base}/orders/{order.uid}/", language=language, person=farm.mei), language)
    mei.press("Something is wrong").arrives(re.compile(r"/complain/$"))
    well_made(mei.page)
    mei.fill("Tell it", "三十枚里有四枚破了。")
    mei.page.check("[name=wants][value=refund_part]")
    mei.page.fill("[name=amount]", "6.00")
    mei.press("Send").arrives(re.compile(r"/claims/\w+/$"))
    well_made(mei.page)
    claim = Claim.objects.get(order=order)

    desk = Walker(visit(f"{base}/desk/claims/", language=language, person=farm.owner), language)
    desk.reads("小满")
    well_made(desk.page)
    desk.go(f"{base}/claims/{claim.uid}/").fill("Your answer", "对不起，下次多垫一层。")
    desk.page.fill("[name=amount]", "6.00")
    desk.press("Offer it").reads("对不起")
    mei.go(f"{base}/claims/{claim.uid}/").reads("对不起").press("I agree")
    mei.reads("6.00")
    well_made(mei.page)
    assert Order.objects.get(pk=order.pk).refunded == 600
    mei.go(f"{base}/orders/{order.uid}/receipt/")
    well_made(mei.page)
    mei.sees("Paid in the end").page.emulate_media(media="print")
    for away in (".top", ".tabs", ".foot", ".back", "[data-print]"):
        assert not mei.page.locator(away).first.is_visible(), away
    assert mei.page.pdf().count(b"/Type /Page\n") == 1


@pytest.mark.req("M15")
def test_similar_complaints_pause_the_product_and_are_answered_in_public(
    visit, well_made, language
):
    farm = town(language)
    made, base = eggs(farm), f"/c/{farm.slug}"
    buyers = [farm.mei, *(makers.member(farm, name, language=DJANGO[language]) for name in "禾麦")]
    for one in buyers:
        actions.complain(
            actor=one, order=bought(farm, one, made), product=made, kind="broken",
            words="破了。", wants="refund_whole",
        )  # fmt: skip
    made.refresh_from_db()
    assert made.state == Product.State.PAUSED
    public = Walker(visit(f"{base}/shop/complaints/", language=language, person=farm.mei), language)
    public.page.get_by_role("link", name=re.compile("土鸡蛋")).first.click()
    well_made(public.page)
    group = public.page.url.rstrip("/").rsplit("/", 1)[-1]
    desk = Walker(
        visit(f"{base}/shop/complaints/{group}/answer/", language=language, person=farm.owner),
        language,
    )
    well_made(desk.page)
    desk.fill("Your answer", "这批的纸盒太薄，全部退款，已换新盒。")
    desk.page.check("[name=remedy][value=whole]")
    desk.press("Answer in public").arrives(re.compile(rf"/complaints/{group}/$"))
    well_made(desk.page)
    actions.give_remedies()
    public.go(f"{base}/shop/complaints/{group}/").reads("已换新盒")
    assert set(Order.objects.filter(community=farm).values_list("refunded", flat=True)) == {2_800}
