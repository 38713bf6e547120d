"""Putting mail on its way, and forgetting it afterwards."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from qunluo.kernel.clock import now
from qunluo.kernel.tx import write_tx
from qunluo.reach import queries, rules
from qunluo.reach.actions.deliver import post
from qunluo.reach.errors import BadAddress
from qunluo.reach.models import (
    ChannelArrival,
    ChannelBinding,
    ChannelSending,
    ChannelVisit,
    Delivery,
    Device,
    Notice,
    Rhythm,
    Wish,
)

if TYPE_CHECKING:
    from qunluo.people.models import Person


def send_email(
    *,
    to: str,
    template: str,
    context: Mapping[str, Any],
    language: str,
    community_id: int | None = None,
    person_id: int | None = None,
    kind: str = rules.TRANSACTIONAL,
    expires_at: datetime | None = None,
) -> Delivery:
    """Put one mail on its way; it leaves after the transaction, or later, at least once.

    `template` is a prefix: <template>_subject.txt, <template>_message.txt and, if there is one,
    <template>_message.html. `context` is JSON. Mail that was not asked for ("invitation") leaves
    with the worker, carries an unsubscribe link and respects the suppression list. After
    `expires_at` (a sign-in code) it is no longer tried.
    """
    address = rules.normal_address(to)
    if not address or kind not in rules.KINDS:
        raise BadAddress
    asked_for = rules.asked_for(kind)
    with write_tx():
        stopped = not asked_for and queries.is_suppressed(address, community_id)
        delivery = Delivery.objects.create(
            to=address,
            template=template,
            context={} if stopped else dict(context),
            language=language,
            kind=kind,
            state=Delivery.State.SUPPRESSED if stopped else Delivery.State.WAITING,
            next_try_at=now(),
            expires_at=expires_at,
            community_id=community_id,
            person_id=person_id,
            made_at=now(),
        )
        if asked_for:
            transaction.on_commit(lambda: post(delivery.pk))
    return delivery


@write_tx
def forget_person(person: "Person") -> None:
    """Remove mails, notices, wishes, devices and bindings; the no to unasked mail stays."""
    queries.mail_of(person).delete()
    for model in (Notice, Wish, Rhythm, Device, ChannelBinding, ChannelVisit):
        model.objects.filter(person=person).delete()
    # That something came in stays, so that it does not come again; whose it was goes.
    ChannelArrival.objects.filter(person=person).update(person=None, title="", text="", link="")
    ChannelSending.objects.filter(to=person.pk).delete()


@write_tx
def tidy() -> int:
    """Delete mails that left, or were held back, a month ago, and old notices; return how many."""
    old = Delivery.objects.filter(
        state__in=[Delivery.State.SENT, Delivery.State.SUPPRESSED],
        made_at__lt=now() - rules.SENT_KEPT,
    )
    read = Notice.objects.filter(read_at__lt=now() - rules.READ_KEPT)
    stale = Notice.objects.filter(read_at=None, at__lt=now() - rules.UNREAD_KEPT)
    return old.delete()[0] + read.delete()[0] + stale.delete()[0]
