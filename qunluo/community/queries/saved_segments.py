"""Saved filters over the members, with how many they hold now."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qunluo.community.errors import SegmentNotFound
from qunluo.community.models import Community, Segment
from qunluo.community.queries.directory import MANAGE, filtered
from qunluo.community.queries.permissions import permissions_of, require
from qunluo.community.rules import segments as rules

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from qunluo.people.models import Person


@dataclass(frozen=True)
class CountedSegment:
    """A segment and how many members are in it at this moment."""

    segment: Segment
    count: int


def segments(
    community: Community, *, viewer: "Person | AnonymousUser | None"
) -> list[CountedSegment]:
    """Return the segments of a community by name, counted now."""
    require(viewer, community, MANAGE)
    return [
        CountedSegment(segment, segment_members_count(segment))
        for segment in Segment.objects.filter(community=community).order_by("name")
    ]


def segment_members_count(segment: Segment) -> int:
    """Return how many members are in a segment at this moment."""
    wanted = rules.parse(segment.filters)
    return filtered(segment.community, wanted, manages=True).count()


def segment_person_ids(segment: Segment) -> list[int]:
    """Return who is in a segment at this moment, in the order in which they joined."""
    found = filtered(segment.community, rules.parse(segment.filters), manages=True)
    return list(found.order_by("joined_at", "pk").values_list("person_id", flat=True))


def get_segment(pk: int, *, viewer: "Person | AnonymousUser | None") -> Segment:
    """Return a segment for who looks after members; SegmentNotFound."""
    found = Segment.objects.select_related("community").filter(pk=pk).first()
    if found is None or MANAGE not in permissions_of(viewer, found.community):
        raise SegmentNotFound
    return found
