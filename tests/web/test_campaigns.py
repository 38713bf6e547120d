"""Campaigns through their pages: starting one, joining, changing, closing, and the list."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from qunluo.kernel.clock import now
from qunluo.market import actions
from qunluo.market.models import Campaign, Entry, Order, Product, Team
from tests.market.campaign_makers import begin_team, buy, over, start
from tests.market.makers import product, shop, variant

pytestmark = [pytest.mark.django_db, pytest.mark.req("M05"), pytest.mark.above_the_database]


@pytest.fixture
def here(db):
    """A shop that sells to everybody."""
    return shop()


def browser(who=None, language="en"):
    made = Client(headers={"accept-language": language})
    if who:
        type(who).objects.filter(pk=who.pk).update(language=language)
        made.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    return made


def at(here, campaign=None, rest=""):
    middle = f"{campaign.uid}/" if campaign else ""
    return f"/c/{here.community.slug}/campaigns/{middle}{rest}"


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("team", {"size": "3", "window": "60", "steps": "3=7.50"}),
        ("chain", {"most": "5", "options": "Size*: S, M\nWords", "masked": "on"}),
        ("drop", {"batches": "20:00=2\n21:30=3"}),
        ("pledge", {"threshold_kind": "amount", "threshold": "50"}),
        ("pool", {"threshold_kind": "units", "threshold": "6", "case": "6"}),
        ("preorder", {"threshold_kind": ""}),
    ],
)
def test_each_kind_is_started_from_the_desk_by_the_clock_of_the_community(here, kind, more):
    one = variant(product(here)).pk
    desk = f"/c/{here.community.slug}/desk/campaigns/start/"
    owner = browser(here.owner)
    assert "Rice" in owner.get(desk).text
    path = f"{desk}?kind={kind}&v={one}"
    assert owner.get(path).status_code == 200
    day = (now() + timedelta(days=1)).date()
    said = {
        "title": "Together", "starts_at": f"{day}T19:00", "ends_at": f"{day}T23:00",
        f"price{one}": "8.00", **{k: v for k, v in more.items() if k not in {"steps", "case",
                                                                            "batches"}},
    }  # fmt: skip
    said |= {f"{k}{one}": v for k, v in more.items() if k in {"steps", "case", "batches"}}
    answer = owner.post(path, said)
    assert answer.status_code == 302, re.findall(r'class="error".*?</p>', answer.text, re.S)
    made = Campaign.objects.get()
    zone = ZoneInfo(here.community.time_zone)
    assert (made.kind, made.starts_at.astimezone(zone).hour) == (kind, 19)
    item = made.items.get()
    assert item.price == 800
    if kind == "team":
        assert item.steps == [[3, 750]]
    if kind == "drop":
        assert [b.amount for b in item.batches.order_by("opens_at")] == [2, 3]
        assert item.batches.latest("opens_at").opens_at.astimezone(zone).minute == 30
    if kind == "chain":
        assert made.options[0] == {"name": "Size", "required": True, "choices": ["S", "M"]}
    if kind == "pledge":
        assert made.threshold == 5_000
    for language, word in (("en", "Begins"), ("zh-hans", "开始")):
        assert word in browser(language=language).get(at(here, made)).text


def test_going_on_without_a_choice_says_what_is_missing(here):
    product(here)
    desk = f"/c/{here.community.slug}/desk/campaigns/start/"
    owner = browser(here.owner)
    asked = owner.get(desk).text
    assert 'class="error"' not in asked
    assert '<input type="hidden" name="sent" value="1">' in asked
    assert owner.get(f"{desk}?sent=1").text.count("This field is required.") == 2


def test_what_is_sold_by_itself_is_not_offered_for_a_campaign(here):
    rice, card = product(here), product(here, title="Voucher")
    Product.objects.filter(pk=card.pk).update(kind="card")
    page = browser(here.owner).get(f"/c/{here.community.slug}/desk/campaigns/start/").text
    assert f'value="{variant(rice).pk}"' in page
    assert f'value="{variant(card).pk}"' not in page


@pytest.mark.parametrize(("kind", "said"), [("team", "阶梯价"), ("drop", "分批数量"),
                                               ("pool", "每箱件数")])  # fmt: skip
def test_the_fields_of_each_thing_speak_the_language_of_the_page(here, kind, said):
    one = variant(product(here)).pk
    desk = f"/c/{here.community.slug}/desk/campaigns/start/?kind={kind}&v={one}"
    page = browser(here.owner, "zh-hans").get(desk).text
    assert "Rice：活动价" in page
    assert f"Rice：{said}" in page


def test_what_cannot_be_read_is_said_in_the_form(here):
    one = variant(product(here)).pk
    path = f"/c/{here.community.slug}/desk/campaigns/start/?kind=drop&v={one}"
    day = (now() + timedelta(days=1)).date()
    said = {"title": "T", "starts_at": f"{day}T19:00", "ends_at": f"{day}T23:00"}
    for wrong in (
        {f"price{one}": "x", f"batches{one}": "3"},
        {f"price{one}": "8", f"batches{one}": "tomorrow=3\n20:00=4"},
        {f"price{one}": "8", f"batches{one}": "many"},
        {f"price{one}": "8", f"batches{one}": "99999"},
    ):
        assert browser(here.owner).post(path, said | wrong).status_code in {409, 422}
    assert Campaign.objects.count() == 0


def test_a_team_is_started_shared_and_joined(here):
    campaign = start(here, "team", size=2)
    mei = browser(here.mei)
    answer = mei.post(at(here, campaign, "join/"), {f"q{_item(campaign)}": "1"})
    order = Order.objects.get()
    assert answer["Location"] == f"/c/{here.community.slug}/orders/{order.uid}/"
    actions.cancel_order(actor=here.mei, order=order)
    team = begin_team(here, campaign, here.mei)
    page = browser().get(at(here, campaign)).text
    assert f"?team={team.uid}" in page
    assert "1 of 2 paid" in page
    li = browser(here.li)
    assert "Take a seat" in li.get(at(here, campaign, f"join/?team={team.uid}")).text
    li.post(at(here, campaign, f"join/?team={team.uid}"), {f"q{_item(campaign)}": "1"})
    assert Order.objects.get(buyer=here.li).team == team
    full = browser(here.stranger).post(
        at(here, campaign, f"join/?team={team.uid}"), {f"q{_item(campaign)}": "1"}
    )
    assert (full.status_code, "Every seat of this team is taken." in full.text) == (422, True)
    assert li.get(at(here, campaign, "join/?team=none")).status_code == 404


def test_a_team_is_helped_in_public(here):
    campaign = start(here, "team", size=4)
    team = begin_team(here, campaign, here.mei)
    act = f"/c/{here.community.slug}/desk/campaigns/{campaign.uid}/act/"
    said = {"act": "lower", "team": team.uid, "to": "2", "reason": "Rain all week"}
    assert browser(here.mei).post(act, said).status_code == 403
    browser(here.owner).post(act, said)
    assert Team.objects.get().size == 2
    assert "Rain all week" in browser().get(at(here, campaign)).text


def test_a_chain_is_joined_changed_and_closed_with_a_list(here):
    campaign = start(here, "chain", masked=True, options=[{"name": "Size", "required": True}])
    buy(here, campaign, here.mei, 2, options={"Size": "XL"})
    one = _item(campaign)
    mei = browser(here.mei)
    shown = mei.get(at(here, campaign, "edit/")).text
    orders = browser(here.owner).get(f"/c/{here.community.slug}/desk/orders/").text
    assert "Paid, the campaign still runs" in orders  # it is not the shop that has to act
    assert ('value="2"' in shown, 'value="XL"' in shown) == (True, True)
    answer = mei.post(
        at(here, campaign, "edit/"), {f"q{one}": "1", "note": "Ring twice", "option0": "XL"}
    )
    assert answer["Location"] == at(here, campaign)
    assert Order.objects.get().lines.get().quantity == 1
    for who, name in ((None, "M**"), (here.owner, "Mei")):
        assert name in browser(who).get(at(here, campaign)).text
    act = f"/c/{here.community.slug}/desk/campaigns/{campaign.uid}/act/"
    browser(here.owner).post(act, {"act": "close"})
    campaign.refresh_from_db()
    assert campaign.state == "closed"
    listed = browser(here.owner).get(at(here, campaign, "list/")).text
    assert "Ring twice" in listed
    assert browser(here.li).get(at(here, campaign, "list/")).status_code == 403


def test_who_comes_too_late_waits_and_can_leave_the_queue(here):
    campaign = start(here, "drop", item={"own": 1})
    buy(here, campaign, here.mei)
    li, said = browser(here.li), {f"q{_item(campaign)}": "1"}
    assert li.post(at(here, campaign, "join/"), said).status_code == 422
    assert li.post(at(here, campaign, "join/"), said | {"wait": "on"}).status_code == 302
    assert "Wait no longer" in li.get(at(here, campaign)).text
    li.post(at(here, campaign, "leave/"))
    assert Entry.objects.get(person=here.li).state == "out"


def test_a_member_asks_to_lead_and_is_answered(here):
    offer = start(here, "chain", offer=True)
    mei = browser(here.mei)
    assert "Lead it" in mei.get(at(here)).text
    assert "Lead it" not in browser().get(at(here)).text
    day = (now() + timedelta(days=1)).date()
    said = {"title": "Mei's", "starts_at": f"{day}T08:00", "ends_at": f"{day}T20:00"}
    made = mei.post(at(here, offer, "lead/"), said)
    mine = Campaign.objects.get(host=here.mei)
    assert made["Location"] == at(here, mine)
    assert browser(here.li).get(at(here, mine)).status_code == 404
    act = f"/c/{here.community.slug}/desk/campaigns/{mine.uid}/act/"
    assert "Mei" in browser(here.owner).get(f"/c/{here.community.slug}/desk/campaigns/").text
    browser(here.owner).post(act, {"act": "approve"})
    assert browser(here.li).get(at(here, mine)).status_code == 200


def test_the_page_tells_how_it_ended(here):
    campaign = start(here, "pledge", threshold=5)
    buy(here, campaign, here.mei)
    page = browser(language="zh-hans").get(at(here, campaign)).text
    assert "已有 1 件，门槛 5 件" in page
    over(campaign)
    assert "未成立" in browser(language="zh-hans").get(at(here, campaign)).text
    live = browser().get(at(here, campaign), headers={"HX-Request": "true"}).text
    assert "<html" not in live


def test_a_shop_for_members_shows_strangers_nothing(here):
    campaign = start(here, "chain")
    here.shop.audience = "members"
    here.shop.save()
    assert browser(here.stranger).get(at(here, campaign)).status_code == 403
    assert browser().get(at(here)).status_code == 403
    assert browser(here.mei).get(at(here, campaign)).status_code == 200


def _item(campaign):
    return campaign.items.get().variant_id
