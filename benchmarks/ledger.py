"""The books: what the guard costs, what a whole posting costs, and how fast all is proven.

The guard is measured beside the same rows in tables of the same shape without trigger, check or
foreign key, whose balances are moved by hand. Time is that of one core: our CPU and that of the
PostgreSQL process that serves us.
"""

import resource
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import django

from benchmarks.events import cpu
from benchmarks.row import Row

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from qunluo.community.actions import create_community  # noqa: E402
from qunluo.community.ports import Seed  # noqa: E402
from qunluo.kernel.clock import now  # noqa: E402
from qunluo.kernel.ids import uuid7  # noqa: E402
from qunluo.kernel.tx import write_tx  # noqa: E402
from qunluo.ledger import actions, queries  # noqa: E402
from qunluo.ledger.actions import Leg, Wanted  # noqa: E402
from qunluo.ledger.models import Account  # noqa: E402
from qunluo.people.actions import register_person  # noqa: E402
from qunluo.people.models import Person  # noqa: E402

ROUNDS, TRANSFERS, AT_ONCE = 5, 1_000, 50
POSTED = 400
BOOKED, WALLETS, HOLDS = 1_000_000, 20_000, 20_000
HEADER = (
    "INSERT INTO {table}_transfer (id, community_id, kind, key, digest, cause_type, cause_id,"
    " actor_id, memo, occurred_at, at, corrects_id, number)"
    " VALUES (%s, %s, 'payment', %s, %s, '', '', NULL, '', %s, %s, NULL, NULL)"
)
LEGS = (
    "INSERT INTO {table}_posting (transfer_id, account_id, amount, place)"
    " VALUES (%s, %s, %s, 0), (%s, %s, %s, 1)"
)
MOVE = "UPDATE bench_balance SET posted = posted + %s, last = %s WHERE account_id = %s"


def run(database_url: str) -> list[Row]:
    """Measure the guard, the posting and the proof."""
    call_command("migrate", verbosity=0)
    owner = register_person(name="Owner")
    community = create_community(
        actor=owner,
        name="Farm",
        sentence="Rice.",
        seed=Seed(blueprint="t02", values={}),
        slug="farm",
    )
    wanted = [Wanted("wallet", "CNY", owner), Wanted("sales", "CNY"), Wanted("issued", "CNY")]
    wallet, sales, issued = actions.ensure_accounts(community=community, wanted=wanted)
    actions.post(
        community=community,
        kind="topup",
        key="start",
        legs=[Leg(issued, -(10**12)), Leg(wallet, 10**12)],
    )
    return [*guard(wallet, sales), posting(wallet, sales), *proof(wallet, sales)]


def guard(wallet: Account, sales: Account) -> list[Row]:
    """Sealed transfers per second of a core, as a share of bare ones; the best round of each.

    One to a transaction, as they are booked, and fifty, where nothing but the guard is left.
    """
    bare_tables(wallet)
    rows, bar = [], 0.4 if connection.vendor == "sqlite" else 0.7
    for at_once in (1, AT_ONCE):
        sealed, bare = [], []
        for number in range(ROUNDS):
            name = f"{at_once}:{number}"
            bare.append(cpu(lambda n=name, k=at_once: write(wallet, sales, "bench", n, k)))
            sealed.append(cpu(lambda n=name, k=at_once: write(wallet, sales, "ledger", n, k)))
        ours, raw = TRANSFERS / min(sealed), TRANSFERS / min(bare)
        note = f"{ours:,.0f}/s sealed, {raw:,.0f}/s bare; best of {ROUNDS}"
        what = f"sealed, share of bare: {at_once} to a transaction"
        rows.append(Row(what, ours / raw, "", bar, at_most=False, note=note))
    return rows


def bare_tables(wallet: Account) -> None:
    """Tables of the same columns and indexes, which anybody may write anything into."""
    with connection.cursor() as cursor:
        for name in ("transfer", "posting", "balance"):
            shape = columns(f"ledger_{name}")
            cursor.execute(f"CREATE TABLE bench_{name} ({shape})")
        cursor.execute("CREATE UNIQUE INDEX bench_key ON bench_transfer (community_id, key)")
        cursor.execute("CREATE INDEX bench_time ON bench_transfer (community_id, id DESC)")
        cursor.execute("CREATE INDEX bench_of ON bench_posting (transfer_id)")
        cursor.execute("CREATE INDEX bench_statement ON bench_posting (account_id, id, amount)")
        cursor.execute(
            "INSERT INTO bench_balance (account_id, posted, held) VALUES (%s, %s, 0)",
            [wallet.pk, 10**12],
        )


def columns(table: str) -> str:
    """The columns of a table as ours are, with its primary key and nothing else."""
    keys = {"ledger_posting": "id", "ledger_balance": "account_id", "ledger_transfer": "id"}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA table_info({table})")
            told = [(row[1], row[2]) for row in cursor.fetchall()]
        else:
            cursor.execute(
                "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
                " WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum",
                [table],
            )
            told = cursor.fetchall()
    own = (
        "integer PRIMARY KEY AUTOINCREMENT"
        if connection.vendor == "sqlite"
        else "bigserial PRIMARY KEY"
    )
    return ", ".join(
        f"{name} {own}" if table == "ledger_posting" and name == "id"
        else f"{name} {kind} PRIMARY KEY" if name == keys[table]
        else f"{name} {kind}"
        for name, kind in told
    )  # fmt: skip


