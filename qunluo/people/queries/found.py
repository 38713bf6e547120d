"""What people are found by among those who share a community with them."""

from collections.abc import Iterable
from dataclasses import dataclass

from qunluo.people.models import Person
from qunluo.people.queries.person import Card

SHARED = ("everyone", "members")


@dataclass(frozen=True)
class Described:
    """A person, and what they let those read with whom they share a community.

    `public` says that they introduce themselves to everybody.
    """

    card: Card
    public: bool
    intro: str
    offers: tuple[str, ...]
    tags: tuple[str, ...]

    @property
    def texts(self) -> list[str]:
        """Return everything they are found by beside the name."""
        return [text for text in (self.intro, *self.offers, *self.tags) if text]


def described(ids: Iterable[int]) -> dict[int, Described]:
    """Return what people tell their communities, by person id; the erased are left out."""
    rows = Person.objects.filter(pk__in=list(ids), erased_at=None).values_list(
        "id", "name", "handle", "picture", "visibility", "intro", "offers", "tags"
    )
    return {
        row[0]: Described(
            Card(*row[:4]),
            row[4].get("intro") == "everyone",
            row[5] if row[4].get("intro") in SHARED else "",
            tuple(row[6]) if row[4].get("offers") in SHARED else (),
            tuple(row[7]) if row[4].get("tags") in SHARED else (),
        )
        for row in rows
    }


def people_after(last: int, limit: int) -> list[int]:
    """Return the ids of the next persons, for work that goes through all of them."""
    found = Person.objects.filter(pk__gt=last, erased_at=None).order_by("pk")
    return list(found.values_list("pk", flat=True)[:limit])
