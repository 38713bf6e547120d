"""What the community room does after something has happened."""

from qunluo.community import actions, queries
from qunluo.community.events import MemberJoined
from qunluo.kernel.delivery import reacts_to


@reacts_to(MemberJoined)
def give_newcomers_a_host(event: MemberJoined) -> None:
    """Find a host for whoever has just joined, when the community has hosts (P03)."""
    if membership := queries.find_membership(event.membership_id):
        actions.welcome(membership=membership)
