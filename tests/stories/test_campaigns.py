"""Buying together: a team is shared and filled, a chain order is joined, changed and handed out."""

import pytest

from qunluo.market.models import Order, Team
from tests.community.makers import member
from tests.market.campaign_makers import begin_team, buy, pay, start
from tests.market.makers import product, shop
from tests.stories.ways import DJANGO, Walker

WORDS = {
    "zh": {"title": "五常大米拼团", "chain": "周六菜篮接龙"},
    "en": {"title": "Rice for three", "chain": "Saturday baskets"},
}


def town(language):
    """A shop whose people speak the language."""
    here = shop(time_zone="Asia/Shanghai")
    for who in (here.owner, here.mei, here.li):
        who.language = DJANGO[language]
        who.save()
    return here


@pytest.mark.req("M05", "T16")
def test_a_team_is_shared_joined_and_complete(visit, way, well_made):
    language, size = way
    here = town(language)
    steps = {"steps": [(10, 700), (50, 600)]}
    campaign = start(
        here, "team", product(here, stock=50), size=3, item=steps, title=WORDS[language]["title"]
    )
    team = begin_team(here, campaign, here.mei)
    path = f"/c/{here.community.slug}/campaigns/{campaign.uid}/"
    walker = Walker(visit(path, language=language, size=size, person=here.li), language)
    walker.sees(WORDS[language]["title"]).sees("Looks for more")
    well_made(walker.page)
    walker.press("Take a seat").arrives("**/join/?team=*")
    well_made(walker.page)
    walker.press("Go on to pay").arrives("**/orders/*/")
    for who in (None, member(here.community, "Wu")):
        joined = Order.objects.get(buyer=here.li) if who is None else None
        if joined:
            pay(here, joined)
        else:
            buy(here, campaign, who, team=team)
    walker.page.goto(path)
    walker.sees("Complete")
    assert Team.objects.get(pk=team.pk).state == "formed"


@pytest.mark.req("M05")
def test_a_chain_is_joined_changed_closed_and_handed_out(visit, way, well_made):
    language, size = way
    here = town(language)
    title = WORDS[language]["chain"]
    campaign = start(here, "chain", product(here, stock=50), title=title, most=9)
    buy(here, campaign, here.mei, 2)
    path = f"/c/{here.community.slug}/campaigns/{campaign.uid}/"
    walker = Walker(visit(path, language=language, size=size, person=here.mei), language)
    walker.sees("Who is in")
    well_made(walker.page)
    walker.press("Change what I have").arrives("**/edit/")
    well_made(walker.page)
    walker.page.locator("main [name^=q]").first.fill("1")
    walker.press("Save").arrives(f"**{path}")
    walker.sees("Changed. What is less goes back to you.")
    desk = Walker(visit(path, language=language, size=size, person=here.owner), language)
    desk.page.locator("summary").filter(has_text=desk.say("Decide about it")).click()
    desk.press("Close it now").sees("Closed")
    desk.press("List to print").arrives("**/list/")
    desk.sees("In all")
    well_made(desk.page)


@pytest.mark.req("M05")
def test_the_desk_starts_a_campaign(visit, way, well_made):
    language, size = way
    here = town(language)
    product(here)
    where = f"/c/{here.community.slug}/desk/campaigns/"
    walker = Walker(visit(where, language=language, size=size, person=here.owner), language)
    well_made(walker.page)
    walker.press("Start one").arrives("**/start/")
    well_made(walker.page)
    walker.page.locator("[name=kind][value=team]").check()
    walker.page.locator("[name=v]").first.check()
    walker.press("Go on").arrives("**/start/?*")
    well_made(walker.page)
