"""Boards and the kinds on them: through the real actions, from the first word to the end."""

import pytest

from qunluo.community.queries import holdings
from qunluo.conversation import actions, queries
from qunluo.conversation.errors import InvalidPost
from tests.conversation.makers import badge, community, member, space, thread

pytestmark = pytest.mark.django_db


@pytest.fixture
def farm():
    made = community()
    made.mei, made.bo = member(made, "Mei"), member(made, "Bo")
    made.square = space(made, slug="square")
    return made


def move(who, of, step, **more):
    return actions.move_state(actor=who, thread=of, move=step, **more)


@pytest.mark.req("F10")
def test_a_worry_has_a_scene_and_gets_an_owner_and_a_rule(farm):
    scene = {"where": "at the gate", "when": "after rain", "with_whom": "children"}
    made = thread(farm.mei, farm.square, "worry", title="Slippery steps", fields=scene)
    thread(farm.bo, farm.square, "worry", title="Too loud")
    opener = queries.read_thread(farm, made.number, viewer=farm.bo).posts[0]
    actions.react(
        actor=farm.bo, post=queries.get_post(opener.id, viewer=farm.bo), reaction="second"
    )
    board = queries.threads_of_kind(farm, "worry", viewer=farm.mei, heaviest=True).items
    assert [card.title for card in board] == ["Slippery steps", "Too loud"]
    assert board[0].assignee is None
    taken = move(farm.bo, made, "carry", text="I look after the steps.")
    with pytest.raises(InvalidPost):
        move(farm.bo, taken, "plan")
    planned = move(farm.bo, taken, "plan", fields={"touchpoint": "Sand before seven, by Bo"})
    assert planned.state == "carried"
    assert planned.fields == {**scene, "touchpoint": "Sand before seven, by Bo"}
    assert planned.assignee_id == farm.bo.pk


@pytest.mark.req("P15")
def test_a_service_is_asked_for_delivered_thanked_and_free_again(farm):
    made = thread(farm.mei, farm.square, "service", title="Knives", fields={"price": "A loaf"})
    for _round in range(2):
        asked = actions.request_service(actor=farm.bo, thread=made, text="My bread knife, please.")
        actions.take_service_step(actor=farm.mei, request=asked, step="deliver")
        actions.take_service_step(
            actor=farm.bo, request=asked, step="thank", text="It cuts like butter."
        )
        made.refresh_from_db()
        assert (made.state, made.assignee_id) == ("offered", None)
    assert queries.times_moved([made.pk], "thank") == {made.pk: 2}


@pytest.mark.req("P18")
def test_who_is_hired_holds_a_badge(farm):
    made = thread(farm.owner, farm.square, "job", title="Baker", fields={"pay": "By the hour"})
    move(farm.mei, made, "apply", text="I bake since I was ten.")
    made = move(farm.bo, made, "apply", text="Me too.")
    made = move(farm.owner, made, "hire", person="Mei", text="Welcome, Mei.")
    assert (made.state, made.assignee_id) == ("hired", farm.mei.pk)
    assert (farm.pk, "badge", "team") in holdings(farm.mei, [farm.pk])
    assert not [one for one in holdings(farm.bo, [farm.pk]) if one[1] == "badge"]
    assert queries.times_moved([made.pk], "apply") == {made.pk: 2}


@pytest.mark.req("V14", "A15")
def test_an_opportunity_ends_with_what_came_of_it(farm):
    made = thread(farm.mei, farm.square, "opportunity", title="A stall", fields={"sort": "place"})
    made = move(farm.bo, made, "take", text="I call them.")
    made = move(farm.bo, made, "succeed", fields={"outcome": "Every second Saturday"})
    assert (made.settled, made.fields["outcome"]) == (True, "Every second Saturday")


@pytest.mark.req("V12")
def test_a_good_cause_is_not_closed_without_its_account(farm):
    asked = {"goal": "A well", "need": "300 hours\n2,000 yuan", "due_on": "2040-01-01"}
    made = thread(farm.owner, farm.square, "charity", title="Well", fields=asked)
    made = move(farm.mei, made, "give", text="Three hours on Sunday.")
    assert made.state == "gathering"
    made = move(farm.owner, made, "begin", text="We dig.")
    made = move(farm.owner, made, "prove", text="The receipt for the pipes.")
    with pytest.raises(InvalidPost):
        move(farm.owner, made, "close")
    made = move(farm.owner, made, "close", fields={"impact": "Forty houses drink from it."})
    assert made.settled


@pytest.mark.req("K09", "M08")
def test_a_trial_says_where_the_thing_came_from(farm):
    with pytest.raises(InvalidPost) as refused:
        thread(farm.mei, farm.square, "trial", fields={"about": "Oven"})
    assert set(refused.value.fields) == {"sample"}
    made = thread(farm.mei, farm.square, "trial", fields={"about": "Oven", "sample": "sample"})
    assert move(farm.mei, made, "report", text="It holds heat.").settled


@pytest.mark.req("P26")
def test_boards_count_only_what_the_viewer_sees(farm):
    badge(farm, farm.bo)
    hidden = space(farm, visibility="grant", grant_kind="badge", grant_name="baker")
    for where in (farm.square, hidden):
        due = {"due_on": "2040-01-01"}
        thread(farm.owner, where, "promise", title="Fresh", fields=due)
    mine = {card.kind.name: (card.open, card.all) for card in queries.boards(farm, viewer=farm.mei)}
    his = {card.kind.name: (card.open, card.all) for card in queries.boards(farm, viewer=farm.bo)}
    assert (mine, his) == ({"promise": (1, 1)}, {"promise": (2, 2)})
    assert queries.boards(farm, viewer=None) == []
    ((state, many),) = queries.states_of(farm, "promise", viewer=farm.mei)
    assert (state.name, many) == ("given", 1)
