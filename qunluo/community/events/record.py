"""What operators and hosts write down about members."""

from dataclasses import dataclass
from typing import ClassVar

from qunluo.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class MemberTagged(Event):
    """A member was tagged by an operator or by a rule (then without an actor)."""

    name: ClassVar[str] = "community.member_tagged"
    audit: ClassVar[bool] = True
    tag_id: int


@dataclass(frozen=True, kw_only=True)
class MemberUntagged(Event):
    """An operator took a tag off a member."""

    name: ClassVar[str] = "community.member_untagged"
    audit: ClassVar[bool] = True
    tag_id: int


@dataclass(frozen=True, kw_only=True)
class OwnTagsChanged(Event):
    """A member put a tag on themself, or took one of their own off."""

    name: ClassVar[str] = "community.own_tags_changed"
    membership_id: int


@dataclass(frozen=True, kw_only=True)
class NoteWritten(Event):
    """An operator or host wrote a note about a member."""

    name: ClassVar[str] = "community.note_written"
    audit: ClassVar[bool] = True
    note_id: int


@dataclass(frozen=True, kw_only=True)
class HostAssigned(Event):
    """A member got a host, or none any more."""

    name: ClassVar[str] = "community.host_assigned"
    audit: ClassVar[bool] = True
    membership_id: int
    host_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class CloseCareStarted(Event):
    """A host took a member into the circle of at most twenty whom they follow closely."""

    name: ClassVar[str] = "community.close_care_started"
    audit: ClassVar[bool] = True  # it opens the member's record to the host
    host_id: int
    slot: int


@dataclass(frozen=True, kw_only=True)
class CloseCareEnded(Event):
    """A host let a member out of the circle of close care."""

    name: ClassVar[str] = "community.close_care_ended"
    host_id: int


@dataclass(frozen=True, kw_only=True)
class SegmentSaved(Event):
    """A filter over the members was saved under a name."""

    name: ClassVar[str] = "community.segment_saved"
    audit: ClassVar[bool] = True
    segment_id: int


@dataclass(frozen=True, kw_only=True)
class SegmentDeleted(Event):
    """A saved filter was deleted; no member was touched."""

    name: ClassVar[str] = "community.segment_deleted"
    audit: ClassVar[bool] = True
    segment_id: int
