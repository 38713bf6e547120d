"""Sending mail, trying again, and stopping for ever."""

from qunluo.reach.actions.deliver import deliver, retry_delivery, send_due
from qunluo.reach.actions.send import forget_person, send_email, tidy
from qunluo.reach.actions.suppress import suppress, suppress_digest

__all__ = [
    "deliver",
    "forget_person",
    "retry_delivery",
    "send_due",
    "send_email",
    "suppress",
    "suppress_digest",
    "tidy",
]
