"""The founding-100 programme as it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Q, QuerySet

from qunluo.community.queries import require
from qunluo.growth.errors import ContactNotFound
from qunluo.growth.models import FoundingContact
from qunluo.growth.rules import founding as rules
from qunluo.kernel.paging import Page, page
from qunluo.people.queries import person_card

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person
    from qunluo.people.queries import Card

MANAGE = "invitations.manage"


@dataclass(frozen=True)
class Progress:
    """How far the programme is: seats taken of a hundred, and where the others stand."""

    seated: int
    listed: int
    contacted: int
    declined: int
    seats: int = rules.SEATS

    @property
    def left(self) -> int:
        """Return how many seats are free."""
        return self.seats - self.seated


def progress(community: "Community", kind: str = FoundingContact.List.FOUNDING) -> Progress:
    """Return n/100 and how many were listed, reached out to, and declined."""
    counts = FoundingContact.objects.filter(community=community, list=kind).aggregate(
        seated=Count("pk", filter=Q(seat__isnull=False), distinct=True),
        listed=Count("pk", distinct=True),
        contacted=Count("pk", filter=Q(outreach__isnull=False), distinct=True),
        declined=Count("pk", filter=Q(declined_at__isnull=False), distinct=True),
    )
    return Progress(**counts)


def contacts(
    community: "Community",
    *,
    viewer: "Person",
    kind: str = FoundingContact.List.FOUNDING,
    after: str | None = None,
    limit: int = 50,
) -> Page[FoundingContact]:
    """Return a page of the list, the latest first, with when each was last reached out to."""
    require(viewer, community, MANAGE)
    found = FoundingContact.objects.filter(community=community, list=kind)
    return page(_told(found), ["-id"], after, limit)


def get_contact(community: "Community", pk: int, *, viewer: "Person") -> FoundingContact:
    """Return a contact with its outreach; ContactNotFound."""
    require(viewer, community, MANAGE)
    try:
        return _told(FoundingContact.objects.filter(community=community)).get(pk=pk)
    except FoundingContact.DoesNotExist:
        raise ContactNotFound from None


def seats(community: "Community", kind: str = FoundingContact.List.FOUNDING) -> "list[Card | None]":
    """Return the hundred seats in order, each with who sits there or None."""
    taken = dict(
        FoundingContact.objects.filter(community=community, list=kind, seat__isnull=False)
        .exclude(person=None)
        .values_list("seat", "person_id")
    )
    cards = person_card(pk for pk in taken.values() if pk)
    return [cards.get(taken.get(seat) or 0) for seat in range(1, rules.SEATS + 1)]


def seat_of(
    person: "Person", community: "Community", kind: str = FoundingContact.List.FOUNDING
) -> int | None:
    """Return the seat of a member in the programme, or None."""
    found = FoundingContact.objects.filter(community=community, list=kind, person=person)
    return found.values_list("seat", flat=True).first()


def seat_numbers(
    community: "Community", people: Iterable[int], kind: str = FoundingContact.List.FOUNDING
) -> dict[int, int]:
    """Return the seats of those who have one, by person."""
    found = FoundingContact.objects.filter(
        community=community, list=kind, person_id__in=list(people), seat__isnull=False
    )
    return {pk: seat for pk, seat in found.values_list("person_id", "seat") if pk and seat}


def _told(found: "QuerySet[FoundingContact]") -> "QuerySet[FoundingContact]":
    return (
        found.select_related("person", "added_by")
        .prefetch_related("outreach__by", "invitations")
        .annotate(last_outreach=Max("outreach__at"))
    )
