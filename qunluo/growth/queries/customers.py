"""Customers: lists, one record with its whole history, states and reactivation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet, Value

from qunluo.community.queries import Moment, as_moments, permissions_of, require, standing
from qunluo.community.queries.directory import AnyItem
from qunluo.community.queries.permissions import require_member
from qunluo.growth.errors import CustomerNotFound
from qunluo.growth.models import Customer, Invitation, InviteBatch, PastOrder
from qunluo.growth.queries.invitations import policy_of
from qunluo.growth.rules import customers as rules
from qunluo.growth.rules.suppression import as_address
from qunluo.kernel import queries as log
from qunluo.kernel.clock import now
from qunluo.kernel.money import Money
from qunluo.kernel.paging import Page, page
from qunluo.reach.queries import digest_of

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

VIEW = "customers.view"
ORDER = ["-amount_minor", "-id"]
HISTORY = 50


@dataclass(frozen=True)
class CustomerRecord:
    """One customer with everything that is known: purchases, invitations, and life here (M11)."""

    customer: Customer
    state: str
    orders: list[PastOrder]
    invitations: list[Invitation]
    moments: list[Moment]

    @property
    def spent(self) -> Money:
        """Return what they spent in all, in the community's currency."""
        return spent(self.customer)


def today_in(community: "Community") -> date:
    """Return the day it is where the community lives."""
    return now().astimezone(ZoneInfo(community.time_zone)).date()


def spent(customer: Customer) -> Money:
    """Return what a customer spent in all."""
    return Money(customer.amount_minor, customer.currency or "CNY")


def state_of_customer(customer: Customer, today: date, days: int) -> str:
    """Return the state of a customer."""
    return rules.state(
        person_id=customer.person_id,
        returned=customer.returned_at is not None,
        was_dormant=customer.dormant_when_invited,
        last_order_on=customer.last_order_on,
        today=today,
        days=days,
    )


def customers_visible_to(community: "Community", viewer: "Person") -> "QuerySet[Customer]":
    """Return all customers for who may see them, and a host's own for the host; MembersOnly."""
    found = Customer.objects.filter(community=community)
    if VIEW in permissions_of(viewer, community):
        return found
    require_member(viewer, community)
    own = found.filter(host=viewer)
    if not own.exists():
        require(viewer, community, VIEW)
    return own


def hosts_customers(person: "Person", community: "Community") -> bool:
    """Return whether a member looks after customers here, and so may see those."""
    if not standing(person, community).permissions:
        return False
    return Customer.objects.filter(community=community, host=person).exists()


def filtered(
    community: "Community", viewer: "Person", filters: Mapping[str, str]
) -> "QuerySet[Customer]":
    """Return the customers that filters leave: q, state, host, tag, source, reachable."""
    found = customers_visible_to(community, viewer)
    conditions = state_conditions(community)
    if (state := filters.get("state", "")) in conditions:
        found = found.filter(conditions[state])
    if q := filters.get("q", "").strip():
        found = found.filter(
            Q(name__icontains=q) | Q(external_id__iexact=q) | Q(email__iexact=q) | Q(phone=q)
            | Q(phone__endswith=q)
        )  # fmt: skip
    host = filters.get("host", "")
    if host == "none":
        found = found.filter(host=None)
    elif host.isdecimal():
        found = found.filter(host_id=int(host))
    if tag := filters.get("tag", "").strip():
        found = found.filter(Q(AnyItem(F("tags"), Value(like(tag)))))
    if source := filters.get("source", "").strip():
        found = found.filter(source=source)
    if filters.get("reachable"):
        found = found.filter(reachable())
    return found


