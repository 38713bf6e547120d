"""What this room holds about a person, for their own archive, and what depends on them alone."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from qunluo.community.models import (
    Application,
    CloseCare,
    CofounderOffer,
    Community,
    Grant,
    MemberNote,
    Membership,
    MemberTag,
    Pledge,
)
from qunluo.community.queries.permissions import live_grants
from qunluo.community.rules.permissions import OWNER
from qunluo.kernel.text import _
from qunluo.people.ports import Blocker

if TYPE_CHECKING:
    from qunluo.people.models import Person
    from qunluo.people.ports import Documents

KEEPS = (
    _("Your member numbers and the dates on which you joined and left, without your name."),
    _("Which roles somebody held and when, so that the audit log stays readable, without names."),
)
WHERE = "community__slug"


def own_documents(person: "Person") -> "Documents":
    """Return everything the communities hold about a person, notes of operators included."""
    own = {"person": person}
    return {
        "memberships": list(
            Membership.objects.filter(**own)
            .order_by("pk")
            .values(
                WHERE, "community__name", "number", "status", "via", "label_claim", "rules_number",
                "charter_number",
                "joined_at", "last_active_on", "suspended_until", "ended_at", "ended_reason",
            )
        ),
        "applications": list(
            Application.objects.filter(**own)
            .order_by("pk")
            .values(
                WHERE, "asked", "answers", "criterion_claim", "criterion_verified", "scope_warning",
                "label_claim", "rules_number", "state", "reason", "made_at", "decided_at",
            )
        ),
        "grants": list(
            Grant.objects.filter(**own)
            .order_by("pk")
            .values(
                WHERE, "kind", "name", "source", "granted_at", "expires_at", "revoked_at",
                "revoked_reason",
            )
        ),
        "tags": list(
            MemberTag.objects.filter(membership__person=person)
            .order_by("pk")
            .values(WHERE, "name", "source")
        ),
        "notes_about_me": list(
            MemberNote.objects.filter(membership__person=person)
            .order_by("pk")
            .values("membership__community__slug", "text", "written_at", "author__name")
        ),
        "notes_i_wrote": list(
            MemberNote.objects.filter(author=person)
            .order_by("pk")
            .values("membership__community__slug", "membership__number", "text", "written_at")
        ),
        "close_care": list(
            CloseCare.objects.filter(host=person).order_by("pk").values(WHERE, "slot", "since")
        ),
        "pledges": list(
            Pledge.objects.filter(**own)
            .order_by("pk")
            .values(WHERE, "action", "count", "made_at", "withdrawn_at")
        ),
        "cofounder_offers": list(
            CofounderOffer.objects.filter(offered_by=person)
            .order_by("pk")
            .values(WHERE, "terms", "share_percent", "offered_at", "accepted_at", "withdrawn_at")
        ),
    }  # fmt: skip


def sole_ownerships(person: "Person") -> list[Community]:
    """Return the communities that nobody else owns."""
    owners = Grant.objects.filter(
        live_grants(),
        community=OuterRef("community"),
        name=OWNER,
        kind=Grant.Kind.ROLE,
        person__memberships__community=OuterRef("community"),
        person__memberships__status=Membership.Status.ACTIVE,
    ).exclude(person=person)
    mine = Grant.objects.filter(
        live_grants(), ~Exists(owners), person=person, name=OWNER, kind=Grant.Kind.ROLE
    )
    return list(
        Community.objects.filter(pk__in=mine.values("community"))
        .exclude(stage=Community.Stage.CLOSED)
        .order_by("pk")
    )


def blockers(person: "Person") -> Iterable[Blocker]:
    """Yield why an account cannot be erased yet: a community would be left without an owner."""
    for community in sole_ownerships(person):
        yield Blocker(
            _("You are the only owner of “{community}”."),
            _("Make another member an owner of “{community}”, or close it; then come back."),
            url=f"/c/{community.slug}/leave/",
            names={"community": community.name},
        )
