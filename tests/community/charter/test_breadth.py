"""Breadth is the entropy of tags: it should fall as a community finds its focus."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qunluo.community import actions, queries
from qunluo.community.rules.breadth import breadth
from tests.community.charter.makers import fresh, member

pytestmark = pytest.mark.req("F11")


@pytest.mark.parametrize(
    ("counts", "people", "score"),
    [([10], 10, 0.0), ([5, 5], 10, 1.0), ([9, 1], 10, 0.469), ([], 0, None), ([2, 2], 4, None)],
)
def test_breadth_is_spread_divided_by_the_most_possible_spread(counts, people, score):
    assert breadth(counts, people).score == (
        score if score is None else pytest.approx(score, abs=1e-4)
    )


@given(st.lists(st.integers(0, 500), max_size=30), st.integers(5, 500))
def test_breadth_lies_between_nothing_and_one(counts, people):
    score = breadth(counts, people).score
    assert score is None or 0 <= score <= 1


@pytest.mark.django_db
def test_tags_of_members_are_counted():
    community = fresh("T14")
    for n in range(6):
        membership = queries.get_membership(member(community, f"成员{n}"), community)
        actions.tag_member(
            actor=community.owner, membership=membership, name="种菜" if n % 2 else "做饭"
        )
    found = queries.breadth_of(community)
    assert (found.score, found.tags, found.people) == (1.0, 2, 6)
    assert found.formula["zh"]
