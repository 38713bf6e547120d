"""What people asks of the rooms above: they register here when the house starts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qunluo.people.models import Person

Documents = dict[str, object]


@dataclass(frozen=True)
class Blocker:
    """A reason why an account may not be erased yet; texts are marked and filled with `names`."""

    message: str
    next_step: str
    url: str = ""
    names: dict[str, str] = field(default_factory=dict)


def _nothing(_person: "Person") -> tuple[()]:
    return ()


@dataclass(frozen=True)
class Contributor:
    """What one room holds about a person.

    `export` returns documents by name (each becomes <room>/<name>.json), `media` the keys of
    files to add, `erase` removes or anonymises, `blocks` says why it may not yet be done. Marked
    texts for the pages: `holds` names what the documents are, `keeps` the records that stay after
    an erasure and why.
    """

    room: str
    export: Callable[["Person"], Documents]
    erase: Callable[["Person"], None]
    media: Callable[["Person"], Iterable[str]] = _nothing
    blocks: Callable[["Person"], Iterable[Blocker]] = _nothing
    keeps: Sequence[str] = ()
    holds: str = ""


class OwnData:
    """The rooms that hold data about persons."""

    def __init__(self) -> None:
        """Start with nobody."""
        self._rooms: dict[str, Contributor] = {}

    def contribute(
        self,
        room: str,
        *,
        export: Callable[["Person"], Documents],
        erase: Callable[["Person"], None],
        media: Callable[["Person"], Iterable[str]] = _nothing,
        blocks: Callable[["Person"], Iterable[Blocker]] = _nothing,
        keeps: Sequence[str] = (),
        holds: str = "",
    ) -> None:
        """Register a room; called once from its AppConfig.ready()."""
        self._rooms[room] = Contributor(room, export, erase, media, blocks, tuple(keeps), holds)

    def __iter__(self) -> Iterator[Contributor]:
        """Yield the contributors in the order in which the rooms were registered."""
        return iter(self._rooms.values())


class Neighbours:
    """Decides whether two persons share a community; the community room answers."""

    def __init__(self) -> None:
        """Until a room answers, nobody shares anything."""
        self._answer: Callable[[int, int], bool] = lambda _a, _b: False

    def answered_by(self, answer: Callable[[int, int], bool]) -> None:
        """Register the function that knows: (person id, person id) -> bool."""
        self._answer = answer

    def share_a_community(self, one: int, other: int) -> bool:
        """Return True when both are active members of one community."""
        return self._answer(one, other)


own_data = OwnData()
neighbours = Neighbours()
