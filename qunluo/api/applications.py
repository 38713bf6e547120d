"""Applications: reading them, checking what they claim, deciding."""

from typing import Any

from ninja import Query
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.membership import Application, show_application
from qunluo.api.shapes import Given, Id, Listing, Paging, listing
from qunluo.community import actions, queries
from qunluo.kernel.text import _

area = Area("membership", "Membership")


class Decision(Given):
    """What an operator decides about an application."""

    accept: bool
    reason: str = Field("", description=_("Needed for a refusal; the applicant reads it."))


class Verified(Given):
    """Whether the claim was checked and holds."""

    verified: bool = True


class ApplicationFilter(Paging):
    """Which applications."""

    state: str = Field(
        "waiting", pattern="^(waiting|accepted|refused|withdrawn)$",
        description=_("waiting, accepted, refused or withdrawn."),
    )  # fmt: skip


@area.read("/communities/{slug}/applications", Listing[Application], scope="members:read")
def applications(
    request: Caller, slug: SlugPath, wanted: Query[ApplicationFilter]
) -> dict[str, Any]:
    """List applications."""
    found = queries.applications(
        community_of(request, slug),
        viewer=request.person,
        state=wanted.state,
        after=wanted.after,
        limit=wanted.limit,
    )
    return listing(request, found.items, found.next, show_application)


@area.read("/applications/{application_id}", Application, scope="members:read")
def application(request: Caller, application_id: Id) -> dict[str, Any]:
    """Show an application."""
    return show_application(queries.get_application(application_id, viewer=request.person))


@area.write(
    "POST", "/applications/{application_id}/withdraw", Application, scope="communities:write"
)
def withdraw_application(request: Caller, application_id: Id) -> dict[str, Any]:
    """Take one's own application back."""
    found = queries.get_application(application_id, viewer=request.person)
    return show_application(actions.withdraw_application(actor=request.person, application=found))


@area.write("POST", "/applications/{application_id}/verify", Application, scope="members:write")
def verify_application(request: Caller, application_id: Id, said: Verified) -> dict[str, Any]:
    """Note that the claim was checked."""
    found = queries.get_application(application_id, viewer=request.person)
    return show_application(
        actions.verify_criterion(actor=request.person, application=found, verified=said.verified)
    )


@area.write("POST", "/applications/{application_id}/decide", Application, scope="members:write")
def decide_application(request: Caller, application_id: Id, decision: Decision) -> dict[str, Any]:
    """Accept or refuse."""
    found = queries.get_application(application_id, viewer=request.person)
    return show_application(
        actions.decide_application(
            actor=request.person,
            application=found,
            accept=decision.accept,
            reason=decision.reason,
        )
    )
