"""Products that posts name: cards where sales have a place, a plain link elsewhere."""

import pytest

from qunluo.conversation import actions as talk
from qunluo.market.models import PriceRule, Product, Shop
from tests.conversation.makers import space, thread
from tests.market.conftest import here
from tests.market.makers import product, variant
from tests.market.test_guide import bought, farm, told

__all__ = ["farm", "here"]
pytestmark = [pytest.mark.django_db, pytest.mark.req("M08", "M10")]


def link(farm, made=None):
    return f"/c/{farm.community.slug}/shop/p/{(made or farm.rice).uid}/"


def page(client, farm, found, who=None):
    if who:
        client.force_login(who)
    return client.get(f"/c/{farm.community.slug}/talk/{found.number}/").content.decode()


@pytest.fixture
def market(farm):
    """A space in which adverts have slots."""
    found = space(farm.community, slug="stalls", visibility="public")
    return talk.edit_space(actor=farm.owner, space=found, advert_share=30)


def test_a_post_that_names_a_product_shows_its_card_and_the_way_there_says_so(farm, market, client):
    said = thread(farm.mei, market, source=f"Look: {link(farm)}")
    answer = talk.reply(actor=farm.li, thread=said, source=f"[mine]({link(farm)})")
    shown = page(client, farm, said, farm.li)
    for place in (1, answer.place):
        assert f'class="ware" href="{link(farm)}?from=post:{said.number}.{place}"' in shown
    assert "¥10.00" in shown


def test_the_price_on_a_card_is_the_one_that_its_reader_pays(farm, market, client):
    PriceRule.objects.create(variant=variant(farm.rice), audience="members", quantity=1, price=800)
    said = thread(farm.mei, market, source=link(farm))
    assert "¥8.00" in page(client, farm, said, farm.li)
    client.logout()
    assert "¥8.00" not in page(client, farm, said).split('class="ware"')[1].split("</a>")[0]


def test_where_no_adverts_belong_only_the_words_stand_and_a_plain_link(farm, client):
    spoken = thread(farm.mei, farm.square, source=f"Look: {link(farm)}")
    shown = page(client, farm, spoken, farm.li)
    assert 'class="ware"' not in shown
    assert "¥" not in shown
    bought(farm, farm.mei, farm.rice)
    said = told(farm, farm.mei, farm.rice)
    shown = page(client, farm, said, farm.li)
    assert 'class="ware"' not in shown
    assert f"{link(farm)}?from=post:{said.number}.1" in shown


def test_who_is_not_sold_to_and_what_is_not_on_sale_yet_shows_no_card(farm, market, client):
    draft = product(farm, title="Secret", on_sale=False)
    said = thread(farm.mei, market, source=f"{link(farm)} {link(farm, draft)}")
    shown = page(client, farm, said, farm.owner)
    assert shown.count('class="ware"') == 1
    assert "Secret" not in shown
    Shop.objects.update(audience="members")
    client.logout()
    assert 'class="ware"' not in page(client, farm, said)
    Product.objects.filter(pk=farm.rice.pk).update(state="paused")
    shown = page(client, farm, said, farm.li)
    assert "¥" not in shown.split('class="ware"')[1].split("</a>")[0]


def test_a_title_is_shown_as_words_and_at_most_three_cards_stand_under_a_post(farm, market, client):
    many = [product(farm, title=f"<b>{n}</b>") for n in range(4)]
    said = thread(farm.mei, market, source=" ".join(link(farm, one) for one in many))
    shown = page(client, farm, said, farm.li)
    assert shown.count('class="ware"') == 3
    assert "<b>0</b>" not in shown
    assert "&lt;b&gt;0&lt;/b&gt;" in shown


def test_who_writes_looks_for_a_product_by_its_name_and_strangers_do_not(farm, market, client):
    there = f"/c/{farm.community.slug}/talk/products/"
    client.force_login(farm.mei)
    found = client.get(there, {"ware_words": "ric"}).content.decode()
    assert f'data-ware="{farm.rice.uid}"' in found
    for wrong in ("tea", "\0", "%", "x" * 500):
        assert "data-ware" not in client.get(there, {"ware_words": wrong}).content.decode() or (
            wrong == "\0"
        )
    client.force_login(farm.stranger)
    assert client.get(there).status_code == 403
    client.force_login(farm.mei)
    writing = f"/c/{farm.community.slug}/talk/in/stalls/new/"
    assert "data-wares" in client.get(writing).content.decode()
    plain = f"/c/{farm.community.slug}/talk/in/{farm.square.slug}/new/"
    assert "data-wares" not in client.get(plain).content.decode()
    about = client.get(f"{plain}?kind=experience&product={farm.rice.uid}").content.decode()
    assert "Rice</p>" in about
