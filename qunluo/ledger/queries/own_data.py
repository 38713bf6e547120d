"""What this room holds about a person, for their own archive."""

from typing import TYPE_CHECKING

from qunluo.kernel.text import _
from qunluo.ledger.models import Hold, Posting, Transfer

if TYPE_CHECKING:
    from qunluo.people.models import Person
    from qunluo.people.ports import Documents

KEEPS = (_("What was booked on your accounts, as books must be kept, without your name."),)


def own_documents(person: "Person") -> "Documents":
    """Return every movement on a person's accounts, what is held, and what they booked."""
    return {
        "movements": list(
            Posting.objects.filter(account__person=person)
            .order_by("pk")
            .values(
                "account__community__slug", "account__unit__code", "account__purpose", "amount",
                "transfer_id", "transfer__kind", "transfer__memo", "transfer__at",
                "transfer__occurred_at",
            )
        ),
        "held": list(
            Hold.objects.filter(account__person=person)
            .order_by("pk")
            .values(
                "account__community__slug", "account__unit__code", "amount", "state", "placed_at",
                "expires_at", "resolved_at", "captured",
            )
        ),
        "booked_by_me": list(
            Transfer.objects.filter(actor=person)
            .order_by("pk")
            .values("id", "community__slug", "kind", "memo", "at")
        ),
    }  # fmt: skip
