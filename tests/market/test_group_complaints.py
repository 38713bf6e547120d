"""Similar complaints become one: sales pause, the answer is public, and everybody gets the same."""

from datetime import timedelta

import pytest

from qunluo.community.errors import PermissionMissing
from qunluo.kernel.delivery import drain
from qunluo.market import actions, errors, jobs, queries
from qunluo.market.actions import group_complaints
from qunluo.market.models import Claim, GroupComplaint, Order, Remedy, Shop
from tests.community.makers import member
from tests.market.claim_makers import bought, complaint, crowd, fresh, giving_back
from tests.market.makers import clean, credit, events, free, order, product, state

pytestmark = [pytest.mark.django_db, pytest.mark.req("M15")]
DAY = timedelta(days=1)


def answer(here, group, **more):
    """The public answer of a shop."""
    given = {"words": "The sacks were too thin.", "remedy": "part", "percent": 30, **more}
    return actions.answer_group_complaint(actor=here.owner, group=group, **given)


def test_enough_similar_complaints_pause_the_sale_until_they_are_answered(here, clock):
    rice = product(here)
    crowd(here, rice, 2)
    assert not GroupComplaint.objects.exists()
    ((_who, third),) = crowd(here, rice, 1)
    group = third.group
    rice.refresh_from_db()
    assert (group.state, group.claims.count(), rice.state) == ("open", 3, "paused")
    assert rice.pause_reason == group_complaints.PAUSED
    assert {one.due_at for one in Claim.objects.all()} == {group.answer_by}
    assert group.answer_by - group.opened_at == 7 * DAY
    with pytest.raises(errors.ComplaintOpen):
        actions.list_product(actor=here.owner, product=rice)
    with pytest.raises(errors.NotOnSale):
        order(here, here.li, rice)
    answer(here, group)
    assert actions.list_product(actor=here.owner, product=rice).state == "on_sale"


def test_what_is_not_alike_is_not_counted_together(here, clock):
    rice, oil = product(here), product(here, title="Oil")
    crowd(here, rice, 1)
    clock.move(31 * DAY)
    crowd(here, rice, 1)
    crowd(here, rice, 1, kind="late")
    crowd(here, oil, 1)
    for one in (bought(here, here.mei, rice), bought(here, here.mei, rice)):
        complaint(here.mei, one)  # one buyer counts once
    ((_who, gone),) = crowd(here, rice, 1, kind="late")
    actions.withdraw_claim(actor=gone.buyer, claim=gone)
    crowd(here, rice, 1, kind="late")
    assert not GroupComplaint.objects.exists()
    assert crowd(here, rice, 1)[0][1].group is not None


def test_who_complains_later_joins_and_the_number_is_the_shops_within_bounds(here):
    with pytest.raises(errors.InvalidShop):
        actions.edit_shop(actor=here.owner, shop=here.shop, group_from=100)
    actions.edit_shop(actor=here.owner, shop=here.shop, group_from=2, answer_days=3)
    rice = product(here)
    later = bought(here, here.mei, rice)
    crowd(here, rice, 2)
    joined = complaint(here.mei, later)
    group = GroupComplaint.objects.get()
    assert (joined.group, joined.due_at) == (group, group.answer_by)
    assert queries.get_group_complaint(group.uid, viewer=None).buyers == 3
    answer(here, group)
    assert [one.data["buyers"] for one in events("group_complaint_opened")] == [2]


