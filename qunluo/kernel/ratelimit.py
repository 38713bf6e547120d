"""Rate limits shared by every process through the database."""

from hashlib import blake2b

from django.db import connection

from qunluo.environment import env
from qunluo.kernel.clock import now
from qunluo.kernel.errors import TooMany
from qunluo.kernel.tx import light_tx, write_tx

# One leaky bucket per caller (GCRA): `empty_at` is when it will have run dry. One statement
# decides, so two processes can never both take the last drop.
TAKE = """INSERT INTO kernel_ratebucket (key, empty_at) VALUES (%(key)s, %(now)s + %(drop)s)
ON CONFLICT (key) DO UPDATE
SET empty_at = {greatest}(kernel_ratebucket.empty_at, %(now)s) + %(drop)s
WHERE {greatest}(kernel_ratebucket.empty_at, %(now)s) + %(drop)s <= %(now)s + %(size)s
RETURNING empty_at"""


def limit(name: str, key: object, *, times: int, seconds: int) -> None:
    """Count one use; TooMany when `times` are used up, which refill evenly over `seconds`.

    Call it before the action, in the door: inside the action's transaction a refusal would take
    the count back with everything else.
    """
    if env.flag("NO_RATE_LIMITS"):
        return
    moment = int(now().timestamp() * 1_000_000)
    size = seconds * 1_000_000
    bucket, drop = _digest(name, key), size // times
    values: dict[str, str | int] = {"key": bucket, "now": moment, "drop": drop, "size": size}
    greatest = "MAX" if connection.vendor == "sqlite" else "GREATEST"
    with light_tx(), connection.cursor() as cursor:
        cursor.execute(TAKE.format(greatest=greatest), values)
        if cursor.fetchone():
            return
        cursor.execute("SELECT empty_at FROM kernel_ratebucket WHERE key = %s", [bucket])
        (empty_at,) = cursor.fetchone()
    wait = empty_at + drop - moment - size
    raise TooMany(retry_after=max(1, -(-wait // 1_000_000)))


def forget_empty() -> int:
    """Delete the buckets that have run dry; return how many."""
    moment = int(now().timestamp() * 1_000_000)
    with write_tx(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM kernel_ratebucket WHERE empty_at <= %s", [moment])
        return int(cursor.rowcount)


def _digest(name: str, key: object) -> str:
    return blake2b(f"{name}\0{key}".encode(), digest_size=16).hexdigest()
