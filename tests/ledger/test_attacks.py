"""What was tried on the books by raw sessions, and is refused; on either database."""

import threading
from contextlib import suppress

import pytest
from django.db import DatabaseError, connection, transaction

from qunluo.kernel.ids import uuid7
from qunluo.kernel.models import EventRecord
from qunluo.ledger import actions, queries
from qunluo.ledger.models import Account, Hold, Posting, Transfer, Unit
from tests.ledger.makers import books, clean, free, key, move, top_up
from tests.ledger.test_guards import NOW, header, posting, refused, run, uid

sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="a way of SQLite")
postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="a way of PostgreSQL")


@pytest.fixture
def here(transactional_db):
    """The books of a community; Mei has 100.00, of which 10.00 are held, and Li has 1.00."""
    made = books()
    made.first = top_up(made, made.mei, 10_000)
    made.second = top_up(made, made.li, 100)
    made.held = actions.hold(account=made.mei, amount=1_000, key=key())
    return made


def told():
    """Everything that the books say, row by row."""
    tables = (Unit, Account, Transfer, Posting, Hold)
    rows = [list(table.objects.order_by("pk").values_list()) for table in tables]
    return rows, queries.balances(Account.objects.all())


def in_vain(here, *statements):
    """Try statements; refused or passed over, the books say afterwards what they said before."""
    before = told()
    with suppress(DatabaseError):
        run(*statements)
    assert told() == before
    clean(here.community)


def sound(here, transfer, amount=300):
    return posting(transfer, here.mei, -amount), posting(transfer, here.sales, amount)


def over(statement, verb):
    """A statement with another way to resolve conflicts."""
    sql, given = statement
    return sql.replace("INSERT INTO", f"INSERT OR {verb} INTO"), given


def either(statement):
    sql, given = statement
    return f"{sql} ON CONFLICT DO NOTHING", given


@pytest.mark.parametrize("name", ["raw", "taken"])
def test_a_transfer_that_is_passed_over_moves_nothing(here, name):
    new = uuid7()
    run(*sound(here, new), header(new, here.community, "taken"))
    in_vain(here, either(header(new, here.community, name)))
    other = uuid7()
    in_vain(here, *sound(here, other), either(header(other, here.community, "taken")))


def test_a_transfer_is_not_sealed_twice_by_one_statement(here):
    new = uuid7()
    sql, given = header(new, here.community)
    twice = sql + sql[sql.index(" VALUES") + len(" VALUES") :].join([",", ""])
    with suppress(DatabaseError):
        run(*sound(here, new), either((twice, [*given, *given])))
    moved = 300 * Transfer.objects.filter(pk=new).count()
    assert free(here.mei) == 9_000 - moved
    clean(here.community)


@sqlite
def test_a_balance_does_not_move_by_what_cannot_be_compared(here):
    change = "UPDATE ledger_balance SET posted = 99999999, last = %s WHERE account_id = %s"
    refused("alone", (change, [uid(uuid7()), here.mei.pk]))
    refused("alone", (change, [None, here.mei.pk]))
    refused("(?i)alone|overdrawn|not null", ("UPDATE ledger_balance SET posted = NULL", []))


@sqlite
def test_the_postings_of_an_unsealed_transfer_count_once(here):
    one, two = uuid7(), uuid7()
    gain = [posting(one, here.mei, 300), posting(one, here.sales, -300)]
    by = "UPDATE ledger_balance SET posted = posted + %s, last = %s WHERE account_id = %s"
    early = by, [300, uid(one), here.mei.pk]
    other = by, [-5, uid(two), here.mei.pk]
    seals = header(one, here.community, "one"), header(two, here.community, "two")
    loss = sound(here, two, 5)
    refused("alone", *gain, *loss, early, other, *seals)
    refused("alone", *gain, *loss, early, seals[1], seals[0])
    refused("alone", *gain, early, early, seals[0])


@sqlite
@pytest.mark.parametrize("verb", ["IGNORE", "REPLACE", "FAIL", "ROLLBACK"])
def test_nothing_overdraws_whatever_is_to_happen_on_conflict(here, verb):
    new = uuid7()
    in_vain(here, *sound(here, new, 20_000), over(header(new, here.community), verb))
    hold = (
        "INSERT INTO ledger_hold (id, community_id, account_id, amount, state, key, digest,"
        " cause_type, cause_id, placed_at, captured)"
        f" VALUES (%s,%s,%s,%s,'held','k','','','',{NOW},0)"
    )
    in_vain(here, over((hold, [uid(uuid7()), here.community.pk, here.mei.pk, 9_001]), verb))


