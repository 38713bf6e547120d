"""The mimic form as people meet it: dealers in the place of a cart, a code in the box. T03."""

import csv
import re
from pathlib import Path

import pytest

from qunluo.community import actions as communities
from qunluo.community.models import Membership
from qunluo.market import actions
from tests.community import makers
from tests.community.charter import makers as charters
from tests.market.makers import FIT
from tests.stories.ways import DJANGO, Walker, sign_up


def town(language):
    """A published community of users of a kettle that others sell, come by invitation."""
    owner = makers.person("陈守拙", language=DJANGO[language])
    made = charters.write_all(charters.fresh("T03", owner=owner, language=DJANGO[language]))
    communities.publish_community(actor=owner, community=made)
    communities.open_recruitment(actor=owner, community=made)
    actions.set_up_shop(actor=owner, community=made)
    made.kettle = actions.add_product(
        actor=owner, community=made, title="手打铁壶", kind="physical", **FIT, category="other"
    )
    actions.save_variant(actor=owner, product=made.kettle, price=68_000, counted=False)
    actions.list_product(actor=owner, product=made.kettle)
    return made


@pytest.mark.req("T03", "M04")
def test_a_code_from_the_box_brings_a_newcomer_in_once_and_dealers_do_the_selling(
    visit, well_made, way
):
    language, size = way
    farm = town(language)
    base = f"/c/{farm.slug}"

    def at(path, who=None):
        return Walker(visit(path, language=language, size=size, person=who), language)

    desk = at(f"{base}/desk/dealers/", farm.owner)
    desk.fill("Name of the dealer", "城南器物店")
    desk.fill("Address of the dealer", "http://pots.example/")
    desk.press("Save").sees("Give an address that begins with https://")
    desk.fill("Address of the dealer", "https://pots.example/").fill("City", "泉州")
    desk.press("Save").sees("Saved.").reads("城南器物店")
    well_made(desk.page)
    desk.go(f"{base}/desk/codes/")
    desk.fill("What they are for", "秋天第一窑").fill("How many", "2")
    well_made(desk.page)
    with desk.page.expect_download() as told:
        desk.press("Make and download them")
    text = Path(told.value.path()).read_text(encoding="utf-8-sig")
    (first, address), (second, _) = list(csv.reader(text.splitlines()))[1:]
    path = "/" + address.split("/", 3)[3]

    one = at(path)
    one.reads("手打铁壶")
    well_made(one.page)
    one.press("Create an account")
    name, _ = sign_up(one)
    one.arrives(re.compile(rf"{path}$"))
    assert one.field("Code of the product").input_value() == first
    one.tick("I have read the rules and will keep them")
    well_made(one.page)
    one.press("Register it").sees("It is registered. Welcome among those who use it.")
    one.reads("手打铁壶")
    well_made(one.page)
    assert Membership.objects.get(community=farm, person__name=name).via == "code"
    one.go(f"{base}/shop/").sees("Nothing is sold here").reads("城南器物店")
    one.lacks("The shop is not open yet: trust first, sell last.")
    well_made(one.page)
    one.page.get_by_role("link", name="手打铁壶").first.click()
    one.reads("城南器物店").lacks("Into the cart")
    well_made(one.page)

    one.go(path).arrives(re.compile(r"/my-products/$")).reads("手打铁壶")

    late = makers.person("小满", language=DJANGO[language])
    two = at(path, late)
    two.sees("This code does not count here, or has been used.")
    well_made(two.page)
    two.fill("Code of the product", first).tick("I have read the rules and will keep them")
    two.press("Register it").sees("This code does not count here, or has been used.")
    assert not Membership.objects.filter(community=farm, person=late).exists()
    two.fill("Code of the product", second.lower()).press("Register it")
    two.sees("It is registered. Welcome among those who use it.")
    desk.go(f"{base}/desk/codes/").page.get_by_role("link", name="秋天第一窑").click()
    desk.reads(name).reads("小满").sees("%(used)s of %(count)s used", used=2, count=2)
    well_made(desk.page)
