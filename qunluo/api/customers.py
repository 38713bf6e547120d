"""Imported customers: the list, their records, hosts and tags, matching, inviting in batches."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ninja import Query, Status
from pydantic import ConfigDict, Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.invitations import INVITATIONS, Invitation, show_invitation
from qunluo.api.members import Moment, show_moment
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Currency, Day, Given, Id, Listing, Paging, Shown, listing
from qunluo.community import queries as communities
from qunluo.growth import actions, queries
from qunluo.kernel.money import Money
from qunluo.kernel.text import _
from qunluo.people import queries as people

if TYPE_CHECKING:
    from qunluo.growth import models as rows

area = Area("customers", "Customers")
NO_HOST = "none"


class Amount(Shown):
    """Money in the smallest unit of its currency."""

    minor: int
    currency: str


class Customer(Shown):
    """A customer known from outside; `person` once they joined."""

    id: int
    external_id: str
    name: str
    phone: str
    email: str
    birthday: date | None
    tags: list[str]
    note: str
    source: str
    consent: str = Field(description=_("given, refused or nothing."))
    consent_source: str
    consent_at: datetime | None
    unsubscribed_at: datetime | None
    state: str = Field(description=_("buying, dormant, member or returned."))
    host: PersonCard | None
    person: PersonCard | None
    matched_by: str
    invited_at: datetime | None
    returned_at: datetime | None
    orders_count: int
    spent: Amount
    first_order_on: date | None
    last_order_on: date | None
    added_at: datetime


class PastOrder(Shown):
    """A purchase made elsewhere, before."""

    on: date
    quantity: str = Field(description=_("A decimal number with at most three decimals."))
    amount: Amount
    item: str
    reference: str


class CustomerRecord(Shown):
    """One customer with everything that is known."""

    customer: Customer
    orders: list[PastOrder]
    invitations: list[Invitation]
    moments: list[Moment]


class Reactivation(Shown):
    """Returned out of invited while dormant; rate is null when nobody was."""

    invited: int
    returned: int
    days: int
    rate: float | None


class CustomerSummary(Shown):
    """How many customers there are in each state."""

    total: int
    buying: int
    dormant: int
    members: int
    returned: int
    unsubscribed: int
    reachable: int
    hostless: int
    reactivation: Reactivation
    sources: list[str]


class CustomerFilters(Given):
    """Filters over customers; everything that is set must hold."""

    q: str = Field("", max_length=120, description=_("Name, number, e-mail or end of a phone."))
    state: str = Field("", pattern="^(buying|dormant|member|returned|)$")
    host: str = Field("", max_length=12, description=_("The handle of their host, or none."))
    tag: str = Field("", max_length=30)
    source: str = Field("", max_length=80)
    reachable: bool = Field(default=False, description=_("May be invited by e-mail."))


class CustomerPage(CustomerFilters, Paging):
    """Which customers, and which part of the list."""

    model_config = ConfigDict(strict=False)


class CustomerWish(Given):
    """A customer put down by hand."""

    name: str = Field("", max_length=120)
    phone: str = Field("", max_length=40)
    email: str = Field("", max_length=254)
    note: str = Field("", max_length=2000)
    source: str = Field("", max_length=80)
    consent: str = Field("", max_length=20, description=_("yes, no or nothing."))
    consent_source: str = Field("", max_length=160, description=_("Where they agreed."))


class CustomerChange(Given):
    """What is to change; whatever is missing or null stays as it is."""

    name: str | None = Field(None, max_length=120)
    phone: str | None = Field(None, max_length=40)
    email: str | None = Field(None, max_length=254)
    note: str | None = Field(None, max_length=2000)
    source: str | None = Field(None, max_length=80)
    consent: str | None = Field(None, max_length=20, description=_("yes, no or nothing."))
    consent_source: str | None = Field(None, max_length=160)


class OrderWish(Given):
    """A purchase agreed elsewhere."""

    amount_minor: int = Field(ge=0, le=10**12)
    currency: Currency | None = None
    on: Day | None = Field(None, description=_("Today if missing."))
    quantity: str = Field(
        "1",
        pattern=r"^[0-9]{1,9}(\.[0-9]{1,3})?$",
        description=_("A decimal number with at most three decimals."),
    )
    item: str = Field("", max_length=200)


class MatchWish(Given):
    """Which member the customer is; null takes the match back."""

    member_id: Id | None


@area.read("/communities/{slug}/customers", Listing[Customer], scope="customers:read")
def customers(request: Caller, slug: SlugPath, wanted: Query[CustomerPage]) -> dict[str, Any]:
    """List customers."""
    home = community_of(request, slug)
    found = queries.customers(
        home,
        viewer=request.person,
        filters=as_filters(wanted),
        after=wanted.after,
        limit=wanted.limit,
    )
    show = _Shower(home)
    return listing(request, found.items, found.next, show.customer)


@area.read("/communities/{slug}/customers/summary", CustomerSummary, scope="customers:read")
def customer_summary(request: Caller, slug: SlugPath) -> dict[str, Any]:
    """Count customers by state."""
    home = community_of(request, slug)
    found = queries.customer_summary(home, viewer=request.person)
    names = ("total", "buying", "dormant", "members", "returned", "unsubscribed", "reachable",
             "hostless")  # fmt: skip
    return {
        **{name: getattr(found, name) for name in names},
        "reactivation": queries.reactivation(home),
        "sources": queries.customer_sources(home),
    }


@area.write("POST", "/communities/{slug}/customers", Customer, scope="customers:write", status=201)
def add_customer(request: Caller, slug: SlugPath, wish: CustomerWish) -> Status[dict[str, Any]]:
    """Put a customer down."""
    home = community_of(request, slug)
    made = actions.add_customer(actor=request.person, community=home, **wish.model_dump())
    return Status(201, _Shower(home).customer(made))


@area.read("/communities/{slug}/customers/{customer_id}", CustomerRecord, scope="customers:read")
def customer(request: Caller, slug: SlugPath, customer_id: Id) -> dict[str, Any]:
    """Show a customer with their history."""
    home = community_of(request, slug)
    found = queries.customer_record(home, customer_id, viewer=request.person)
    return {
        "customer": _Shower(home).customer(found.customer),
        "orders": [_order(one) for one in found.orders],
        "invitations": [show_invitation(one) for one in found.invitations],
        "moments": [show_moment(one) for one in found.moments],
    }


@area.write(
    "PATCH", "/communities/{slug}/customers/{customer_id}", Customer, scope="customers:write"
)
def edit_customer(
    request: Caller, slug: SlugPath, customer_id: Id, change: CustomerChange
) -> dict[str, Any]:
    """Correct a customer."""
    home = community_of(request, slug)
    found = queries.get_customer(home, customer_id, viewer=request.person)
    said = change.model_dump(exclude_none=True)
    return _Shower(home).customer(
        actions.edit_customer(actor=request.person, customer=found, **said)
    )


@area.write(
    "DELETE",
    "/communities/{slug}/customers/{customer_id}",
    None,
    scope="customers:write",
    status=204,
)
def forget_customer(request: Caller, slug: SlugPath, customer_id: Id) -> Status[None]:
    """Forget a customer."""
    home = community_of(request, slug)
    found = queries.get_customer(home, customer_id, viewer=request.person)
    actions.forget_customer(actor=request.person, customer=found)
    return Status(204, None)


@area.write(
    "POST",
    "/communities/{slug}/customers/{customer_id}/orders",
    PastOrder,
    scope="customers:write",
    status=201,
)
def add_past_order(
    request: Caller, slug: SlugPath, customer_id: Id, wish: OrderWish
) -> Status[dict[str, Any]]:
    """Put a purchase down."""
    home = community_of(request, slug)
    found = queries.get_customer(home, customer_id, viewer=request.person)
    made = actions.add_past_order(
        actor=request.person,
        customer=found,
        amount=Money(wish.amount_minor, wish.currency or home.currency),
        on=wish.on,
        quantity=Decimal(wish.quantity),
        item=wish.item,
    )
    return Status(201, _order(made))


@area.write(
    "POST",
    "/communities/{slug}/customers/{customer_id}/unsubscribe",
    Customer,
    scope="customers:write",
)
def unsubscribe_customer(request: Caller, slug: SlugPath, customer_id: Id) -> dict[str, Any]:
    """Never invite a customer again."""
    home = community_of(request, slug)
    found = queries.get_customer(home, customer_id, viewer=request.person)
    actions.unsubscribe_customer(customer=found, actor=request.person)
    found.refresh_from_db()
    return _Shower(home).customer(found)


@area.write(
    "POST",
    "/communities/{slug}/customers/{customer_id}/invite",
    Invitation,
    scope="customers:write",
    rate=INVITATIONS,
)
def invite_customer(request: Caller, slug: SlugPath, customer_id: Id) -> dict[str, Any]:
    """Make the personal invitation of a customer."""
    home = community_of(request, slug)
    found = queries.get_customer(home, customer_id, viewer=request.person)
    return show_invitation(actions.invite_customer(actor=request.person, customer=found))


@area.write(
    "PUT",
    "/communities/{slug}/customers/{customer_id}/match",
    Customer,
    scope="customers:write",
)
def match_customer(
    request: Caller, slug: SlugPath, customer_id: Id, wish: MatchWish
) -> dict[str, Any]:
    """Say which member a customer is."""
    home = community_of(request, slug)
    found = queries.get_customer(home, customer_id, viewer=request.person)
    communities.require(request.person, home, "customers.import")
    member = (
        communities.get_member(wish.member_id, viewer=request.person) if wish.member_id else None
    )
    return _Shower(home).customer(
        actions.match_customer(actor=request.person, customer=found, membership=member)
    )


class _Shower:
    """Shows customers of one community, asking for its numbers once."""

    def __init__(self, home: Any) -> None:
        self.today = queries.today_in(home)
        self.days = queries.policy_of(home).dormant_days

    def customer(self, found: "rows.Customer") -> dict[str, Any]:
        """Show a customer."""
        plain = ("id", "external_id", "name", "phone", "email", "birthday", "tags", "note",
                 "source", "consent", "consent_source", "consent_at", "unsubscribed_at",
                 "matched_by", "invited_at", "returned_at", "orders_count", "first_order_on",
                 "last_order_on", "added_at")  # fmt: skip
        return {
            **{name: getattr(found, name) for name in plain},
            "state": queries.state_of_customer(found, self.today, self.days),
            "host": card(found.host) if found.host else None,
            "person": card(found.person) if found.person else None,
            "spent": queries.spent(found),
        }


def _order(one: "rows.PastOrder") -> dict[str, Any]:
    return {
        "on": one.on,
        "quantity": f"{one.quantity.normalize():f}",
        "amount": Money(one.amount_minor, one.currency),
        "item": one.item,
        "reference": one.reference,
    }


def as_filters(wanted: CustomerFilters) -> dict[str, str]:
    """Return the filters as the growth room reads them, with the host's id for the handle."""
    host = wanted.host
    if host and host != NO_HOST:
        host = str(people.get_person(handle=host).pk)
    return {
        "q": wanted.q,
        "state": wanted.state,
        "host": host,
        "tag": wanted.tag,
        "source": wanted.source,
        "reachable": "yes" if wanted.reachable else "",
    }
