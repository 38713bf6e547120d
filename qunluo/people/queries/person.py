"""Who people are, and what a viewer may see of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from qunluo.kernel import media
from qunluo.kernel.prepared import ask, padded
from qunluo.people import rules
from qunluo.people.errors import PersonNotFound
from qunluo.people.models import Person
from qunluo.people.ports import neighbours

Viewer = Person | AnonymousUser | None


@dataclass(frozen=True)
class Card:
    """What every list shows of a person: a face, a name and the way to their page."""

    id: int
    name: str
    handle: str
    picture: str

    @property
    def picture_url(self) -> str:
        """Return the address of the picture, uploaded or drawn from the handle."""
        return picture_url(self)

    @property
    def url(self) -> str:
        """Return the address of the public page."""
        return f"/p/{self.handle}/"


@dataclass(frozen=True)
class Reachable:
    """Where and how somebody can be told something; only a proven address counts."""

    id: int
    email: str
    language: str
    time_zone: str


@dataclass(frozen=True)
class Profile:
    """A person as one viewer may see them; what is hidden is empty."""

    person: Person
    own: bool
    shares: bool
    intro: str
    offers: list[str]
    thoughts: str
    worries: str
    wishes: str
    tags: list[str]
    hidden: frozenset[str]

    @property
    def empty(self) -> bool:
        """Return True when the viewer sees nothing but name and picture."""
        return not (
            self.intro or self.offers or self.thoughts or self.worries or self.wishes or self.tags
        )


def picture_url(person: Person | Card) -> str:
    """Return the address of someone's picture: their upload, or one drawn from their handle."""
    return media.url(person.picture) if person.picture else f"/p/{person.handle}/avatar.svg"


def get_person(*, handle: str | None = None, pk: int | None = None) -> Person:
    """Return a person who has not erased their account, or raise PersonNotFound."""
    if handle is not None and not handle.isalnum():
        raise PersonNotFound  # PostgreSQL would choke on some of what a URL can carry
    wanted = Q(handle=handle.upper()) if handle is not None else Q(pk=pk)
    try:
        return Person.objects.get(wanted, erased_at=None)
    except Person.DoesNotExist:
        raise PersonNotFound from None


def find_person_by_email(email: str) -> Person | None:
    """Return the person who has proven that the address is theirs; for operators and matching."""
    address = rules.normal_email(email)
    return Person.objects.filter(email=address, erased_at=None).first() if address else None


def people_by_email(emails: Iterable[str]) -> dict[str, Person]:
    """Return the persons who have proven these addresses, by address; one query."""
    wanted = {address for email in emails if (address := rules.normal_email(email))}
    found = Person.objects.filter(email__in=wanted, erased_at=None)
    return {str(person.email): person for person in found}


def person_card(ids: Iterable[int]) -> dict[int, Card]:
    """Return cards by person id in one query; the erased are included under their empty name."""
    return {row[0]: Card(*row) for row in ask("", _faces, padded(ids))}


def _faces(given: Sequence[int]) -> QuerySet[Person, Any]:
    return Person.objects.filter(pk__in=given).values_list("id", "name", "handle", "picture")


def reachable(ids: Iterable[int]) -> dict[int, Reachable]:
    """Return those of the persons who still have an account, by id; one query."""
    rows = Person.objects.filter(pk__in=set(ids), erased_at=None, is_active=True)
    found = rows.values_list("id", "email", "language", "time_zone")
    return {row[0]: Reachable(row[0], row[1] or "", row[2], row[3]) for row in found}


def profile_for(person: Person, viewer: Viewer) -> Profile:
    """Return what the viewer may see of the person."""
    own = viewer is not None and viewer.pk == person.pk
    shares = not own and bool(
        viewer and viewer.pk and neighbours.share_a_community(person.pk, viewer.pk)
    )
    open_to = rules.audiences_open_to(own=own, shares=shares)
    seen = {
        field: person.visibility.get(field, default) in open_to
        for field, default in rules.VISIBLE.items()
    }
    return Profile(
        person=person,
        own=own,
        shares=shares,
        intro=person.intro if seen["intro"] else "",
        offers=list(person.offers) if seen["offers"] else [],
        thoughts=person.thoughts if seen["thoughts"] else "",
        worries=person.worries if seen["worries"] else "",
        wishes=person.wishes if seen["wishes"] else "",
        tags=list(person.tags) if seen["tags"] else [],
        hidden=frozenset(field for field, visible in seen.items() if not visible),
    )


def email_state(person: Person) -> Mapping[str, object]:
    """Return {"address", "confirmed"} of the person's primary address; empty address if none."""
    row = (
        EmailAddress.objects.filter(user_id=person.pk)
        .order_by("-primary", "-verified", "pk")
        .first()
    )
    return {"address": row.email if row else "", "confirmed": bool(row and row.verified)}


def address_of(person: Person) -> str:
    """Return where mail to the person goes: the proven address, else the claimed one, else ''."""
    return person.email or str(email_state(person)["address"])


def addresses_of(person: Person) -> list[str]:
    """Return every address of the person, proven or only claimed."""
    return list(EmailAddress.objects.filter(user_id=person.pk).values_list("email", flat=True))
