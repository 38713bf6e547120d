"""Services: asked for, delivered, thanked; what the books hold meanwhile, and who hears of it."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from qunluo.community import actions as community_actions
from qunluo.conversation import actions, errors, queries
from qunluo.conversation.models import Post, ServiceRequest, Thread
from qunluo.conversation.queries.threads import look_at
from qunluo.governance import actions as governance
from qunluo.kernel.clock import now
from qunluo.kernel.delivery import drain
from qunluo.kernel.models import EventRecord
from qunluo.ledger import actions as ledger
from qunluo.ledger.models import Hold
from qunluo.ledger.queries import verify
from qunluo.reach.models import Notice
from tests.community.test_matrix import RULES
from tests.conversation.makers import (
    community,
    member,
    membership,
    post,
    space,
    suspend,
    thread,
)

pytestmark = [pytest.mark.django_db, pytest.mark.req("P15")]


@pytest.fixture
def farm():
    made = community(rules=RULES)
    made.mei, made.bo, made.li = (member(made, name) for name in ("Mei", "Bo", "Li"))
    made.square = space(made, slug="square")
    give(made, made.bo, 50)
    return made


def give(farm, who, points):
    ledger.give_points(
        actor=farm.owner, community=farm, person=who, points=points, reason="Thank you",
        key=f"give:{who.pk}:{points}",
    )  # fmt: skip


def offer(farm, points=30, who=None, **more):
    fields = {"points": str(points), "price": "A loaf", **more}
    return thread(who or farm.mei, farm.square, "service", title="Knives", fields=fields)


def ask(who, of, **more):
    return actions.request_service(actor=who, thread=of, text="My bread knife, please.", **more)


def step(who, request, name, text="", **fields):
    request = queries.get_request(request.thread.community, request.pk, viewer=who)
    return actions.take_service_step(
        actor=who, request=request, step=name, text=text, fields=fields
    )


def free(who, farm):
    return queries.free_points(who, farm)


def state(request):
    request.refresh_from_db()
    return request.state


def proven(farm):
    """Whether the books are right, and hold nothing but what open requests need."""
    assert verify(community_id=farm.pk).rows == {}
    held = set(Hold.objects.filter(state="held").values_list("pk", flat=True))
    wanted = ServiceRequest.objects.filter(due_at__isnull=False, hold__isnull=False)
    return held == set(wanted.values_list("hold_id", flat=True))


def test_a_service_is_asked_for_delivered_and_thanked_and_the_points_go_over(farm):
    made = offer(farm)
    asked = ask(farm.bo, made, price=30)
    assert (asked.state, asked.price, free(farm.bo, farm)) == ("requested", 30, 20)
    step(farm.mei, asked, "accept")
    step(farm.mei, asked, "deliver")
    assert (free(farm.bo, farm), free(farm.mei, farm)) == (20, 0)
    done = step(farm.bo, asked, "thank", "It cuts like butter.", rating="gladly")
    assert (done.state, done.turn_id, done.due_at) == ("done", None, None)
    assert (free(farm.bo, farm), free(farm.mei, farm)) == (20, 30)
    made.refresh_from_db()
    assert made.fields["tallies"] == {"rating": {"gladly": 1}}
    assert queries.times_moved([made.pk], "thank") == {made.pk: 1}
    assert proven(farm)


def test_a_free_service_goes_the_same_way_without_the_books(farm):
    asked = ask(farm.li, offer(farm, 0), price=0)
    step(farm.mei, asked, "deliver")
    assert step(farm.li, asked, "thank", "Thank you").state == "done"
    assert not Hold.objects.exists()


def test_several_ask_at_once_and_each_once(farm):
    made = offer(farm, 0)
    first, second = ask(farm.bo, made), ask(farm.li, made)
    with pytest.raises(errors.RequestOpen):
        ask(farm.bo, made)
    step(farm.mei, first, "decline", "Too many knives.")
    again = ask(farm.bo, made)
    assert {state(first), state(second), state(again)} == {"declined", "requested"}


def test_who_lacks_points_reads_how_many_and_nothing_is_written(farm):
    made = offer(farm, 51)
    with pytest.raises(errors.NotEnoughPoints) as refused:
        ask(farm.bo, made)
    said = refused.value.say(lambda text: text)[0]
    assert said == "You lack 1 point: it costs 51 points, and you can spend 50 points."
    assert not ServiceRequest.objects.exists()
    assert Post.objects.filter(thread=made).count() == 1
    with pytest.raises(errors.NotEnoughPoints):
        ask(farm.li, made)


@pytest.mark.parametrize(
    ("who", "name", "before"),
    [("mei", "decline", []), ("bo", "withdraw", []), ("bo", "withdraw", ["accept"]),
     ("mei", "give_back", ["accept"]), ("mei", "give_back", ["deliver"])],
)  # fmt: skip
def test_what_ends_without_delivery_gives_back(farm, who, name, before):
    asked = ask(farm.bo, offer(farm))
    for one in before:
        step(farm.mei, asked, one)
    step(getattr(farm, who), asked, name, "Sorry")
    assert (free(farm.bo, farm), free(farm.mei, farm)) == (50, 0)
    assert proven(farm)


def test_a_delivery_can_be_disputed_and_tried_again(farm):
    asked = ask(farm.bo, offer(farm))
    step(farm.mei, asked, "deliver")
    step(farm.bo, asked, "dispute", "It is still blunt.")
    assert proven(farm)
    step(farm.mei, asked, "deliver")
    step(farm.bo, asked, "thank", "Now it cuts.")
    assert free(farm.mei, farm) == 30
    assert proven(farm)


@pytest.mark.parametrize(
    ("name", "bo", "mei"), [("decide_for_asker", 50, 0), ("decide_for_provider", 20, 30)]
)
def test_who_keeps_the_books_decides_a_dispute_of_others_with_a_reason(farm, name, bo, mei):
    asked = ask(farm.bo, offer(farm))
    step(farm.mei, asked, "deliver")
    with pytest.raises(errors.RequestNotFound):
        step(farm.owner, asked, name, "I saw it.")
    step(farm.bo, asked, "dispute", "It is still blunt.")
    with pytest.raises(errors.InvalidPost):
        step(farm.owner, asked, name)
    with pytest.raises(errors.RequestNotFound):
        step(farm.li, asked, name, "I saw it.")
    with pytest.raises(errors.NotYourMove):
        step(farm.bo, asked, name, "I saw it.")
    step(farm.owner, asked, name, "I saw it.")
    assert (free(farm.bo, farm), free(farm.mei, farm)) == (bo, mei)
    assert EventRecord.objects.filter(name="conversation.service_decided").count() == 1
    assert proven(farm)


def test_nobody_decides_about_their_own_request(farm):
    give_to = offer(farm, 0, who=farm.owner)
    asked = ask(farm.bo, give_to)
    step(farm.owner, asked, "deliver")
    step(farm.bo, asked, "dispute", "No.")
    with pytest.raises(errors.NotYourMove):
        step(farm.owner, asked, "decide_for_provider", "Yes.")


def test_seven_days_of_silence_hand_over_whether_or_not_anything_sweeps(farm, travel):
    asked = ask(farm.bo, offer(farm))
    with travel(now()) as time:
        time.move(timedelta(days=59))
        step(farm.mei, asked, "deliver")
        time.move(timedelta(days=7))
        view = queries.offer_of(*seen(asked, farm.bo)).requests[0]
        assert (view.state.name, view.steps) == ("done", [])
        with pytest.raises(errors.ServiceMoved):
            step(farm.bo, asked, "dispute", "Too late")
        assert free(farm.bo, farm) == 20
        # What is due to Mei counts when she asks somebody, before anything has swept.
        ask(farm.mei, offer(farm, 25, who=farm.li))
        assert (state(asked), free(farm.mei, farm)) == ("done", 5)
        assert actions.settle_requests() == 0
        assert proven(farm)


def test_sixty_days_without_delivery_lapse_and_the_points_are_free_at_once(farm, travel):
    asked = ask(farm.bo, offer(farm))
    with travel(now()) as time:
        time.move(timedelta(days=30))
        step(farm.mei, asked, "accept")
        time.move(timedelta(days=30))
        assert free(farm.bo, farm) == 50
        with pytest.raises(errors.ServiceMoved):
            step(farm.mei, asked, "deliver")
        again = ask(farm.bo, asked.thread)
        assert (state(asked), free(farm.bo, farm)) == ("lapsed", 20)
        time.move(timedelta(days=61))
        assert queries.due_requests() == [again.pk]
        assert (actions.settle_requests(), actions.settle_requests()) == (1, 0)
        assert state(again) == "lapsed"
        assert proven(farm)


def test_a_dispute_in_which_nothing_more_happens_gives_back(farm, travel):
    asked = ask(farm.bo, offer(farm))
    with travel(now()) as time:
        step(farm.mei, asked, "deliver")
        step(farm.bo, asked, "dispute", "No.")
        time.move(timedelta(days=30))
        assert free(farm.bo, farm) == 50
        assert actions.settle_requests() == 1
        assert state(asked) == "returned"
        assert proven(farm)


def test_the_ledgers_own_sweep_before_ours_changes_nothing(farm, travel):
    asked = ask(farm.bo, offer(farm))
    with travel(now()) as time:
        time.move(timedelta(days=60))
        ledger.release_due_holds()
        assert actions.settle_requests() == 1
        assert (state(asked), free(farm.bo, farm)) == ("lapsed", 50)


def seen(request, who):
    found, sight = look_at(request.thread.community, request.thread.number, viewer=who)
    return found, sight, who


@pytest.mark.parametrize("who", ["mei", "bo"])
@pytest.mark.parametrize("how", ["leave", "suspend", "remove"])
def test_who_can_no_longer_take_part_gets_back_what_is_not_delivered(farm, who, how):
    first, second = offer(farm), offer(farm, 10)
    open_one, delivered = ask(farm.bo, first), ask(farm.bo, second)
    step(farm.mei, delivered, "deliver")
    person = getattr(farm, who)
    given = {"actor": farm.owner, "membership": membership(person, farm)}
    given |= {"rule_id": "r1", "reason": "x"}
    if how == "leave":
        community_actions.leave(actor=person, membership=membership(person, farm))
    elif how == "suspend":
        governance.suspend_member(**given, until=now() + timedelta(days=7))
    else:
        governance.remove_member(**given)
    drain()
    assert (state(open_one), state(delivered)) == ("returned", "delivered")
    assert free(farm.bo, farm) == 40
    assert proven(farm)


def test_taking_back_the_post_or_removing_it_gives_back(farm):
    made = offer(farm)
    asked = ask(farm.bo, made)
    actions.withdraw_post(actor=farm.mei, post=post(made, viewer=farm.mei))
    assert (state(asked), free(farm.bo, farm)) == ("returned", 50)
    with pytest.raises(errors.ServiceNotOffered):
        ask(farm.bo, made)


def test_withdrawing_the_service_gives_back_and_resting_does_not(farm):
    made = offer(farm)
    asked = ask(farm.bo, made)
    made = actions.move_state(actor=farm.mei, thread=made, move="pause")
    with pytest.raises(errors.ServiceNotOffered):
        ask(farm.li, made)
    assert state(asked) == "requested"
    actions.move_state(actor=farm.mei, thread=made, move="withdraw")
    assert (state(asked), free(farm.bo, farm)) == ("returned", 50)


def test_a_space_that_is_put_away_gives_back_and_what_was_delivered_is_thanked_silently(farm):
    open_one, delivered = ask(farm.bo, offer(farm)), ask(farm.bo, offer(farm, 10))
    step(farm.mei, delivered, "deliver")
    actions.archive_space(actor=farm.owner, space=farm.square)
    drain()
    assert (state(open_one), free(farm.bo, farm)) == ("returned", 40)
    step(farm.bo, delivered, "thank")
    assert free(farm.mei, farm) == 10


def test_erasing_the_provider_gives_all_back_and_erasing_the_asker_only_what_is_open(farm):
    open_one, delivered = ask(farm.bo, offer(farm)), ask(farm.bo, offer(farm, 10))
    step(farm.mei, delivered, "deliver")
    actions.erase(farm.mei)
    assert (state(open_one), state(delivered), free(farm.bo, farm)) == ("returned", "returned", 50)
    others = ask(farm.bo, offer(farm, 30, who=farm.li)), ask(farm.bo, offer(farm, 5, who=farm.li))
    step(farm.li, others[1], "deliver")
    actions.erase(farm.bo)
    assert [state(one) for one in others] == ["returned", "delivered"]
    assert proven(farm)


def test_the_price_is_changed_by_its_provider_and_a_stale_one_is_refused(farm):
    made = offer(farm)
    first = ask(farm.bo, made)
    made = actions.move_state(actor=farm.mei, thread=made, move="reprice", fields={"points": "1"})
    give(farm, farm.li, 40)
    with pytest.raises(errors.PriceChanged) as refused:
        ask(farm.li, made, price=30)
    assert "1 point." in refused.value.say(lambda text: text)[0]
    assert ask(farm.li, made, price=1).price == 1
    assert (first.price, free(farm.bo, farm)) == (30, 20)
    made = actions.move_state(actor=farm.mei, thread=made, move="reprice", fields={"points": ""})
    assert made.fields["points"] == 0


@pytest.mark.parametrize("points", ["-1", "1.5", "many", "1000001", "²", "9" * 30])
def test_a_price_that_is_none_is_refused(farm, points):
    with pytest.raises(errors.InvalidPost) as refused:
        offer(farm, points)
    assert list(refused.value.fields) == ["points"]


def test_who_may_not_ask_is_told_so(farm):
    made = offer(farm, 0)
    with pytest.raises(errors.NotYourMove):
        ask(farm.mei, made)
    with pytest.raises(errors.UnknownMove):
        ask(farm.bo, thread(farm.mei, farm.square))
    with pytest.raises(errors.InvalidPost):
        actions.request_service(actor=farm.bo, thread=made, text="  ")
    asked = ask(farm.bo, made)
    for who, name, error in [
        (farm.bo, "accept", errors.NotYourMove),
        (farm.bo, "thank", errors.ServiceMoved),
        (farm.mei, "withdraw", errors.NotYourMove),
        (farm.mei, "lapse", errors.UnknownMove),
        (farm.mei, "dance", errors.UnknownMove),
        (farm.li, "accept", errors.RequestNotFound),
    ]:
        with pytest.raises(error):
            step(who, asked, name, "x")
    suspend(farm.mei, farm)
    with pytest.raises(errors.NotReachable):
        ask(farm.li, made)
    suspend(farm.bo, farm)
    step(farm.bo, asked, "withdraw")
    assert state(asked) == "withdrawn"


def test_each_step_is_told_once_to_the_other_side_and_to_nobody_else(farm):
    made = offer(farm)
    actions.follow(actor=farm.li, thread=made, following="followed")
    asked = actions.request_service(
        actor=farm.bo, thread=made, text=f"@{farm.mei.handle} my bread knife, please."
    )
    drain()
    step(farm.mei, asked, "accept")
    step(farm.mei, asked, "deliver")
    drain()
    step(farm.bo, asked, "thank", "Thanks", rating="fine")
    drain()
    found = Notice.objects.order_by("pk").values_list("person__name", "what", "words")
    told = [(name, words["told"]["en"]) for name, what, words in found if what == "service"]
    assert told == [
        ("Mei", "Bo would like your service. Set aside for it: 30 points."),
        ("Bo", "Mei will do it."),
        ("Bo", "Mei delivered the service. Say thank you within 7 days, or say that it was not"
               " delivered."),
        ("Mei", "Bo thanks you for your service. Handed over: 30 points."),
    ]  # fmt: skip
    assert {what for _name, what, _words in found} <= {"service", "points_given"}


def test_everything_calls_points_as_the_community_does(farm):
    ledger.name_points(actor=farm.owner, community=farm, one="ear", many="ears", zh="稻穗")
    with pytest.raises(errors.NotEnoughPoints) as refused:
        ask(farm.bo, offer(farm, 51))
    said = refused.value.say(lambda text: text)[0]
    assert said == "You lack 1 ear: it costs 51 ears, and you can spend 50 ears."
    ask(farm.bo, offer(farm))
    drain()
    words = Notice.objects.get(what="service").words["told"]
    assert "Set aside for it: 30 ears." in words["en"]
    assert "已预留 30 稻穗" in words["zh"]


def test_what_waits_stands_at_home(farm):
    asked = ask(farm.bo, offer(farm))
    section = lambda who: [(one.number, one.why) for one in queries.stream(who).items]  # noqa: E731
    assert section(farm.mei) == [(asked.thread.number, "waiting")]
    assert section(farm.bo) != [(asked.thread.number, "waiting")]
    step(farm.mei, asked, "deliver")
    assert section(farm.bo) == [(asked.thread.number, "waiting")]
    assert section(farm.mei) != [(asked.thread.number, "waiting")]


def test_people_take_along_what_they_asked_and_delivered(farm):
    asked = ask(farm.bo, offer(farm))
    mine = queries.own_documents(farm.bo)["services_asked_for"]
    assert [(one["price"], one["state"]) for one in mine] == [(30, "requested")]
    theirs = queries.own_documents(farm.mei)["services_delivered"]
    assert [one["requested_at"] for one in theirs] == [asked.requested_at]


def test_lists_show_what_one_asked_and_what_others_asked_of_one(farm):
    asked = ask(farm.bo, offer(farm))
    lists = lambda who, side: queries.own_requests(farm, viewer=who, side=side).items  # noqa: E731
    assert [one.id for one in lists(farm.bo, "asked")] == [asked.pk]
    assert [one.id for one in lists(farm.mei, "offered")] == [asked.pk]
    assert lists(farm.mei, "asked") == lists(farm.li, "asked") == lists(farm.bo, "disputed") == []
    step(farm.mei, asked, "deliver")
    step(farm.bo, asked, "dispute", "No.")
    assert [one.id for one in lists(farm.owner, "disputed")] == [asked.pk]
    assert lists(farm.bo, "disputed") == []


def test_services_of_before_become_requests(farm):
    fill = import_module("qunluo.conversation.migrations.0022_requests_of_before")
    waits, done = offer(farm, 0), offer(farm, 0)
    moved = now() - timedelta(days=2)
    for made, before in ((waits, "requested"), (done, "delivered")):
        Thread.objects.filter(pk=made.pk).update(
            state=before, assignee=farm.bo, moved_at=moved, fields={"price": "A loaf"}
        )
    fill.give_requests(apps, None)
    rows = ServiceRequest.objects.order_by("thread")
    assert [(one.state, one.turn, one.asker) for one in rows] == [
        ("requested", farm.mei, farm.bo), ("delivered", farm.bo, farm.bo)
    ]  # fmt: skip
    step(farm.mei, rows[0], "deliver")
    step(farm.bo, rows[1], "thank", "Thanks")
    assert set(Thread.objects.values_list("state", "assignee")) == {("offered", None)}


def test_a_service_of_before_that_an_archive_brings_is_opened_again(farm):
    made = offer(farm)
    Thread.objects.filter(pk=made.pk).update(state="requested", assignee=farm.bo)
    made.refresh_from_db()
    opened = actions.move_state(actor=farm.mei, thread=made, move="resume")
    assert (opened.state, opened.assignee_id) == ("offered", None)
