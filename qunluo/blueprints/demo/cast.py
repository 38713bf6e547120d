"""The people of a demo community: a few who are written out, the rest put together by chance."""

import random
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
FOLD = 3


@dataclass(frozen=True)
class Character:
    """One person before they sign up."""

    name: str
    email: str | None = None
    intro: str = ""
    offers: tuple[str, ...] = ()
    thoughts: str = ""
    worries: str = ""
    wishes: str = ""
    tags: tuple[str, ...] = ()

    def profile(self) -> dict[str, Any]:
        """Return the fields of the profile page."""
        return {
            "intro": self.intro,
            "offers": list(self.offers),
            "thoughts": self.thoughts,
            "worries": self.worries,
            "wishes": self.wishes,
            "tags": list(self.tags),
        }


def read(name: str) -> dict[str, Any]:
    """Return one of the demo's data files."""
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def _character(who: Mapping[str, Any]) -> Character:
    lists = {name: tuple(said) for name, said in who.items() if isinstance(said, list)}
    return Character(**{**who, **lists})


class Cast:
    """Gives out people: the written ones by part, the others without a name twice."""

    def __init__(self, data: Mapping[str, Any], rng: random.Random, taken: set[str]) -> None:
        """Take a data file of people; `taken` is shared by all communities of a demo."""
        self.data, self.rng, self.taken = data, rng, taken
        self.decks = {pool: self._deck(entries) for pool, entries in data["pools"].items()}

    def written(self, part: str) -> list[Character]:
        """Return the people written out for a part: founder, operator, member."""
        return [_character(who) for who in self.data.get(part, [])]

    def next(self) -> Character:
        """Return somebody new: many fill in a little of their profile, few fill in all."""
        rng, pools = self.rng, self.decks
        keen = rng.random()
        return Character(
            name=self._name(),
            email=None,
            intro=next(pools["intros"]) if keen > 0.12 else "",
            offers=tuple(next(pools["offers"]) for _ in range(rng.choice([0, 1, 1, 2]))),
            worries=next(pools["worries"]) if keen > 0.55 else "",
            wishes=next(pools["wishes"]) if keen > 0.45 else "",
            tags=tuple(dict.fromkeys(next(pools["tags"]) for _ in range(rng.choice([0, 1, 2, 3])))),
        )

    def stranger(self) -> str:
        """Return the name of somebody who has not signed up."""
        return self._name()

    def _name(self) -> str:
        while True:
            if "surnames" in self.data:
                name = self.rng.choice(self.data["surnames"]) + self.rng.choice(self.data["given"])
            else:
                first = self.rng.choice(self.data["first"])
                name = f"{first} {self.rng.choice(self.data['last'])}"
            if name not in self.taken:
                self.taken.add(name)
                return str(name)

    def _deck(self, entries: list[str]) -> Iterator[str]:
        """Deal all entries before any comes again."""
        while True:
            yield from self.rng.sample(entries, len(entries))
