"""Services: asking for one, taking a request further, and how one's requests stand."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Path, Query, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Given, Listing, Paging, Plainly, Shown, listing
from qunluo.api.talk import Number
from qunluo.api.texts import picked
from qunluo.conversation import actions, queries
from qunluo.kernel.text import _

area = Area("services", "Services")
StepPath = Annotated[str, Path(max_length=20)]
Price = Annotated[int, Field(ge=0, le=1_000_000), Plainly]


class ServiceStep(Shown):
    """Something that the caller can do about a request now."""

    name: str
    label: str
    needs: list[str] = Field(description=_("What must come with it: reply."))


class ServiceRequest(Shown):
    """Somebody's request for a service of somebody."""

    id: UUID
    thread: int = Field(description=_("The number of the thread in which it is offered."))
    title: str
    asker: PersonCard
    provider: PersonCard
    price: int = Field(description=_("In points, as it was when they asked; 0 for none."))
    state: str
    state_label: str
    requested_at: datetime
    moved_at: datetime
    due_at: datetime | None = Field(description=_("When silence decides; null once it is over."))
    yours: bool = Field(description=_("The caller has to act next."))
    asked: bool = Field(description=_("The caller asked for it."))
    steps: list[ServiceStep]


class Wanted(Given):
    """A request for a service."""

    text: str = Field(max_length=20_000, description=_("A public reply in the thread."))
    price: Price | None = Field(
        None, description=_("What was shown to the caller; another price is refused.")
    )


class StepTaken(Given):
    """What comes with a step."""

    text: str = Field("", max_length=20_000, description=_("A public reply in the thread."))
    rating: str = Field(
        "", max_length=20, description=_("With thanks: gladly, fine, short, or nothing.")
    )


class ServicePaging(Paging):
    """Whose requests, and which part of them."""

    side: Literal["asked", "offered", "disputed"] = Field(
        "asked", description=_("Asked for by the caller, asked of the caller, or to be decided.")
    )


@area.read("/communities/{slug}/service-requests", Listing[ServiceRequest], scope="talk:read")
def own_service_requests(
    request: Caller, slug: SlugPath, paging: Annotated[ServicePaging, Query()]
) -> dict[str, Any]:
    """List one's requests for services."""
    found = queries.own_requests(
        community_of(request, slug), viewer=request.person, side=paging.side,
        after=paging.after or None, limit=paging.limit,
    )  # fmt: skip
    return listing(request, found.items, found.next, show_request)


@area.read("/communities/{slug}/service-requests/{request_id}", ServiceRequest, scope="talk:read")
def service_request(request: Caller, slug: SlugPath, request_id: UUID) -> dict[str, Any]:
    """Show a request for a service."""
    found = queries.get_request(community_of(request, slug), request_id, viewer=request.person)
    return show_request(queries.request_view(found, viewer=request.person))


@area.write(
    "POST", "/communities/{slug}/threads/{thread_number}/requests", ServiceRequest,
    scope="talk:write", status=201, also=(429,),
)  # fmt: skip
def request_service(
    request: Caller, slug: SlugPath, thread_number: Number, wanted: Wanted
) -> Status[dict[str, Any]]:
    """Ask for a service."""
    community = community_of(request, slug)
    thread = queries.get_thread(community, thread_number, viewer=request.person)
    made = actions.request_service(
        actor=request.person, thread=thread, text=wanted.text, price=wanted.price
    )
    found = queries.get_request(community, made.pk, viewer=request.person)
    return Status(201, show_request(queries.request_view(found, viewer=request.person)))


@area.write(
    "POST", "/communities/{slug}/service-requests/{request_id}/{step}", ServiceRequest,
    scope="talk:write",
)  # fmt: skip
def take_service_step(
    request: Caller, slug: SlugPath, request_id: UUID, step: StepPath, taken: StepTaken
) -> dict[str, Any]:
    """Take a request further."""
    community = community_of(request, slug)
    found = queries.get_request(community, request_id, viewer=request.person)
    fields = {"rating": taken.rating} if taken.rating else {}
    # What was decided is shown once more to who decided, though it is between others again.
    moved = actions.take_service_step(
        actor=request.person, request=found, step=step, text=taken.text, fields=fields
    )
    return show_request(queries.request_view(moved, viewer=request.person))


def show_request(one: queries.RequestView) -> dict[str, Any]:
    """Return a request as the API shows it."""
    plain = ("id", "title", "price", "requested_at", "moved_at", "due_at", "yours", "asked")
    return {
        **{name: getattr(one, name) for name in plain},
        "thread": one.number,
        "asker": card(one.asker),
        "provider": card(one.provider),
        "state": one.state.name,
        "state_label": picked(one.state.label),
        "steps": [
            {"name": step.name, "label": picked(step.label), "needs": list(step.needs)}
            for step in one.steps
        ],
    }
