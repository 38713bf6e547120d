"""Erasing what this room holds about a person: the words, never the numbers."""

from typing import TYPE_CHECKING

from django.db.models import Q

from qunluo.kernel.tx import write_tx
from qunluo.ledger.models import Transfer
from qunluo.ledger.rules.purposes import kinds

if TYPE_CHECKING:
    from qunluo.people.models import Person


@write_tx
def erase(person: "Person") -> None:
    """Remove what was written to or by a person; the bookings stay, under nobody's name.

    Books are kept for as long as the law asks, and the other side of each booking is others'. Why
    somebody set an account right by hand stays: nobody takes that from the books by going.
    """
    by_hand = [kind.code for kind in kinds().values() if kind.hands]
    about = Q(pk__in=Transfer.objects.filter(postings__account__person=person).values("pk"))
    mine = Transfer.objects.filter(about | Q(actor=person)).exclude(memo="")
    mine.exclude(kind__in=by_hand).update(memo="")
