"""Housekeeping of the kernel."""

from django.contrib.sessions.backends.db import SessionStore

from qunluo.kernel import actions, idempotency, ratelimit
from qunluo.kernel.schedule import every


@every(hours=1)
def forget_what_expired() -> None:
    """Delete empty rate limits and expired idempotency keys."""
    ratelimit.forget_empty()
    idempotency.forget_expired()


@every(at="04:10")
def tidy_up() -> None:
    """Delete old receipts and expired sessions."""
    actions.forget_settled()
    SessionStore.clear_expired()
