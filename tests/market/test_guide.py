"""What buyers say of products: proven, never copied, gathered in a guide, and bought from."""

from datetime import timedelta

import pytest

from qunluo.conversation import actions as talk
from qunluo.conversation.errors import JudgedByIt
from qunluo.kernel.clock import now
from qunluo.kernel.delivery import drain
from qunluo.market import actions, queries
from qunluo.market.errors import UnknownSource
from qunluo.market.models import Experience, Order
from tests.conversation.makers import post, space, thread
from tests.market.conftest import here
from tests.market.makers import credit, order, product

__all__ = ["here"]
pytestmark = pytest.mark.django_db
WORDS = "Cooks soft, keeps for a year, and smells of the field after rain."


def bought(here, who, made):
    """An order that its buyer has."""
    credit(here, who, 1_000)
    one = order(here, who, made)
    actions.pay_from_credit(actor=who, order=one)
    return actions.receive_order(actor=who, order=Order.objects.get(pk=one.pk))


def told(here, who, made, source=WORDS, kind="experience", **fields):
    """A thread about a product."""
    needed = {"experience": {"about": "Rice"}, "comparison": {"compared": "Ours\nTheirs"}}
    fields = {"product": made.uid, **needed.get(kind, {}), **fields}
    found = thread(who, here.square, kind, title="Rice", source=source, fields=fields)
    drain()
    return found


@pytest.fixture
def farm(here):
    """A shop with a space to talk in and rice on sale."""
    here.square = space(here.community)
    here.rice = product(here)
    return here


def guide_of(farm, viewer):
    buyer = queries.buyer_of(viewer, farm.community)
    view = queries.get_product(farm.shop, farm.rice.uid, buyer)
    return queries.guide(farm.shop, view, viewer=viewer)


@pytest.mark.req("M08", "P16")
def test_only_who_has_what_they_bought_tells_a_verified_experience_and_only_once(farm):
    bought(farm, farm.mei, farm.rice)
    first, again = told(farm, farm.mei, farm.rice), told(farm, farm.mei, farm.rice, "Once more.")
    stranger_to_it = told(farm, farm.li, farm.rice, "I only heard of it.")
    states = queries.experience_states([first.pk, again.pk, stranger_to_it.pk])
    assert states == {first.pk: "verified"}
    found = guide_of(farm, farm.li)
    assert [one.state for one in found.told] == ["verified", "", ""]


@pytest.mark.req("P16")
def test_a_copied_text_earns_nothing_also_when_it_is_edited_into_one(farm):
    for who in (farm.mei, farm.li):
        bought(farm, who, farm.rice)
    told(farm, farm.mei, farm.rice)
    copied = told(farm, farm.li, farm.rice, WORDS.upper().replace(",", " !"))
    assert queries.experience_states([copied.pk]) == {copied.pk: "copied"}
    own = post(copied, viewer=farm.li)
    talk.edit_post(actor=farm.li, post=own, source="Mine came late, and two bags were wet inside.")
    drain()
    assert queries.experience_states([copied.pk]) == {copied.pk: "verified"}


@pytest.mark.req("P16")
def test_what_went_back_before_it_was_received_or_is_sold_by_oneself_proves_nothing(farm):
    credit(farm, farm.mei, 1_000)
    unpaid = order(farm, farm.mei, farm.rice)
    actions.cancel_order(actor=farm.mei, order=unpaid)
    told(farm, farm.mei, farm.rice)
    assert not Experience.objects.exists()


@pytest.mark.req("T11", "M08")
def test_who_sells_takes_no_comparison_down_and_what_a_rule_removed_is_counted(farm):
    compared = told(farm, farm.li, farm.rice, "Theirs cooks faster.", kind="comparison")
    with pytest.raises(JudgedByIt):
        talk.remove_post(
            actor=farm.owner, post=post(compared, viewer=farm.owner), rule_id="kind", reason="No."
        )
    with pytest.raises(JudgedByIt):
        talk.relocate_thread(
            actor=farm.owner, thread=compared, space=space(farm.community, type="group")
        )
    assert [card.number for card in guide_of(farm, None).comparisons] == []
    assert [card.number for card in guide_of(farm, farm.mei).comparisons] == [compared.number]


@pytest.mark.req("M08")
def test_an_order_within_seven_days_counts_for_the_last_post_that_led_to_it(farm, travel):
    bought(farm, farm.mei, farm.rice)
    first = told(farm, farm.mei, farm.rice)
    source = f"post:{first.number}.1"
    given = {"community": farm.community, "product": farm.rice}
    assert actions.touch(actor=farm.li, source=source, **given)
    assert not actions.touch(actor=farm.mei, source=source, **given)
    for wrong in ("post:99.1", "post:x", "", f"episode:{first.number}@1", f"post:{first.number}.2"):
        assert not actions.touch(actor=farm.li, source=wrong, **given)
    bought(farm, farm.li, farm.rice)
    (figure,) = queries.figures_of(farm.community, [f"{first.number}.1"]).values()
    assert (figure.came, figure.people, figure.orders, figure.amount) == (1, 1, 1, 1_000)
    assert [row.figure for row in queries.own_figures(farm.community, person=farm.mei)] == [figure]
    with pytest.raises(UnknownSource):
        order(farm, farm.li, farm.rice, source=("post", "99.1"))
    assert queries.last_touch(farm.li.pk, farm.community.pk, [farm.rice.pk])[0] == "post"
    with travel(now() + timedelta(days=8)):
        assert queries.last_touch(farm.li.pk, farm.community.pk, [farm.rice.pk]) == ("", "")
