"""What is done for several customers at once: tags, hosts, invitations; and leaving in peace."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Path, Status
from pydantic import Field

from qunluo.api.area import Area, Rate
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.customers import CustomerFilters, as_filters
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Given, Shown
from qunluo.community import queries as communities
from qunluo.growth import actions, queries
from qunluo.kernel.text import _
from qunluo.people import queries as people
from qunluo.reach import actions as reach
from qunluo.reach import queries as mail

if TYPE_CHECKING:
    from qunluo.growth import models as rows

area = Area("customers", "Customers")
Signed = Annotated[str, Path(max_length=400, pattern=r"^[A-Za-z0-9:_-]+$")]
BATCHES = Rate("batch", 20, 3600)


class CustomerTag(Given):
    """A tag for every customer that the filters leave."""

    filters: CustomerFilters
    tag: str


class AssignWish(Given):
    """A host for every customer that the filters leave."""

    filters: CustomerFilters
    handle: str = Field(max_length=12)


class Touched(Shown):
    """How many customers it was about."""

    customers: int


class Share(Shown):
    """How many customers a host received."""

    host: PersonCard
    customers: int


class BatchWish(Given):
    """Whom to invite, and what to write."""

    filters: CustomerFilters
    way: str = Field("email", pattern="^(email|link)$", description=_("email or link."))
    subject: str = Field("", max_length=120)
    text: str = Field("", max_length=5000, description=_("{name} stands for their name."))
    limit: int = Field(200, ge=1, le=2000)


class Batch(Shown):
    """Customers invited together."""

    id: int
    by: PersonCard | None
    way: str
    subject: str
    total: int
    sent: int
    left_out: dict[str, int] = Field(description=_("How many were not written to, by reason."))
    invited: int
    came: int
    made_at: datetime
    finished_at: datetime | None


class Unsubscription(Given):
    """From one community, or from all of this installation."""

    everywhere: bool = False


@area.write("POST", "/communities/{slug}/customers/tag", Touched, scope="customers:write")
def tag_customers(request: Caller, slug: SlugPath, wish: CustomerTag) -> dict[str, int]:
    """Tag customers."""
    count = actions.tag_customers(
        actor=request.person,
        community=community_of(request, slug),
        filters=as_filters(wish.filters),
        tag=wish.tag,
    )
    return {"customers": count}


@area.write("POST", "/communities/{slug}/customers/assign", Touched, scope="customers:write")
def assign_customers(request: Caller, slug: SlugPath, wish: AssignWish) -> dict[str, int]:
    """Give customers to a host."""
    home = community_of(request, slug)
    communities.require(request.person, home, "customers.import")
    count = actions.assign_customers(
        actor=request.person,
        community=home,
        filters=as_filters(wish.filters),
        host=people.get_person(handle=wish.handle),
    )
    return {"customers": count}


@area.write("POST", "/communities/{slug}/customers/spread", list[Share], scope="customers:write")
def spread_customers(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """Share the customers without a host among all hosts."""
    shares = actions.spread_customers(actor=request.person, community=community_of(request, slug))
    cards = people.person_card(shares)
    return [{"host": card(cards[pk]), "customers": count} for pk, count in shares.items()]


@area.read("/communities/{slug}/batches", list[Batch], scope="customers:read")
def batches(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List the latest batches."""
    found = queries.invite_batches(community_of(request, slug), viewer=request.person)
    return [_batch(one) for one in found]


@area.write(
    "POST",
    "/communities/{slug}/batches",
    Batch,
    scope="customers:write",
    status=201,
    rate=BATCHES,
)
def invite_customers(request: Caller, slug: SlugPath, wish: BatchWish) -> Status[dict[str, Any]]:
    """Invite customers together."""
    made = actions.invite_customers(
        actor=request.person,
        community=community_of(request, slug),
        filters=as_filters(wish.filters),
        way=wish.way,
        subject=wish.subject,
        text=wish.text,
        limit=wish.limit,
    )
    return Status(201, _batch(made))


@area.write("POST", "/unsubscribe/{signed}", None, scope="profile:write", status=204, public=True)
def unsubscribe(request: Caller, signed: Signed, said: Unsubscription) -> Status[None]:
    """Stop unasked mail for ever."""
    digest, community_id = mail.read_unsubscribe(signed)
    reach.suppress_digest(
        digest=digest,
        community_id=None if said.everywhere else community_id,
        source="link",
    )
    return Status(204, None)


def _batch(one: "rows.InviteBatch") -> dict[str, Any]:
    plain = ("id", "way", "subject", "total", "sent", "left_out", "made_at", "finished_at")
    return {
        **{name: getattr(one, name) for name in plain},
        **queries.batch_results(one),
        "by": card(one.by) if one.by else None,
    }
