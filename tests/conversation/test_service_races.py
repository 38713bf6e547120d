"""Requests for services, two at once: first the race without the guard, then who decides it."""

import time
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qunluo.conversation import actions, errors, queries
from qunluo.conversation.models import ServiceRequest
from qunluo.kernel.clock import now, travel
from qunluo.kernel.errors import DomainError
from qunluo.ledger import actions as ledger
from qunluo.ledger.models import Balance, Hold, Transfer
from qunluo.ledger.queries import verify
from tests.conversation.makers import community, member, space, thread

pytestmark = pytest.mark.req("P15")


def made_farm():
    farm = community()
    farm.mei, farm.bo, farm.li = (member(farm, name) for name in ("Mei", "Bo", "Li"))
    farm.square = space(farm, slug="square")
    ledger.give_points(
        actor=farm.owner, community=farm, person=farm.bo, points=50, reason="Thanks", key="give"
    )
    return farm


@pytest.fixture
def farm(transactional_db):
    return made_farm()


def offer(farm, points=30, who=None):
    fields = {"points": str(points)}
    return thread(who or farm.mei, farm.square, "service", title="Knives", fields=fields)


def ask(who, of):
    return actions.request_service(actor=who, thread=of, text="Please.")


def step(who, request, name, text=""):
    return actions.take_service_step(actor=who, request=request, step=name, text=text)


def delivered(farm, days=0):
    """A request that was delivered so many days ago."""
    with travel(now() - timedelta(days=days)):
        asked = ask(farm.bo, offer(farm))
        step(farm.mei, asked, "deliver")
    return asked


def of_one(farm):
    """What all members together have, held or free."""
    rows = Balance.objects.filter(account__community=farm, account__person__isnull=False)
    return sum(rows.values_list("posted", flat=True))


def test_without_the_guard_the_last_points_are_set_aside_twice(farm, race):
    def naive():
        seen = queries.free_points(farm.bo, farm)
        time.sleep(0.05)
        return seen >= 30

    assert sum(race(2, naive).results) == 2


def test_the_last_points_of_a_member_are_set_aside_once(farm, race):
    offers = offer(farm), offer(farm, who=farm.li)
    outcome = race(2, lambda n: ask(farm.bo, offers[n]))
    assert [type(error) for error in outcome.errors] == [errors.NotEnoughPoints]
    assert outcome.winners == 1
    assert ServiceRequest.objects.count() == Hold.objects.filter(state="held").count() == 1
    assert queries.free_points(farm.bo, farm) == 20
    assert verify().rows == {}


def test_without_the_guard_a_member_asks_for_the_same_twice(farm, race):
    made = offer(farm, 0)

    def naive():
        open_one = ServiceRequest.objects.filter(thread=made, asker=farm.bo).exists()
        time.sleep(0.05)
        return not open_one

    assert sum(race(3, naive).results) > 1


def test_a_member_asks_for_the_same_once(farm, race):
    made = offer(farm, 10)
    outcome = race(4, lambda: ask(farm.bo, made))
    assert outcome.winners == 1
    assert {type(error) for error in outcome.errors} == {errors.RequestOpen}
    assert queries.free_points(farm.bo, farm) == 40


def unguarded(asked, states, race):
    """How many of two would go on, if each looked first and wrote then."""

    def naive():
        seen = ServiceRequest.objects.get(pk=asked.pk).state
        time.sleep(0.05)
        return seen in states

    return sum(race(2, naive).results)


def test_without_the_guard_thanks_and_silence_both_hand_over(farm, race):
    assert unguarded(delivered(farm), {"delivered"}, race) == 2


def test_thanks_and_seven_days_of_silence_hand_over_once(farm, race):
    asked = delivered(farm, days=6)

    def either(number):
        # Who thanks looked at the clock just before the seven days were over.
        if number:
            return step(farm.bo, asked, "thank", "Thanks.").state
        with travel(now() + timedelta(days=2)):
            return actions.settle_requests() and "done"

    outcome = race(2, either)
    assert outcome.results.count("done") >= 1
    assert all(isinstance(error, errors.ServiceMoved) for error in outcome.errors)
    assert Transfer.objects.filter(kind="service").count() == 1
    assert (queries.free_points(farm.mei, farm), queries.free_points(farm.bo, farm)) == (30, 20)
    assert verify().rows == {}


def test_without_the_guard_a_request_is_withdrawn_and_delivered(farm, race):
    assert unguarded(ask(farm.bo, offer(farm)), {"requested"}, race) == 2


def test_a_request_is_withdrawn_or_delivered(farm, race):
    asked = ask(farm.bo, offer(farm))
    both = [(farm.bo, "withdraw"), (farm.mei, "deliver")]
    outcome = race(2, lambda n: step(both[n][0], asked, both[n][1]).state)
    assert outcome.winners == 1
    assert [type(error) for error in outcome.errors] == [errors.ServiceMoved]
    asked.refresh_from_db()
    free = {"withdrawn": 50, "delivered": 20}[asked.state]
    assert queries.free_points(farm.bo, farm) == free
    assert verify().rows == {}


def test_closing_a_service_while_somebody_asks_leaves_nothing_set_aside(farm, race):
    made = offer(farm)
    acts = [
        lambda: ask(farm.bo, made),
        lambda: actions.move_state(actor=farm.mei, thread=made, move="withdraw"),
    ]
    outcome = race(2, lambda n: acts[n]())
    assert all(isinstance(error, DomainError) for error in outcome.errors)
    assert queries.free_points(farm.bo, farm) == 50
    assert not ServiceRequest.objects.filter(due_at__isnull=False).exists()


NAMES = ("request", "accept", "decline", "deliver", "give_back", "withdraw", "thank", "dispute",
         "decide_for_asker", "decide_for_provider", "wait", "sweep", "close", "erase")  # fmt: skip
MOVES = st.lists(
    st.tuples(st.sampled_from(NAMES), st.integers(0, 2), st.integers(0, 3)), max_size=25
)


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=MOVES)
def test_requests_never_change_what_all_members_have_together(db, moves):
    farm = made_farm()
    people = [farm.mei, farm.bo, farm.li, farm.owner]
    offers = [offer(farm, 30), offer(farm, 20, who=farm.li), offer(farm, 1, who=farm.bo)]
    before = of_one(farm)
    with travel(now()) as clock:
        for name, which, who in moves:
            taken(farm, people[who], offers[which], name, clock)
            assert of_one(farm) == before
        assert verify(community_id=farm.pk).rows == {}
        clock.move(timedelta(days=400))
        actions.settle_requests()
        actions.settle_requests()
    assert not Hold.objects.filter(community=farm, state="held").exists()
    assert of_one(farm) == before


def taken(farm, who, of, name, clock):
    """Try a step; a refusal is one as people read it."""
    newest = ServiceRequest.objects.filter(thread=of).order_by("-id").first()
    try:
        if name == "request":
            ask(who, of)
        elif name == "wait":
            clock.move(timedelta(days=8))
        elif name == "sweep":
            actions.settle_requests()
            ledger.release_due_holds()
        elif name == "close":
            actions.part_from_services(person_id=who.pk, community_id=farm.pk)
        elif name == "erase" and newest and who == farm.li:
            actions.erase(who)
        elif newest and name != "erase":
            step(who, newest, name, "So it is.")
    except DomainError:
        pass
