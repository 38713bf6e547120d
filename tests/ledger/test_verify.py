"""`verify` finds every kind of damage; each is planted here with the guards taken away."""

from contextlib import contextmanager

import pytest
from django.db import connection

from qunluo.kernel.ids import uuid7
from qunluo.ledger import actions, queries
from qunluo.ledger.actions import Leg
from tests.ledger.makers import books, clean, key, move, top_up
from tests.ledger.test_guards import NOW, header, posting, run, uid

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def here():
    """Books with something of everything in them."""
    made = books()
    made.first = top_up(made, made.mei, 10_000)
    made.open = actions.hold(account=made.mei, amount=1_000, key=key())
    taken = actions.hold(account=made.mei, amount=500, key=key())
    actions.capture(hold=taken, to=[Leg(made.sales, 300)], key=key())
    made.taken = taken
    wrong = move(made, made.mei, made.sales, 700)
    made.fixed = actions.reverse(transfer=wrong, key=key())
    return made


@contextmanager
def unguarded():
    """No trigger and no constraint looks while the damage is done."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            guards = cursor.fetchall()
            for name, _sql in guards:
                cursor.execute(f'DROP TRIGGER "{name}"')
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            yield cursor
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
            cursor.execute("PRAGMA foreign_keys = ON")
            for _name, sql in guards:
                cursor.execute(sql)
        else:
            cursor.execute("SET session_replication_role = replica")
            yield cursor
            cursor.execute("SET session_replication_role = origin")


def damage(*statements):
    with unguarded() as cursor:
        for sql, given in statements:
            cursor.execute(sql, given)


def found(here):
    return set(queries.verify(community_id=here.community.pk).rows)


def test_sound_books_are_clean(here):
    proof = clean(here.community)
    assert (proof.transfers, proof.accounts, proof.holds) == (4, 5, 2)
    assert clean().transfers == 4


def test_one_changed_amount_is_found_and_named(here):
    damage(
        (
            "UPDATE ledger_posting SET amount = 9999 WHERE transfer_id = %s AND amount > 0",
            [uid(here.first.pk)],
        )
    )
    proof = queries.verify(community_id=here.community.pk)
    assert proof.rows == {"unbalanced": [str(here.first.pk)], "posted": [str(here.mei.pk)]}
    assert not proof.clean
    assert queries.verify(community_id=books().community.pk).clean


def test_a_moved_posting_is_found(here):
    damage(
        (
            "UPDATE ledger_posting SET account_id = %s WHERE account_id = %s AND amount > 5000",
            [here.li.pk, here.mei.pk],
        )
    )
    assert found(here) == {"posted", "overdrawn"}


def test_a_changed_balance_and_a_changed_hold_are_found(here):
    damage(("UPDATE ledger_balance SET posted = posted + 1 WHERE posted > 0", []))
    assert found(here) == {"posted"}
    damage(("UPDATE ledger_balance SET posted = posted - 1, held = held + 5 WHERE posted > 0", []))
    assert found(here) == {"held"}


def test_a_lost_seal_and_lost_postings_are_found(here):
    damage(("DELETE FROM ledger_posting WHERE transfer_id = %s", [uid(here.first.pk)]))
    assert {"empty", "posted", "overdrawn"} == found(here)
    new = uuid7()
    damage(posting(new, here.sales, 4), posting(new, here.fees, -4))
    assert "unsealed" in found(here)


def test_a_posting_in_other_books_is_found(here):
    other, new = books(), uuid7()
    damage(posting(new, other.fees, 4), posting(new, other.sales, -4), header(new, here.community))
    assert set(queries.verify().rows) == {"books"}
    damage(
        ("UPDATE ledger_account SET unit_id = %s WHERE id = %s", [here.mei.unit_id, other.li.pk])
    )
    assert found(other) == {"books", "units"}


def test_an_overdraft_that_was_made_good_later_is_found(here):
    first, second = uuid7(), uuid7()
    damage(
        posting(first, here.li, -50), posting(first, here.sales, 50),
        header(first, here.community, "a"),
        posting(second, here.li, 50), posting(second, here.sales, -50),
        header(second, here.community, "b"),
    )  # fmt: skip
    assert found(here) == {"overdrawn"}


def test_a_hold_that_was_captured_twice_or_too_high_is_found(here):
    damage(("UPDATE ledger_hold SET captured = 400 WHERE state = 'captured'", []))
    assert found(here) == {"holds"}
    damage(
        ("UPDATE ledger_hold SET captured = 300, capture_id = %s WHERE captured > 0",
         [uid(here.first.pk)])
    )  # fmt: skip
    assert found(here) == {"holds"}


def test_a_correction_of_a_correction_is_found(here):
    damage(
        (
            "UPDATE ledger_transfer SET corrects_id = %s, number = 9 WHERE id = %s",
            [uid(here.fixed.pk), uid(here.first.pk)],
        )
    )
    assert found(here) == {"corrections"}


def test_a_lost_balance_is_found(here):
    damage(("DELETE FROM ledger_balance WHERE account_id = %s", [here.li.pk]))
    assert found(here) == {"unkept"}


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL keeps whole numbers alone")
def test_fractions_are_found(here):
    damage(("UPDATE ledger_posting SET amount = amount * 1.001", []))
    assert "fractions" in found(here)
    damage(("UPDATE ledger_hold SET amount = amount + 0.5 WHERE state = 'held'", []))
    assert "holds" in found(here)


def test_an_account_that_is_not_as_its_purpose_says_is_found(here):
    damage(("UPDATE ledger_account SET label = 'mine' WHERE id = %s", [here.li.pk]))
    assert queries.verify(community_id=here.community.pk).rows == {"purposes": [str(here.li.pk)]}


def test_lost_accounts_are_found(here):
    damage(("DELETE FROM ledger_account", []))
    assert set(queries.verify().rows) == {"books"}


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL knows a UUID")
def test_an_id_that_is_none_is_named_as_it_is(here):
    change = "UPDATE ledger_{} SET {} = 'nothing' WHERE {} = %s"
    damage(
        (change.format("transfer", "id", "id"), [uid(here.first.pk)]),
        (change.format("posting", "transfer_id", "transfer_id"), [uid(here.first.pk)]),
        ("UPDATE ledger_posting SET amount = 1 WHERE transfer_id = 'nothing'", []),
    )
    assert queries.verify().rows["unbalanced"] == ["nothing"]


def test_an_account_that_stands_twice_in_a_transfer_is_sound(here):
    legs = [Leg(here.li, -50), Leg(here.li, 80), Leg(here.sales, -30)]
    made = actions.post(community=here.community, kind="refund", legs=legs, key=key())
    assert [one.amount for one in made.postings.order_by("place")] == [30, -30]
    new = uuid7()
    raw = [posting(new, here.li, -500), posting(new, here.li, 510), posting(new, here.sales, -10)]
    run(*raw, header(new, here.community))
    clean(here.community)


def test_windows_of_any_size_see_the_same(here, monkeypatch):
    seen = []
    damage(("UPDATE ledger_posting SET amount = amount + 1 WHERE amount = 300", []))
    for transfers, accounts in ((1, 1), (2, 3), (3, 2), (100, 100)):
        monkeypatch.setattr("qunluo.ledger.queries.proof.TRANSFERS", transfers)
        monkeypatch.setattr("qunluo.ledger.queries.proof.ACCOUNTS", accounts)
        steps = []
        proof = queries.verify(progress=lambda done, total, _note, s=steps: s.append((done, total)))
        seen.append(proof.rows)
        assert steps[-1][0] == steps[-1][1]
    assert all(one == seen[0] for one in seen), seen
    assert set(seen[0]) == {"unbalanced"}
    assert NOW
