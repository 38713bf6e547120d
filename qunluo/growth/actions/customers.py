"""Looking after customers: hosts, tags, corrections, orders from a chat, and letting go."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, F

from qunluo.community.queries import hosts, permissions_of, require
from qunluo.growth import events
from qunluo.growth.models import Customer, PastOrder
from qunluo.growth.queries.customers import filtered, today_in
from qunluo.growth.queries.imports import phone_region
from qunluo.growth.rules import cells
from qunluo.growth.rules.cells import BadCell
from qunluo.growth.rules.suppression import as_address
from qunluo.kernel.clock import now
from qunluo.kernel.errors import Conflict, Invalid
from qunluo.kernel.money import Money
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.reach.actions import suppress

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

IMPORT = "customers.import"
EDITABLE = ("name", "phone", "email", "note", "source", "consent")
KNOWN_BY = ("name", "phone", "email", "external_id")


@write_tx
def add_customer(
    *, actor: "Person", community: "Community", consent_source: str = "", **said: str
) -> Customer:
    """Put one customer down by hand: name, phone, email, note, source, consent (M12). Invalid."""
    require(actor, community, IMPORT)
    values = _read(community, said)
    if not any(values.get(name) for name in KNOWN_BY):
        raise Invalid(fields={"name": [_("Enter a name, a phone or an e-mail.")]})
    moment = now()
    made = Customer.objects.create(
        community=community,
        currency=community.currency,
        consent_source=consent_source[:160] if values.get("consent") else "",
        consent_at=moment if values.get("consent") else None,
        added_at=moment,
        changed_at=moment,
        **values,
    )
    publish(events.CustomerAdded(community_id=community.pk, actor_id=actor.pk, customer_id=made.pk))
    return made


@write_tx
def edit_customer(
    *, actor: "Person", customer: Customer, consent_source: str = "", **said: str
) -> Customer:
    """Correct what is known of a customer; something to know them by remains. Invalid."""
    require(actor, customer.community, IMPORT)
    values = _read(customer.community, said)
    # Read again under the lock: two corrections at once must not take away one half each.
    customer.refresh_from_db(from_queryset=Customer.objects.select_for_update())
    if not any(values.get(name, getattr(customer, name)) for name in KNOWN_BY):
        raise Invalid(fields={"name": [_("Enter a name, a phone or an e-mail.")]})
    if "consent" in values and values["consent"] != customer.consent:
        customer.consent_source, customer.consent_at = consent_source[:160], now()
    changed = tuple(name for name, value in values.items() if value != getattr(customer, name))
    for name in changed:
        setattr(customer, name, values[name])
    customer.changed_at = now()
    customer.save()
    publish(
        events.CustomerCorrected(
            community_id=customer.community_id,
            actor_id=actor.pk,
            customer_id=customer.pk,
            fields=changed,
        )
    )
    return customer


@write_tx
def tag_customers(
    *,
    actor: "Person",
    community: "Community",
    filters: Mapping[str, str],
    tag: str,
    most: int = 5_000,
) -> int:
    """Add a tag to every customer that the filters leave; return how many got it."""
    require(actor, community, IMPORT)
    tag = " ".join(tag.split())
    if not 1 <= len(tag) <= 30:
        raise Invalid(fields={"tag": [_("A tag has 1 to 30 characters.")]})
    found = [c for c in filtered(community, actor, filters)[:most] if tag not in c.tags]
    for customer in found:
        customer.tags = [*customer.tags, tag]
    Customer.objects.bulk_update(found, ["tags"], batch_size=500)
    if found:
        publish(
            events.CustomersTagged(
                community_id=community.pk, actor_id=actor.pk, tag=tag, total=len(found)
            )
        )
    return len(found)


@write_tx
def assign_customers(
    *, actor: "Person", community: "Community", filters: Mapping[str, str], host: "Person"
) -> int:
    """Give the customers that the filters leave to a host, who looks after them from now on."""
    require(actor, community, IMPORT)
    _check_host(host, community)
    ids = list(filtered(community, actor, filters).values_list("pk", flat=True))
    for start in range(0, len(ids), 500):
        Customer.objects.filter(pk__in=ids[start : start + 500]).update(host=host)
    _tell_assigned(actor, community, host.pk, len(ids))
    return len(ids)


@write_tx
def spread_customers(*, actor: "Person", community: "Community") -> dict[int, int]:
    """Share the customers without a host among all hosts, whoever has the fewest first.

    Return how many each host (by id) received.
    """
    require(actor, community, IMPORT)
    able = [card.id for card in hosts(community)]
    if not able:
        raise Conflict(
            _("This community has no host yet."), next_step=_("Give somebody the role of a host.")
        )
    load = dict.fromkeys(able, 0) | dict(
        Customer.objects.filter(community=community, host__in=able)
        .values_list("host_id")
        .annotate(Count("pk"))
    )
    waiting = Customer.objects.filter(community=community, host=None).order_by("-amount_minor")
    shares: dict[int, list[int]] = {pk: [] for pk in able}
    for pk in waiting.values_list("pk", flat=True):
        least = min(able, key=lambda host: load[host])
        load[least] += 1
        shares[least].append(pk)
    for host_id, ids in shares.items():
        for start in range(0, len(ids), 500):
            Customer.objects.filter(pk__in=ids[start : start + 500]).update(host=host_id)
        if ids:
            _tell_assigned(actor, community, host_id, len(ids))
    return {host_id: len(ids) for host_id, ids in shares.items()}


@write_tx
def add_past_order(
    *,
    actor: "Person",
    customer: Customer,
    amount: Money,
    on: date | None = None,
    quantity: Decimal = Decimal(1),
    item: str = "",
) -> PastOrder:
    """Put down a purchase agreed elsewhere, in a chat say: history, not an order of ours."""
    require(actor, customer.community, IMPORT)
    day = on or today_in(customer.community)
    if day > today_in(customer.community):
        raise Invalid(fields={"on": [_("Choose a day that has come.")]})
    exact = quantity * 1000
    if exact != int(exact):
        raise Invalid(fields={"quantity": [_("At most three decimals.")]})
    alike = {
        "customer": customer,
        "on": day,
        "quantity_milli": int(exact),
        "amount_minor": amount.minor,
        "currency": amount.currency,
        "reference": "",
        "item": item[:200],
    }
    made = PastOrder.objects.create(
        community=customer.community,
        occurrence=PastOrder.objects.filter(**alike).count() + 1,
        **alike,
    )
    _count_in(customer, day, amount)
    publish(
        events.PastOrderAdded(
            community_id=customer.community_id,
            actor_id=actor.pk,
            customer_id=customer.pk,
            order_id=made.pk,
        )
    )
    return made


@write_tx
def unsubscribe_customer(*, customer: Customer, actor: "Person | None" = None) -> None:
    """Never invite this customer again; it also outlives their record and the next import."""
    if actor:
        require(actor, customer.community, "customers.view")
    for address in (customer.email, as_address(customer.phone)):
        if address:
            suppress(address=address, community_id=customer.community_id, source="customers")
    silence([customer.pk], customer.community_id, actor_id=actor.pk if actor else None)


def silence(ids: list[int], community_id: int, *, actor_id: int | None = None) -> None:
    """Mark customers as unsubscribed, each once; call it inside write_tx."""
    for pk in ids:
        if Customer.objects.filter(pk=pk, unsubscribed_at=None).update(unsubscribed_at=now()):
            publish(
                events.CustomerUnsubscribed(
                    community_id=community_id, actor_id=actor_id, customer_id=pk
                )
            )


@write_tx
def forget_customer(*, actor: "Person", customer: Customer) -> None:
    """Delete a customer with their history; whether they unsubscribed is kept as a digest."""
    require(actor, customer.community, IMPORT)
    pk = customer.pk
    customer.delete()
    publish(
        events.CustomerForgotten(
            community_id=customer.community_id, actor_id=actor.pk, customer_id=pk
        )
    )


def _read(community: "Community", said: Mapping[str, str]) -> dict[str, str]:
    """Return the fields as an import would read them; Invalid names what is wrong."""
    readers: dict[str, Callable[[str], str]] = {
        "name": cells.text(120),
        "phone": cells.phone(phone_region(community)),
        "email": cells.email,
        "note": cells.text(cells.LONGEST_NOTE),
        "source": cells.text(80),
        "consent": cells.consent,
    }
    values: dict[str, str] = {}
    wrong: dict[str, list[str]] = {}
    for name in EDITABLE:
        if name in said:
            try:
                values[name] = readers[name](said[name].replace("\0", "").strip())
            except BadCell as bad:
                wrong[name] = [cells.REASONS[bad.code]]
    if wrong:
        raise Invalid(fields=wrong)
    return values


def _count_in(customer: Customer, day: date, amount: Money) -> None:
    """Add a purchase to the stored totals; coming back after an invitation counts as returned."""
    same = amount.currency == (customer.currency or amount.currency)
    Customer.objects.filter(pk=customer.pk).update(
        orders_count=F("orders_count") + 1,
        amount_minor=F("amount_minor") + (amount.minor if same else 0),
        first_order_on=min(filter(None, (customer.first_order_on, day))),
        last_order_on=max(filter(None, (customer.last_order_on, day))),
        changed_at=now(),
    )
    customer.refresh_from_db()
    waited_for = customer.dormant_when_invited and not customer.returned_at
    if waited_for and customer.invited_at and day >= customer.invited_at.date():
        Customer.objects.filter(pk=customer.pk).update(returned_at=now())
        customer.refresh_from_db()


def _check_host(host: "Person", community: "Community") -> None:
    if "members.notes" not in permissions_of(host, community):
        raise Invalid(fields={"host": [_("Choose a host or operator of this community.")]})


def _tell_assigned(actor: "Person", community: "Community", host_id: int, total: int) -> None:
    publish(
        events.CustomersAssigned(
            community_id=community.pk, actor_id=actor.pk, host_id=host_id, total=total
        )
    )
