"""How much of a space is adverts."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from qunluo.conversation.models import Space, Thread
from qunluo.governance.queries import WINDOW_DAYS, AdShare
from qunluo.kernel.clock import now

if TYPE_CHECKING:
    from qunluo.people.models import Person


def ad_share(space: Space) -> AdShare:
    """Return how many of the threads opened in the last 30 days are adverts, and may be."""
    since = now() - timedelta(days=WINDOW_DAYS)
    lately = Thread.objects.filter(
        community_id=space.community_id, space=space, active_at__gte=since, opened_at__gte=since
    )
    counted = lately.aggregate(all=Count("pk"), ads=Count("pk", filter=Q(advert=True)))
    return AdShare(counted["ads"], counted["all"], space.advert_share)


def adverts_today(space: Space, person: "Person") -> int:
    """Return how many adverts somebody opened in a space in the last 24 hours."""
    mine = Thread.objects.filter(community_id=space.community_id, author=person, space=space)
    return mine.filter(advert=True, opened_at__gt=now() - timedelta(days=1)).count()
