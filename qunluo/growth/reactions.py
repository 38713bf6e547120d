"""What growth does when something happens elsewhere; each may run more than once."""

from qunluo.community.events import MemberJoined
from qunluo.community.queries import communities_of, find_membership
from qunluo.growth.actions import match_on_joining
from qunluo.growth.actions.customers import silence
from qunluo.growth.queries.customers import customers_behind
from qunluo.growth.queries.invitations import joined_by
from qunluo.kernel.delivery import reacts_to
from qunluo.kernel.tx import write_tx
from qunluo.people.errors import PersonNotFound
from qunluo.people.events import EmailConfirmed
from qunluo.people.queries import get_person
from qunluo.reach.events import Unsubscribed
from qunluo.reach.ports import joins

joins.counted_by(joined_by)


@reacts_to(MemberJoined)
def recognise_customer(event: MemberJoined) -> None:
    """Recognise a customer who came in by any way."""
    if membership := find_membership(event.membership_id):
        match_on_joining(membership)


@reacts_to(EmailConfirmed)
def recognise_by_email(event: EmailConfirmed) -> None:
    """Recognise a member as a customer once their address is proven."""
    if event.person_id is None:
        return
    try:
        person = get_person(pk=event.person_id)
    except PersonNotFound:
        return
    for belonging in communities_of(person):
        match_on_joining(belonging.membership)


@reacts_to(Unsubscribed)
def silence_customers(event: Unsubscribed) -> None:
    """Show on the customers' records who does not want to be written to any more."""
    with write_tx():
        for community_id, ids in customers_behind(event.digest, event.community_id).items():
            silence(ids, community_id)
