"""Who talks with whom, as far as others may count it."""

from typing import TYPE_CHECKING

from qunluo.conversation.models import Tie

if TYPE_CHECKING:
    from qunluo.community.models import Community


def pairs_who_talk(community: "Community") -> int:
    """Return how many pairs of members answered each other within the last 90 days."""
    return Tie.objects.filter(community=community).count() // 2
