"""Erasing what this room holds about a person: the words, never the numbers."""

from typing import TYPE_CHECKING

from qunluo.kernel.tx import write_tx
from qunluo.ledger.models import Transfer

if TYPE_CHECKING:
    from qunluo.people.models import Person


@write_tx
def erase(person: "Person") -> None:
    """Remove what was written to or by a person; the bookings stay, under nobody's name.

    Books are kept for as long as the law asks, and the other side of each booking is others'.
    """
    about = Transfer.objects.filter(postings__account__person=person).values("pk")
    Transfer.objects.filter(pk__in=about).exclude(memo="").update(memo="")
    Transfer.objects.filter(actor=person).exclude(memo="").update(memo="")
