"""What reach asks of the rooms above and of the world outside; they register when the house starts.

Sentences: a room brings its own file of sentences. Subjects: whoever has what a notice is about
says whether somebody may know of it now, and what it is called. Carrier: hands a push to a
device's push service.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from qunluo.kernel.definitions import load_file

if TYPE_CHECKING:
    from qunluo.people.models import Person

Words = Mapping[str, str]


@dataclass(frozen=True)
class Known:
    """What somebody may know of a subject at this moment."""

    title: str
    where: str
    path: str
    excerpt: str = ""
    words: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Hush:
    """A way to hear no more of a subject: what it says on the button, and what it does."""

    label: Words
    act: "Callable[[Person, int], None]"


@dataclass(frozen=True)
class Subject:
    """A kind of thing that notices are about.

    `look` returns, by id, what the person may know; what is missing there is not said.
    `scopes` returns the scopes of one, the widest first.
    """

    look: "Callable[[Person, Collection[int]], Mapping[int, Known]]"
    hushes: Mapping[str, Hush] = field(default_factory=dict)


class Subjects:
    """The kinds of things that notices are about, by name."""

    def __init__(self) -> None:
        """Start with none."""
        self._kinds: dict[str, Subject] = {}

    def answered_by(self, name: str, subject: Subject) -> None:
        """Register who knows about a kind of thing."""
        self._kinds[name] = subject

    def find(self, name: str) -> Subject | None:
        """Return a kind, or None."""
        return self._kinds.get(name)

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._kinds)


class Sentences:
    """What notices say, by code; each room brings a file with one table per sentence."""

    def __init__(self) -> None:
        """Start with the shared ones."""
        self._files = [Path(__file__).parent / "definitions" / "notices.toml"]

    def brought_by(self, file: Path) -> None:
        """Register a file of sentences."""
        if file not in self._files:
            self._files.append(file)

    def find(self, code: str) -> Mapping[str, Any]:
        """Return a sentence with its forms; the plain letter for an unknown one."""
        for file in self._files:
            if found := load_file(file).get(code):
                return dict(found)
        return dict(load_file(self._files[0])["letter"])


class Fate(Enum):
    """What became of a push."""

    ARRIVED = "arrived"
    GONE = "the device wants no more"
    LATER = "try again"
    REFUSED = "this one never"


class Carrier(Protocol):
    """Carries a push to a device; settings.PUSH_CARRIER names the one that does."""

    def public_key(self) -> str:
        """Return the key by which push services know this installation (base64url)."""

    def fits(self, endpoint: str) -> bool:
        """Return whether an address is one that we send to: https, and out in the open."""

    def carry(self, endpoint: str, p256dh: str, auth: str, payload: bytes) -> Fate:
        """Hand a payload over, encrypted for the device."""


subjects = Subjects()
sentences = Sentences()
