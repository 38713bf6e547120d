"""Trade as people meet it: a product that is written down, bought, fetched and paid back."""

import re

import pytest

from qunluo.community.actions import publish_charter
from qunluo.community.models import Community
from qunluo.market import actions
from qunluo.market.models import Order, Product, Shop
from tests.conversation import makers
from tests.market.makers import FIT
from tests.stories.ways import DJANGO, Walker

# What the charter declares, so that its gate lets a shop open.
PRODUCT = {
    "product": {
        "name": "晚稻米", "need": "real", "bought": "monthly", "used": "daily",
        "evidence": "每年两次农残检测，报告贴在门口。",
    },
}  # fmt: skip


def town(language):
    """A community with a shop that is being prepared, who runs it, and a member."""
    owner = makers.person("林晚秋", language=DJANGO[language])
    made = makers.community(owner, values=PRODUCT, stage="private")
    publish_charter(actor=owner, community=made, note="First")
    Community.objects.filter(pk=made.pk).update(stage="published")
    made.refresh_from_db()
    made.mei = makers.member(made, "小满", language=DJANGO[language])
    made.shop = actions.set_up_shop(actor=owner, community=made)
    point = actions.save_point(actor=owner, shop=made.shop, name="小院", address="山后村 12 号")
    actions.save_rate(actor=owner, shop=made.shop, name="各地", fee=800)
    actions.attach_merchant(
        actor=owner, shop=made.shop, provider="sandbox", name="",
        given={"account": "demo", "key": "0123456789abcdef"},
    )  # fmt: skip
    made.point = point
    return made


@pytest.mark.req("M01", "M10", "F16", "F19", "T01")
def test_a_product_is_written_down_made_fit_and_sold_by_an_open_shop(visit, well_made, language):
    farm = town(language)
    base = f"/c/{farm.slug}"
    desk = Walker(visit(f"{base}/desk/shop/", language=language, person=farm.owner), language)
    well_made(desk.page)
    desk.press("Add a product", first=True)
    desk.page.get_by_label(desk.say("Name"), exact=True).fill("晚稻米")
    well_made(desk.page)
    desk.press("Go on").arrives(re.compile(r"/products/\w+/$"))
    desk.sees("It may not go on sale yet.")
    well_made(desk.page)
    for label, text in (
        ("The need behind it", FIT["need"]),
        ("Evidence of quality", FIT["quality"]),
    ):
        desk.fill(label, text)
    for name in ("bought", "used"):
        desk.page.select_option(f"[name={name}]", FIT[name])
    for name in ("function", "emotion"):
        desk.page.fill(f"[name={name}]", str(FIT[name]))
    desk.press("Save")
    desk.press("Add a variant").arrives(re.compile(r"/variants/new/$"))
    desk.page.fill("[name=price]", "48.00")
    desk.page.fill("[name=amount]", "20")
    desk.page.fill("[name=rules]", "members 1 43.00")
    well_made(desk.page)
    desk.press("Save").arrives(re.compile(r"/products/\w+/$"))
    desk.press("Put it on sale").sees("It is on sale.")
    # Trust first: the line is not met, so that it opens with a reason that everybody reads.
    desk.go(f"{base}/desk/shop/open/")
    desk.press("Open it").arrives(re.compile(r"/open/$"))
    desk.fill("Why it opens all the same", "大家从去年就在一起买米了。")
    well_made(desk.page)
    desk.press("Open it").sees("The shop is open.")
    assert Shop.objects.get(community=farm).overridden_by == farm.owner
    stranger = Walker(visit(f"{base}/shop/", language=language), language)
    stranger.sees("This is for members")
    assert "¥" not in stranger.page.content()
    well_made(stranger.page)
    member = Walker(visit(f"{base}/shop/", language=language, person=farm.mei), language)
    member.reads("晚稻米").sees("Opened before its trust line was met")
    well_made(member.page)


@pytest.mark.req("M01", "M04")
def test_a_member_orders_pays_and_fetches_and_the_shop_settles(visit, well_made, language):
    farm = town(language)
    base, who = f"/c/{farm.slug}", {"actor": farm.owner}
    rice = actions.add_product(
        **who, community=farm, title="晚稻米", category="food", kind="physical", **FIT
    )
    variant = actions.save_variant(**who, product=rice, price=4_800, counted=True)
    actions.set_stock(**who, variant=variant, amount=20)
    actions.list_product(**who, product=rice)
    Shop.objects.filter(pk=farm.shop.pk).update(state="open", audience="everyone")

    mei = Walker(visit(f"{base}/shop/", language=language, person=farm.mei), language)
    mei.page.get_by_role("link", name="晚稻米").click()
    well_made(mei.page)
    mei.press("Buy").arrives(re.compile(r"/checkout/$"))
    mei.tick("I fetch it")
    well_made(mei.page)
    mei.press("Place the order").arrives(re.compile(r"/orders/\w+/$"))
    well_made(mei.page)
    mei.page.get_by_role("button", name={"zh": "沙盒", "en": "Sandbox"}[language]).click()
    mei.arrives(re.compile(r"/sandbox/$"))
    well_made(mei.page)
    mei.press("It is paid").arrives(re.compile(r"/orders/\w+/$")).sees("Say this when you fetch it")
    well_made(mei.page)
    order = Order.objects.get(buyer=farm.mei)

    desk = Walker(visit(f"{base}/desk/orders/", language=language, person=farm.owner), language)
    well_made(desk.page)
    desk.go(f"{base}/desk/orders/packing/{farm.point.pk}/").reads("小满")
    well_made(desk.page)
    desk.go(f"{base}/desk/orders/{order.uid}/")
    well_made(desk.page)
    desk.fill("Pick-up code", "WRONG2").press("Hand it over")
    desk.sees("This is not the code of this order.")
    desk.fill("Pick-up code", order.pickup_code).press("Hand it over")
    desk.sees("Received")
    desk.press("Give money back").arrives(re.compile(r"/refund/$"))
    desk.page.fill("[name=amount]", "10.00")
    desk.fill("Why", "袋子破了。")
    well_made(desk.page)
    desk.press("Give it back").arrives(re.compile(rf"/{order.uid}/$"))
    mei.go(f"{base}/orders/{order.uid}/").reads("袋子破了。")
    well_made(mei.page)
    assert Product.objects.get(pk=rice.pk).sold == 1
