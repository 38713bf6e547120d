"""Becoming a member, by whichever way, and being one for as long as is paid. M03."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.db.models import F, Max

from qunluo.community import events
from qunluo.community.actions.grants import lock
from qunluo.community.actions.leaving import let_go
from qunluo.community.actions.letters import write_to
from qunluo.community.models import Application, Community, Membership
from qunluo.community.queries.charter import current_charter
from qunluo.community.queries.entering import (
    accepted_application,
    due_memberships,
    lapsed_membership,
    ticket_of,
)
from qunluo.community.queries.joining import waiting_application
from qunluo.community.queries.membership import is_banned, membership_of
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person

State, Status = Application.State, Membership.Status
EXPIRED = "expired"
BATCH = 200


def join(
    *,
    person: "Person",
    community: Community,
    via: str,
    inviter: "Person | None",
    actor_id: int,
    rules_number: int,
    label_claim: str,
    paid_until: datetime | None = None,
) -> Membership:
    """Take the next number and become a member; a simultaneous second call gets the first's result.

    Call it inside write_tx. The counter moves in the same savepoint as the row, so no number is
    lost; whoever comes second waits for the community's row and then meets the unique constraint.
    Whose paid time was over lives on as the same member.
    """
    if back := _bring_back(person, community, paid_until, actor_id):
        return back
    at, charter = now(), current_charter(community)
    try:
        with write_tx():
            Community.objects.filter(pk=community.pk).update(
                next_member_number=F("next_member_number") + 1, member_count=F("member_count") + 1
            )
            following = Community.objects.values_list("next_member_number", flat=True)
            made = Membership.objects.create(
                community=community,
                person=person,
                number=following.get(pk=community.pk) - 1,
                via=via,
                inviter=inviter,
                label_claim=label_claim,
                rules_number=rules_number,
                charter_number=charter.number if charter else 0,
                joined_at=at,
                last_active_on=at.date(),
                paid_until=paid_until,
                suspended_until=_suspended_until(person, community),
            )
    except IntegrityError:
        return Membership.objects.get(
            community=community, person=person, status=Membership.Status.ACTIVE
        )
    if waiting := waiting_application(person, community):
        settle(waiting, State.WITHDRAWN, decided_by=None)
        tell_withdrawn(waiting, person.pk)
    publish(
        events.MemberJoined(
            community_id=community.pk,
            actor_id=actor_id,
            person_id=person.pk,
            membership_id=made.pk,
            number=made.number,
            via=via,
            inviter_id=inviter.pk if inviter else None,
        )
    )
    return made


@write_tx
def let_in(*, person: "Person", community: Community) -> Membership | None:
    """Make whoever holds a tier that lets in a member until its end; None where it cannot be.

    Nobody comes in without an accepted application, but whose paid time was over lives on.
    """
    lock(community)
    if here := membership_of(person, community):
        return here
    ticket = ticket_of(person, community)
    closed = community.stage == Community.Stage.CLOSED
    if ticket is None or closed or is_banned(person, community):
        return None
    asked = accepted_application(person, community)
    if asked is None and lapsed_membership(person, community) is None:
        return None
    return join(
        person=person,
        community=community,
        via=Membership.Via.FEE,
        inviter=None,
        actor_id=person.pk,
        rules_number=asked.rules_number if asked else 0,
        label_claim=asked.label_claim if asked else "",
        paid_until=ticket.until,
    )


@write_tx
def let_tiers_in(*, community: Community, tiers: Sequence[str]) -> None:
    """Say which tiers let in who holds them; the market calls this, which sells them."""
    names = sorted(set(tiers))
    lock(community)
    community.refresh_from_db(fields=["entry_tiers"])
    if community.entry_tiers == names:
        return
    community.entry_tiers = names
    community.save(update_fields=["entry_tiers"])
    publish(events.EntryTiersChanged(community_id=community.pk, tiers=tuple(names)))


def end_paid_memberships() -> int:
    """Close the memberships whose paid time is over and write to their people; return how many.

    They stopped counting at that moment by themselves, whenever this runs.
    """
    ended = 0
    for one in due_memberships()[:BATCH]:
        with write_tx():
            ended += _end(one)
    return ended


def _end(one: Membership) -> bool:
    lock(one.community)
    due = Membership.objects.filter(pk=one.pk, status=Status.ACTIVE, paid_until__lte=now())
    fresh = due.select_related("community", "person").first()
    if fresh is None:
        return False
    let_go(fresh, Status.LEFT, EXPIRED, None)
    Membership.objects.filter(pk=fresh.pk).update(ended_at=F("paid_until"))
    publish(
        events.EntryEnded(
            community_id=fresh.community_id, person_id=fresh.person_id, membership_id=fresh.pk
        )
    )
    slug = fresh.community.slug
    write_to(fresh.person_id, fresh.community, "entry_ended", path=f"/c/{slug}/join/")
    return True


def _suspended_until(person: "Person", community: Community) -> datetime | None:
    """Return until when somebody was suspended here; leaving and coming back does not end it."""
    before = Membership.objects.filter(
        community=community, person=person, status=Status.LEFT, suspended_until__gt=now()
    )
    last: datetime | None = before.aggregate(last=Max("suspended_until"))["last"]
    return last


def _bring_back(
    person: "Person", community: Community, paid_until: datetime | None, actor_id: int
) -> Membership | None:
    """Let a membership whose paid time was over go on under its number; None where there is none.

    Roles do not return once it was closed.
    """
    over = lapsed_membership(person, community)
    if over is None:
        return None
    changed = Membership.objects.filter(pk=over.pk, status=over.status, paid_until=over.paid_until)
    if not changed.update(
        status=Status.ACTIVE, paid_until=paid_until, ended_at=None, ended_reason="",
        last_active_on=now().date(),
    ):  # fmt: skip
        return membership_of(person, community)
    if over.status != Status.ACTIVE:
        Community.objects.filter(pk=community.pk).update(member_count=F("member_count") + 1)
    over.refresh_from_db()
    publish(
        events.EntryRenewed(
            community_id=community.pk, actor_id=actor_id, person_id=person.pk,
            membership_id=over.pk, paid_until=paid_until,
        )
    )  # fmt: skip
    return over


def settle(
    application: Application, state: str, decided_by: "Person | None", reason: str = ""
) -> bool:
    """Move a waiting application to its end; return False when somebody was quicker."""
    moved = Application.objects.filter(pk=application.pk, state=State.WAITING).update(
        state=state, decided_at=now(), decided_by=decided_by, reason=reason[:400]
    )
    if moved:
        application.refresh_from_db()
    return bool(moved)


def tell_withdrawn(application: Application, actor_id: int | None) -> None:
    """Publish that an application was taken back; nobody in particular when all came to an end."""
    publish(events.ApplicationWithdrawn(**about(application, actor_id)))


def about(application: Application, actor_id: int | None) -> dict[str, Any]:
    """Return the fields that every event of an application has."""
    return {
        "community_id": application.community_id,
        "actor_id": actor_id,
        "person_id": application.person_id,
        "application_id": application.pk,
    }
