"""Erasing what this room holds about a person, without tearing holes into its history."""

from typing import TYPE_CHECKING

from django.db.models import Q

from qunluo.community import events
from qunluo.community.actions.joining import withdraw_application
from qunluo.community.actions.leaving import let_go
from qunluo.community.models import (
    Application,
    CloseCare,
    CofounderOffer,
    Grant,
    MemberNote,
    Membership,
    MemberTag,
    Pledge,
)
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person


@write_tx
def erase(person: "Person") -> None:
    """Leave every community and remove what the person or others wrote about them.

    People has asked `blockers` before, so no community loses its last owner, save closed ones.
    """
    for application in Application.objects.filter(person=person, state=Application.State.WAITING):
        withdraw_application(actor=person, application=application)
    here = Membership.objects.filter(person=person, status=Membership.Status.ACTIVE)
    for membership in here.select_related("community", "person").order_by("community_id"):
        _leave(membership)
    Application.objects.filter(person=person).update(
        answers={}, criterion_claim="", scope_warning="", reason=""
    )
    Membership.objects.filter(person=person).update(ended_reason="", label_claim="")
    Grant.objects.filter(person=person).update(revoked_reason="")
    MemberTag.objects.filter(membership__person=person).delete()
    MemberNote.objects.filter(Q(membership__person=person) | Q(author=person)).delete()
    CloseCare.objects.filter(Q(person=person) | Q(host=person)).delete()
    Pledge.objects.filter(person=person).update(action="")
    CofounderOffer.objects.filter(offered_by=person, accepted_at=None).update(terms="")


def _leave(membership: Membership) -> None:
    community = membership.community
    let_go(membership, Membership.Status.LEFT, "", membership.person_id)
    publish(
        events.MemberLeft(
            community_id=community.pk,
            actor_id=membership.person_id,
            person_id=membership.person_id,
            membership_id=membership.pk,
        )
    )
