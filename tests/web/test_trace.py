"""From words to orders and back, on pages: one's own figures, and the tables of the desk."""

import pytest

from qunluo.market.models import Improvement, Order
from tests.market.conftest import here
from tests.market.test_guide import bought, farm, told
from tests.market.test_trace import came_and_bought

__all__ = ["farm", "here"]
pytestmark = pytest.mark.django_db


def where(farm, rest):
    return f"/c/{farm.community.slug}/{rest}"


def read(client, path, **asked):
    answer = client.get(path, asked)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.req("M08")
def test_a_received_order_leads_to_the_composer_with_its_product_and_the_post_is_verified(
    farm, client
):
    bought(farm, farm.mei, farm.rice)
    one = Order.objects.get(buyer=farm.mei)
    client.force_login(farm.mei)
    there = where(farm, f"talk/in/{farm.square.slug}/new/")
    asked = f"{there}?kind=experience&amp;product={farm.rice.uid}"
    shown = read(client, where(farm, f"orders/{one.uid}/"))
    assert asked in shown.replace("&product", "&amp;product")
    form = read(client, f"{there}?kind=experience&product={farm.rice.uid}")
    assert f'name="product" value="{farm.rice.uid}"' in form
    sent = {
        "kind": "experience", "title": "Rice", "source": "Soft and good.", "about": "Rice",
        "product": farm.rice.uid, "once": "1",
    }  # fmt: skip
    answer = client.post(there, sent)
    assert "真实购买" in client.get(answer["Location"]).content.decode()
    assert "kind=experience" not in read(client, where(farm, f"orders/{one.uid}/"))


@pytest.mark.req("M08")
def test_an_author_reads_what_their_posts_brought_and_the_desk_which_post_brought_most(
    farm, client
):
    said = told(farm, farm.mei, farm.rice, kind="question")
    came_and_bought(farm, farm.li, said)
    client.force_login(farm.mei)
    mine = read(client, where(farm, "shop/told/"))
    assert f"/talk/{said.number}/" in mine
    assert "¥10.00" in mine
    client.force_login(farm.owner)
    assert f"/talk/{said.number}/" in read(client, where(farm, "desk/trace/posts/"))
    table = read(client, where(farm, "desk/trace/posts/table.csv"))
    assert f"{said.number},1,,Rice,Mei,1,1,1,10.00,CNY" in table
    past = {"first": "2001-01-01", "last": "2001-02-01"}
    assert f"/talk/{said.number}/" not in read(client, where(farm, "desk/trace/posts/"), **past)


@pytest.mark.req("M23")
def test_who_runs_the_shop_tells_what_changed_and_everybody_reads_it_in_the_guide(farm, client):
    bought(farm, farm.mei, farm.rice)
    said = told(farm, farm.mei, farm.rice)
    client.force_login(farm.owner)
    there = where(farm, f"desk/trace/{farm.rice.uid}/")
    assert f"thread:{said.number}" in read(client, there)
    given = {"feedback": f"thread:{said.number}", "sort": "product", "words": "Sieved <b>twice</b>"}
    empty = client.post(there, {**given, "words": ""})
    assert empty.status_code == 422
    assert client.post(there, given).status_code == 302
    again = client.post(there, given)
    assert again.status_code == 422
    assert "已经" in again.content.decode()
    assert Improvement.objects.count() == 1
    wrong = client.post(there, {**given, "feedback": "thread:99999"})
    assert wrong.status_code == 422
    shown = read(client, where(farm, f"shop/p/{farm.rice.uid}/guide/"))
    assert "Sieved &lt;b&gt;twice&lt;/b&gt;" in shown
    assert f"/talk/{said.number}/" in shown.split("Sieved")[1]


@pytest.mark.req("M23", "M16")
@pytest.mark.parametrize(
    "asked",
    [{}, {"first": "x", "last": "2026-02-30"}, {"first": "0001-01-01", "last": "9999-12-31"},
     {"first": "2030-01-01", "last": "2020-01-01"}],
)  # fmt: skip
def test_the_table_of_the_desk_bears_any_period(farm, client, asked):
    bought(farm, farm.mei, farm.rice)
    told(farm, farm.mei, farm.rice)
    client.force_login(farm.owner)
    read(client, where(farm, "desk/trace/"), **asked)
    table = read(client, where(farm, "desk/trace/table.csv"), **asked)
    assert table.startswith("\ufeff")
    if not asked:
        assert "Rice,1,0,0,1,1,1,0,0,0,0" in table