def write(wallet: Account, sales: Account, table: str, name: str, at_once: int) -> None:
    """Write transfers of two legs; without the guard, the balance is moved by a statement more."""
    header, legs = HEADER.format(table=table), LEGS.format(table=table)
    sqlite, moment = connection.vendor == "sqlite", now()
    for start in range(0, TRANSFERS, at_once):
        with write_tx(), connection.cursor() as cursor:
            for one in range(start, start + at_once):
                uid: UUID | str = uuid7()
                uid = uid.hex if sqlite else uid
                cursor.execute(legs, [uid, wallet.pk, -5, uid, sales.pk, 5])
                key = f"{table}:{name}:{one}"
                cursor.execute(header, [uid, wallet.community_id, key, "d" * 64, moment, moment])
                if table == "bench":
                    cursor.execute(MOVE, [-5, uid, wallet.pk])


def posting(wallet: Account, sales: Account) -> Row:
    """Queries and CPU of the whole action: lock, key, rows, event and commit."""
    legs, community = [Leg(wallet, -5), Leg(sales, 5)], wallet.community

    def act(first: int) -> Callable[[], None]:
        def run() -> None:
            for number in range(first, first + POSTED):
                actions.post(community=community, kind="payment", legs=legs, key=f"post:{number}")

        return run

    act(0)()
    taken = min(cpu(act(POSTED * turn)) for turn in range(1, ROUNDS + 1)) / POSTED
    with CaptureQueriesContext(connection) as asked:
        actions.post(community=community, kind="payment", legs=legs, key="counted")
    told = [one["sql"] for one in asked.captured_queries]
    told = [sql for sql in told if not sql.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))]
    note = f"{taken * 1000:.2f} ms of CPU, commit included; best of {ROUNDS} rounds of {POSTED}"
    return Row("post: queries of the whole action, event included", len(told), "", 5, note=note)


def proof(wallet: Account, sales: Account) -> list[Row]:
    """Seconds and memory to prove a million transfers."""
    fill(wallet, sales)
    began = time.perf_counter()
    found = queries.verify()
    taken = time.perf_counter() - began
    if not found.clean:
        raise RuntimeError(f"the books of the benchmark are wrong: {found.rows}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    note = f"{found.transfers:,} transfers, {found.accounts:,} accounts, {found.holds:,} holds"
    return [
        Row("verify a million transfers", taken, "s", 60, note=note),
        Row("verify a million transfers: peak memory", memory, "MB", 500),
    ]


def fill(wallet: Account, sales: Account) -> None:
    """Book a million sound transfers by a few statements, the guards looking away."""
    sqlite = connection.vendor == "sqlite"
    with write_tx(), connection.cursor() as cursor:
        guards = []
        if sqlite:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            guards = [row for row in cursor.fetchall() if "ledger" in row[0]]
            for name, _sql in guards:
                cursor.execute(f'DROP TRIGGER "{name}"')
        else:
            cursor.execute("SET LOCAL session_replication_role = replica")
        series(cursor)
        people(cursor, wallet)
        low = Account.objects.order_by("-pk").values_list("pk", flat=True)[0] - WALLETS + 1
        uid = "printf('%%032x', n)" if sqlite else "lpad(to_hex(n), 32, '0')::uuid"
        # Everybody is topped up first, then pays: no balance is ever below nothing.
        amount = f"CASE WHEN n <= {WALLETS} THEN 1000000 ELSE -5 END"
        account = f"{low} + n %% {WALLETS}"
        for who, what, place in ((account, amount, 0), (str(sales.pk), f"-({amount})", 1)):
            cursor.execute(
                "INSERT INTO ledger_posting (transfer_id, account_id, amount, place)"
                f" SELECT {uid}, {who}, {what}, {place} FROM bench_series ORDER BY n", []
            )  # fmt: skip
        moment = now()
        cursor.execute(
            "INSERT INTO ledger_transfer (id, community_id, kind, key, digest, cause_type,"
            f" cause_id, memo, occurred_at, at) SELECT {uid}, %s, 'payment', 'many:' || n, '',"
            " '', '', '', %s, %s FROM bench_series ORDER BY n",
            [wallet.community_id, moment, moment],
        )
        cursor.execute(
            "INSERT INTO ledger_balance (account_id, posted, held)"
            " SELECT account_id, SUM(amount), 0 FROM ledger_posting"
            f" WHERE account_id >= {low} GROUP BY account_id"
        )
        taken = f"n + {WALLETS}"
        cursor.execute(
            "INSERT INTO ledger_hold (id, community_id, account_id, amount, state, key, digest,"
            " cause_type, cause_id, placed_at, resolved_at, captured, capture_id)"
            f" SELECT {uid}, %s, {low} + ({taken}) %% {WALLETS}, 7, 'captured',"
            " 'many:' || n, '', '', '', %s, %s, 5,"
            f" {uid.replace('n)', f'{taken})')} FROM bench_series WHERE n <= {HOLDS}",
            [wallet.community_id, moment, moment],
        )
        for _name, sql in guards:
            cursor.execute(sql)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def series(cursor: Any) -> None:
    """The numbers from one to a million."""
    cursor.execute("CREATE TABLE bench_series (n integer PRIMARY KEY)")
    cursor.execute(
        "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < %s)"
        " INSERT INTO bench_series SELECT n FROM up",
        [BOOKED],
    )


def people(cursor: Any, wallet: Account) -> None:
    """Wallets, each of somebody."""
    strangers = [Person(name=f"P{n}", handle=f"p{n}") for n in range(WALLETS)]
    Person.objects.bulk_create(strangers)
    cursor.execute(
        "INSERT INTO ledger_account (community_id, unit_id, owner, person_id, purpose, label,"
        " overdraws, opened_at) SELECT %s, %s, 'person', id, 'wallet', '', %s, %s"
        " FROM people_person WHERE id >= %s ORDER BY id",
        [wallet.community_id, wallet.unit_id, False, now(), strangers[0].pk],
    )
