"""What reach asks of the rooms above and of the world outside; they register when the house starts.

Sentences: a room brings its own file of sentences. Subjects: whoever has what a notice is about
says whether somebody may know of it now, and what it is called. Carrier: hands a push to a
device's push service.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
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


@dataclass(frozen=True)
class Parcel:
    """What a channel carries, in words: `id` stays the same however often it is tried.

    `data` is for programs; `to` is the address of a person where the channel reaches people.
    """

    id: str
    type: str
    at: datetime
    title: str
    text: str
    url: str
    community: str
    data: Mapping[str, Any] = field(default_factory=dict)
    to: str = ""


@dataclass(frozen=True)
class Way:
    """A channel as a carrier needs it: its settings, its secrets, and what it remembered."""

    kind: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, Any]
    memory: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Carried:
    """What became of a parcel; `wait` are seconds that the other side asks for.

    `memory` is what to remember for the next one; it is kept sealed.
    """

    fate: Fate
    status: int = 0
    said: str = ""
    wait: int = 0
    memory: Mapping[str, Any] | None = None


class ChannelCarrier(Protocol):
    """Carries parcels through one kind of channel; settings.CHANNEL_CARRIERS names them."""

    def fits(self, way: Way) -> str:
        """Return the name of the setting that cannot work, or nothing."""

    def carry(self, way: Way, parcel: Parcel) -> Carried:
        """Hand a parcel over; does not raise for what the other side does."""


@dataclass(frozen=True)
class Heard:
    """A message that somebody sent to an account; `id` is the same when it comes again."""

    sender: str
    account: str
    id: str
    type: str
    text: str


class AccountDoor(Protocol):
    """Speaks with the server of a service that calls us about an account of ours.

    What is not signed and sealed for us comes back as None, and nothing tells why.
    """

    def echo(self, way: Way, asked: Mapping[str, str]) -> str | None:
        """Return what proves that an address is ours."""

    def hear(self, way: Way, asked: Mapping[str, str], body: bytes) -> Heard | None:
        """Return the message in a call."""

    def answer(self, way: Way, heard: Heard, text: str) -> str:
        """Return what is answered to a message."""


@dataclass(frozen=True)
class Entry:
    """An entry of a feed, its words without any markup."""

    id: str
    title: str
    text: str
    link: str


@dataclass(frozen=True)
class Read:
    """What a feed said: nothing new is no entries; `memory` makes the next reading cheap."""

    fate: Fate
    source: str = ""
    entries: tuple[Entry, ...] = ()
    memory: Mapping[str, Any] = field(default_factory=dict)
    said: str = ""


class FeedReader(Protocol):
    """Reads Atom and RSS feeds; settings.FEED_READER names the one that does."""

    def fits(self, address: str) -> bool:
        """Return whether an address is one that we read: https, and out in the open."""

    def read(self, address: str, memory: Mapping[str, Any]) -> Read:
        """Return what is in a feed now; does not raise for what the other side does."""


@dataclass(frozen=True)
class Fetched:
    """A letter as it lies in a mailbox: its number there, and how it begins."""

    uid: int
    raw: bytes


@dataclass(frozen=True)
class Emptied:
    """What became of reading a mailbox: the last letter that was taken, under which numbering.

    `unread_to` is where the mailbox ended when it was first looked at under this numbering.
    `stuck` is the number of a letter that could not be taken now; `said` why no more was read.
    """

    validity: int = 0
    uid: int = 0
    taken: int = 0
    stuck: int = 0
    said: str = ""
    unread_to: int = 0


class MailboxReader(Protocol):
    """Reads a mailbox; settings.MAILBOX_READER names the one that does."""

    def empty(
        self,
        address: str,
        validity: int,
        uid: int,
        take: "Callable[[Fetched], bool]",
        *,
        unread_to: int = 0,
    ) -> Emptied:
        """Hand over the letters after `uid`, the oldest first, until one is not taken.

        Those that were taken are marked as read. Without a known numbering (`validity`) it begins
        with what nobody has read, and takes nothing else up to `unread_to`. Does not raise for what
        the other side does.
        """


class Packer:
    """Who says what a sending carries now; the room that talk is in registers."""

    def __init__(self) -> None:
        """Start with nobody."""
        self._pack: Callable[[Any, str], Parcel | None] = lambda _sending, _to: None

    def done_by(self, pack: "Callable[[Any, str], Parcel | None]") -> None:
        """Register who packs: given a sending and an address, a parcel or nothing."""
        self._pack = pack

    def pack(self, sending: Any, to: str) -> Parcel | None:
        """Return what a sending carries at this moment; None when it may no longer be told."""
        return self._pack(sending, to)


@dataclass(frozen=True)
class Joined:
    """What an invitation is, and who came by it: `live` says whether it still lets people in."""

    live: bool
    joined: int


class Joins:
    """Who knows how many people came by an invitation; growth registers."""

    def __init__(self) -> None:
        """Start with nobody who knows."""
        self._count: Callable[[int, str, datetime], Joined | None] = lambda *_asked: None

    def counted_by(self, count: "Callable[[int, str, datetime], Joined | None]") -> None:
        """Register who counts: given a community, a code and a moment; None for no such code."""
        self._count = count

    def by(self, community_id: int, code: str, since: datetime) -> Joined | None:
        """Return how many people came by an invitation of a community since then."""
        return self._count(community_id, code, since)


subjects = Subjects()
sentences = Sentences()
packer = Packer()
joins = Joins()
