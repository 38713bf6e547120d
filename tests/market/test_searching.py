"""Products are found by the search of their community, by whom they are sold to, while they are."""

import pytest

from qunluo.conversation import actions as talk
from qunluo.conversation import queries as talking
from qunluo.conversation.models import Document
from qunluo.kernel.delivery import drain
from qunluo.market import actions
from qunluo.market.models import Product, Shop
from tests.community.makers import person
from tests.market.makers import product, shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    """A published community, so that strangers can look into it, with rice and oil on sale."""
    made = shop(stage="published")
    made.rice = product(
        made, title="大米 Rice", lead="From our own field", text="Grown without poison."
    )
    made.oil = product(made, title="Oil", text="Pressed from rape beside the rice field.")
    drain()
    return made


def found(here, words, who=None):
    """The titles that somebody finds, with the marks taken out."""
    answer = talking.search(who, words, community=here.community)
    groups = [group for group in answer.groups if group.source.name == "product"]
    return [
        one.title.replace("<mark>", "").replace("</mark>", "") for g in groups for one in g.found
    ]


def test_products_are_found_by_title_lead_and_text_those_by_title_first(here):
    assert found(here, "rice", here.mei) == ["大米 Rice", "Oil"]
    assert found(here, "大米", here.mei) == ["大米 Rice"]
    assert found(here, "own field", here.mei) == ["大米 Rice"]
    assert found(here, "poison", here.mei) == ["大米 Rice"]
    assert found(here, "honey", here.mei) == []


def test_a_hit_leads_to_the_product_and_marks_what_answers(here):
    (group,) = talking.search(here.mei, "poison", community=here.community).groups
    (one,) = group.found
    assert one.url == f"/c/{here.community.slug}/shop/p/{here.rice.uid}/"
    assert "<mark>" in one.about


def test_what_a_product_says_is_shown_as_text(here):
    product(here, title="<b>Bold</b> rice", text="<script>rice()</script>")
    drain()
    groups = talking.search(here.mei, "rice", community=here.community).groups
    told = "".join(one.title + one.about for group in groups for one in group.found)
    assert "<script" not in told
    assert "<b>" not in told


def test_a_shop_for_everybody_is_searched_by_everybody(here):
    for who in (None, here.stranger, here.mei, here.owner):
        assert found(here, "poison", who) == ["大米 Rice"]


def test_a_pure_shop_is_found_by_its_members_alone(here):
    Shop.objects.update(audience="members")
    assert [found(here, "poison", who) for who in (None, here.stranger)] == [[], []]
    assert found(here, "poison", here.mei) == found(here, "poison", here.owner) == ["大米 Rice"]


def test_drafts_and_what_is_off_sale_nobody_finds_not_even_before_the_index_knows(here):
    product(here, title="Rice wine", on_sale=False)
    drain()
    assert found(here, "wine", here.owner) == []
    Product.objects.filter(pk=here.rice.pk).update(state="paused")
    assert found(here, "poison", here.owner) == []


def test_what_is_withdrawn_leaves_the_index_and_comes_back_with_it(here):
    actions.withdraw_product(actor=here.owner, product=here.rice, reason="The field is wet")
    drain()
    assert not Document.objects.filter(source="product", target=here.rice.pk).exists()
    actions.list_product(actor=here.owner, product=here.rice)
    drain()
    assert found(here, "poison", here.mei) == ["大米 Rice"]


def test_a_shop_that_prepares_shows_nothing(here):
    Shop.objects.update(state="preparing")
    assert found(here, "poison", here.mei) == []
    Shop.objects.update(state="paused")
    assert found(here, "poison", here.mei) == ["大米 Rice"]


def test_what_changed_is_found_by_its_new_words(here):
    actions.edit_product(actor=here.owner, product=here.rice, text="Grown with care.")
    drain()
    assert (found(here, "poison", here.mei), found(here, "care", here.mei)) == ([], ["大米 Rice"])


def test_another_community_finds_only_its_own(here):
    other = shop(stage="published")
    assert found(other, "rice", here.mei) == []
    assert talking.search(person("Nobody"), "rice").groups == []


def test_what_came_without_an_event_is_found_after_the_sweep(here):
    Document.objects.filter(source="product").delete()
    assert found(here, "poison", here.mei) == []
    talk.index_missing_others()
    assert found(here, "poison", here.mei) == ["大米 Rice"]
