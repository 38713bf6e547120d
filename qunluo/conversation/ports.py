"""What is asked of the rooms above: what else can be found, and what they can prove of a post."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from qunluo.community.models import Community
    from qunluo.conversation.models import Thread
    from qunluo.conversation.rules.search import Question
    from qunluo.people.models import Person


@dataclass(frozen=True)
class Findable:
    """What something is found by; whoever finds it is asked for permission then, not now."""

    target: int
    title: str
    text: str = ""


@dataclass(frozen=True)
class Asking:
    """Who looks for what in which communities, all of which they may see."""

    viewer: "Person | AnonymousUser | None"
    communities: Sequence["Community"]
    question: "Question"


@dataclass(frozen=True)
class Shown:
    """Something found, as a page lists it; `title` and `about` are safe HTML with <mark>."""

    target: int
    title: str
    about: str
    url: str
    picture: Any = None


@dataclass(frozen=True)
class Source:
    """One thing that can be found beside posts.

    `documents` returns what the targets are found by, leaving out what nobody may find; `after`
    the next targets behind one, for a rebuild. `within` narrows documents to those that somebody
    may find, and `show` lists them, deciding again from what is true now.
    """

    name: str
    label: Mapping[str, str]
    documents: Callable[[Sequence[int]], Iterable[Findable]]
    after: Callable[[int, int], list[int]]
    within: Callable[[Any, Asking], Any]
    show: Callable[[Asking, Sequence[int]], list[Shown]]
    for_strangers: bool = False


class Sources:
    """The things that can be found, in the order in which they registered."""

    def __init__(self) -> None:
        """Start with none."""
        self._known: dict[str, Source] = {}

    def register(self, source: Source) -> None:
        """Let something be found; called once when the house starts."""
        self._known[source.name] = source

    def __getitem__(self, name: str) -> Source:
        return self._known[name]

    def __iter__(self) -> Iterator[Source]:
        return iter(self._known.values())


sources = Sources()


class Proofs:
    """Who proves a slot of a kind, such as "purchase", while a thread of it is being opened."""

    def __init__(self) -> None:
        """Start with none."""
        self._known: dict[str, Callable[[Thread], None]] = {}

    def register(self, slot: str, prove: "Callable[[Thread], None]") -> None:
        """Let a room prove a slot, inside the transaction; called once when the house starts."""
        self._known[slot] = prove

    def prove(self, slots: Iterable[str], thread: "Thread") -> None:
        """Ask for everything that can be proven of a thread that was just opened."""
        for slot in slots:
            if slot in self._known:
                self._known[slot](thread)


proofs = Proofs()
