"""The pages of tiers: written down at the desk, compared, bought, renewed and tried."""

import pytest

from qunluo.community.queries import own_tiers
from qunluo.market import actions
from qunluo.market.models import Order, TierPlan
from tests.market.conftest import here
from tests.market.makers import FIT, credit
from tests.market.test_tiers import gold

__all__ = ["gold", "here"]
pytestmark = [pytest.mark.django_db, pytest.mark.req("M02")]


def test_a_tier_is_compared_bought_and_renewed(gold, client):
    home = f"/c/{gold.community.slug}/tiers/"
    assert "Sign in to buy" in client.get(home).content.decode()
    client.force_login(gold.mei)
    page = client.get(home).content.decode()
    assert "Cheaper" in page
    assert "免费试用 7 天" in page
    answer = client.post(f"{home}buy/", {"variant": gold.month.pk})
    made = Order.objects.get()
    assert answer.url.endswith(f"/orders/{made.uid}/")
    assert client.get(answer.url).status_code == 200
    credit(gold, gold.mei, 2_000)
    actions.pay_from_credit(actor=gold.mei, order=made)
    page = client.get(home).content.decode()
    assert "已拥有" in page
    assert "续费" in page
    assert "免费试用" not in page
    wrong = client.post(f"{home}buy/", {"variant": "x"}, follow=True)
    assert "没有这个会员等级" in wrong.content.decode()


def test_the_trial_is_one_press(gold, client):
    client.force_login(gold.li)
    place = f"/c/{gold.community.slug}/tiers/{gold.gold.uid}/try/"
    assert "试用已开始" in client.post(place, follow=True).content.decode()
    assert "gold" in own_tiers(gold.community, gold.li)
    assert "不能试用" in client.post(place, follow=True).content.decode()


def test_the_desk_writes_a_tier_down_and_sells_it(here, client):
    client.force_login(here.owner)
    desk = f"/c/{here.community.slug}/desk/tiers/"
    said = {
        "name": "silver",
        "benefits": "Calls\nLetters",
        "trial_days": 0,
        "refund_days": 7,
        "notice_days": 7,
    }
    assert client.post(desk, {**said, "benefits": ""}).status_code == 422
    place = client.post(desk, said).url
    plan = TierPlan.objects.get()
    assert plan.benefits == ["Calls", "Letters"]
    period = {"name": "一年", "months": 12, "days": 0, "price": "200.00"}
    assert client.post(place, {**period, "days": 3}).status_code == 422
    assert client.post(place, period).status_code == 302
    actions.edit_product(actor=here.owner, product=plan.product, **FIT)
    actions.list_product(actor=here.owner, product=plan.product)
    assert "200" in client.get(f"/c/{here.community.slug}/tiers/").content.decode()
    assert "一年" in client.get(place).content.decode()
    assert "silver" in client.get(desk).content.decode()
