"""Founding takes a name, a blueprint and a sentence, and works at once."""

import pytest

from qunluo.community import queries
from qunluo.community.errors import CommunityNotFound, SlugInvalid, SlugTaken
from qunluo.community.rules.founding import is_slug, slug_of
from qunluo.growth.models import Invitation
from qunluo.kernel.errors import Invalid
from qunluo.kernel.queries import audit_log
from tests.community.charter.makers import founder, fresh

pytestmark = pytest.mark.django_db


def test_the_founder_is_member_number_one_and_owner_under_the_first_rules():
    community = fresh("T14")
    membership = queries.get_membership(community.owner, community)
    assert (membership.number, membership.via, membership.rules_number) == (1, "founding", 1)
    assert "owner" in queries.standing(community.owner, community).roles


def test_it_is_private_and_nobody_else_sees_it_but_a_link_lets_people_in():
    community = fresh("T14")
    with pytest.raises(CommunityNotFound):
        queries.get_community(community.slug, founder("路人"))
    link = Invitation.objects.get(community=community)
    assert link.max_uses > 1


def test_the_draft_starts_with_the_blueprint_in_the_founders_language():
    chinese, english = fresh("T14"), fresh("T14", language="en")
    assert "动手" in chinese.draft.values["attitude"]["attitude"]
    assert "ourselves" in english.draft.values["attitude"]["attitude"]
    assert english.draft.values["business"]["tiers"][0]["price"] == {
        "minor": 20000, "currency": "CNY",
    }  # fmt: skip


def test_founding_is_in_the_audit_log():
    community = fresh("T14")
    assert "community.founded" in {
        record.name for record in audit_log(community.pk)
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Green Valley", "green-valley"), ("Café Zürich", "cafe-zurich"), ("山后农场", ""),
     ("农场 A", ""), ("admin", ""), ("!!", "")],
)  # fmt: skip
def test_an_address_is_made_of_latin_letters_or_not_at_all(name, slug):
    assert slug_of(name) == slug


def test_a_chinese_name_gets_a_short_code_and_a_taken_address_a_suffix():
    first = fresh("T14", name="Green Valley")
    second = fresh("T14", name="Green Valley")
    chinese = fresh("T14", name="山后农场")
    assert first.slug == "green-valley"
    assert second.slug.startswith("green-valley-")
    assert chinese.slug.startswith("c-")
    assert is_slug(second.slug)
    assert is_slug(chinese.slug)


def test_an_address_that_was_asked_for_is_taken_or_refused_with_a_free_one():
    fresh("T14", slug="shanhou")
    with pytest.raises(SlugTaken) as refused:
        fresh("T14", slug="Shanhou ")
    assert refused.value.context["free"].startswith("shanhou-")


@pytest.mark.parametrize("slug", ["a", "-a-", "a--b", "山后", "x" * 41, "admin", "a b"])
def test_what_cannot_be_an_address_is_refused(slug):
    with pytest.raises(SlugInvalid):
        fresh("T14", slug=slug)


@pytest.mark.parametrize("name", ["", " ", "x", "长" * 61])
def test_a_name_is_neither_empty_nor_endless(name):
    with pytest.raises(Invalid) as refused:
        fresh("T14", name=name)
    assert refused.value.fields["name"]


@pytest.mark.django_db(transaction=True)
def test_two_founders_who_want_one_address_end_with_one_winner(race):
    owners = [founder(), founder()]
    outcome = race(2, lambda n: fresh("T14", owner=owners[n], slug="valley"))
    assert outcome.winners == 1
    assert isinstance(outcome.errors[0], SlugTaken)
