"""Points have a name of their own where a community gives them one, and are told when they come."""

import pytest

from qunluo.community.errors import PermissionMissing
from qunluo.kernel.delivery import drain
from qunluo.ledger import actions, errors, queries
from qunluo.reach.queries import notices
from tests.community.makers import member
from tests.ledger.makers import books, events, key

pytestmark = pytest.mark.django_db
EARS = {"one": "ear", "many": "ears", "zh": "稻穗"}


@pytest.fixture
def here():
    """The books of a community with somebody who keeps them."""
    made = books()
    made.keeper = member(made.community, "Keeper", role="operator")
    return made


def give(here, points):
    return actions.give_points(
        actor=here.keeper, community=here.community, person=here.people.mei, points=points,
        reason="Helped with the harvest", key=key(),
    )  # fmt: skip


def test_a_community_names_its_points(here):
    plain = queries.points_name(here.community.pk)
    assert queries.amount_said(1, "points", "en", plain) == "1 point"
    actions.name_points(actor=here.keeper, community=here.community, **EARS)
    name = queries.points_name(here.community.pk)
    said = [queries.amount_said(n, "points", "en", name) for n in (1, -1, 0, 2_000)]
    assert said == ["1 ear", "-1 ear", "0 ears", "2,000 ears"]
    assert queries.amount_said(7, "points", "zh-hans", name) == "7 稻穗"
    assert queries.unit_said("points", "zh-hans", name) == "稻穗"
    actions.name_points(actor=here.keeper, community=here.community, **EARS)
    assert len(events("ledger.points_named")) == 1
    assert queries.points_name(books().community.pk) == plain


@pytest.mark.parametrize("wrong", ["", " \0 ", "x" * 21])
def test_a_name_that_is_none_is_refused(here, wrong):
    with pytest.raises(errors.InvalidEntry) as refused:
        actions.name_points(actor=here.keeper, community=here.community, **{**EARS, "one": wrong})
    assert list(refused.value.fields) == ["one"]


def test_only_who_keeps_the_books_names_points(here):
    with pytest.raises(PermissionMissing):
        actions.name_points(actor=here.people.mei, community=here.community, **EARS)


def test_whom_points_came_to_is_told_by_their_name(here):
    actions.name_points(actor=here.keeper, community=here.community, **EARS)
    give(here, 30)
    give(here, 5)
    drain()
    drain()
    mei = here.people.mei
    (notice,) = notices(mei, "en").items
    assert notice.says == f"Keeper gave you ears in {here.community.name}: you now have 35 ears"
    assert notice.target == f"/c/{here.community.slug}/account/?unit=points"
    assert notices(here.keeper, "en").items == []
