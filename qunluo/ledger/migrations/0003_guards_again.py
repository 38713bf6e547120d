"""The books guard themselves better: as in 0002, and against what was tried on them since.

A hold that only ran out is marked, so that a late payment can be honoured once. All guards are
dropped, the tables changed, and all guards set again as they stand here.
"""

from importlib import import_module

from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from qunluo.kernel.guards import Reguard

# A plus before a column keeps SQLite from looking for a transfer among all that an account moved.
SQLITE = (
    # A column of whole numbers would take fractions; what is no number is none of these either.
    """CREATE TRIGGER ledger_posting_sealed BEFORE INSERT ON ledger_posting
    WHEN typeof(NEW.amount) <> 'integer'
        OR EXISTS (SELECT 1 FROM ledger_transfer WHERE id = NEW.transfer_id)
    BEGIN SELECT RAISE(ABORT, 'ledger: the transfer is sealed'); END""",
    """CREATE TRIGGER ledger_seal BEFORE INSERT ON ledger_transfer BEGIN
    SELECT RAISE(ABORT, 'ledger: an id is written in 32 small digits')
        WHERE NEW.id GLOB '*[^0-9a-f]*' OR length(NEW.id) <> 32;
    SELECT RAISE(ABORT, 'ledger: a transfer has at least two postings')
        WHERE (SELECT COUNT(*) FROM ledger_posting WHERE transfer_id = NEW.id) < 2;
    SELECT RAISE(ABORT, 'ledger: the postings do not balance') WHERE EXISTS (
        SELECT 1 FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
        WHERE p.transfer_id = NEW.id GROUP BY a.unit_id HAVING SUM(p.amount) <> 0);
    SELECT RAISE(ABORT, 'ledger: an account of other books') WHERE EXISTS (
        SELECT 1 FROM ledger_posting p LEFT JOIN ledger_account a ON a.id = p.account_id
        WHERE p.transfer_id = NEW.id AND a.community_id IS NOT NEW.community_id);
    SELECT RAISE(ABORT, 'ledger: the capture does not fit its hold') WHERE EXISTS (
        SELECT 1 FROM ledger_hold h WHERE h.capture_id = NEW.id AND (
            h.community_id <> NEW.community_id OR h.captured IS NOT (
                SELECT -SUM(amount) FROM ledger_posting
                WHERE transfer_id = NEW.id AND +account_id = h.account_id)));
    UPDATE ledger_balance SET
        posted = posted + (SELECT SUM(amount) FROM ledger_posting p
            WHERE p.transfer_id = NEW.id AND +p.account_id = ledger_balance.account_id),
        held = held - COALESCE((SELECT amount FROM ledger_hold h
            WHERE h.capture_id = NEW.id AND +h.account_id = ledger_balance.account_id), 0),
        last = NEW.id
        WHERE account_id IN (SELECT account_id FROM ledger_posting WHERE transfer_id = NEW.id);
    END""",
    """CREATE TRIGGER ledger_account_opened AFTER INSERT ON ledger_account WHEN NOT NEW.overdraws
    BEGIN INSERT INTO ledger_balance (account_id, posted, held) VALUES (NEW.id, 0, 0); END""",
    """CREATE TRIGGER ledger_balance_opened BEFORE INSERT ON ledger_balance
    WHEN NEW.posted <> 0 OR NEW.held <> 0 OR NEW.last IS NOT NULL
        OR EXISTS (SELECT 1 FROM ledger_balance WHERE account_id = NEW.account_id)
    BEGIN SELECT RAISE(ABORT, 'ledger: a balance begins at nothing'); END""",
    # SQLite does not tell who updates, so each update has to prove itself: what is held is what
    # the open holds add up to, and what is posted moves once by a transfer about to be sealed,
    # after the one that moved it before was sealed. What cannot be compared (NULL) is no proof.
    # Overdrawing is refused here, as a CHECK is passed over by INSERT OR IGNORE.
    """CREATE TRIGGER ledger_balance_moved BEFORE UPDATE ON ledger_balance BEGIN
    SELECT RAISE(ABORT, 'ledger_never_overdrawn') WHERE NEW.held < 0 OR NEW.posted < NEW.held;
    SELECT RAISE(ABORT, 'ledger: balances move by transfers and holds alone') WHERE (
        NEW.account_id = OLD.account_id
        AND NEW.held = (SELECT COALESCE(SUM(amount), 0) FROM ledger_hold
            WHERE account_id = OLD.account_id AND state = 'held')
        AND (NEW.posted = OLD.posted AND NEW.last IS OLD.last
            OR NEW.last IS NOT OLD.last
            AND (OLD.last IS NULL OR EXISTS (SELECT 1 FROM ledger_transfer WHERE id = OLD.last))
            AND NOT EXISTS (SELECT 1 FROM ledger_transfer WHERE id = NEW.last)
            AND NEW.posted - OLD.posted IS (SELECT SUM(amount) FROM ledger_posting
                WHERE transfer_id = NEW.last AND +account_id = OLD.account_id))) IS NOT 1;
    END""",
    """CREATE TRIGGER ledger_balance_kept BEFORE DELETE ON ledger_balance
    BEGIN SELECT RAISE(ABORT, 'ledger: a balance stays'); END""",
    # One that has ended may be written only as history, when an archive comes back.
    """CREATE TRIGGER ledger_hold_placed BEFORE INSERT ON ledger_hold
    WHEN typeof(NEW.amount) <> 'integer' OR NEW.id GLOB '*[^0-9a-f]*' OR length(NEW.id) <> 32
        OR NEW.state = 'captured' AND (NEW.captured IS NOT (SELECT -SUM(p.amount)
                FROM ledger_transfer t JOIN ledger_posting p ON p.transfer_id = t.id
                WHERE t.id = NEW.capture_id AND t.community_id = NEW.community_id
                    AND +p.account_id = NEW.account_id)
            OR EXISTS (SELECT 1 FROM ledger_hold WHERE capture_id = NEW.capture_id))
        OR NOT EXISTS (SELECT 1 FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id
            WHERE b.account_id = NEW.account_id AND a.community_id = NEW.community_id)
        OR EXISTS (SELECT 1 FROM ledger_hold WHERE id = NEW.id OR rowid = NEW.rowid
            OR (community_id = NEW.community_id AND key = NEW.key))
    BEGIN SELECT RAISE(ABORT, 'ledger: this cannot be held'); END""",
    """CREATE TRIGGER ledger_hold_holds AFTER INSERT ON ledger_hold WHEN NEW.state = 'held' BEGIN
    UPDATE ledger_balance SET held = held + NEW.amount WHERE account_id = NEW.account_id; END""",
    """CREATE TRIGGER ledger_hold_ends BEFORE UPDATE ON ledger_hold
    WHEN {changed} OR OLD.rowid <> NEW.rowid OR NOT ({given_up}
        OR OLD.state = 'held' AND NEW.state <> 'held'
            AND NOT EXISTS (SELECT 1 FROM ledger_transfer WHERE id = NEW.capture_id)
            AND NOT EXISTS (SELECT 1 FROM ledger_hold WHERE capture_id = NEW.capture_id))
    BEGIN SELECT RAISE(ABORT, 'ledger: a hold ends once'); END""",
    """CREATE TRIGGER ledger_hold_released AFTER UPDATE ON ledger_hold
    WHEN OLD.state = 'held' AND NEW.state = 'released' BEGIN
    UPDATE ledger_balance SET held = held - OLD.amount WHERE account_id = OLD.account_id; END""",
    # Accounts and units are opened by who comes first; what REPLACE would put there is passed over.
    """CREATE TRIGGER ledger_account_stays BEFORE INSERT ON ledger_account WHEN EXISTS (
        SELECT 1 FROM ledger_account WHERE community_id = NEW.community_id AND unit_id = NEW.unit_id
            AND purpose = NEW.purpose AND label = NEW.label AND person_id IS NEW.person_id
            AND id <> NEW.id)
    BEGIN SELECT RAISE(IGNORE); END""",
    """CREATE TRIGGER ledger_unit_stays BEFORE INSERT ON ledger_unit WHEN EXISTS (
        SELECT 1 FROM ledger_unit WHERE community_id = NEW.community_id AND code = NEW.code
            AND id <> NEW.id)
    BEGIN SELECT RAISE(IGNORE); END""",
    """CREATE TRIGGER ledger_memo_goes BEFORE UPDATE ON ledger_transfer WHEN NEW.memo <> ''
    BEGIN SELECT RAISE(ABORT, 'ledger: a memo stays or goes'); END""",
    """CREATE TRIGGER ledger_hold_kept BEFORE DELETE ON ledger_hold
    BEGIN SELECT RAISE(ABORT, 'ledger: a hold stays'); END""",
)

