"""How many people stand where they belong, asked for all of them at once."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from qunluo.community.models import Community, Grant, Membership
from qunluo.community.queries.permissions import ROLE_KINDS, Standing, in_force, live_grants
from qunluo.community.rules import permissions as rules
from qunluo.kernel.clock import now


@dataclass(frozen=True)
class Placed:
    """How one person stands in one community, what they hold there, and until when that is so."""

    person_id: int
    community_id: int
    standing: Standing
    held: frozenset[tuple[int, str, str]]
    until: datetime | None


def placed(people: Iterable[int]) -> list[Placed]:
    """Return every active membership of some people (ids) with its standing; two queries."""
    ids = list(people)
    grants: dict[tuple[int, int], list[tuple[str, str, datetime | None]]] = defaultdict(list)
    found = Grant.objects.filter(live_grants(), person_id__in=ids)
    for person, community, kind, name, ends in found.values_list(
        "person_id", "community_id", "kind", "name", "expires_at"
    ):
        grants[person, community].append((kind, name, ends))
    rows = Membership.objects.filter(in_force(), person_id__in=ids).values_list(
        "pk", "person_id", "community_id", "suspended_until", "joined_at", "community__stage",
        "paid_until",
    )  # fmt: skip
    return [_placed(row, grants[row[1], row[2]]) for row in rows]


def _placed(
    row: tuple[int, int, int, datetime | None, datetime, str, datetime | None],
    grants: list[tuple[str, str, datetime | None]],
) -> Placed:
    pk, person, community, until, joined_at, stage, paid_until = row
    suspended = until if until and until > now() else None
    roles = frozenset({rules.MEMBER, *(name for kind, name, _ in grants if kind in ROLE_KINDS)})
    closed = stage == Community.Stage.CLOSED
    ends = [end for end in (*(one[-1] for one in grants), suspended, paid_until) if end]
    return Placed(
        person,
        community,
        Standing(pk, roles, suspended, joined_at, closed),
        frozenset((community, kind, name) for kind, name, _ in grants),
        min(ends, default=None),
    )
