"""The database keeps the books by itself: a raw session can neither bend nor edit them."""

from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction

from qunluo.kernel.ids import uuid7
from qunluo.ledger import actions
from qunluo.ledger.actions import Leg
from tests.ledger.makers import books, clean, free, key, move, top_up

NOW = "'2026-01-01 00:00:00+00:00'"
UNSEALED = "(?i)foreign key|not sealed here"


@pytest.fixture
def here(transactional_db):
    """The books of a community; Mei has 100.00, of which 10.00 are held."""
    made = books()
    made.first = top_up(made, made.mei, 10_000)
    made.held = actions.hold(account=made.mei, amount=1_000, key=key())
    return made


def run(*statements):
    """Statements of a raw session, in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, given in statements:
            cursor.execute(sql, given)


def refused(match, *statements):
    with pytest.raises(DatabaseError, match=match):
        run(*statements)


def uid(value):
    return value.hex if connection.vendor == "sqlite" else value


def posting(transfer, account, amount):
    sql = "INSERT INTO ledger_posting (transfer_id, account_id, amount, place) VALUES (%s,%s,%s,0)"
    return sql, [uid(transfer), account.pk, amount]


def header(transfer, community, name="raw"):
    sql = (
        "INSERT INTO ledger_transfer (id, community_id, kind, key, digest, cause_type, cause_id,"
        f" memo, occurred_at, at) VALUES (%s, %s, 'payment', %s, 'd', '', '', '', {NOW}, {NOW})"
    )
    return sql, [uid(transfer), community.pk, name]


def test_a_raw_session_may_write_a_sound_transfer_and_the_balances_follow(here):
    new = uuid7()
    run(posting(new, here.mei, -300), posting(new, here.sales, 300), header(new, here.community))
    assert (free(here.mei), free(here.sales)) == (8_700, 300)
    clean(here.community)


def test_what_is_unbalanced_is_refused(here):
    new = uuid7()
    seal = header(new, here.community)
    refused("do not balance", posting(new, here.mei, -300), posting(new, here.sales, 299), seal)
    refused("at least two", posting(new, here.mei, -300), seal)
    refused("at least two", seal)


def test_units_are_balanced_one_by_one(here):
    issued = actions.ensure_account(community=here.community, purpose="issued", unit="points")
    new = uuid7()
    refused(
        "do not balance",
        posting(new, here.sales, -3), posting(new, issued, 3), header(new, here.community),
    )  # fmt: skip


def test_other_books_are_refused(here):
    other, new = books(), uuid7()
    refused(
        "other books",
        posting(new, other.fees, -3), posting(new, other.sales, 3), header(new, here.community),
    )  # fmt: skip


def test_an_account_that_does_not_exist_is_refused(here):
    new, nobody = uuid7(), SimpleNamespace(pk=2**40)
    legs = [posting(new, nobody, -3), posting(new, nobody, 3)]
    refused("other books", *legs, header(new, here.community))
    refused("other books", *legs, header(new, SimpleNamespace(pk=2**40)))


def test_a_forgotten_seal_fails_at_commit(here):
    new = uuid7()
    refused(UNSEALED, posting(new, here.mei, -300), posting(new, here.sales, 300))


def test_nothing_is_added_to_a_sealed_transfer(here):
    old = here.first.pk
    refused("sealed", posting(old, here.mei, 5), posting(old, here.sales, -5))
    new = uuid7()
    sound = [posting(new, here.mei, -3), posting(new, here.sales, 3), header(new, here.community)]
    refused("sealed", *sound, posting(new, here.mei, -5), posting(new, here.sales, 5))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_posting SET amount = amount * 2",
        "UPDATE ledger_posting SET account_id = account_id",
        "DELETE FROM ledger_posting",
        "UPDATE ledger_transfer SET kind = 'refund'",
        "UPDATE ledger_transfer SET key = 'other'",
        "UPDATE ledger_transfer SET memo = 'Another story'",
        "DELETE FROM ledger_transfer",
        "UPDATE ledger_account SET overdraws = NOT overdraws",
        "UPDATE ledger_account SET person_id = NULL, owner = 'system'",
        "DELETE FROM ledger_account",
        "UPDATE ledger_unit SET exponent = 0",
        "UPDATE ledger_balance SET posted = posted + 100000",
        "UPDATE ledger_balance SET held = 0",
        "DELETE FROM ledger_balance",
        "DELETE FROM ledger_hold",
        "UPDATE ledger_hold SET amount = amount * 2",
        "UPDATE ledger_hold SET expires_at = '2001-01-01'",
    ],
)
def test_history_is_not_edited(here, change):
    refused("append-only|ledger:", (change, []))
    clean(here.community)


def test_what_was_written_may_go_with_who_wrote_it(here):
    made = move(here, here.mei, here.sales, 5, memo="For the harvest")
    run(("UPDATE ledger_transfer SET memo = '' WHERE memo <> ''", []))
    made.refresh_from_db()
    assert made.memo == ""


def test_raw_postings_cannot_overdraw(here):
    new = uuid7()
    refused(
        "ledger_never_overdrawn",
        posting(new, here.mei, -9_001), posting(new, here.sales, 9_001),
        header(new, here.community),
    )  # fmt: skip


def test_a_hold_ends_once_and_only_with_what_it_says(here):
    pk = uid(here.held.pk)
    state = "UPDATE ledger_hold SET state = %s, resolved_at = " + NOW
    captured = state + ", captured = %s, capture_id = %s WHERE id = %s"
    refused("(?i)check", (state, ["captured"]))
    refused("ends once", (captured, ["captured", 500, uid(here.first.pk), pk]))
    refused(UNSEALED, (captured, ["captured", 500, uid(uuid7()), pk]))
    new = uuid7()
    legs = [posting(new, here.mei, -500), posting(new, here.sales, 500)]
    seal = header(new, here.community)
    refused("does not fit", (captured, ["captured", 400, uid(new), pk]), *legs, seal)
    run((captured, ["captured", 500, uid(new), pk]), *legs, seal)
    assert free(here.mei) == 9_500
    refused("ends once", (state, ["released"]))
    clean(here.community)


def test_a_released_hold_is_free_by_raw_sql_too(here):
    run((f"UPDATE ledger_hold SET state = 'released', resolved_at = {NOW}", []))
    assert free(here.mei) == 10_000
    refused("ends once", ("UPDATE ledger_hold SET state = 'held', resolved_at = NULL", []))
    clean(here.community)


def test_a_hold_begins_held_on_an_account_that_keeps(here):
    sql = (
        "INSERT INTO ledger_hold (id, community_id, account_id, amount, state, key, digest,"
        " cause_type, cause_id, placed_at, captured)"
        f" VALUES (%s,%s,%s,5,'held','k','','','',{NOW},0)"
    )
    refused("cannot be held", (sql, [uid(uuid7()), here.community.pk, here.sales.pk]))
    refused("cannot be held", (sql, [uid(uuid7()), books().community.pk, here.mei.pk]))


def test_a_balance_comes_with_its_account_and_no_other_way(here):
    sql = "INSERT INTO ledger_balance (account_id, posted, held) VALUES (%s, 5, 0)"
    refused("ledger:", (sql, [here.sales.pk]))


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="an SQLite way to write")
@pytest.mark.parametrize("table", ["posting", "transfer", "account", "balance", "hold", "unit"])
def test_nothing_is_replaced(here, table):
    refused(
        "(?i)append-only|ledger:|foreign key",
        (f"INSERT OR REPLACE INTO ledger_{table} SELECT * FROM ledger_{table}", []),
    )
    clean(here.community)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL knows who asks")
def test_a_balance_cannot_be_moved_by_a_transfer_that_counted_already(here):
    change = "UPDATE ledger_balance SET posted = posted + 10000, last = %s WHERE account_id = %s"
    refused("alone", (change, [uid(here.first.pk), here.mei.pk]))
    new = uuid7()
    early = "UPDATE ledger_balance SET posted = posted + 300, last = %s WHERE account_id = %s"
    refused(
        "alone",
        posting(new, here.mei, 300),
        posting(new, here.sales, -300),
        (early, [uid(new), here.mei.pk]),
        header(new, here.community),
    )


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize("table", ["posting", "transfer", "account", "balance", "hold", "unit"])
def test_nothing_is_truncated(here, table):
    refused("append-only|ledger:", (f"TRUNCATE ledger_{table} CASCADE", []))


def test_every_guard_is_there(here):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'")
        names = {row[0] for row in cursor.fetchall()}
    assert {
        "ledger_seal", "ledger_posting_sealed", "ledger_balance_moved", "ledger_hold_ends",
        "guard_ledger_posting_update", "guard_ledger_transfer_delete",
    } <= names  # fmt: skip


def test_a_leg_of_points_and_one_of_money_stand_in_one_transfer_when_each_balances(here):
    community = here.community
    issued = actions.ensure_account(community=community, purpose="issued", unit="points")
    other = actions.ensure_account(community=community, purpose="adjustments", unit="points")
    legs = [Leg(here.mei, -5), Leg(here.sales, 5), Leg(issued, -2), Leg(other, 2)]
    actions.post(community=community, kind="exchange", legs=legs, key=key())
    clean(community)