def test_one_remedy_for_everybody_who_bought_it_by_difference(here, clock):
    Shop.objects.filter(pk=here.shop.pk).update(group_from=2)
    rice, oil = product(here, stock=50), product(here, title="Oil")
    silent, back = bought(here, here.mei, rice, 2), bought(here, here.li, rice)
    had = member(here.community, "Had")
    offered = complaint(had, bought(here, had, rice), kind="late")
    actions.offer_remedy(actor=here.owner, claim=offered, words="Here.", amount=100)
    actions.accept_offer(actor=had, claim=offered)
    actions.refund_order(actor=here.owner, order=back, amount=1_000, reason="All of it")
    other = bought(here, here.mei, oil)
    (first, _one), (_second, disputed) = crowd(here, rice, 2)
    group = GroupComplaint.objects.get()
    actions.offer_remedy(actor=here.owner, claim=disputed, words="No.", amount=0)
    actions.dispute_claim(actor=disputed.buyer, claim=disputed, words="Yes.")
    answer(here, group)
    shown = queries.get_group_complaint(group.uid, viewer=None)
    assert (shown.affected, shown.given) == (4, 0)
    assert actions.give_remedies(limit=2) == 2
    assert queries.get_group_complaint(group.uid, viewer=None).given == 2
    jobs.look_after_complaints()
    jobs.look_after_complaints()
    amounts = dict(Remedy.objects.values_list("order__buyer__name", "amount"))
    assert amounts == {"Mei": 600, "Had": 200, "C0": 300, "C1": 300}
    assert (state(silent), Order.objects.get(pk=other.pk).refunded) == ("received", 0)
    assert free(here, "", "credit-CNY", first) == 300
    assert Claim.objects.get(buyer=first).state == "done"
    assert fresh(disputed).state == "disputed"  # decided apart, above what everybody got
    assert queries.get_group_complaint(group.uid, viewer=None).amount == 1_400
    clean(here)


def test_the_whole_price_for_all_leaves_nothing_to_decide(here):
    Shop.objects.filter(pk=here.shop.pk).update(group_from=2)
    rice = product(here)
    pairs = crowd(here, rice, 2)
    actions.offer_remedy(actor=here.owner, claim=pairs[0][1], words="No.")
    actions.dispute_claim(actor=pairs[0][0], claim=pairs[0][1], words="Yes.")
    answer(here, GroupComplaint.objects.get(), remedy="whole", percent=0)
    jobs.look_after_complaints()
    assert set(Claim.objects.values_list("state", flat=True)) == {"done"}
    assert set(Order.objects.values_list("state", flat=True)) == {"refunded"}
    clean(here)


def test_no_remedy_may_be_disputed_by_each(here):
    Shop.objects.filter(pk=here.shop.pk).update(group_from=2)
    (who, claim), _other = crowd(here, product(here), 2)
    answer(here, GroupComplaint.objects.get(), remedy="none", percent=0)
    jobs.look_after_complaints()
    assert fresh(claim).state == "declined"
    actions.dispute_claim(actor=who, claim=claim, words="That is not enough.")
    judge = member(here.community, "Judge", role="cco")
    actions.decide_dispute(actor=judge, claim=claim, amount=1_000, words="It is not.")
    assert fresh(claim).paid == 1_000


def test_a_missed_deadline_is_public_told_once_and_makes_each_a_dispute(here, clock):
    Shop.objects.filter(pk=here.shop.pk).update(group_from=2)
    pairs = crowd(here, product(here), 2)
    group = GroupComplaint.objects.get()
    clock.move(7 * DAY)
    assert queries.get_group_complaint(group.uid, viewer=None).overdue
    assert queries.get_claim(pairs[0][1].uid, viewer=pairs[0][0]).state == "disputed"
    for _n in range(2):
        jobs.look_after_complaints()
    assert len(events("group_complaint_overdue")) == 1
    drain()
    answer(here, group)  # late is better than never
    assert GroupComplaint.objects.get().overdue_at is not None


def test_one_remedy_that_fails_holds_up_no_other_and_is_tried_again(here, clock, monkeypatch):
    Shop.objects.filter(pk=here.shop.pk).update(group_from=2)
    crowd(here, product(here), 2)
    group = GroupComplaint.objects.get()
    answer(here, group)
    first, give = Remedy.objects.order_by("pk").first(), group_complaints.give

    def broken(one, *more):
        if one.pk == first.order_id:
            raise RuntimeError("The disk is full.")
        return give(one, *more)

    monkeypatch.setattr(group_complaints, "give", broken)
    assert actions.give_remedies() == 1
    assert not queries.due_complaints()
    monkeypatch.undo()
    clock.move(timedelta(minutes=2))
    assert queries.due_complaints()
    assert (actions.give_remedies(), actions.give_remedies()) == (1, 0)
    assert set(Remedy.objects.values_list("state", "amount")) == {("done", 300)}
    clean(here)


