"""Requests for services: what waits for whom, and what became of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from qunluo.conversation.errors import RequestNotFound
from qunluo.conversation.models import ServiceRequest, Thread
from qunluo.conversation.queries.cards import NOBODY
from qunluo.conversation.queries.sight import Sight, sight_of, sight_of_member
from qunluo.conversation.rules import services as rules
from qunluo.governance.queries import blocked_among
from qunluo.kernel.clock import now
from qunluo.kernel.paging import Page, page
from qunluo.ledger.queries import balance, own_account
from qunluo.people.queries import Card, person_card

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.conversation.queries.sight import Viewer
    from qunluo.conversation.rules.kinds import Move
    from qunluo.people.models import Person

DECIDE = "ledger.manage"
MOST = 50
ASKED, OFFERED, DISPUTED = "asked", "offered", "disputed"
OFFERED_STATE = "offered"  # in which a service can be asked for


@dataclass(frozen=True)
class RequestView:
    """A request as one of its sides, or who decides a dispute, sees it now."""

    id: UUID
    number: int
    title: str
    asker: Card
    provider: Card
    price: int
    state: rules.State
    step: str
    requested_at: datetime
    moved_at: datetime
    due_at: datetime | None
    yours: bool  # the viewer has to act next
    asked: bool  # the viewer asked for it
    steps: "list[Move]"


@dataclass(frozen=True)
class Offer:
    """What somebody who looks at a service can do: `free` are the points that they can spend."""

    price: int
    may_request: bool
    free: int
    requests: list[RequestView]

    @property
    def missing(self) -> int:
        """Return how many points the viewer lacks."""
        return max(0, self.price - self.free)


def price_of(thread: Thread) -> int:
    """Return what a service costs in points, 0 for none."""
    said = thread.fields.get(rules.POINTS)
    return said if type(said) is int and said > 0 else 0


def offer_of(thread: Thread, sight: Sight, viewer: "Viewer") -> Offer:
    """Return what a viewer can ask for in a thread that they read, and the requests they see."""
    price, free = price_of(thread), 0
    found = _seen(ServiceRequest.objects.filter(thread=thread), sight)
    rows = found.select_related("thread").order_by("-id")[:MOST]
    shown = _views(rows, sight)
    shown.sort(key=lambda one: not one.state.open)
    open_one = any(one.asked and one.state.open for one in shown)
    may = (
        thread.state == OFFERED_STATE
        and not thread.opener_gone
        and thread.author_id != sight.person_id
        and sight.writes(thread.space)
        and not open_one
        and bool(viewer)
        and not blocked_among(sight.person_id or 0, {thread.author_id})
    )
    if may and price and viewer:
        free = free_points(viewer, thread.community)  # type: ignore[arg-type]
    return Offer(price, may, free, shown)


def free_points(person: "Person", community: "Community") -> int:
    """Return how many points somebody can spend in a community."""
    account = own_account(person, community, unit=rules.POINTS)
    return balance(account).free if account else 0


def own_requests(
    community: "Community",
    *,
    viewer: "Person",
    side: str = ASKED,
    after: str | None = None,
    limit: int = 20,
) -> Page[RequestView]:
    """Return what one asked others for, what others asked of oneself ("offered"), or what is
    disputed between others, for who decides that; the newest first. MembersOnly, BadCursor.
    """
    sight = sight_of_member(viewer, community)
    if side == DISPUTED:
        found = _disputed(community, viewer)
        found = found if DECIDE in sight.permissions else found.none()
    else:
        found = ServiceRequest.objects.filter(thread__community=community)
        found = found.filter(**{"asker" if side == ASKED else "provider": viewer})
    rows = page(found.select_related("thread"), ("-id",), after, limit)
    return Page(_views(rows.items, sight), rows.next)


def disputes_count(community: "Community", *, viewer: "Person") -> int:
    """Return how many disputes between others wait; ask for somebody who may decide them."""
    return _disputed(community, viewer).count()


def get_request(community: "Community", pk: UUID, *, viewer: "Viewer") -> ServiceRequest:
    """Return a request of one's own, or one that one may decide about; RequestNotFound."""
    sight = sight_of(viewer, community)
    found = _seen(ServiceRequest.objects.filter(thread__community=community, pk=pk), sight)
    row = found.select_related("thread__space__community").first()
    if row is None:
        raise RequestNotFound
    row.thread.community = row.thread.space.community = community
    return row


def request_view(row: ServiceRequest, *, viewer: "Viewer") -> RequestView:
    """Return a request, fetched by `get_request`, as the viewer sees it."""
    return _views([row], sight_of(viewer, row.thread.community, row.thread.space))[0]


def side_of(row: ServiceRequest, sight: Sight) -> rules.Side:
    """Return what a viewer is to a request."""
    return rules.Side(
        asker=row.asker_id == sight.person_id,
        provider=row.provider_id == sight.person_id,
        permissions=sight.permissions,
    )


def due_requests(limit: int = 1) -> list[UUID]:
    """Return requests (ids) about which silence has decided and nobody has noted it yet."""
    found = ServiceRequest.objects.filter(due_at__lte=now()).order_by("due_at", "pk")
    return list(found.values_list("pk", flat=True)[:limit])


def find_request(pk: str) -> ServiceRequest | None:
    """Return a request by its id, for the software's own reactions."""
    return ServiceRequest.objects.filter(pk=pk).first()


def asked_in(thread_id: int, person_id: int) -> bool:
    """Return whether somebody has ever asked for the service of a thread."""
    return ServiceRequest.objects.filter(thread_id=thread_id, asker_id=person_id).exists()


def _disputed(community: "Community", viewer: "Person") -> "QuerySet[ServiceRequest]":
    waiting = ServiceRequest.objects.filter(
        thread__community=community, state=DISPUTED, due_at__gt=now()
    )
    return waiting.exclude(_mine(viewer.pk))


def _mine(person_id: int) -> Q:
    return Q(asker_id=person_id) | Q(provider_id=person_id)


def _seen(found: "QuerySet[ServiceRequest]", sight: Sight) -> "QuerySet[ServiceRequest]":
    if sight.person_id is None:
        return found.none()
    shown = _mine(sight.person_id)
    return found.filter(shown | Q(state=DISPUTED) if DECIDE in sight.permissions else shown)


def _views(rows: Iterable[ServiceRequest], sight: Sight) -> list[RequestView]:
    rows, moment = list(rows), now()
    faces = person_card({pk for row in rows for pk in (row.asker_id, row.provider_id)})
    return [_view(row, faces, sight, moment) for row in rows]


def _view(
    row: ServiceRequest, faces: Mapping[int, Card], sight: Sight, moment: datetime
) -> RequestView:
    state, thread = rules.standing(row.state, row.due_at, moment), row.thread
    side = side_of(row, sight)
    active = sight.member and not sight.standing.suspended_until
    steps = [
        one for one in rules.steps_open_to(state.name, side)
        if active or one.name not in rules.ACTIVE
    ]  # fmt: skip
    return RequestView(
        id=row.pk,
        number=thread.number,
        title="" if thread.opener_gone else thread.title,
        asker=faces.get(row.asker_id, NOBODY),
        provider=faces.get(row.provider_id, NOBODY),
        price=row.price,
        state=state,
        step=row.step if state.name == row.state else rules.states()[row.state].silence,
        requested_at=row.requested_at,
        moved_at=row.moved_at,
        due_at=row.due_at if state.open else None,
        yours=state.open and row.turn_id == sight.person_id,
        asked=side.asker,
        steps=steps if sight.writes(thread.space) else [replace(one, needs=()) for one in steps],
    )
