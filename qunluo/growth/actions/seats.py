"""Seats of the founding-100 programme; the unique index decides who gets the last one."""

from typing import TYPE_CHECKING

from django.db import IntegrityError

from qunluo.community.actions import grant
from qunluo.growth import errors, events
from qunluo.growth.models import FoundingContact
from qunluo.growth.rules import founding as rules
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.community.models import Membership
    from qunluo.people.models import Person

List = FoundingContact.List


def take_seat(
    membership: "Membership",
    *,
    contact: FoundingContact | None,
    actor: "Person",
    kind: str = List.FOUNDING,
) -> FoundingContact:
    """Give a member the next free seat and its permanent badge; call it inside write_tx.

    FoundingIsFull for the 101st; a member who has a seat keeps it.
    """
    kind = contact.list if contact else kind
    person, community = membership.person, membership.community
    held = FoundingContact.objects.filter(community=community, list=kind, person=person)
    if seated := held.filter(seat__isnull=False).first():
        return seated
    contact = contact or held.first() or _put_down(membership, actor, kind)
    if contact.seat is not None:
        raise errors.AlreadySeated(name=contact.name, seat=contact.seat)
    seat = _sit(contact, person)
    grant(
        actor=None,
        community=community,
        person=person,
        kind="badge",
        name=rules.BADGES[kind],
        source=rules.SOURCE,
    )
    publish(
        events.FoundingSeatTaken(
            community_id=community.pk,
            actor_id=actor.pk,
            person_id=person.pk,
            contact_id=contact.pk,
            list=kind,
            seat=seat,
        )
    )
    return contact


def _put_down(membership: "Membership", actor: "Person", kind: str) -> FoundingContact:
    return FoundingContact(
        community=membership.community,
        list=kind,
        name=membership.person.name,
        why="",
        added_by=actor,
        added_at=now(),
    )


def _sit(contact: FoundingContact, person: "Person") -> int:
    """Take the lowest free seat; look again when somebody sat down in the same moment."""
    taken = FoundingContact.objects.filter(
        community=contact.community_id, list=contact.list, seat__isnull=False
    )
    while True:
        seat = rules.free_seat({s for s in taken.values_list("seat", flat=True) if s})
        if seat is None:
            raise errors.FoundingIsFull(seats=rules.SEATS, next=rules.SEATS + 1)
        contact.seat, contact.person, contact.seated_at = seat, person, now()
        try:
            with write_tx():
                contact.save()
        except IntegrityError:
            continue
        return seat
