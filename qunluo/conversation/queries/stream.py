"""The home stream of a member: what is said where they belong; it ends."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from qunluo.community import queries as communities
from qunluo.conversation.models import Draft, Reading, Space, SpaceFollowing, Thread
from qunluo.conversation.queries.cards import ThreadCard, cards, with_reading
from qunluo.conversation.queries.sight import Sight
from qunluo.conversation.rules.reading import STREAM_DAYS
from qunluo.governance.queries import hidden_ids
from qunluo.kernel.clock import now
from qunluo.kernel.paging import Page, page

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.community.queries import Belonging
    from qunluo.people.models import Person


def stream(
    person: "Person",
    *,
    community: "Community | None" = None,
    after: str | None = None,
    limit: int = 20,
) -> Page[ThreadCard]:
    """Return the threads of the last 90 days in all spaces that a member sees, newest first.

    Muted ones are left out; each says why it stands here. Of one community or of all; five
    queries.
    """
    belongings = [
        one
        for one in communities.communities_of(person)
        if community is None or one.community.pk == community.pk
    ]
    spaces = _spaces(person, belongings)
    muted = Reading.objects.filter(
        person=person, thread=OuterRef("pk"), following=Reading.Following.MUTED
    )
    # Of a muted space only what they follow in it themselves, which is the narrower wish.
    deaf = SpaceFollowing.objects.filter(person=person, following=Reading.Following.MUTED)
    follows = Reading.objects.filter(
        person=person, thread=OuterRef("pk"), following=Reading.Following.FOLLOWED
    )
    found = Thread.objects.filter(
        ~Exists(muted),
        ~Q(space_id__in=deaf.values("space_id")) | Exists(follows),
        community_id__in=[one.community.pk for one in belongings],
        space_id__in=list(spaces),
        active_at__gte=now() - timedelta(days=STREAM_DAYS),
        opener_gone=False,
    ).exclude(author_id__in=hidden_ids(person.pk))
    rows = page(with_reading(found, person.pk), ("-active_at", "-id"), after, limit)
    since = {one.community.pk: one.membership.joined_at for one in belongings}
    return Page(cards(rows.items, spaces, person.pk, since), rows.next)


def drafts(person: "Person") -> list[Draft]:
    """Return what a person began to write and did not send, the newest first."""
    found = Draft.objects.filter(person=person).select_related("space__community", "thread")
    return list(found.order_by("-saved_at", "-pk"))


def draft_for(person: "Person", space: Space) -> Draft | None:
    """Return the new thread that a person began to write in a space."""
    return Draft.objects.filter(person=person, space=space, thread=None).first()


def _spaces(person: "Person", belongings: "Iterable[Belonging]") -> dict[int, Space]:
    """Return the open spaces that a person sees in the communities they belong to, by id."""
    here = {one.community.pk: one for one in belongings}
    sights = {pk: sight_in(person, one) for pk, one in here.items()}
    found = Space.objects.filter(community_id__in=list(here), archived_at=None)
    found = found.exclude(visibility=Space.Visibility.PEOPLE)
    spaces = {}
    for space in found:
        if sights[space.community_id].sees(space):
            space.community = here[space.community_id].community
            spaces[space.pk] = space
    return spaces


def sight_in(person: "Person", one: "Belonging") -> Sight:
    """Return what a member may see where they belong, without asking anew."""
    membership = one.membership
    until = membership.suspended_until
    standing = communities.Standing(
        membership.pk, one.roles, until if until and until > now() else None, membership.joined_at
    )
    held = frozenset((one.community.pk, kind, name) for kind, name in one.held)
    return Sight(person.pk, one.community.pk, standing, membership.joined_at, held)