@sqlite
def test_a_transfer_without_a_key_is_not_passed_over_after_it_moved(here):
    new = uuid7()
    in_vain(here, *sound(here, new), over(header(new, here.community, ""), "IGNORE"))
    in_vain(
        here, *sound(here, new), over(header(new, here.community, ""), "IGNORE"),
        header(new, here.community, "then"),
    )  # fmt: skip


@sqlite
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE OR REPLACE ledger_transfer SET rowid = %s, memo = '' WHERE id = '%s'",
        "UPDATE OR REPLACE ledger_hold SET rowid = %s, state = 'released', resolved_at = 1"
        " WHERE id <> '%s'",
        "UPDATE OR REPLACE kernel_eventrecord SET rowid = %s, xid = 0 WHERE name <> '%s'",
    ],
)
def test_no_row_takes_the_place_of_another(here, change):
    actions.hold(account=here.mei, amount=5, key=key())
    with connection.cursor() as cursor:
        cursor.execute("SELECT rowid FROM ledger_transfer WHERE id = %s", [here.second.pk.hex])
        place = cursor.fetchone()[0]
    log = list(EventRecord.objects.order_by("pk").values_list())
    displace = change % (place, here.first.pk.hex), []
    refused("append-only|ends once", displace)
    in_vain(here, displace, header(here.second.pk, here.community, "again"))
    assert list(EventRecord.objects.order_by("pk").values_list()) == log


@sqlite
def test_no_new_row_takes_the_place_of_an_old_one(here):
    key_of = Transfer.objects.get(pk=here.first.pk).key
    new = uuid7()
    in_vain(here, *sound(here, new), over(header(new, here.community, key_of), "REPLACE"))
    sql, given = over(header(new, here.community, "placed"), "REPLACE")
    sql = sql.replace("(id,", "(rowid, id,").replace("(%s, %s, 'pay", "(1, %s, %s, 'pay")
    in_vain(here, *sound(here, new), (sql, given))
    hold = (
        "INSERT OR REPLACE INTO ledger_hold (rowid, id, community_id, account_id, amount, state,"
        " key, digest, cause_type, cause_id, placed_at, resolved_at, captured)"
        " SELECT rowid, %s, community_id, account_id, 1, 'released', 'k', '', '', '',"
        f" {NOW}, {NOW}, 0 FROM ledger_hold"
    )
    in_vain(here, (hold, [uid(uuid7())]))


