"""The books guard themselves, on both databases, also against a raw session.

Postings are written first; the row of their transfer seals them. Its trigger refuses what has
fewer than two postings, does not add up to nothing in each unit, or touches another community's
books; then it moves the balances. Nothing sealed gets another posting, nothing is changed or
deleted, and a posting without its transfer fails at commit, by its deferred foreign key.
"""

from django.db import migrations

from qunluo.kernel.guards import AppendOnly

# A plus before a column keeps SQLite from looking for a transfer among all that an account moved.
SQLITE = (
    """CREATE TRIGGER ledger_posting_sealed BEFORE INSERT ON ledger_posting
    WHEN EXISTS (SELECT 1 FROM ledger_transfer WHERE id = NEW.transfer_id)
    BEGIN SELECT RAISE(ABORT, 'ledger: the transfer is sealed'); END""",
    """CREATE TRIGGER ledger_seal BEFORE INSERT ON ledger_transfer BEGIN
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
    # the open holds add up to, and what is posted moves once by a transfer about to be sealed.
    """CREATE TRIGGER ledger_balance_moved BEFORE UPDATE ON ledger_balance
    WHEN NOT (
        NEW.account_id = OLD.account_id
        AND NEW.held = (SELECT COALESCE(SUM(amount), 0) FROM ledger_hold
            WHERE account_id = OLD.account_id AND state = 'held')
        AND (NEW.posted = OLD.posted AND NEW.last IS OLD.last
            OR NEW.last IS NOT OLD.last
            AND NOT EXISTS (SELECT 1 FROM ledger_transfer WHERE id = NEW.last)
            AND NEW.posted - OLD.posted = (SELECT SUM(amount) FROM ledger_posting
                WHERE transfer_id = NEW.last AND +account_id = OLD.account_id)))
    BEGIN SELECT RAISE(ABORT, 'ledger: balances move by transfers and holds alone'); END""",
    """CREATE TRIGGER ledger_balance_kept BEFORE DELETE ON ledger_balance
    BEGIN SELECT RAISE(ABORT, 'ledger: a balance stays'); END""",
    # One that has ended may be written only as history, when an archive comes back.
    """CREATE TRIGGER ledger_hold_placed BEFORE INSERT ON ledger_hold
    WHEN NEW.state = 'captured'
            AND NOT EXISTS (SELECT 1 FROM ledger_transfer WHERE id = NEW.capture_id)
        OR NOT EXISTS (SELECT 1 FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id
            WHERE b.account_id = NEW.account_id AND a.community_id = NEW.community_id)
        OR EXISTS (SELECT 1 FROM ledger_hold
            WHERE id = NEW.id OR (community_id = NEW.community_id AND key = NEW.key))
    BEGIN SELECT RAISE(ABORT, 'ledger: this cannot be held'); END""",
    """CREATE TRIGGER ledger_hold_holds AFTER INSERT ON ledger_hold WHEN NEW.state = 'held' BEGIN
    UPDATE ledger_balance SET held = held + NEW.amount WHERE account_id = NEW.account_id; END""",
    """CREATE TRIGGER ledger_hold_ends BEFORE UPDATE ON ledger_hold
    WHEN OLD.state <> 'held' OR NEW.state = 'held' OR {changed}
        OR EXISTS (SELECT 1 FROM ledger_transfer WHERE id = NEW.capture_id)
    BEGIN SELECT RAISE(ABORT, 'ledger: a hold ends once'); END""",
    """CREATE TRIGGER ledger_hold_released AFTER UPDATE ON ledger_hold WHEN NEW.state = 'released'
    BEGIN
    UPDATE ledger_balance SET held = held - OLD.amount WHERE account_id = OLD.account_id; END""",
    """CREATE TRIGGER ledger_memo_goes BEFORE UPDATE ON ledger_transfer WHEN NEW.memo <> ''
    BEGIN SELECT RAISE(ABORT, 'ledger: a memo stays or goes'); END""",
    """CREATE TRIGGER ledger_hold_kept BEFORE DELETE ON ledger_hold
    BEGIN SELECT RAISE(ABORT, 'ledger: a hold stays'); END""",
)

POSTGRESQL = (
    """CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'ledger: %', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    """CREATE FUNCTION ledger_posting_sealed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT 1 FROM added a JOIN ledger_transfer t ON t.id = a.transfer_id) THEN
        RAISE EXCEPTION 'ledger: the transfer is sealed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
    END $$""",
    """CREATE TRIGGER ledger_posting_sealed AFTER INSERT ON ledger_posting
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_posting_sealed()""",
    # Balances are moved one by one in the order of their accounts, so that no two transfers ever
    # wait for each other; what comes to an account before what goes. One plain question for all
    # legs: each one more costs as much as a row.
    """CREATE FUNCTION ledger_seal() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        leg record; hold record; wrong text; first_unit bigint;
        legs int := 0; total bigint := 0; taken bigint := 0; mixed boolean := false;
    BEGIN
    SELECT h.account_id, h.amount, h.captured, h.community_id INTO hold
        FROM ledger_hold h WHERE h.capture_id = NEW.id;
    FOR leg IN
        SELECT p.account_id, p.amount, a.unit_id, a.overdraws, a.community_id
        FROM ledger_posting p LEFT JOIN ledger_account a ON a.id = p.account_id
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
        IF leg.account_id = hold.account_id THEN
            taken := taken - leg.amount;
        END IF;
        IF NOT leg.overdraws THEN
            UPDATE ledger_balance SET
                posted = posted + leg.amount,
                held = held - CASE WHEN hold.account_id = leg.account_id THEN hold.amount ELSE 0 END,
                last = NEW.id
                WHERE account_id = leg.account_id;
            IF hold.account_id = leg.account_id THEN hold.amount := 0; END IF;
        END IF;
    END LOOP;
    IF legs < 2 THEN wrong := 'a transfer has at least two postings';
    ELSIF total <> 0 OR mixed AND EXISTS (
        SELECT 1 FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
        WHERE p.transfer_id = NEW.id GROUP BY a.unit_id HAVING SUM(p.amount) <> 0)
        THEN wrong := 'the postings do not balance';
    ELSIF hold.account_id IS NOT NULL
        AND (hold.community_id <> NEW.community_id OR hold.captured IS DISTINCT FROM taken)
        THEN wrong := 'the capture does not fit its hold';
    END IF;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'ledger: %', wrong USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
    END $$""",
    """CREATE TRIGGER ledger_seal BEFORE INSERT ON ledger_transfer
    FOR EACH ROW EXECUTE FUNCTION ledger_seal()""",
    """CREATE FUNCTION ledger_account_opened() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO ledger_balance (account_id, posted, held) VALUES (NEW.id, 0, 0);
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
    IF NEW.state = 'captured'
        AND NOT EXISTS (SELECT 1 FROM ledger_transfer WHERE id = NEW.capture_id)
        OR NOT EXISTS (SELECT 1 FROM ledger_account a WHERE a.id = NEW.account_id
            AND NOT a.overdraws AND a.community_id = NEW.community_id) THEN
        RAISE EXCEPTION 'ledger: this cannot be held'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'held' THEN
        UPDATE ledger_balance SET held = held + NEW.amount WHERE account_id = NEW.account_id;
    END IF;
    RETURN NULL;
    END $$""",
    """CREATE TRIGGER ledger_hold_placed AFTER INSERT ON ledger_hold
    FOR EACH ROW EXECUTE FUNCTION ledger_hold_placed()""",
    """CREATE FUNCTION ledger_hold_ends() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.state <> 'held' OR NEW.state = 'held' OR {changed}
        OR EXISTS (SELECT 1 FROM ledger_transfer WHERE id = NEW.capture_id) THEN
        RAISE EXCEPTION 'ledger: a hold ends once'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'released' THEN
        UPDATE ledger_balance SET held = held - OLD.amount WHERE account_id = OLD.account_id;
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
# How a hold ends is all that may be written on it.
FIXED = (
    "id", "community_id", "account_id", "amount", "key", "digest", "cause_type", "cause_id",
    "actor_id", "placed_at", "expires_at",
)  # fmt: skip
DISTINCT = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}
FUNCTIONS = ("refuse", "posting_sealed", "seal", "account_opened", "hold_placed", "hold_ends")


def guard(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    changed = " OR ".join(f"NEW.{name} {DISTINCT[vendor]} OLD.{name}" for name in FIXED)
    for statement in SQLITE if vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement.replace("{changed}", changed), params=None)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in FUNCTIONS:
            schema_editor.execute(f"DROP FUNCTION IF EXISTS ledger_{name}() CASCADE")
        return
    for statement in SQLITE:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {statement.split()[2]}")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        AppendOnly("ledger_unit"),
        AppendOnly("ledger_account"),
        # Of a transfer, only what people wrote may go, when one of them is erased.
        AppendOnly("ledger_transfer", free=["memo"]),
        AppendOnly("ledger_posting"),
        migrations.RunPython(guard, unguard),
    ]