def test_an_answer_is_given_once_by_who_runs_the_shop(here):
    Shop.objects.filter(pk=here.shop.pk).update(group_from=2)
    crowd(here, product(here), 2)
    group = GroupComplaint.objects.get()
    with pytest.raises(PermissionMissing):
        actions.answer_group_complaint(actor=here.mei, group=group, words="No.", remedy="none")
    for wrong in ({"words": ""}, {"remedy": "flowers"}, {"percent": 0}, {"percent": 100}):
        with pytest.raises(errors.InvalidClaim):
            answer(here, group, **wrong)
    answer(here, group)
    with pytest.raises(errors.ClaimMovedOn):
        answer(here, group, remedy="none")


def test_it_stays_public_when_the_product_ends_for_whom_the_shop_is(here):
    Shop.objects.filter(pk=here.shop.pk).update(group_from=2)
    rice = product(here)
    pairs = crowd(here, rice, 2)
    uid = GroupComplaint.objects.get().uid
    actions.withdraw_product(actor=here.owner, product=rice, for_good=True)
    assert queries.group_complaints(here.community, viewer=None)[0].group.uid == uid
    assert queries.complaints_about(rice)[0].group.uid == uid
    Shop.objects.filter(pk=here.shop.pk).update(audience="members")
    with pytest.raises(errors.MembersOnlyShop):
        queries.get_group_complaint(uid, viewer=here.stranger)
    assert queries.get_group_complaint(uid, viewer=pairs[0][0]).buyers == 2
    with pytest.raises(errors.ComplaintNotFound):
        queries.get_group_complaint("NOTHERE", viewer=here.owner)


def test_an_unpaid_order_is_not_affected_and_a_return_counts_as_had(here, clock):
    Shop.objects.filter(pk=here.shop.pk).update(group_from=2)
    rice = product(here, stock=50)
    order(here, here.stranger, rice)
    one = bought(here, here.mei, rice, 2)
    claim = giving_back(here.mei, one)
    actions.accept_return(actor=here.owner, claim=claim)
    actions.take_return(actor=here.owner, claim=claim)
    crowd(here, rice, 2)
    answer(here, GroupComplaint.objects.get(), remedy="whole", percent=0)
    jobs.look_after_complaints()
    given = dict(Remedy.objects.values_list("order__buyer__name", "amount"))
    assert given == {"Mei": 1_000, "C0": 1_000, "C1": 1_000}
    credit(here, here.mei, 1)
    clean(here)


def test_what_was_given_back_by_hand_counts_and_nobody_gets_more_than_they_paid(here, clock):
    Shop.objects.filter(pk=here.shop.pk).update(group_from=2)
    rice, oil = product(here, stock=50), product(here, title="Oil", price=3_000)
    by_hand, half = bought(here, here.mei, rice), bought(here, here.li, rice)
    both, whole = [member(here.community, name) for name in ("Both", "Whole")]
    mixed = order(here, both, rice, more=[(oil, 1)])
    credit(here, both, mixed.total)
    actions.pay_from_credit(actor=both, order=mixed)
    all_of_it = bought(here, whole, rice)
    crowd(here, rice, 2)
    answer(here, GroupComplaint.objects.get(), remedy="part", percent=60)
    for one, amount in ((by_hand, 100), (half, 700), (mixed, 400), (all_of_it, 1_000)):
        actions.refund_order(actor=here.owner, order=one, amount=amount, reason="Torn")
    jobs.look_after_complaints()
    assert not Remedy.objects.exclude(state="done").exists()
    given = dict(Remedy.objects.values_list("order__buyer__name", "amount"))
    # A quarter of what went back for rice and oil together counts for the rice.
    assert given == {"Mei": 500, "Li": 0, "Both": 500, "Whole": 0, "C0": 600, "C1": 600}
    clean(here)


def test_a_second_remedy_for_the_same_thing_takes_the_first_into_account(here, clock):
    Shop.objects.filter(pk=here.shop.pk).update(group_from=2)
    rice = product(here, stock=50)
    bought(here, here.mei, rice)
    for kind in ("broken", "late"):
        crowd(here, rice, 2, kind=kind)
        answer(here, GroupComplaint.objects.get(kind=kind), percent=40)
        jobs.look_after_complaints()
        actions.list_product(actor=here.owner, product=rice)
    mine = Remedy.objects.filter(order__buyer=here.mei).order_by("pk")
    assert list(mine.values_list("amount", flat=True)) == [400, 0]
    clean(here)
