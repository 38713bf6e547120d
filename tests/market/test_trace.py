"""From words to orders and back: what posts brought, and what was made of what buyers said."""

from datetime import timedelta

import pytest

from qunluo.community.errors import PermissionMissing
from qunluo.conversation import actions as talk
from qunluo.kernel.clock import now
from qunluo.kernel.delivery import drain
from qunluo.kernel.models import EventRecord
from qunluo.market import actions, queries
from qunluo.market.errors import ImprovementKnown, InvalidImprovement
from qunluo.market.models import Improvement, Order
from qunluo.reach.models import Notice
from tests.conversation.makers import thread
from tests.market.conftest import here
from tests.market.makers import credit, order, product
from tests.market.test_guide import bought, farm, told

__all__ = ["farm", "here"]
pytestmark = pytest.mark.django_db
EARS = "Some grains were broken, but it smells of the field."


def traced(farm, days=1):
    """The trace of the last days."""
    moment = now()
    return queries.trace(
        farm.community, viewer=farm.owner, since=moment - timedelta(days=days),
        until=moment + timedelta(days=1),
    )  # fmt: skip


def came_and_bought(farm, who, post):
    """Somebody who comes from a post and buys."""
    source = f"post:{post.number}.1"
    actions.touch(actor=who, community=farm.community, product=farm.rice, source=source)
    return bought(farm, who, farm.rice)


@pytest.mark.req("M23")
def test_a_loop_closes_only_once_new_content_follows_a_change_made_from_feedback(farm, travel):
    with travel(now()) as clock:
        asked = told(farm, farm.li, farm.rice, "Which water?", kind="question")
        talk.reply(actor=farm.mei, thread=asked, source="Soft water.")
        came_and_bought(farm, farm.mei, asked)
        clock.move(timedelta(minutes=1))
        said = told(farm, farm.mei, farm.rice, EARS)
        counts = {
            "content": 2, "talk": 1, "came": 1, "orders": 1, "used": 1, "feedback": 1,
            "improved": 0, "next": 0,
        }  # fmt: skip
        found = traced(farm)
        (row,) = found.rows
        assert (row.counts, row.from_content, found.share) == (counts, 1, 0)
        clock.move(timedelta(minutes=1))
        one = {"actor": farm.owner, "product": farm.rice, "sort": "product"}
        actions.improve(**one, feedback=f"thread:{said.number}", words="Sieved twice now.")
        assert traced(farm).share == 0
        clock.move(timedelta(minutes=1))
        told(farm, farm.li, farm.rice, "What changed with the sieve?", kind="question")
        found = traced(farm)
        (row,) = found.rows
        assert row.counts == counts | {"content": 3, "improved": 1, "next": 1}
        assert (found.feedback, found.closed, found.share) == (1, 1, 100)
        clock.move(timedelta(days=30))
        assert traced(farm).rows == ()
        assert traced(farm).share is None


@pytest.mark.req("M23")
def test_a_complaint_is_feedback_and_its_buyer_hears_of_the_change_but_nobody_who_it_was(farm):
    one = bought(farm, farm.mei, farm.rice)
    claim = actions.complain(
        actor=farm.mei, order=one, product=farm.rice, kind="late", words="Late", wants="answer"
    )
    actions.improve(
        actor=farm.owner, product=farm.rice, feedback=f"claim:{claim.uid}", sort="answer",
        words="Sent on the same day now.",
    )  # fmt: skip
    (row,) = traced(farm).rows
    assert (row.counts["feedback"], row.counts["improved"], row.closed) == (1, 1, 0)
    record = EventRecord.objects.get(name="market.product_improved")
    assert record.person_id is None
    drain()
    assert "Rice" in str(list(Notice.objects.filter(person=farm.mei).values()))
    assert queries.improvements(farm.rice)[0][1] == 0
    told(
        farm, farm.owner, farm.rice, "How it grows.", kind="question"
    )  # no feedback: the shop's own
    assert [one.sort for one in queries.feedback_on(farm.rice, viewer=farm.owner)] == ["complaint"]


@pytest.mark.req("M23")
def test_what_speaks_of_something_else_or_is_told_twice_is_no_improvement(farm):
    other = product(farm, title="Tea")
    said = told(farm, farm.mei, other)
    about = {"actor": farm.owner, "product": farm.rice, "sort": "product", "words": "Better."}
    for wrong in (f"thread:{said.number}", "thread:999", "thread:x", "claim:NONE", "", "\0:1",
                  "thread:" + "9" * 40):  # fmt: skip
        with pytest.raises(InvalidImprovement) as refused:
            actions.improve(**about, feedback=wrong)
        assert set(refused.value.fields) == {"feedback"}
    mine = {**about, "product": other, "feedback": f"thread:{said.number}"}
    for wrong in ({"words": " "}, {"words": "x" * 301}, {"sort": "price"}):
        with pytest.raises(InvalidImprovement):
            actions.improve(**mine | wrong)
    with pytest.raises(PermissionMissing):
        actions.improve(**mine | {"actor": farm.mei})
    actions.improve(**mine)
    with pytest.raises(ImprovementKnown):
        actions.improve(**mine)
    actions.improve(**mine | {"sort": "guide"})
    assert Improvement.objects.count() == 2
    assert [one.sort for one in queries.feedback_on(other, viewer=farm.owner)[0].improvements] == [
        "product", "guide",
    ]  # fmt: skip


