"""What growth holds about a person, for the copy that they may ask for."""

from typing import TYPE_CHECKING

from qunluo.growth.models import Customer, FoundingContact, Invitation, InvitationUse

if TYPE_CHECKING:
    from qunluo.people.models import Person


def own_documents(person: "Person") -> dict[str, object]:
    """Return customer records with purchases, invitations made and used, and founding seats."""
    return {
        "customers": [_customer(one) for one in Customer.objects.filter(person=person)],
        "invitations_made": list(
            Invitation.objects.filter(inviter=person).values(
                "community__slug",
                "code",
                "kind",
                "note",
                "max_uses",
                "used",
                "made_at",
                "expires_at",
                "revoked_at",
            )  # fmt: skip
        ),
        "invitations_used": list(
            InvitationUse.objects.filter(person=person).values(
                "invitation__community__slug", "invitation__code", "at"
            )
        ),
        "founding_seats": list(
            FoundingContact.objects.filter(person=person).values(
                "community__slug", "list", "seat", "why", "seated_at"
            )
        ),
    }


def _customer(customer: Customer) -> dict[str, object]:
    columns = (
        "external_id", "name", "phone", "email", "birthday", "tags", "note", "source", "consent",
        "consent_source", "consent_at", "unsubscribed_at", "orders_count", "amount_minor",
        "currency", "first_order_on", "last_order_on",
    )  # fmt: skip
    orders = customer.past_orders.order_by("on", "pk")
    return {
        "community": customer.community.slug,
        **{column: getattr(customer, column) for column in columns},
        "orders": list(
            orders.values("on", "quantity_milli", "amount_minor", "currency", "reference", "item")
        ),
    }