@sqlite
@pytest.mark.parametrize("table", ["unit", "account"])
def test_what_is_open_stays_where_it_is(here, table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ledger_{table} LIMIT 1")
        names = [column[0] for column in cursor.description if column[0] != "id"]
    columns = ", ".join(names)
    shifted = columns.replace("overdraws", "NOT overdraws").replace("exponent", "0")
    again = (
        f"INSERT OR REPLACE INTO ledger_{table} (id, {columns}) SELECT id + 5000, {shifted}"
        f" FROM ledger_{table}"
    )
    in_vain(here, (again, []))


@sqlite
@pytest.mark.parametrize("amount", [0.5, "lots", "5.5"])
def test_fractions_and_words_are_no_amounts(here, amount):
    new = uuid7()
    sql, given = posting(new, here.mei, 0)
    refused("ledger:", (sql, [*given[:2], amount]))
    assert free(here.mei) == 9_000


@sqlite
def test_one_id_is_not_written_in_two_ways(here):
    new = uuid7()
    with_name = [(sql, [new.hex.upper(), *given[1:]]) for sql, given in sound(here, new)]
    sql, given = header(new, here.community)
    refused("32 small digits", *with_name, (sql, [new.hex.upper(), *given[1:]]))
    refused("32 small digits", *sound(here, new), (sql, [str(new), *given[1:]]))


HISTORY = (
    "INSERT INTO ledger_hold (id, community_id, account_id, amount, state, key, digest, cause_type,"
    " cause_id, placed_at, resolved_at, captured, capture_id)"
    f" VALUES (%s,%s,%s,5000,'captured','k','','','',{NOW},{NOW},%s,%s)"
)


def test_a_captured_hold_is_not_made_up(here):
    paid = move(here, here.mei, here.sales, 500)
    for amount, transfer in ((400, paid.pk), (500, here.first.pk), (500, uuid7())):
        given = [uid(uuid7()), here.community.pk, here.mei.pk, amount, uid(transfer)]
        refused("(?i)cannot be held|foreign key", (HISTORY, given))
    taken = actions.hold(account=here.mei, amount=50, key=key())
    made = actions.capture(hold=taken, to=[actions.Leg(here.sales, 50)], key=key())
    given = [uid(uuid7()), here.community.pk, here.mei.pk, 50, uid(made.pk)]
    refused("(?i)cannot be held|unique", (HISTORY, given))
    clean(here.community)


def test_a_wallet_that_may_be_overdrawn_is_not_opened(here):
    sql = (
        "INSERT INTO ledger_account (community_id, unit_id, owner, person_id, purpose, label,"
        f" overdraws, opened_at) VALUES (%s, %s, 'person', %s, 'wallet', 'mine', %s, {NOW})"
    )
    given = [here.community.pk, here.mei.unit_id, here.people.mei.pk, True]
    refused("nobody_overdraws_a_wallet", (sql, given))


def test_a_hold_that_lapsed_is_given_up_once_and_nothing_else(here):
    pk = uid(here.held.pk)
    end = (
        f"UPDATE ledger_hold SET state = 'released', resolved_at = {NOW}, lapsed = %s WHERE id = %s"
    )
    refused("what_lapsed_was_let_go", (end, [True, pk]))
    run((end, [False, pk]))
    refused("ends once", ("UPDATE ledger_hold SET lapsed = %s WHERE id = %s", [True, pk]))
    assert free(here.mei) == 10_000


@postgresql
@pytest.mark.parametrize(
    "shadow",
    [
        "ledger_account AS SELECT id, community_id, unit_id, true AS overdraws"
        " FROM public.ledger_account",
        "ledger_balance (account_id bigint, posted bigint, held bigint, last uuid)",
    ],
)
def test_a_temporary_table_does_not_stand_before_the_books(here, shadow):
    new = uuid7()
    statements = [*sound(here, new, 20_000), header(new, here.community)]
    named = [(sql.replace("INTO ledger", "INTO public.ledger"), given) for sql, given in statements]
    refused("never_overdrawn", (f"CREATE TEMP TABLE {shadow}", []), *named)


@postgresql
def test_an_empty_temporary_table_does_not_open_a_sealed_transfer(here):
    named = [
        (sql.replace("INTO ledger", "INTO public.ledger"), given)
        for sql, given in sound(here, here.first.pk)
    ]
    shadow = "CREATE TEMP TABLE ledger_transfer (LIKE public.ledger_transfer)"
    refused("sealed", (shadow, []), *named)
    clean(here.community)


def add_while_another_seals(here, race):
    """Add legs to a transfer that another session has sealed and not yet committed."""
    new = uuid7()
    sealed, added, done = threading.Event(), threading.Event(), threading.Event()

    def first():
        with transaction.atomic():
            run(*sound(here, new, 5), header(new, here.community))
            sealed.set()
            added.wait(timeout=10)
        done.set()
        return 0

    def second():
        with transaction.atomic():
            sealed.wait(timeout=10)
            run(*sound(here, new, 5))
            added.set()
            done.wait(timeout=10)
        return 1

    return race(2, lambda number: second() if number else first())


@pytest.fixture
def unguarded(transactional_db):
    """Without the trigger that asks at commit; the foreign key it stands for is back."""
    key = (
        "ALTER TABLE ledger_posting ADD CONSTRAINT as_before FOREIGN KEY (transfer_id)"
        " REFERENCES ledger_transfer (id) DEFERRABLE INITIALLY DEFERRED"
    )
    run((key, []), ("ALTER TABLE ledger_posting DISABLE TRIGGER ledger_posting_here", []))
    yield
    run(
        ("ALTER TABLE ledger_posting DROP CONSTRAINT as_before", []),
        ("ALTER TABLE ledger_posting ENABLE TRIGGER ledger_posting_here", []),
    )


@postgresql
def test_without_the_guard_two_sessions_add_to_a_sealed_transfer(here, unguarded, race):
    assert add_while_another_seals(here, race).winners == 2
    assert set(queries.verify(community_id=here.community.pk).rows) == {"posted"}


@postgresql
def test_nobody_adds_to_a_transfer_that_another_session_seals(here, race):
    outcome = add_while_another_seals(here, race)
    assert (outcome.results, len(outcome.errors)) == ([0], 1)
    assert "not sealed here" in str(outcome.errors[0])
    clean(here.community)
