"""Transfers: balanced, once by their key, never more than there is; holds and corrections."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qunluo.kernel.clock import now
from qunluo.ledger import actions, errors, queries
from qunluo.ledger.actions import Cause, Leg
from qunluo.ledger.models import Hold, Posting, Transfer
from tests.ledger.makers import books, clean, events, free, key, move, top_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    """The books of a community; Mei has 100.00."""
    made = books()
    top_up(made, made.mei, 10_000)
    return made


def test_what_comes_to_one_account_goes_from_another(here):
    made = move(here, here.mei, here.sales, 2_500, memo="Rice", cause=Cause("order", "7"))
    assert (free(here.mei), free(here.sales), free(here.clearing)) == (7_500, 2_500, -10_000)
    assert (made.kind, made.memo, made.cause_type, made.cause_id) == (
        "payment",
        "Rice",
        "order",
        "7",
    )
    assert Transfer.objects.get(pk=made.pk).digest == made.digest
    clean(here.community)


def test_many_legs_move_at_once(here):
    legs = [Leg(here.mei, -1_000), Leg(here.sales, 970), Leg(here.fees, 30)]
    actions.post(community=here.community, kind="payment", legs=legs, key=key())
    assert (free(here.sales), free(here.fees)) == (970, 30)


@pytest.mark.parametrize("amounts", [[], [5], [5, -4], [0, 0], [2**53, -(2**53)], [1.5, -1.5]])
def test_what_does_not_add_up_to_nothing_is_refused(here, amounts):
    accounts = [here.sales, here.fees]
    legs = [Leg(a, n) for a, n in zip(accounts, amounts, strict=False)]
    with pytest.raises(errors.NotBalanced):
        actions.post(community=here.community, kind="payment", legs=legs, key=key())


def test_units_do_not_balance_each_other(here):
    points = actions.ensure_account(community=here.community, purpose="issued", unit="points")
    with pytest.raises(errors.NotBalanced):
        move(here, points, here.sales, 5)


def test_nothing_moves_between_communities(here):
    other = books(slug="other")
    with pytest.raises(errors.OtherBooks):
        move(here, here.mei, other.sales, 5)


def test_nobody_spends_more_than_there_is(here):
    with pytest.raises(errors.InsufficientFunds) as refused:
        move(here, here.mei, here.sales, 10_001)
    assert refused.value.context == {"available": 10_000, "wanted": 10_001}
    assert free(here.mei) == 10_000


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"key": ""}, errors.BadKey),
        ({"key": "k" * 121}, errors.BadKey),
        ({"kind": "theft"}, errors.UnknownKind),
    ],
)
def test_a_transfer_says_what_it_is(here, wrong, error):
    with pytest.raises(error):
        move(here, here.mei, here.sales, 1, **wrong)


def test_the_same_key_moves_once(here):
    first = move(here, here.mei, here.sales, 600, key="order:1")
    again = move(here, here.mei, here.sales, 600, key="order:1")
    assert (again.pk, free(here.mei)) == (first.pk, 9_400)


def test_the_same_key_with_another_body_is_an_error(here):
    move(here, here.mei, here.sales, 600, key="order:1")
    with pytest.raises(errors.LedgerKeyReused):
        move(here, here.mei, here.sales, 601, key="order:1")


def test_a_cause_that_is_too_long_is_refused(here):
    for cause in (Cause("t" * 21, "1"), Cause("order", "1" * 65), Cause("order", "\0")):
        with pytest.raises(errors.BadCause):
            move(here, here.mei, here.sales, 1, cause=cause)
        with pytest.raises(errors.BadCause):
            actions.hold(account=here.mei, amount=1, key=key(), cause=cause)


def test_legs_that_cancel_each_other_are_no_transfer(here):
    legs = [Leg(here.mei, -5), Leg(here.mei, 5)]
    with pytest.raises(errors.NotBalanced):
        actions.post(community=here.community, kind="payment", legs=legs, key=key())


def test_a_key_is_that_of_one_community(here):
    other = books(slug="other")
    assert top_up(here, here.mei, 5, key="one").pk != top_up(other, other.mei, 5, key="one").pk


def test_a_posting_costs_four_queries_and_its_event(here):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        move(here, here.mei, here.sales, 1)
    told = [q["sql"] for q in asked.captured_queries]
    told = [s for s in told if not s.startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]
    assert len(told) <= 5, told


def test_every_transfer_tells_once_what_moved(here):
    made = move(here, here.mei, here.sales, 2_500)
    told = events("ledger.transfer_posted")[-1]
    assert told.data["transfer_id"] == str(made.pk)
    assert (told.data["unit"], told.data["amount"], told.person_id) == (
        "CNY", 2_500, here.people.mei.pk,
    )  # fmt: skip


def test_what_is_held_cannot_be_spent_and_is_free_after_release(here):
    held = actions.hold(account=here.mei, amount=8_000, key=key())
    assert queries.balance(here.mei) == queries.Amounts(10_000, 8_000)
    with pytest.raises(errors.InsufficientFunds):
        move(here, here.mei, here.sales, 2_001)
    actions.release(hold=held)
    assert free(here.mei) == 10_000
    assert actions.release(hold=held).state == "released"
    clean(here.community)


def test_a_part_is_captured_and_the_rest_is_free_again(here):
    held = actions.hold(account=here.mei, amount=8_000, key=key(), cause=Cause("order", "9"))
    to = [Leg(here.sales, 4_900), Leg(here.fees, 100)]
    made = actions.capture(hold=held, to=to, key="capture:9")
    assert (free(here.mei), free(here.sales), made.cause_id) == (5_000, 4_900, "9")
    assert actions.capture(hold=held, to=to, key="capture:9").pk == made.pk
    with pytest.raises(errors.HoldResolved):
        actions.capture(hold=held, to=to, key=key())
    with pytest.raises(errors.HoldResolved):
        actions.release(hold=held)
    assert Hold.objects.get().captured == 5_000
    clean(here.community)


def test_no_more_is_captured_than_is_held(here):
    held = actions.hold(account=here.mei, amount=50, key=key())
    with pytest.raises(errors.TooMuchCaptured):
        actions.capture(hold=held, to=[Leg(here.sales, 51)], key=key())
    with pytest.raises(errors.NotBalanced):
        actions.capture(hold=held, to=[Leg(here.sales, -1)], key=key())


def test_a_hold_has_a_key_and_an_account_that_keeps(here):
    first = actions.hold(account=here.mei, amount=50, key="h")
    assert actions.hold(account=here.mei, amount=50, key="h").pk == first.pk
    with pytest.raises(errors.LedgerKeyReused):
        actions.hold(account=here.mei, amount=51, key="h")
    with pytest.raises(errors.NothingToHold):
        actions.hold(account=here.sales, amount=50, key=key())
    with pytest.raises(errors.NothingToHold):
        actions.hold(account=here.mei, amount=0, key=key())
    with pytest.raises(errors.InsufficientFunds):
        actions.hold(account=here.mei, amount=9_951, key=key())


def test_a_hold_whose_time_is_over_binds_nothing_without_any_sweeper(here, travel):
    start = now()
    with travel(start) as clock:
        held = actions.hold(
            account=here.mei, amount=8_000, key=key(), expires_at=start + timedelta(minutes=5)
        )
        clock.move(timedelta(minutes=5))
        assert free(here.mei) == 10_000
        with pytest.raises(errors.HoldExpired):
            actions.capture(hold=held, to=[Leg(here.sales, 8_000)], key=key())
        move(here, here.mei, here.sales, 9_000)
        assert Hold.objects.get().state == "released"
        assert events("ledger.hold_released")[-1].data["expired"] is True
        with pytest.raises(errors.HoldExpired):
            actions.capture(hold=held, to=[Leg(here.sales, 8_000)], key=key())
        with pytest.raises(errors.InsufficientFunds):
            actions.capture(hold=held, to=[Leg(here.sales, 8_000)], key=key(), honour=True)
        actions.capture(hold=held, to=[Leg(here.sales, 1_000)], key=key(), honour=True)
    assert free(here.mei) == 0
    clean(here.community)


def test_an_expired_hold_is_honoured_when_the_caller_says_so(here, travel):
    start = now()
    with travel(start) as clock:
        held = actions.hold(account=here.mei, amount=8_000, key=key(), expires_at=start)
        clock.move(timedelta(minutes=5))
        actions.capture(hold=held, to=[Leg(here.sales, 8_000)], key=key(), honour=True)
    assert (free(here.mei), Hold.objects.get().state) == (2_000, "captured")
    clean(here.community)


def test_expired_holds_are_swept(here, travel):
    start = now()
    with travel(start) as clock:
        actions.hold(account=here.mei, amount=8_000, key=key(), expires_at=start)
        actions.hold(account=here.mei, amount=1_000, key=key())
        clock.move(timedelta(minutes=5))
        assert len(queries.due_holds()) == 1
        assert (actions.release_due_holds(), actions.release_due_holds()) == (1, 0)
    clean(here.community)


def test_books_are_corrected_by_the_difference(here):
    first = move(here, here.mei, here.sales, 5_000)
    should = [Leg(here.mei, -3_000), Leg(here.sales, 3_000)]
    made = actions.correct(transfer=first, should=should, key="c1", memo="Wrong price")
    legs = set(Posting.objects.filter(transfer=made).values_list("account_id", "amount"))
    assert legs == {(here.mei.pk, 2_000), (here.sales.pk, -2_000)}
    assert (made.corrects_id, made.number, free(here.mei)) == (first.pk, 1, 7_000)
    assert actions.correct(transfer=first, should=should, key="c1").pk == made.pk
    with pytest.raises(errors.NothingToCorrect):
        actions.correct(transfer=first, should=should, key="c2")
    with pytest.raises(errors.NotCorrectable):
        actions.reverse(transfer=made, key="c3")
    gone = actions.reverse(transfer=first, key="c4")
    assert (gone.number, gone.kind, free(here.mei)) == (2, "reversal", 10_000)
    with pytest.raises(errors.LedgerKeyReused):
        actions.correct(transfer=first, should=should, key="c4")
    clean(here.community)


def test_a_correction_cannot_take_what_was_spent(here):
    first = top_up(here, here.li, 500)
    move(here, here.li, here.sales, 400)
    with pytest.raises(errors.InsufficientFunds):
        actions.reverse(transfer=first, key=key())
    clean(here.community)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"purpose": "nowhere", "unit": "CNY"}, errors.UnknownPurpose),
        ({"purpose": "wallet", "unit": "CNY"}, errors.UnknownPurpose),
        ({"purpose": "clearing", "unit": "CNY"}, errors.UnknownPurpose),
        ({"purpose": "sales", "unit": "CNY", "label": "x"}, errors.UnknownPurpose),
        ({"purpose": "sales", "unit": "shells"}, errors.UnknownUnit),
    ],
)
def test_accounts_are_for_something_that_is_known(here, wrong, error):
    with pytest.raises(error):
        actions.ensure_account(community=here.community, **wrong)


def test_store_credit_is_counted_apart_from_money(here):
    mei = here.people.mei
    credit = actions.ensure_account(
        community=here.community, purpose="wallet", unit="credit-CNY", person=mei
    )
    assert (credit.unit.kind, credit.unit.exponent, credit.pk != here.mei.pk) == ("credit", 2, True)
    assert {h.unit for h in queries.accounts_of(mei, here.community)} == {"CNY", "credit-CNY"}
