"""Erasing what growth holds about a person."""

from typing import TYPE_CHECKING

from qunluo.growth.models import Customer, FoundingContact, Invitation
from qunluo.kernel.clock import now
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person


@write_tx
def erase(person: "Person") -> None:
    """Delete the customer records tied to the person, empty their seat, close their invitations.

    A seat stays taken, without a name: the number of the first hundred does not change.
    """
    Customer.objects.filter(person=person).delete()
    FoundingContact.objects.filter(person=person).update(name="-", contact="", why="-")
    mine = Invitation.objects.filter(inviter=person)
    mine.update(note="")
    mine.filter(revoked_at=None).update(revoked_at=now())
