"""Bringing a community to its end, and back."""

from typing import TYPE_CHECKING

from qunluo.community import events
from qunluo.community.actions.entering import settle, tell_withdrawn
from qunluo.community.actions.grants import lock
from qunluo.community.actions.letters import write_to
from qunluo.community.errors import ClosingUnclear
from qunluo.community.models import Application, Community, Membership
from qunluo.community.queries.permissions import require
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person

Stage = Community.Stage
REASON_LENGTH = 400
MAY = "community.close"


@write_tx
def close_community(*, actor: "Person", community: Community, name: str, reason: str) -> Community:
    """Close a community: nothing moves any more, everything stays readable, members are told.

    `name` must be the community's, as a brake. Twice is once. ClosingUnclear.
    """
    require(actor, community, MAY)
    lock(community)
    community.refresh_from_db()
    if community.stage == Stage.CLOSED:
        return community
    reason = reason.strip()
    _check(community, name, reason)
    community.closed_from, community.stage = community.stage, Stage.CLOSED
    community.closed_at, community.closed_reason = now(), reason
    community.recruiting = False
    community.save(
        update_fields=["stage", "closed_from", "closed_at", "closed_reason", "recruiting"]
    )
    publish(events.CommunityClosed(community_id=community.pk, actor_id=actor.pk))
    return community


@write_tx
def reopen_community(*, actor: "Person", community: Community) -> Community:
    """Open a closed community again, in private: its gates decide anew about the public door."""
    require(actor, community, MAY)
    lock(community)
    community.refresh_from_db()
    if community.stage != Stage.CLOSED:
        return community
    community.stage, community.closed_at = Stage.PRIVATE, None
    community.closed_reason = community.closed_from = ""
    community.save(update_fields=["stage", "closed_from", "closed_at", "closed_reason"])
    publish(events.CommunityReopened(community_id=community.pk, actor_id=actor.pk))
    return community


@write_tx
def tell_about_the_end(*, community: Community, actor_id: int) -> int:
    """Write to every member but the one who closed it, and end what still waits at the door.

    Returns how many letters went out; nothing if the community was opened again meanwhile.
    """
    if community.stage != Stage.CLOSED:
        return 0
    words = {"reason": community.closed_reason}
    members = Membership.objects.filter(community=community, status=Membership.Status.ACTIVE)
    told = 0
    for person_id in members.exclude(person_id=actor_id).values_list("person_id", flat=True):
        path = f"/c/{community.slug}/"
        told += write_to(person_id, community, "community_closed", path=path, words=words)
    for asked in Application.objects.filter(community=community, state=Application.State.WAITING):
        told += _end_application(asked, community)
    return told


def _end_application(asked: Application, community: Community) -> bool:
    if not settle(asked, Application.State.WITHDRAWN, decided_by=None):
        return False  # decided meanwhile: that decision stands
    tell_withdrawn(asked, None)
    path = f"/c/{community.slug}/application/{asked.pk}/"
    return write_to(asked.person_id, community, "application_ended", path=path)


def _check(community: Community, name: str, reason: str) -> None:
    wrong: dict[str, list[str]] = {}
    if " ".join(name.split()).casefold() != community.name.casefold():
        wrong["name"] = [_("This is not the name of the community.")]
    if not reason:
        wrong["reason"] = [_("Please give a reason.")]
    elif len(reason) > REASON_LENGTH:
        wrong["reason"] = [_("At most 400 characters, please.")]
    if wrong:
        raise ClosingUnclear(fields=wrong)
