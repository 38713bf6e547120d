"""What happens while a community grows."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from qunluo.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class InvitationMade(Event):
    """Somebody made an invitation that others can join with."""

    name: ClassVar[str] = "growth.invitation_made"
    invitation_id: int
    kind: str
    max_uses: int


@dataclass(frozen=True, kw_only=True)
class InvitationRevoked(Event):
    """An invitation was taken back; nobody can join with it any more."""

    name: ClassVar[str] = "growth.invitation_revoked"
    audit: ClassVar[bool] = True
    invitation_id: int


@dataclass(frozen=True, kw_only=True)
class InvitationAccepted(Event):
    """Somebody came in by an invitation; `inviter_id` answers for them."""

    name: ClassVar[str] = "growth.invitation_accepted"
    invitation_id: int
    inviter_id: int
    kind: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class AllowanceRaised(Event):
    """An operator let a member invite more people than the quota."""

    name: ClassVar[str] = "growth.allowance_raised"
    audit: ClassVar[bool] = True
    extra: int


@dataclass(frozen=True, kw_only=True)
class GrowthPolicyChanged(Event):
    """An operator changed quota, days to expiry or what counts as dormant."""

    name: ClassVar[str] = "growth.policy_changed"
    audit: ClassVar[bool] = True
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FoundingContactAdded(Event):
    """A name was put on the founding-100 or KOL list."""

    name: ClassVar[str] = "growth.founding_contact_added"
    audit: ClassVar[bool] = True
    contact_id: int
    list: str


@dataclass(frozen=True, kw_only=True)
class FoundingContactCorrected(Event):
    """Name, details or reason of a contact were corrected."""

    name: ClassVar[str] = "growth.founding_contact_corrected"
    audit: ClassVar[bool] = True
    contact_id: int


@dataclass(frozen=True, kw_only=True)
class FoundingContactInvited(Event):
    """A contact got a personal link that leads to a seat."""

    name: ClassVar[str] = "growth.founding_contact_invited"
    audit: ClassVar[bool] = True
    contact_id: int


@dataclass(frozen=True, kw_only=True)
class FoundingContactRemoved(Event):
    """Somebody without a seat was taken off the list."""

    name: ClassVar[str] = "growth.founding_contact_removed"
    audit: ClassVar[bool] = True
    contact_id: int


@dataclass(frozen=True, kw_only=True)
class OutreachLogged(Event):
    """Somebody reached out to a contact and wrote down what came of it."""

    name: ClassVar[str] = "growth.outreach_logged"
    audit: ClassVar[bool] = True
    contact_id: int
    outcome: str


@dataclass(frozen=True, kw_only=True)
class FoundingSeatTaken(Event):
    """A contact became a member and took a seat, with its permanent badge."""

    name: ClassVar[str] = "growth.founding_seat_taken"
    contact_id: int
    list: str
    seat: int


@dataclass(frozen=True, kw_only=True)
class ImportRequested(Event):
    """Somebody uploaded customers and asked for them to be checked or brought in."""

    name: ClassVar[str] = "growth.import_requested"
    audit: ClassVar[bool] = True
    import_id: int


@dataclass(frozen=True, kw_only=True)
class ImportCancelled(Event):
    """An upload was given up before anything was taken over."""

    name: ClassVar[str] = "growth.import_cancelled"
    audit: ClassVar[bool] = True
    import_id: int


@dataclass(frozen=True, kw_only=True)
class CustomersImported(Event):
    """Customers and their past orders were brought in, all at once."""

    name: ClassVar[str] = "growth.customers_imported"
    audit: ClassVar[bool] = True
    import_id: int
    customers_new: int
    customers_changed: int
    orders_new: int
    rows_refused: int


@dataclass(frozen=True, kw_only=True)
class ImportFailed(Event):
    """An import ended without taking anything over."""

    name: ClassVar[str] = "growth.import_failed"
    import_id: int
    code: str


@dataclass(frozen=True, kw_only=True)
class CustomerAdded(Event):
    """An operator put one customer down by hand."""

    name: ClassVar[str] = "growth.customer_added"
    audit: ClassVar[bool] = True
    customer_id: int


@dataclass(frozen=True, kw_only=True)
class CustomerCorrected(Event):
    """An operator corrected what is known of a customer."""

    name: ClassVar[str] = "growth.customer_corrected"
    audit: ClassVar[bool] = True
    customer_id: int
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CustomersTagged(Event):
    """An operator tagged a selection of customers."""

    name: ClassVar[str] = "growth.customers_tagged"
    audit: ClassVar[bool] = True
    tag: str
    total: int


@dataclass(frozen=True, kw_only=True)
class PastOrderAdded(Event):
    """An operator put down a purchase that was agreed elsewhere."""

    name: ClassVar[str] = "growth.past_order_added"
    audit: ClassVar[bool] = True
    customer_id: int
    order_id: int


@dataclass(frozen=True, kw_only=True)
class CustomerInvited(Event):
    """A customer got a personal link to hand over."""

    name: ClassVar[str] = "growth.customer_invited"
    audit: ClassVar[bool] = True
    customer_id: int


@dataclass(frozen=True, kw_only=True)
class CustomersInvited(Event):
    """An operator invited a batch of customers."""

    name: ClassVar[str] = "growth.customers_invited"
    audit: ClassVar[bool] = True
    batch_id: int
    way: str
    total: int


@dataclass(frozen=True, kw_only=True)
class CustomerMatched(Event):
    """A customer turned out to be a person here; `by` is code, email, phone or hand."""

    name: ClassVar[str] = "growth.customer_matched"
    customer_id: int
    by: str
    dormant: bool
    last_order_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class CustomerRecognised(Event):
    """An operator said by hand which member a customer is."""

    name: ClassVar[str] = "growth.customer_recognised"
    audit: ClassVar[bool] = True
    customer_id: int


@dataclass(frozen=True, kw_only=True)
class CustomerUnmatched(Event):
    """An operator took back that a customer is a member here."""

    name: ClassVar[str] = "growth.customer_unmatched"
    audit: ClassVar[bool] = True
    customer_id: int


@dataclass(frozen=True, kw_only=True)
class CustomersAssigned(Event):
    """Customers were given to a host."""

    name: ClassVar[str] = "growth.customers_assigned"
    audit: ClassVar[bool] = True
    host_id: int
    total: int


@dataclass(frozen=True, kw_only=True)
class CustomerUnsubscribed(Event):
    """A customer does not want to be written to; honoured for ever."""

    name: ClassVar[str] = "growth.customer_unsubscribed"
    audit: ClassVar[bool] = True
    customer_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class CustomerForgotten(Event):
    """A customer was deleted, with the history that belonged to them."""

    name: ClassVar[str] = "growth.customer_forgotten"
    audit: ClassVar[bool] = True
    customer_id: int


@dataclass(frozen=True, kw_only=True)
class ExportRequested(Event):
    """An owner asked for the whole community as an archive."""

    name: ClassVar[str] = "growth.export_requested"
    audit: ClassVar[bool] = True
    export_id: int


@dataclass(frozen=True, kw_only=True)
class ExportReady(Event):
    """The archive of a community is ready to be downloaded."""

    name: ClassVar[str] = "growth.export_ready"
    export_id: int


@dataclass(frozen=True, kw_only=True)
class CommunityRestored(Event):
    """A community was brought here from an archive of another installation."""

    name: ClassVar[str] = "growth.community_restored"
    audit: ClassVar[bool] = True
    people_found: int
    people_made: int
