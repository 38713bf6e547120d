"""Customers and invitations, made by the real actions."""

from io import BytesIO

from qunluo.growth import actions
from qunluo.growth.models import Customer
from qunluo.growth.queries import Choices
from tests.community import makers as community_makers

community = community_makers.community
member = community_makers.member
person = community_makers.person
give = community_makers.give


def imported(of, text, *, orders=None, choices=None, dry_run=False, name="customers.csv"):
    """The ended import of a table given as text or bytes, in the owner's name."""
    raw = text.encode() if isinstance(text, str) else text
    more = orders.encode() if isinstance(orders, str) else orders
    job = actions.start_import(
        actor=of.owner,
        community=of,
        file=BytesIO(raw),
        filename=name,
        orders_file=BytesIO(more) if more else None,
        orders_filename="orders.csv" if more else "",
    )
    actions.queue_import(actor=of.owner, job=job, choices=choices or Choices(), dry_run=dry_run)
    return actions.run_import(job.pk)


def customer(of, **said):
    """One customer who agreed to be written to."""
    said = {"name": "老客户", "consent": "yes", **said}
    return actions.add_customer(
        actor=of.owner, community=of, consent_source="asked in the shop", **said
    )


def names(of):
    """The names of the customers of a community."""
    return sorted(Customer.objects.filter(community=of).values_list("name", flat=True))
