"""How a community hangs together: needs by scene, cells with shared people, honours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qunluo.community import actions as communities
from qunluo.community.errors import MembersOnly
from qunluo.conversation import actions, queries
from qunluo.conversation.rules.honeycomb import BESIDE, placed
from qunluo.governance import actions as governance
from tests.community.makers import membership
from tests.conversation.makers import badge, community, member, person, revoke, space, thread

pytestmark = pytest.mark.django_db


@pytest.fixture
def farm():
    made = community()
    made.square = space(made, slug="square")
    made.mei, made.li, made.bo = (member(made, name) for name in ("Mei", "Li", "Bo"))
    return made


def worry(farm, who, title, **fields):
    return thread(who, farm.square, "worry", title=title, fields=fields)


@pytest.mark.req("F10", "F20")
def test_needs_stand_where_and_when_they_arise_and_untouched_ones_stand_out(farm):
    stairs = worry(farm, farm.mei, "Slippery", where="At the gate", when="After rain", goal="yes")
    worry(farm, farm.li, "Dark", where="at the  gate", when="Evenings", with_whom="Children")
    worry(farm, farm.li, "Noise")
    post = queries.read_thread(farm, stairs.number, viewer=farm.li, after=0).posts[0]
    actions.react(actor=farm.li, post=queries.get_post(post.id, viewer=farm.li), reaction="second")
    found = queries.scene_map(farm, viewer=farm.bo)
    assert [(s.where, s.weight) for s in found.scenes] == [("At the gate", 3), ("", 1)]
    assert [m.when for m in found.scenes[0].moments] == ["After rain", "Evenings"]
    assert (len(found.untouched), found.plan, found.serving) == (3, (), 1)
    actions.move_state(actor=farm.bo, thread=stairs, move="carry", text="I look after it.")
    assert len(queries.scene_map(farm, viewer=farm.bo).untouched) == 3  # an owner, but no rule
    stairs.refresh_from_db()
    actions.move_state(
        actor=farm.bo, thread=stairs, move="plan", fields={"touchpoint": "Salt before eight."}
    )
    (need,) = queries.scene_map(farm, viewer=farm.mei).plan
    assert (need.card.assignee.name, need.touchpoint) == ("Bo", "Salt before eight.")
    stairs.refresh_from_db()
    actions.move_state(actor=farm.mei, thread=stairs, move="ease")
    assert len(queries.scene_map(farm, viewer=farm.mei).needs) == 2


@pytest.mark.req("F10")
def test_the_map_shows_nobody_what_they_may_not_read(farm):
    worry(farm, farm.mei, "Slippery")
    assert queries.scene_map(farm, viewer=person()).needs == ()
    assert queries.scene_map(farm, viewer=None).needs == ()


def circle(farm, who, name, *others, **more):
    return actions.begin_circle(
        actor=who, community=farm, name=name, people=[one.handle for one in others], **more
    )


def seen(farm, viewer):
    return {cell.space.name: cell for cell in queries.cells(farm, viewer=viewer)}


@pytest.mark.req("C12")
def test_members_form_cells_with_their_own_rules_and_see_whom_they_share(farm):
    others = [member(farm) for _n in range(3)]
    bread = circle(
        farm, farm.mei, "Bread", farm.li, farm.bo, *others, rules_text="Bring flour.", listed=True
    )
    song = circle(farm, farm.li, "Song", farm.bo, *others, listed=True)
    found = seen(farm, farm.bo)
    assert (found["Bread"].people, found["Bread"].inside, found["Bread"].host.name) == (
        6, True, "Mei",
    )  # fmt: skip
    assert found["Bread"].space.rules == "Bring flour."
    assert found["Bread"].shared == {song.pk: 5}
    assert found["Song"].shared == {bread.pk: 5}


@pytest.mark.req("C12")
def test_the_map_tells_nobody_who_is_in_a_circle_that_they_do_not_read(farm):
    others = [member(farm) for _n in range(4)]
    circle(farm, farm.mei, "Bread", farm.li, *others, listed=True)
    circle(farm, farm.bo, "Probe", farm.li)
    circle(farm, farm.bo, "Wide", farm.li, *others)
    circle(farm, farm.li, "Small", farm.bo, listed=True)
    found = seen(farm, farm.bo)
    assert [(one.people, one.exact) for one in found.values() if one.space.listed] == [
        (5, False), (2, True),
    ]  # fmt: skip
    assert not any(one.shared for one in found.values())
    assert seen(farm, farm.mei)["Small"].people == 0


@pytest.mark.req("C12")
def test_a_circle_that_its_host_keeps_off_the_map_is_seen_by_those_inside_alone(farm):
    made = circle(farm, farm.mei, "Secret", farm.li)
    circle(farm, farm.li, "Song", farm.mei, listed=True)
    assert set(seen(farm, farm.owner)) == {"Song"}
    assert seen(farm, farm.owner)["Song"].shared == {}
    assert set(seen(farm, farm.li)) == {"Secret", "Song"}
    actions.edit_circle(actor=farm.mei, space=made, name="Open", listed=True)
    assert set(seen(farm, farm.owner)) == {"Open", "Song"}
    assert actions.talk_with(actor=farm.mei, community=farm, handle=farm.li.handle)
    assert set(seen(farm, farm.mei)) == {"Open", "Song"}  # a talk of two is no cell


@pytest.mark.req("C12")
def test_spaces_of_the_able_are_cells_and_who_has_left_is_counted_nowhere(farm):
    space(farm, slug="oven", visibility="grant", grant_kind="badge", grant_name="baker")
    given = badge(farm, farm.mei)
    others = [member(farm) for _n in range(3)]
    for one in [farm.li, *others]:
        badge(farm, one)
    circle(farm, farm.mei, "Bread", farm.li, farm.bo, *others, listed=True)
    mine = seen(farm, farm.mei)
    (shared,) = mine["Square"].shared.values()
    assert (mine["Square"].people, shared, mine["Square"].circle) == (5, 5, False)
    assert "Square" not in seen(farm, farm.bo)  # he holds no badge
    revoke(farm, given)
    assert "Square" not in seen(farm, farm.mei)
    communities.leave(actor=farm.li, membership=membership(farm.li, farm), reason="")
    assert seen(farm, farm.owner)["Square"].people == 3
    assert seen(farm, farm.bo)["Bread"].people == 5
    with pytest.raises(MembersOnly):
        queries.cells(farm, viewer=farm.li)


@pytest.mark.req("C12")
@given(
    sizes=st.dictionaries(st.integers(1, 30), st.integers(0, 9), max_size=14),
    pairs=st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30), st.integers(1, 5))),
)
def test_every_cell_has_a_place_of_its_own_beside_another(sizes, pairs):
    shared = {(min(a, b), max(a, b)): n for a, b, n in pairs if a != b}
    found = placed(sizes, shared)
    assert found == placed(sizes, shared)
    assert set(found) == set(sizes)
    assert len(set(found.values())) == len(found)
    taken = set(found.values())
    for q, r in taken:
        assert len(taken) == 1 or any((q + dq, r + dr) in taken for dq, dr in BESIDE)


def honour(farm, who, whom, title):
    return thread(who, farm.square, "spotlight", title=title, fields={"person": whom.handle})


@pytest.mark.req("V11")
def test_the_hall_counts_how_often_somebody_was_honoured_and_is_no_race(farm):
    honour(farm, farm.mei, farm.li, "Carried the sacks")
    honour(farm, farm.bo, farm.li, "Fixed the roof")
    honour(farm, farm.li, farm.bo, "Baked all night")
    found = queries.honours(farm, viewer=farm.mei)
    assert [(one.person.name, one.times, one.last.title) for one in found] == [
        ("Bo", 1, "Baked all night"), ("Li", 2, "Fixed the roof"),
    ]  # fmt: skip
    assert queries.times_honoured(farm, farm.li.pk, viewer=farm.mei) == 2
    assert queries.honours(farm, viewer=person()) == []


@pytest.mark.req("V11")
def test_who_would_rather_not_be_shown_is_not_and_one_hears_nothing_of_the_muted(farm):
    made = honour(farm, farm.mei, farm.li, "Carried the sacks")
    governance.mute(actor=farm.bo, other=farm.li)
    assert queries.honours(farm, viewer=farm.bo) == []
    actions.move_state(actor=farm.li, thread=made, move="decline")
    assert queries.honours(farm, viewer=farm.mei) == []
    assert queries.times_honoured(farm, farm.li.pk, viewer=farm.mei) == 0
