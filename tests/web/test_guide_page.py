"""The guide of a product: read by everybody who sees it, and bought from."""

import pytest

from qunluo.market.models import Order, Touch
from tests.market.conftest import here
from tests.market.makers import credit
from tests.market.test_guide import bought, farm, told

__all__ = ["farm", "here"]
pytestmark = [pytest.mark.django_db, pytest.mark.req("M08")]


def place(farm, rest=""):
    return f"/c/{farm.community.slug}/shop/p/{farm.rice.uid}/{rest}"


def test_who_bought_tells_of_it_and_who_buys_from_that_is_counted(farm, client):
    bought(farm, farm.mei, farm.rice)
    said = told(farm, farm.mei, farm.rice)
    client.force_login(farm.li)
    page = client.get(place(farm, "guide/")).content.decode()
    assert "真实购买" in page
    assert f"?from=post:{said.number}.1" in page
    assert "看过后购买" not in page
    shown = client.get(place(farm, f"?from=post:{said.number}.1")).content.decode()
    assert f'name="from" value="post:{said.number}.1"' in shown
    assert not Touch.objects.exists()  # reading changes nothing
    variant = farm.rice.variants.get().pk
    put = {
        "variant": variant, "quantity": 1, "way": "buy", "product": farm.rice.uid,
        "from": f"post:{said.number}.1",
    }  # fmt: skip
    client.post(f"/c/{farm.community.slug}/shop/cart/put/", put)
    assert Touch.objects.get().person == farm.li
    bought(farm, farm.li, farm.rice)
    assert "1 人看过后购买" in client.get(place(farm, "guide/")).content.decode()


@pytest.mark.parametrize("source", ["post:999.1", "post:0.0", "nonsense", "post:1", "x" * 500])
def test_a_source_that_is_none_is_let_be(farm, client, source):
    credit(farm, farm.li, 1_000)
    client.force_login(farm.li)
    put = {
        "variant": farm.rice.variants.get().pk, "quantity": 1, "way": "add", "from": source,
        "product": farm.rice.uid,
    }  # fmt: skip
    answer = client.post(f"/c/{farm.community.slug}/shop/cart/put/", put)
    assert answer.status_code == 302
    assert not Touch.objects.exists()
    assert not Order.objects.filter(source_type="post").exists()
