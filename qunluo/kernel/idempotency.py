"""Requests that may be sent twice and must act once."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.db import connection

from qunluo.kernel.clock import now
from qunluo.kernel.errors import Conflict
from qunluo.kernel.models import OnceKey
from qunluo.kernel.text import _
from qunluo.kernel.tx import light_tx, write_tx

R = TypeVar("R")
KEEP = timedelta(hours=48)
PATIENCE = 10.0  # seconds that a second request waits for the outcome of the first
LOOK = 0.05
WORKING, DONE = "working", "done"
TAKE = (
    "INSERT INTO kernel_oncekey (scope, key, digest, expires_at) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (scope, key) DO UPDATE SET digest = excluded.digest, response = NULL,"
    " expires_at = excluded.expires_at WHERE kernel_oncekey.expires_at <= %s RETURNING id"
)

FREE = "DELETE FROM kernel_oncekey WHERE id = %s"
KEPT = "UPDATE kernel_oncekey SET digest = %s, response = %s WHERE id = %s"


class KeyReused(Conflict):
    """The same idempotency key came with another body."""

    code = "kernel.key_reused"
    message = _("This idempotency key was already used for another request.")
    next_step = _("Send a new key with a new request.")


class NoOutcome(Conflict):
    """The same request is still being worked on, or its work was cut off."""

    code = "kernel.no_outcome"
    message = _("This was sent before, and we cannot see yet how it ended.")
    next_step = _("Look first whether it is done. If it is not, open the form anew and send that.")


@write_tx
def once(
    scope: str, key: str, body_digest: str, fn: Callable[[], Any], *, keep: timedelta = KEEP
) -> Any:
    """Run fn and store its JSON answer, or return the stored one; KeyReused for another body.

    fn runs in the same transaction: when it raises, nothing is stored and the key is free again.
    """
    if pk := _taken(scope, key, keep, ""):
        response = fn()
        with connection.cursor() as cursor:
            cursor.execute(KEPT, [body_digest, json.dumps(response), pk])
        return response
    row = OnceKey.objects.select_for_update().get(scope=scope, key=key)
    if row.digest != body_digest:
        raise KeyReused
    return row.response


def _taken(scope: str, key: str, keep: timedelta, digest: str) -> int | None:
    """Take a key that is new or has expired; return its row, or None when it was used already.

    The unique index decides who is first; a concurrent second waits here for the first's commit.
    """
    moment = now()
    at, until = map(connection.ops.adapt_datetimefield_value, (moment, moment + keep))
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [scope, key, digest, until, at])
        row = cursor.fetchone()
    return row[0] if row else None


def act_once(
    scope: str,
    key: str,
    act: Callable[[], R],
    *,
    outcome: Callable[[R], Any],
    again: Callable[[Any], R],
) -> R:
    """Act and keep the JSON outcome, or return again(outcome) of who was first; NoOutcome.

    Unlike `once`, act runs in transactions of its own, so that it may read, draw and render
    without holding the only write lock of SQLite. An outcome of None, like an exception, frees
    the key. Who was cut off between acting and keeping never acts again: the next hears NoOutcome.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        row, mine = _claim(scope, key)
        if mine:
            return _act(row, act, outcome)
        if known := _settled(row, deadline):
            return again(known.response)


@light_tx()
def _claim(scope: str, key: str) -> tuple[OnceKey, bool]:
    """Return the row of a key, and whether this call made it; what is acted then makes it last."""
    if pk := _taken(scope, key, KEEP, WORKING):
        return OnceKey(pk=pk, digest=WORKING), True
    return OnceKey.objects.get(scope=scope, key=key), False


def _act(row: OnceKey, act: Callable[[], R], outcome: Callable[[R], Any]) -> R:
    said = None
    try:
        result = act()
        said = outcome(result)
        return result
    finally:
        with light_tx(), connection.cursor() as cursor:
            if said is None:
                cursor.execute(FREE, [row.pk])
            else:
                cursor.execute(KEPT, [DONE, json.dumps(said), row.pk])


def _settled(row: OnceKey, deadline: float) -> OnceKey | None:
    """Wait for the first to come to an end; None when that left the key free."""
    while row.digest == WORKING:
        if time.monotonic() > deadline:
            raise NoOutcome
        time.sleep(LOOK)
        found = OnceKey.objects.filter(pk=row.pk).first()
        if found is None:
            return None
        row = found
    return row


def forget_expired() -> int:
    """Delete the expired keys; return how many."""
    with write_tx():
        return OnceKey.objects.filter(expires_at__lte=now()).delete()[0]
