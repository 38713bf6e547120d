"""Statements, the trial balance, points by hand, corrections by keepers, and who sees what."""

from datetime import timedelta
from uuid import uuid4

import pytest

from qunluo.community.errors import MembersOnly, PermissionMissing
from qunluo.kernel.clock import now
from qunluo.ledger import actions, errors, queries
from qunluo.ledger.actions import Leg
from qunluo.ledger.models import Posting, Transfer
from qunluo.people.actions import erase_person, export_person
from qunluo.people.errors import ErasureBlocked
from tests.community.makers import member, person
from tests.ledger.makers import books, clean, events, free, key, move, top_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    """The books of a community with somebody who keeps them; Mei has 100.00."""
    made = books()
    made.keeper = member(made.community, "Keeper", role="operator")
    made.first = top_up(made, made.mei, 10_000)
    return made


def give(here, actor=None, to=None, **wrong):
    said = {
        "actor": actor or here.keeper, "community": here.community,
        "person": to or here.people.mei, "points": 30, "reason": "Helped with the harvest",
        "key": key(),
    }  # fmt: skip
    return actions.give_points(**{**said, **wrong})


def test_points_are_given_with_a_reason_and_stand_in_the_log(here):
    made = give(here)
    wallet = queries.own_account(here.people.mei, here.community, unit="points")
    assert (free(wallet), made.memo, made.actor_id) == (
        30,
        "Helped with the harvest",
        here.keeper.pk,
    )
    told = events("ledger.points_given")[0]
    assert (told.audit, told.person_id, told.data["amount"]) == (True, here.people.mei.pk, 30)
    assert give(here, key=Transfer.objects.get(pk=made.pk).key).pk == made.pk
    clean(here.community)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"points": 0}, errors.InvalidEntry),
        ({"points": 1_000_001}, errors.InvalidEntry),
        ({"reason": " \0 "}, errors.InvalidEntry),
        ({"reason": "x" * 401}, errors.InvalidEntry),
        ({"key": ""}, errors.BadKey),
    ],
)
def test_points_that_make_no_sense_are_refused(here, wrong, error):
    with pytest.raises(error):
        give(here, **wrong)


def test_nobody_gives_points_to_themself_or_to_strangers_or_without_leave(here):
    with pytest.raises(errors.OwnAccount):
        give(here, to=here.keeper)
    with pytest.raises(errors.InvalidEntry):
        give(here, to=person("Stranger"))
    with pytest.raises(PermissionMissing):
        give(here, actor=here.people.li)
    with pytest.raises(MembersOnly):
        give(here, actor=person("Stranger"))


def test_a_keeper_corrects_with_a_reason(here):
    paid = move(here, here.mei, here.sales, 5_000)
    should = [Leg(here.mei, -3_000), Leg(here.sales, 3_000)]
    said = {"actor": here.keeper, "transfer": paid, "should": should}
    made = actions.correct_by_hand(**said, reason="Wrong price", key="c1")
    assert (free(here.mei), made.memo) == (7_000, "Wrong price")
    told = events("ledger.transfer_corrected")[0]
    assert (told.audit, told.data["correction_id"]) == (True, str(made.pk))
    with pytest.raises(errors.InvalidEntry):
        actions.correct_by_hand(**said, reason=" ", key="c2")
    actions.reverse_by_hand(actor=here.keeper, transfer=paid, reason="Came back", key="c3")
    assert free(here.mei) == 10_000
    clean(here.community)


def test_nobody_corrects_what_touches_their_own_account(here):
    mine = give(here, actor=here.people.owner, to=here.keeper)
    with pytest.raises(errors.OwnAccount):
        actions.reverse_by_hand(actor=here.keeper, transfer=mine, reason="Less", key=key())
    paid = move(here, here.sales, here.fees, 5)
    own = actions.ensure_account(
        community=here.community, purpose="wallet", unit="CNY", person=here.keeper
    )
    legs = [Leg(here.sales, -5), Leg(own, 5)]
    said = {"transfer": paid, "should": legs, "reason": "For me", "key": key()}
    with pytest.raises(errors.OwnAccount):
        actions.correct_by_hand(actor=here.keeper, **said)
    with pytest.raises(PermissionMissing):
        actions.correct_by_hand(actor=here.people.li, **said)


def test_a_keeper_who_goes_leaves_the_reasons_of_what_they_corrected(here):
    paid = move(here, here.mei, here.sales, 5, actor=here.keeper, memo="Between us")
    actions.reverse_by_hand(actor=here.keeper, transfer=paid, reason="Wrong price", key=key())
    erase_person(actor=here.keeper)
    told = Transfer.objects.filter(actor=here.keeper).order_by("pk")
    assert [one.memo for one in told] == ["", "Wrong price"]


def test_nobody_moves_their_own_account_after_the_correction_of_another(here):
    other = member(here.community, "Other", role="operator")
    paid = move(here, here.sales, here.fees, 50)
    own = actions.ensure_account(
        community=here.community, purpose="wallet", unit="CNY", person=here.keeper
    )
    legs = [Leg(here.sales, -50), Leg(own, 50)]
    by_other = {"actor": other, "transfer": paid, "reason": "It was theirs"}
    actions.correct_by_hand(**by_other, should=legs, key=key())
    with pytest.raises(errors.OwnAccount):
        actions.reverse_by_hand(actor=here.keeper, transfer=paid, reason="No", key=key())
    actions.reverse_by_hand(**by_other, key=key())


