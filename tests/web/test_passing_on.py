"""Pictures of what is sold, for passing on: they say no more than a stranger may see."""

from io import BytesIO

import pytest
from PIL import Image

from qunluo.market import actions
from qunluo.market.models import Shop
from qunluo.web.market import passing_on
from qunluo.web.market.drawing import goods_card
from tests.market.campaign_makers import begin_team, start
from tests.market.conftest import here
from tests.market.makers import product

__all__ = ["here"]
pytestmark = [pytest.mark.django_db, pytest.mark.req("T16")]


@pytest.fixture
def said(monkeypatch):
    """What the pictures that are drawn say, newest last."""
    kept = []

    def draw(who, goods, link, hint):
        kept.append((goods, link))
        return goods_card(who, goods, link, hint)

    monkeypatch.setattr(passing_on, "goods_card", draw)
    return kept


def picture():
    out = BytesIO()
    Image.new("RGB", (400, 300), "#7a9b6c").save(out, "PNG")
    return out.getvalue()


def test_the_picture_of_a_product_shows_it_with_its_price_and_its_code(here, client, said):
    made = product(here, title="山后新米", stock=3)
    actions.add_picture(actor=here.owner, product=made, data=picture(), alt="Rice")
    where = f"/c/{here.community.slug}/shop/p/{made.uid}/"
    page = client.get(f"{where}share/").content.decode()
    assert f"{where}card.png" in page
    drawn = client.get(f"{where}card.png?download=1")
    assert Image.open(BytesIO(drawn.content)).size == (1080, 1440)
    assert drawn["Content-Disposition"].endswith(f'"{made.uid}.png"')
    goods, link = said[0]
    assert (goods.title, goods.price) == ("山后新米", "¥10.00")
    assert goods.picture
    assert link.endswith(where)


@pytest.mark.req("T01")
def test_a_picture_from_a_members_shop_tells_no_price(here, client, said):
    made = product(here)
    campaign = start(here, "team", made, size=2)
    team = begin_team(here, campaign, here.mei)
    Shop.objects.update(audience="members")
    places = [
        f"/c/{here.community.slug}/shop/p/{made.uid}/",
        f"/c/{here.community.slug}/campaigns/{campaign.uid}/",
    ]
    for where in places:
        assert client.get(f"{where}card.png").status_code == 403
        assert client.get(f"{where}share/").status_code == 403
    client.force_login(here.li)
    for where in places:
        assert client.get(f"{where}card.png?team={team.uid}").status_code == 200
    assert [goods.price for goods, _link in said] == ["", ""]
    assert [goods.beside for goods, _link in said] == ["", ""]
    assert said[1][0].seats == ("",)  # somebody is in; a stranger does not read who


@pytest.mark.req("M05")
def test_the_picture_of_a_team_says_how_many_are_wanted_and_leads_to_its_seat(here, client, said):
    campaign = start(here, "team", product(here), size=3, price=700)
    team = begin_team(here, campaign, here.mei)
    where = f"/c/{here.community.slug}/campaigns/{campaign.uid}/"
    assert client.get(f"{where}card.png?team={team.uid}").status_code == 200
    goods, link = said[0]
    assert goods.stands.startswith("还差 2 人")
    assert (goods.price, goods.beside) == ("¥7.00", "单买 ¥10.00")
    assert (goods.seats, goods.size) == (("M",), 3)
    assert link.endswith(f"join/?team={team.uid}")
    assert "join/?team=" in client.get(f"{where}share/?team={team.uid}").content.decode()


@pytest.mark.parametrize("team", ["nothing", "x" * 300])
def test_a_team_that_is_not_there_is_not_found(here, client, team):
    campaign = start(here, "team", product(here), size=3)
    where = f"/c/{here.community.slug}/campaigns/{campaign.uid}/"
    assert client.get(f"{where}card.png?team={team}").status_code == 404
    assert client.get(f"{where}share/?team={team}").status_code == 404


def test_what_is_not_on_sale_has_no_picture_for_others(here, client):
    made = product(here, on_sale=False)
    where = f"/c/{here.community.slug}/shop/p/{made.uid}/"
    assert client.get(f"{where}card.png").status_code == 404
    client.force_login(here.owner)
    assert client.get(f"{where}card.png").status_code == 200


@pytest.mark.parametrize(
    ("kind", "more", "begins"),
    [
        ("chain", {}, "截止"),
        ("pledge", {"threshold_kind": "units", "threshold": 9}, "门槛 9"),
        ("drop", {}, "截止"),
    ],
)
def test_every_kind_of_campaign_says_how_it_stands(here, client, said, kind, more, begins):
    campaign = start(here, kind, product(here), **more)
    where = f"/c/{here.community.slug}/campaigns/{campaign.uid}/"
    assert client.get(f"{where}card.png").status_code == 200
    assert begins in said[0][0].stands