# Tables are named with their schema, so that no temporary one stands before them.
POSTGRESQL = (
    """CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'ledger: %', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    """CREATE FUNCTION ledger_posting_sealed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT 1 FROM added a JOIN {schema}ledger_transfer t ON t.id = a.transfer_id) THEN
        RAISE EXCEPTION 'ledger: the transfer is sealed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
    END $$""",
    """CREATE TRIGGER ledger_posting_sealed AFTER INSERT ON ledger_posting
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_posting_sealed()""",
    # Balances are moved one by one in the order of their accounts, so that no two transfers ever
    # wait for each other; what comes to an account before what goes. One plain question for all
    # legs: each one more costs as much as a row. After the row is there: one that ON CONFLICT
    # passes over moves nothing.
    """CREATE FUNCTION ledger_seal() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        leg record; wrong text; first_unit bigint;
        legs int := 0; total bigint := 0; mixed boolean := false;
    BEGIN
    FOR leg IN
        SELECT p.account_id, p.amount, a.unit_id, a.overdraws, a.community_id
        FROM {schema}ledger_posting p LEFT JOIN {schema}ledger_account a ON a.id = p.account_id
        WHERE p.transfer_id = NEW.id ORDER BY p.account_id, p.amount DESC
    LOOP
        legs := legs + 1;
        total := total + leg.amount;
        IF leg.community_id IS DISTINCT FROM NEW.community_id THEN
            wrong := 'an account of other books';
        END IF;
        IF first_unit IS NULL THEN first_unit := leg.unit_id;
        ELSIF leg.unit_id <> first_unit THEN mixed := true;
        END IF;
        IF NOT leg.overdraws THEN
            UPDATE {schema}ledger_balance SET posted = posted + leg.amount, last = NEW.id
                WHERE account_id = leg.account_id;
        END IF;
    END LOOP;
    IF legs < 2 THEN wrong := 'a transfer has at least two postings';
    ELSIF total <> 0 OR mixed AND EXISTS (
        SELECT 1 FROM {schema}ledger_posting p JOIN {schema}ledger_account a ON a.id = p.account_id
        WHERE p.transfer_id = NEW.id GROUP BY a.unit_id HAVING SUM(p.amount) <> 0)
        THEN wrong := 'the postings do not balance';
    END IF;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'ledger: %', wrong USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
    END $$""",
    """CREATE TRIGGER ledger_seal AFTER INSERT ON ledger_transfer
    FOR EACH ROW EXECUTE FUNCTION ledger_seal()""",
    # Asked at commit: the transfer is there, and it is this transaction that wrote it. So nobody
    # adds a posting to one that another session is just sealing. In place of a foreign key.
    """CREATE FUNCTION ledger_posting_here() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM {schema}ledger_transfer t WHERE t.id = NEW.transfer_id
            AND {ours}) THEN
        RAISE EXCEPTION 'ledger: the transfer is not sealed here'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
    END $$""",
    """CREATE CONSTRAINT TRIGGER ledger_posting_here AFTER INSERT ON ledger_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_posting_here()""",
    # The same of what took a hold; and it is as much as the hold says.
    """CREATE FUNCTION ledger_hold_here() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM {schema}ledger_transfer t WHERE t.id = NEW.capture_id
            AND {ours}) THEN
        RAISE EXCEPTION 'ledger: the transfer is not sealed here'
            USING ERRCODE = 'foreign_key_violation';
    ELSIF NEW.captured IS DISTINCT FROM (SELECT -SUM(p.amount)
            FROM {schema}ledger_transfer t JOIN {schema}ledger_posting p ON p.transfer_id = t.id
            WHERE t.id = NEW.capture_id AND t.community_id = NEW.community_id
                AND p.account_id = NEW.account_id) THEN
        RAISE EXCEPTION 'ledger: the capture does not fit its hold'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
    END $$""",
    """CREATE CONSTRAINT TRIGGER ledger_hold_here AFTER UPDATE ON ledger_hold
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.state = 'held' AND NEW.state = 'captured') EXECUTE FUNCTION ledger_hold_here()""",
    """CREATE FUNCTION ledger_account_opened() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO {schema}ledger_balance (account_id, posted, held) VALUES (NEW.id, 0, 0);
    RETURN NULL;
    END $$""",
    """CREATE TRIGGER ledger_account_opened AFTER INSERT ON ledger_account
    FOR EACH ROW WHEN (NOT NEW.overdraws) EXECUTE FUNCTION ledger_account_opened()""",
    # Depth 0 is somebody's own statement; the triggers here work below it.
    """CREATE TRIGGER ledger_balance_moved BEFORE INSERT OR UPDATE OR DELETE ON ledger_balance
    FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION ledger_refuse('balances move by transfers and holds alone')""",
    """CREATE TRIGGER ledger_balance_emptied BEFORE TRUNCATE ON ledger_balance
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('a balance stays')""",
    """CREATE FUNCTION ledger_hold_placed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.state = 'captured' AND NEW.captured IS DISTINCT FROM (SELECT -SUM(p.amount)
            FROM {schema}ledger_transfer t JOIN {schema}ledger_posting p ON p.transfer_id = t.id
            WHERE t.id = NEW.capture_id AND t.community_id = NEW.community_id
                AND p.account_id = NEW.account_id)
        OR NOT EXISTS (SELECT 1 FROM {schema}ledger_account a WHERE a.id = NEW.account_id
            AND NOT a.overdraws AND a.community_id = NEW.community_id) THEN
        RAISE EXCEPTION 'ledger: this cannot be held'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'held' THEN
        UPDATE {schema}ledger_balance SET held = held + NEW.amount
            WHERE account_id = NEW.account_id;
    END IF;
    RETURN NULL;
    END $$""",
    """CREATE TRIGGER ledger_hold_placed AFTER INSERT ON ledger_hold
    FOR EACH ROW EXECUTE FUNCTION ledger_hold_placed()""",
    # What was held is free with the end of the hold; what is taken of it the transfer moves.
    """CREATE FUNCTION ledger_hold_ends() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF {changed} OR NOT ({given_up} OR OLD.state = 'held' AND NEW.state <> 'held'
            AND NOT EXISTS (SELECT 1 FROM {schema}ledger_transfer WHERE id = NEW.capture_id)) THEN
        RAISE EXCEPTION 'ledger: a hold ends once'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state = 'held' THEN
        UPDATE {schema}ledger_balance SET held = held - OLD.amount
            WHERE account_id = OLD.account_id;
    END IF;
    RETURN NEW;
    END $$""",
    """CREATE TRIGGER ledger_hold_ends BEFORE UPDATE ON ledger_hold
    FOR EACH ROW EXECUTE FUNCTION ledger_hold_ends()""",
    """CREATE TRIGGER ledger_memo_goes BEFORE UPDATE ON ledger_transfer
    FOR EACH ROW WHEN (NEW.memo <> '') EXECUTE FUNCTION ledger_refuse('a memo stays or goes')""",
    """CREATE TRIGGER ledger_hold_kept BEFORE DELETE ON ledger_hold
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('a hold stays')""",
    """CREATE TRIGGER ledger_hold_emptied BEFORE TRUNCATE ON ledger_hold
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('a hold stays')""",
)
# How a hold ends is all that may be written on it; and once that an ended one is not honoured.
FIXED = (
    "id", "community_id", "account_id", "amount", "key", "digest", "cause_type", "cause_id",
    "actor_id", "placed_at", "expires_at",
)  # fmt: skip
END = ("state", "resolved_at", "capture_id", "captured")
SAME = {"sqlite": "IS", "postgresql": "IS NOT DISTINCT FROM"}
# A visible row whose writer has not committed was written by ourselves, in a savepoint or not.
OURS = """(t.xmin = pg_current_xact_id()::xid OR pg_xact_status((
    (pg_current_xact_id()::text::bigint >> 32 << 32) + t.xmin::text::bigint)::text::xid8)
    = 'in progress')"""
FUNCTIONS = (
    "refuse", "posting_sealed", "seal", "posting_here", "hold_here", "account_opened",
    "hold_placed", "hold_ends",
)  # fmt: skip
FOREIGN_KEY = """SELECT conname FROM pg_constraint WHERE contype = 'f'
AND conrelid = 'ledger_posting'::regclass AND confrelid = 'ledger_transfer'::regclass"""
FOREIGN_KEY_AGAIN = """ALTER TABLE ledger_posting ADD CONSTRAINT ledger_posting_transfer_id_fk
FOREIGN KEY (transfer_id) REFERENCES ledger_transfer (id) DEFERRABLE INITIALLY DEFERRED"""

old = import_module("qunluo.ledger.migrations.0002_guards")


def guard(apps, schema_editor):
    db = schema_editor.connection
    schema, same = "", SAME[db.vendor]
    if db.vendor == "postgresql":
        with db.cursor() as cursor:
            cursor.execute("SELECT quote_ident(current_schema())")
            schema = f"{cursor.fetchone()[0]}."
    unchanged = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in FIXED)
    ended = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in END)
    words = {
        "{changed}": f"NOT ({unchanged})",
        "{given_up}": f"OLD.lapsed AND NOT NEW.lapsed AND {ended}",
        "{ours}": OURS,
        "{schema}": schema,
    }
    for statement in SQLITE if db.vendor == "sqlite" else POSTGRESQL:
        for word, text in words.items():
            statement = statement.replace(word, text)
        schema_editor.execute(statement, params=None)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in FUNCTIONS:
            schema_editor.execute(f"DROP FUNCTION IF EXISTS ledger_{name}() CASCADE")
        return
    for statement in SQLITE:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {statement.split()[2]}")


def drop_key(apps, schema_editor):
    """On PostgreSQL a trigger asks more than the foreign key did."""
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(FOREIGN_KEY)
            names = [row[0] for row in cursor.fetchall()]
        for name in names:
            schema_editor.execute(f'ALTER TABLE ledger_posting DROP CONSTRAINT "{name}"')


def add_key(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FOREIGN_KEY_AGAIN)


def mark_lapsed(apps, schema_editor):
    """What the log tells as let go because its time was over may still be honoured."""
    log = apps.get_model("kernel", "EventRecord").objects.filter(name="ledger.hold_released")
    over = [data["hold_id"] for data in log.values_list("data", flat=True) if data.get("expired")]
    for start in range(0, len(over), 500):
        holds = apps.get_model("ledger", "Hold").objects.filter(pk__in=over[start : start + 500])
        holds.filter(state="released", expires_at__isnull=False).update(lapsed=True)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("ledger", "0002_guards"),
        ("kernel", "0004_guards_again"),
    ]
    operations = [
        migrations.RunPython(old.unguard, old.guard),
        # At both ends: on SQLite the tables are made anew, there and back.
        Reguard("ledger_account"),
        migrations.AddField("hold", "lapsed", models.BooleanField(default=False, db_default=False)),
        migrations.AddConstraint(
            "hold",
            models.CheckConstraint(
                condition=Q(lapsed=False)
                | Q(state="released", expires_at__isnull=False, resolved_at__gte=F("expires_at")),
                name="what_lapsed_was_let_go",
            ),
        ),
        migrations.AddConstraint(
            "account",
            models.CheckConstraint(
                condition=~Q(owner="person") | Q(overdraws=False),
                name="nobody_overdraws_a_wallet",
            ),
        ),
        migrations.RunPython(mark_lapsed, migrations.RunPython.noop),
        migrations.RunPython(drop_key, add_key),
        Reguard("ledger_account"),
        # Of a transfer, only what people wrote may go, when one of them is erased.
        Reguard(
            "ledger_transfer",
            free=["memo"],
            unique=[("community_id", "key"), ("corrects_id", "number")],
        ),
        Reguard("ledger_unit"),
        Reguard("ledger_posting"),
        migrations.RunPython(guard, unguard),
    ]
