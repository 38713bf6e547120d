"""Books move with their community: in the order in which they counted, and their keys with them."""

from datetime import timedelta

import pytest

from qunluo.growth import actions
from qunluo.kernel.clock import now
from qunluo.ledger import actions as ledger
from qunluo.ledger import errors
from qunluo.ledger.actions import Cause, Leg, Wanted
from tests.ledger.makers import books, clean, free, move, top_up

pytestmark = pytest.mark.django_db
ORDER = Cause("order", "7")


@pytest.fixture
def here(travel):
    """Books of a day on which the clock was set back by an hour, with something of everything."""
    made = books()
    with travel(now()) as clock:
        made.first = top_up(made, made.mei, 10_000, key="top-up")
        clock.move(-timedelta(hours=1))
        made.paid = move(made, made.mei, made.sales, 9_000, key="pay", cause=ORDER)
        should = [Leg(made.mei, -8_000), Leg(made.sales, 8_000)]
        ledger.correct(transfer=made.paid, should=should, key="correct")
        held = ledger.hold(account=made.mei, amount=500, key="hold", cause=ORDER)
        ledger.capture(hold=held, to=[Leg(made.sales, 400)], key="capture")
        late = ledger.hold(
            account=made.mei, amount=70, key="late", expires_at=now() + timedelta(minutes=1)
        )
        clock.move(timedelta(minutes=5))
        ledger.release_due_holds()
        ledger.capture(hold=late, to=[Leg(made.sales, 60)], key="honoured", honour=True)
    return made


@pytest.fixture
def copy(here, tmp_path):
    """The same books, come back beside the original."""
    actions.export_community(here.community, tmp_path / "one.zip")
    made = actions.restore_community(tmp_path / "one.zip", slug="copy")
    wanted = [Wanted("wallet", "CNY", here.people.mei), Wanted("sales", "CNY")]
    made.mei, made.sales = ledger.ensure_accounts(community=made, wanted=wanted)
    made.clearing = ledger.ensure_account(
        community=made, purpose="clearing", unit="CNY", label="sandbox"
    )
    return made


def test_books_come_back_although_the_clock_was_set_back(here, copy):
    clean(copy)
    assert (free(here.mei), free(here.sales)) == (1_540, 8_460)
    assert (free(copy.mei), free(copy.sales)) == (1_540, 8_460)


def test_old_keys_stand_for_what_they_stood_for(copy):
    legs = [Leg(copy.mei, -9_000), Leg(copy.sales, 9_000)]
    said = {"community": copy, "kind": "payment", "key": "pay", "cause": ORDER}
    again = ledger.post(**said, legs=legs)
    assert again.community_id == copy.pk
    other = [Leg(copy.mei, -1), Leg(copy.sales, 1)]
    for wrong in (
        {"legs": other},
        {"legs": legs, "kind": "refund"},
        {"legs": legs, "cause": Cause()},
    ):
        with pytest.raises(errors.LedgerKeyReused):
            ledger.post(**{**said, **wrong})
    should = [Leg(copy.mei, -8_000), Leg(copy.sales, 8_000)]
    assert ledger.correct(transfer=again, should=should, key="correct").number == 1
    with pytest.raises(errors.LedgerKeyReused):
        ledger.reverse(transfer=again, key="correct")
    assert free(copy.mei) == 1_540


def test_old_keys_of_holds_stand_for_what_they_held(copy):
    held = ledger.hold(account=copy.mei, amount=500, key="hold", cause=ORDER)
    assert held.state == "captured"
    with pytest.raises(errors.LedgerKeyReused):
        ledger.hold(account=copy.mei, amount=501, key="hold", cause=ORDER)
    to = [Leg(copy.sales, 400)]
    assert ledger.capture(hold=held, to=to, key="capture").hold.pk == held.pk
    late = copy.holds.get(key="late")
    assert ledger.capture(hold=late, to=[Leg(copy.sales, 60)], key="honoured", honour=True)
    with pytest.raises(errors.LedgerKeyReused):
        ledger.capture(hold=late, to=[Leg(copy.sales, 60)], key="capture", honour=True)
    with pytest.raises(errors.HoldResolved):
        ledger.capture(hold=late, to=[Leg(copy.sales, 60)], key="once more", honour=True)
    clean(copy)
