"""Keeping the installation at work: failed deliveries, and the state of the workers."""

from datetime import datetime
from typing import Any

from ninja import Query, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller, require_staff
from qunluo.api.community import SlugPath, community_of
from qunluo.api.shapes import Id, Listing, Paging, Shown, by_number, number_after
from qunluo.community import queries as communities
from qunluo.kernel import actions, queries
from qunluo.kernel.text import _

area = Area("operations", "Operations")
OPERATE = "audit.view"


class DeadLetter(Shown):
    """A delivery of an event that was given up after its last try."""

    id: int
    reaction: str = Field(description=_("The reaction that failed."))
    event: str = Field(description=_("The kind of event."))
    event_id: int
    attempts: int
    error: str
    parked_at: datetime


class WorkerState(Shown):
    """Whether background work is done, and how much waits."""

    alive: bool
    seen_at: datetime | None
    behind: int = Field(description=_("Events not handed on yet."))
    waiting: int = Field(description=_("Deliveries that wait for another try."))
    dead: int
    failing_jobs: list[str]


@area.read("/communities/{slug}/dead-letters", Listing[DeadLetter], scope="desk:read")
def dead_letters(request: Caller, slug: SlugPath, paging: Query[Paging]) -> dict[str, Any]:
    """List the failed deliveries of a community."""
    return _letters(request, _operated(request, slug), paging)


@area.write(
    "POST",
    "/communities/{slug}/dead-letters/{letter_id}/replay",
    None,
    scope="desk:write",
    status=204,
)
def replay_dead_letter(request: Caller, slug: SlugPath, letter_id: Id) -> Status[None]:
    """Try a delivery once more."""
    actions.replay_dead_letter(
        actor=request.person, letter=letter_id, community_id=_operated(request, slug)
    )
    return Status(204, None)


@area.write(
    "DELETE",
    "/communities/{slug}/dead-letters/{letter_id}",
    None,
    scope="desk:write",
    status=204,
)
def discard_dead_letter(request: Caller, slug: SlugPath, letter_id: Id) -> Status[None]:
    """Give a delivery up for good."""
    actions.discard_dead_letter(
        actor=request.person, letter=letter_id, community_id=_operated(request, slug)
    )
    return Status(204, None)


@area.read("/operations/dead-letters", Listing[DeadLetter], scope="desk:read")
def all_dead_letters(request: Caller, paging: Query[Paging]) -> dict[str, Any]:
    """List the failed deliveries of the installation."""
    require_staff(request)
    return _letters(request, None, paging)


@area.write(
    "POST",
    "/operations/dead-letters/{letter_id}/replay",
    None,
    scope="desk:write",
    status=204,
)
def replay_any_dead_letter(request: Caller, letter_id: Id) -> Status[None]:
    """Try any delivery once more."""
    require_staff(request)
    actions.replay_dead_letter(actor=request.person, letter=letter_id)
    return Status(204, None)


@area.read("/operations/worker", WorkerState, scope="desk:read")
def worker(request: Caller) -> Any:
    """Show the state of background work."""
    require_staff(request)
    return queries.worker_state()


def _operated(request: Caller, slug: str) -> int:
    """Return the id of a community that the caller operates."""
    found = community_of(request, slug)
    communities.require(request.person, found, OPERATE)
    return found.pk


def _letters(request: Caller, community_id: int | None, paging: Paging) -> dict[str, Any]:
    found = queries.dead_letters(
        community_id, before=number_after(paging.after), limit=paging.limit + 1
    )
    return by_number(request, found, paging.limit, _letter)


def _letter(letter: queries.DeadLetter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "reaction": letter.reaction,
        "event": letter.event.name,
        "event_id": letter.event.id or 0,
        "attempts": letter.attempts,
        "error": letter.error,
        "parked_at": letter.parked_at,
    }