def customers(
    community: "Community",
    *,
    viewer: "Person",
    filters: Mapping[str, str] | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[Customer]:
    """Return a page of customers, those who spent the most first."""
    found = filtered(community, viewer, filters or {}).select_related("host", "person")
    return page(found, ORDER, after, limit)


def count_customers(
    community: "Community", *, viewer: "Person", filters: Mapping[str, str] | None = None
) -> int:
    """Return how many customers the filters leave."""
    return filtered(community, viewer, filters or {}).count()


def get_customer(community: "Community", pk: int, *, viewer: "Person") -> Customer:
    """Return a customer for who may see customers, or for their host; CustomerNotFound."""
    found = customers_visible_to(community, viewer).select_related(
        "host", "person", "imported_by", "community"
    )
    try:
        return found.get(pk=pk)
    except Customer.DoesNotExist:
        raise CustomerNotFound from None


def customer_record(community: "Community", pk: int, *, viewer: "Person") -> CustomerRecord:
    """Return a customer with purchases, invitations and what happened since they joined."""
    customer = get_customer(community, pk, viewer=viewer)
    events = log.events_about(customer.person_id, community.pk) if customer.person_id else []
    return CustomerRecord(
        customer=customer,
        state=state_of_customer(customer, today_in(community), policy_of(community).dormant_days),
        orders=list(customer.past_orders.order_by("-on", "-pk")[:HISTORY]),
        invitations=list(customer.invitations.select_related("inviter").order_by("-pk")),
        moments=as_moments(events),
    )


def customer_of(person: "Person", community: "Community") -> Customer | None:
    """Return the customer that a member is known as, or None."""
    return Customer.objects.filter(community=community, person=person).first()


def state_conditions(community: "Community") -> dict[str, Q]:
    """Return what puts a customer into each state, as one condition each."""
    line = rules.dormant_before(today_in(community), policy_of(community).dormant_days)
    returned = Q(dormant_when_invited=True, returned_at__isnull=False)
    outside = ~returned & Q(person=None)
    recent = Q(last_order_on__gte=line)
    return {
        rules.BUYING: outside & recent,
        rules.DORMANT: outside & (Q(last_order_on=None) | Q(last_order_on__lt=line)),
        rules.MEMBER: ~returned & Q(person__isnull=False),
        rules.RETURNED: returned,
    }


def reachable() -> Q:
    """Return whom an invitation may be e-mailed to: an address, a yes, and no unsubscription."""
    return Q(person=None, unsubscribed_at=None, consent=Customer.Consent.GIVEN) & ~Q(email="")


def customer_summary(community: "Community", *, viewer: "Person") -> rules.Summary:
    """Return how many customers there are in each state; one query."""
    conditions = state_conditions(community)
    counts = customers_visible_to(community, viewer).aggregate(
        total=Count("pk"),
        buying=Count("pk", filter=conditions[rules.BUYING]),
        dormant=Count("pk", filter=conditions[rules.DORMANT]),
        members=Count("pk", filter=conditions[rules.MEMBER]),
        returned=Count("pk", filter=conditions[rules.RETURNED]),
        unsubscribed=Count("pk", filter=Q(unsubscribed_at__isnull=False)),
        reachable=Count("pk", filter=reachable()),
        hostless=Count("pk", filter=Q(host=None)),
    )
    return rules.Summary(**counts)


def reactivation(community: "Community") -> rules.Reactivation:
    """Return reactivated ÷ invited while dormant, in the window of the community."""
    days = policy_of(community).reactivation_days
    since = now() - timedelta(days=days)
    counts = Customer.objects.filter(
        community=community, dormant_when_invited=True, invited_at__gt=since
    ).aggregate(invited=Count("pk"), returned=Count("pk", filter=Q(returned_at__isnull=False)))
    return rules.Reactivation(counts["invited"], counts["returned"], days)


def reactivated_lately(
    community: "Community", *, viewer: "Person", limit: int = 10
) -> list[Customer]:
    """Return who came back last: the rows behind the reactivation rate."""
    found = customers_visible_to(community, viewer).filter(
        dormant_when_invited=True, returned_at__isnull=False
    )
    return list(found.select_related("person", "host").order_by("-returned_at", "-pk")[:limit])


def invite_batches(
    community: "Community", *, viewer: "Person", limit: int = 20
) -> list[InviteBatch]:
    """Return the latest batches of invitations."""
    require(viewer, community, "customers.import")
    found = InviteBatch.objects.filter(community=community).select_related("by")
    return list(found.order_by("-pk")[:limit])


def batch_results(batch: InviteBatch) -> dict[str, int]:
    """Return how many of a batch were invited and how many came."""
    found = Invitation.objects.filter(batch=batch)
    return found.aggregate(invited=Count("pk"), came=Count("pk", filter=Q(used__gt=0)))


def get_batch(community: "Community", pk: int, *, viewer: "Person") -> InviteBatch:
    """Return a batch of invitations; CustomerNotFound when there is none."""
    require(viewer, community, "customers.import")
    found = InviteBatch.objects.filter(community=community).select_related("by")
    try:
        return found.get(pk=pk)
    except InviteBatch.DoesNotExist:
        raise CustomerNotFound from None


def batch_links(batch: InviteBatch) -> "QuerySet[Invitation]":
    """Return the personal invitations of a batch with their customers, to hand out."""
    found = Invitation.objects.filter(batch=batch, customer__isnull=False)
    return found.select_related("customer").order_by("-customer__amount_minor", "pk")


def last_import_at(community: "Community") -> datetime | None:
    """Return when customers were last brought in."""
    found = Customer.objects.filter(community=community).order_by("-added_at")
    return found.values_list("added_at", flat=True).first()


def customer_sources(community: "Community") -> list[str]:
    """Return where customers came from, for a filter."""
    found = Customer.objects.filter(community=community).exclude(source="")
    return list(found.order_by("source").values_list("source", flat=True).distinct()[:50])


def like(text: str) -> str:
    """Return a LIKE pattern that only this text fits."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def customers_behind(digest: str, community_id: int | None) -> dict[int, list[int]]:
    """Return the customers (by community) whom a digest of the suppression list stands for."""
    found = Customer.objects.filter(unsubscribed_at=None).exclude(email="", phone="")
    if community_id:
        found = found.filter(community=community_id)
    behind: dict[int, list[int]] = {}
    rows = found.values_list("pk", "community_id", "email", "phone")
    for pk, home, email, phone in rows.iterator(2000):
        if digest in [digest_of(a) for a in (email, as_address(phone)) if a]:
            behind.setdefault(home, []).append(pk)
    return behind


def why_left_out(reason: str) -> str:
    """Return the marked words for why somebody was not written to."""
    return rules.LEFT_OUT.get(reason, reason)
