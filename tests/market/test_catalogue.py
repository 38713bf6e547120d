"""What a product says of itself, what it costs whom, and whose word counts for it."""

from datetime import timedelta

import pytest
from django.conf import settings

from qunluo.community.actions import grant
from qunluo.kernel.clock import now
from qunluo.kernel.delivery import drain
from qunluo.market import actions, queries
from qunluo.market.errors import InvalidProduct, NotFit
from qunluo.market.models import Order
from qunluo.market.queries import Rule
from tests.conversation.makers import space, thread
from tests.market.conftest import here
from tests.market.makers import credit, order, product, variant

__all__ = ["here"]
pytestmark = pytest.mark.django_db


def seen(here, made, viewer):
    """A product as somebody sees it."""
    return queries.get_product(here.shop, made.uid, queries.buyer_of(viewer, here.community))


def page_of(here, made, client, who=None):
    """The page of a product, as somebody reads it in English."""
    if who:
        client.force_login(who)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client.get(f"/c/{here.community.slug}/shop/p/{made.uid}/").content.decode()


def had(here, who, made):
    """An order that its buyer has."""
    credit(here, who, 1_000)
    one = order(here, who, made)
    actions.pay_from_credit(actor=who, order=one)
    return actions.receive_order(actor=who, order=Order.objects.get(pk=one.pk))


@pytest.mark.req("M13")
def test_a_member_sees_the_own_price_and_what_is_saved_against_other_channels(here, client):
    rice = product(
        here, price=1_000, elsewhere=1_500, variant={"rules": [Rule("members", 1, 900)]},
        parts=[("The field", 600), ("Milling", 200), ("The community", 100)],
    )  # fmt: skip
    mine, theirs = seen(here, rice, here.mei), seen(here, rice, here.stranger)
    assert (mine.lowest, mine.public_lowest, mine.saving) == (900, 1_000, 600)
    assert (theirs.lowest, theirs.saving, theirs.member_lowest) == (1_000, 500, 900)
    text = page_of(here, rice, client)
    assert "CN¥5.00 less than through other channels (CN¥15.00)" in text
    text = page_of(here, rice, client, here.mei)
    assert "¥9.00" in text


@pytest.mark.req("M14")
def test_facts_stand_beside_the_needs_that_a_product_meets(here, client):
    rice = product(
        here, origin="East slope", defects="Small stones now and then.",
        needs=["Rice that one can trace", " "], parts=[("The field", 600), ("Milling", 200)],
    )  # fmt: skip
    text = page_of(here, rice, client)
    for fact in (
        "East slope", "Small stones now and then.", "Rice that one can trace", "The field",
        "¥6.00", "Tested for residues twice a year.", "Stock",
    ):  # fmt: skip
        assert fact in text, fact
    with pytest.raises(InvalidProduct):
        actions.edit_product(actor=here.owner, product=rice, parts=[("The field", -1)])


@pytest.mark.req("M18")
def test_the_shop_is_one_life_circle_in_its_order(here):
    for title, category in (("Rice", "food"), ("Coat", "clothing"), ("Beans", "food")):
        product(here, title=title, category=category)
    product(here, title="Not yet", category="home", on_sale=False)
    buyer = queries.buyer_of(here.mei, here.community)
    shelves = queries.shelves(here.community, buyer)
    assert {one.code: one.count for one in shelves} == {"clothing": 1, "food": 2}
    assert [one.code for one in shelves] == sorted(
        (one.code for one in shelves), key=list(queries.categories()).index
    )


@pytest.mark.req("M18")
def test_who_buys_sees_how_much_of_daily_life_comes_from_here(here, client, travel):
    rice, coat = product(here), product(here, title="Coat", category="clothing")
    product(here, title="Soap", category="care")
    with travel(now()) as clock:
        had(here, here.mei, rice)
        had(here, here.mei, coat)
        gone = order(here, here.mei, rice)
        actions.cancel_order(actor=here.mei, order=gone)
        found = queries.coverage(here.community, here.mei)
        assert (found.covered, found.of) == (2, 3)
        assert {one.shelf.code: one.orders for one in found.parts} == {
            "food": 1, "clothing": 1, "care": 0,
        }  # fmt: skip
        client.force_login(here.mei)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        mine = client.get(f"/c/{here.community.slug}/orders/").content.decode()
        assert "2 of 3 parts of daily life from here in the last year" in mine
        clock.move(timedelta(days=366))
        assert queries.coverage(here.community, here.mei).covered == 0
    assert queries.coverage(here.community, here.li).covered == 0


@pytest.mark.req("M20")
def test_what_is_left_over_is_offered_to_the_community_by_itself(here):
    product(here, title="Rice")
    product(here, title="Bruised apples", surplus=True)
    buyer = queries.buyer_of(here.mei, here.community)
    found = queries.products(here.shop, buyer, surplus=True).items
    assert [one.product.title for one in found] == ["Bruised apples"]


@pytest.mark.req("M25")
def test_agents_have_a_price_list_of_their_own_that_grows_with_the_quantity(here):
    rules = [Rule("tier:agent", 1, 800), Rule("tier:agent", 5, 700), Rule("members", 1, 950)]
    rice = product(here, stock=50, price=1_000, variant={"rules": rules})
    grant(
        actor=here.owner, community=here.community, person=here.li, kind="tier", name="agent",
        source="test",
    )  # fmt: skip
    assert seen(here, rice, here.li).lowest == 800
    assert seen(here, rice, here.mei).lowest == 950
    steps = seen(here, rice, here.li).variants[0].steps
    assert [(one.quantity, one.price) for one in steps] == [(5, 700)]
    assert order(here, here.li, rice, 5).goods == 3_500
    assert order(here, here.mei, rice, 5).goods == 4_750
    assert seen(here, rice, here.mei).variants[0].steps == ()


@pytest.mark.req("M09")
def test_a_word_from_outside_ones_field_says_so_and_stands_lower(here):
    here.square = space(here.community)
    rice = product(here, stock=20)
    for _n in range(3):
        had(here, here.li, rice)
    had(here, here.mei, rice)
    said = {}
    for who, words in ((here.li, "Cooks soft and keeps."), (here.mei, "The sack was handy.")):
        fields = {"product": rice.uid, "about": "Rice"}
        said[who.pk] = thread(who, here.square, "experience", title="Rice", source=words,
                              fields=fields)  # fmt: skip
    drain()
    found = queries.guide(here.shop, seen(here, rice, here.mei), viewer=here.mei).told
    assert [(one.card.id, one.in_field) for one in found] == [
        (said[here.li.pk].pk, True),
        (said[here.mei.pk].pk, False),
    ]


@pytest.mark.req("F16")
def test_a_product_whose_gate_is_closed_says_why_and_stays_off_the_shelf(here, client):
    made = product(here, need="Rice", on_sale=False)
    with pytest.raises(NotFit) as refused:
        actions.list_product(actor=here.owner, product=made)
    assert [one.code for one in refused.value.missing] == ["need"]
    assert variant(made).active
    assert "It may not go on sale yet." in page_of(here, made, client, here.owner)
    assert queries.products(here.shop, queries.buyer_of(here.mei, here.community)).items == []
