"""Requests that may be sent twice and must act once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from qunluo.kernel.clock import now
from qunluo.kernel.errors import Conflict
from qunluo.kernel.models import OnceKey
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

KEEP = timedelta(hours=48)


class KeyReused(Conflict):
    """The same idempotency key came with another body."""

    code = "kernel.key_reused"
    message = _("This idempotency key was already used for another request.")
    next_step = _("Send a new key with a new request.")


@write_tx
def once(
    scope: str, key: str, body_digest: str, fn: Callable[[], Any], *, keep: timedelta = KEEP
) -> Any:
    """Run fn and store its JSON answer, or return the stored one; KeyReused for another body.

    fn runs in the same transaction: when it raises, nothing is stored and the key is free again.
    """
    moment = now()
    mine = OnceKey.objects.filter(scope=scope, key=key)
    mine.filter(expires_at__lte=moment).delete()
    # The unique index decides who is first; a concurrent second waits here for the first's commit.
    OnceKey.objects.bulk_create(
        [OnceKey(scope=scope, key=key, digest="", expires_at=moment + keep)], ignore_conflicts=True
    )
    row = mine.select_for_update().get()
    if row.digest == "":
        row.digest, row.response = body_digest, fn()
        row.save(update_fields=["digest", "response"])
    elif row.digest != body_digest:
        raise KeyReused
    return row.response


def forget_expired() -> int:
    """Delete the expired keys; return how many."""
    with write_tx():
        return OnceKey.objects.filter(expires_at__lte=now()).delete()[0]