@pytest.mark.req("M08")
def test_an_author_sees_each_own_post_with_who_saw_it_and_what_it_brought(farm):
    bought(farm, farm.mei, farm.rice)
    said = told(farm, farm.mei, farm.rice)
    link = f"/c/{farm.community.slug}/shop/p/{farm.rice.uid}/"
    answer = talk.reply(actor=farm.li, thread=said, source=f"Mine too: {link}")
    drain()
    talk.mark_read(actor=farm.li, thread=said, place=1)
    came_and_bought(farm, farm.li, said)
    mine = queries.own_figures(farm.community, person=farm.mei)
    assert [(one.number, one.place, one.seen) for one in mine] == [(said.number, 1, 1)]
    assert (mine[0].figure.came, mine[0].figure.orders, mine[0].figure.amount) == (1, 1, 1_000)
    # What somebody else wrote below it is theirs, also what it brought.
    (theirs,) = queries.own_figures(farm.community, person=farm.li)
    assert (theirs.place, theirs.figure.orders) == (answer.place, 0)


@pytest.mark.req("M08")
def test_the_desk_sees_which_posts_brought_orders_in_a_period_and_members_do_not(farm, travel):
    said = told(farm, farm.mei, farm.rice, kind="question")
    came_and_bought(farm, farm.li, said)
    moment = now()
    given = {"viewer": farm.owner, "since": moment - timedelta(days=1), "until": moment}
    given["until"] += timedelta(days=1)
    (one,) = queries.posts_that_sold(farm.community, **given)
    assert (one.number, one.place, one.second) == (said.number, 1, None)
    assert (one.figure.came, one.figure.orders, one.figure.amount) == (1, 1, 1_000)
    assert one.card.number == said.number
    past = given | {"until": moment - timedelta(hours=1)}
    assert queries.posts_that_sold(farm.community, **past) == []
    for wrong in (queries.posts_that_sold, queries.trace):
        with pytest.raises(PermissionMissing):
            wrong(farm.community, **given | {"viewer": farm.mei})


@pytest.mark.req("R11")
def test_an_order_that_came_from_a_second_of_an_episode_counts_for_its_author(farm):
    link = f"/c/{farm.community.slug}/shop/p/{farm.rice.uid}/"
    square = farm.square
    type(square).objects.filter(pk=square.pk).update(type="column")
    square.refresh_from_db()
    show = thread(
        farm.owner, square, "episode", title="Harvest", source="Listen",
        fields={"moments": f"01:30 The rice {link}", "recording": "https://example.org/1.mp3"},
    )  # fmt: skip
    drain()
    credit(farm, farm.li, 1_000)
    one = order(farm, farm.li, farm.rice, source=("episode", f"{show.number}@90"))
    actions.pay_from_credit(actor=farm.li, order=one)
    rows = queries.own_figures(farm.community, person=farm.owner)
    found = {row.second: row.figure.orders for row in rows}
    assert found == {None: 0, 90: 1}


@pytest.mark.req("M16")
def test_what_was_first_on_sale_within_ninety_days_counts_as_new_with_its_share(farm, travel):
    with travel(now()) as clock:
        clock.move(timedelta(days=89))
        bought(farm, farm.mei, farm.rice)
        clock.move(timedelta(days=2))
        tea = product(farm, title="Tea", price=500)
        bought(farm, farm.mei, farm.rice)
        bought(farm, farm.li, tea)
        found = traced(farm, days=30).novelty
        assert (found.listed, found.new, found.amount, found.revenue) == (1, 2, 1_500, 2_500)
        gone = Order.objects.filter(buyer=farm.li).latest("pk")
        actions.refund_order(actor=farm.owner, order=gone, amount=500, reason="Wet")
        found = traced(farm, days=30).novelty
        assert (found.amount, found.revenue) == (1_000, 2_000)


@pytest.mark.req("M08")
def test_who_received_something_is_asked_how_it_is_until_they_told_of_it(farm):
    bought(farm, farm.mei, farm.rice)
    drain()
    notice = str(list(Notice.objects.filter(person=farm.mei).values()))
    assert f"/talk/in/{farm.square.slug}/new/?kind=experience&product={farm.rice.uid}" in notice
    one = Order.objects.get(buyer=farm.mei)
    assert queries.to_tell(one) == (farm.square.slug, [farm.rice])
    bought(farm, farm.mei, farm.rice)  # the page of it still leads there, but nobody asks twice
    again = Order.objects.filter(buyer=farm.mei).latest("pk")
    assert queries.to_tell(again) == (farm.square.slug, [farm.rice])
    assert queries.to_ask(again)[1] == []
    told(farm, farm.mei, farm.rice)
    assert queries.to_tell(one) == ("", [])
    unpaid = order(farm, farm.li, farm.rice)
    assert queries.to_tell(unpaid) == ("", [])
