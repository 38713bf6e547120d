"""The mailbox in which answers to letters lie, and how far it was read."""

import hashlib
from functools import cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from qunluo.kernel.clock import now
from qunluo.reach.models import MailboxMark
from qunluo.reach.ports import MailboxReader


@cache
def mailbox_reader() -> MailboxReader:
    """Return who reads the mailbox, as settings.MAILBOX_READER says."""
    return cast("MailboxReader", import_string(settings.MAILBOX_READER)())


def box_of(address: str) -> str:
    """Return by what a mailbox is known; a new password makes no new mailbox."""
    login, _at, place = address.rpartition("@")
    user = login.rpartition("//")[2].partition(":")[0]
    return hashlib.sha256(f"qunluo.mailbox:{user}@{place}".encode()).hexdigest()


def mailbox_mark() -> MailboxMark | None:
    """Return how far the mailbox was read; None when it never was."""
    return MailboxMark.objects.filter(box=box_of(settings.IMAP_URL)).first()


def mailbox_waits() -> bool:
    """Return whether there is a mailbox, and it is to be read now."""
    if not settings.IMAP_URL or not settings.REPLY_ADDRESS:
        return False
    mark = mailbox_mark()
    return mark is None or mark.due_at <= now()