def test_points_that_were_spent_cannot_be_taken_back(here):
    made = give(here)
    wallet = queries.own_account(here.people.mei, here.community, unit="points")
    issued = actions.ensure_account(community=here.community, purpose="issued", unit="points")
    move(here, wallet, issued, 20, kind="exchange")
    with pytest.raises(errors.InsufficientFunds):
        actions.reverse_by_hand(actor=here.keeper, transfer=made, reason="Sorry", key=key())


def test_a_statement_runs_backwards_with_what_lay_there(here):
    for amount in (100, 200, 300):
        move(here, here.mei, here.sales, amount)
    page = queries.statement(here.mei, limit=3)
    assert [(one.amount, one.balance) for one in page.items] == [
        (-300, 9_400), (-200, 9_700), (-100, 9_900),
    ]  # fmt: skip
    rest = queries.statement(here.mei, after=page.next, limit=3)
    assert [(one.amount, one.balance) for one in rest.items] == [(10_000, 10_000)]
    assert [one.balance for one in queries.whole_statement(here.mei)] == [
        10_000, 9_900, 9_700, 9_400,
    ]  # fmt: skip
    assert queries.statement(here.li).items == []


def test_totals_of_a_stretch_of_time(here, travel):
    with travel(now() + timedelta(days=1)) as clock:
        since = clock.at
        move(here, here.mei, here.sales, 100)
        clock.move(timedelta(days=1))
        until = clock.at
        move(here, here.mei, here.sales, 50)
    told = queries.statement_totals(here.mei, since=since, until=until)
    assert (told.before, told.came, told.went, told.after) == (10_000, 0, 100, 9_900)
    lines = list(queries.whole_statement(here.mei, since=since, until=until))
    assert [(one.amount, one.balance) for one in lines] == [(-100, 9_900)]
    assert queries.statement_totals(here.mei).after == 9_850


def test_the_trial_balance_adds_up_to_nothing_now_and_at_any_moment(here, travel):
    with travel(now() + timedelta(days=1)) as clock:
        move(here, here.mei, here.sales, 2_500)
        give(here)
        before = clock.at
        clock.move(timedelta(days=1))
        move(here, here.mei, here.fees, 30)
        lines = queries.trial_balance(here.community, viewer=here.keeper)
        then = queries.trial_balance(here.community, viewer=here.keeper, at=before)
    told = {(one.unit, one.purpose.code): (one.accounts, one.total) for one in lines}
    assert told == {
        ("CNY", "wallet"): (2, 7_470), ("CNY", "sales"): (1, 2_500), ("CNY", "fees"): (1, 30),
        ("CNY", "clearing"): (1, -10_000), ("points", "wallet"): (1, 30),
        ("points", "issued"): (1, -30),
    }  # fmt: skip
    old = {(one.unit, one.purpose.code): one.total for one in then}
    assert (old["CNY", "fees"], old["CNY", "wallet"]) == (0, 7_500)
    for found in (lines, then):
        assert sum(one.total for one in found if one.unit == "CNY") == 0
    with pytest.raises(PermissionMissing):
        queries.trial_balance(here.community, viewer=here.people.mei)


def test_a_transfer_is_seen_by_whom_it_touched_and_by_keepers(here):
    legs = [Leg(here.mei, -5), Leg(here.li, 5)]
    made = actions.post(community=here.community, kind="payment", legs=legs, key=key())
    seen = queries.get_transfer(made.pk, viewer=here.people.mei)
    assert [leg.person.name if leg.person else None for leg in seen.legs] == ["Mei", None]
    books_seen = queries.get_transfer(made.pk, viewer=here.keeper)
    assert [leg.person.name for leg in books_seen.legs] == ["Mei", "Li"]
    for who in (None, person("Stranger"), member(here.community, "Bo")):
        with pytest.raises(errors.TransferNotFound):
            queries.get_transfer(made.pk, viewer=who)
        with pytest.raises(errors.AccountNotFound):
            queries.get_account(here.mei.pk, viewer=who)
    with pytest.raises(errors.TransferNotFound):
        queries.get_transfer(uuid4(), viewer=here.keeper)
    assert queries.get_account(here.mei.pk, viewer=here.people.mei).amounts.free == 9_995


def test_what_was_booked_is_listed_with_its_legs(here):
    move(here, here.mei, here.sales, 5)
    page = queries.transfers(here.community, viewer=here.keeper, limit=1)
    assert [leg.amount for leg in page.items[0].legs] == [-5, 5]
    rest = queries.transfers(here.community, viewer=here.keeper, after=page.next)
    assert [one.kind.code for one in rest.items] == ["topup"]
    found = queries.wallets_matching(here.community, viewer=here.keeper, words="me")
    assert [(one.account.person.name, one.amounts.posted) for one in found] == [("Mei", 9_995)]


def test_own_data_has_every_movement_and_erasure_leaves_the_numbers_alone(here):
    give(here)
    actions.hold(account=here.mei, amount=5, key=key())
    mei = here.people.mei
    told = queries.own_documents(mei)
    assert [one["amount"] for one in told["movements"]] == [10_000, 30]
    assert (len(told["held"]), told["booked_by_me"]) == (1, [])
    assert b"ledger/movements.json" in export_person(actor=mei)
    with pytest.raises(ErasureBlocked, match="held back"):
        erase_person(actor=mei)
    actions.release(hold=queries.open_holds(here.mei)[0])
    with pytest.raises(ErasureBlocked, match="100.00"):
        erase_person(actor=mei)
    move(here, here.mei, here.clearing, 10_000, kind="payout", memo="To her bank")
    erase_person(actor=mei)
    assert [one.kind for one in Transfer.objects.exclude(memo="")] == ["points"]
    assert Posting.objects.filter(account__person=mei).count() == 3
    clean(here.community)
