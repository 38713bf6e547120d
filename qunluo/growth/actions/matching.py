"""Recognising customers in the people who join."""

from typing import TYPE_CHECKING

from django.db import IntegrityError

from qunluo.community.queries import get_membership, require
from qunluo.growth import errors, events
from qunluo.growth.models import Customer, Invitation
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.community.models import Membership
    from qunluo.people.models import Person

Matched = Customer.Matched


@write_tx
def match_on_joining(
    membership: "Membership", *, invitation: Invitation | None = None
) -> Customer | None:
    """Find the customer that a new member is: by their invitation, then by proven e-mail.

    A member is one customer at most. Nobody becomes a customer by claiming an address: only a
    confirmed one counts.
    """
    community, person = membership.community_id, membership.person
    known = Customer.objects.filter(community=community, person=person).first()
    if known:
        return known
    open_ones = Customer.objects.filter(community=community, person=None)
    wanted = invitation.customer_id if invitation else None
    if wanted and (found := open_ones.filter(pk=wanted).first()):
        return _match(found, person, Matched.CODE)
    if person.email and (found := open_ones.filter(email=person.email).order_by("pk").first()):
        return _match(found, person, Matched.EMAIL)
    return None


@write_tx
def match_customer(
    *, actor: "Person", customer: Customer, membership: "Membership | None"
) -> Customer:
    """Say by hand which member a customer is, or (None) take the match back."""
    require(actor, customer.community, "customers.import")
    if membership is None:
        Customer.objects.filter(pk=customer.pk).update(
            person=None, matched_by="", matched_at=None, returned_at=None
        )
        if customer.person_id is not None:
            publish(
                events.CustomerUnmatched(
                    community_id=customer.community_id,
                    actor_id=actor.pk,
                    person_id=customer.person_id,
                    customer_id=customer.pk,
                )
            )
        customer.refresh_from_db()
        return customer
    get_membership(membership.person, customer.community)
    matched = _match(customer, membership.person, Matched.HAND, actor_id=actor.pk)
    if matched is None:
        raise errors.AlreadyMatched
    publish(
        events.CustomerRecognised(
            community_id=customer.community_id,
            actor_id=actor.pk,
            person_id=membership.person_id,
            customer_id=customer.pk,
        )
    )
    return matched


@write_tx
def match_by_phone(*, person: "Person", membership: "Membership", phone: str) -> Customer | None:
    """Recognise a member by a phone number (E.164) that a provider has verified."""
    found = Customer.objects.filter(
        community=membership.community_id, person=None, phone=phone
    ).order_by("pk")
    first = found.first() if phone else None
    return _match(first, person, Matched.PHONE) if first else None


def _match(
    customer: Customer, person: "Person", by: str, *, actor_id: int | None = None
) -> Customer | None:
    """Tie a customer to a person unless either is tied already; the constraint decides."""
    moment = now()
    try:
        with write_tx():
            tied = Customer.objects.filter(pk=customer.pk, person=None).update(
                person=person,
                matched_by=by,
                matched_at=moment,
                returned_at=moment,
                changed_at=moment,
            )
    except IntegrityError:
        return None
    if not tied:
        return None
    customer.refresh_from_db()
    publish(
        events.CustomerMatched(
            community_id=customer.community_id,
            actor_id=actor_id or person.pk,
            person_id=person.pk,
            customer_id=customer.pk,
            by=by,
            dormant=customer.dormant_when_invited,
            last_order_on=customer.last_order_on,
        )
    )
    return customer
