"""Measures, appeals, public counts and the audit log; fetching is permission."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from qunluo.community import queries as communities
from qunluo.governance.errors import AppealNotFound, MeasureNotFound
from qunluo.governance.models import (
    Act,
    ActSecond,
    Appeal,
    Ballot,
    Case,
    Distance,
    Measure,
    Report,
    Voter,
)
from qunluo.governance.rules import measures as rules
from qunluo.kernel import queries as log
from qunluo.kernel.clock import now
from qunluo.kernel.paging import Page, page

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from qunluo.community.models import Application, Community, Membership
    from qunluo.community.queries import Moment
    from qunluo.people.models import Person
    from qunluo.people.ports import Documents

    Viewer = Person | AnonymousUser | None

REMOVE, ADMIT, AUDIT = "members.remove", "members.admit", "audit.view"
MODERATE = "posts.moderate"
ABOUT_POSTS = (Measure.Kind.TAKEDOWN, Measure.Kind.LABEL)
SHOWN = ("person", "taken_by", "appeal", "community")
JUDGED = ("person", "decided_by", "community", "measure__taken_by", "application__decided_by")


def measure_limits() -> rules.MeasureLimits:
    """Return how long a reason and how many days a suspension may be, for forms."""
    return rules.MeasureLimits()


def audit(
    community: "Community", *, viewer: "Viewer", before: int | None = None, limit: int = 50
) -> "list[Moment]":
    """Return who did what, newest first, as sentences in both languages; page by `before`."""
    communities.require(viewer, community, AUDIT)
    return communities.as_moments(log.audit_log(community.pk, before=before, limit=limit))


def measures(
    community: "Community", *, viewer: "Viewer", after: str | None = None, limit: int = 50
) -> Page[Measure]:
    """Return the measures taken in a community, newest first, for who may take them."""
    communities.require(viewer, community, REMOVE)
    found = Measure.objects.filter(community=community).select_related(*SHOWN)
    return page(found, ["-id"], after, limit)


def measures_of(membership: "Membership") -> list[Measure]:
    """Return what was ever decided about a member here, newest first; for records and desks."""
    found = Measure.objects.filter(
        community=membership.community_id, person=membership.person_id
    ).select_related(*SHOWN)
    return list(found.order_by("-pk"))


def get_measure(pk: int, *, viewer: "Viewer") -> Measure:
    """Return a measure for the person it is about or who may take one; MeasureNotFound."""
    found = Measure.objects.select_related(*SHOWN, "membership").filter(pk=pk).first()
    needed = MODERATE if found and found.kind in ABOUT_POSTS else REMOVE
    if found is None or not _concerns(viewer, found.person_id, found.community, needed):
        raise MeasureNotFound
    return found


def find_measure(pk: int) -> Measure | None:
    """Return a measure, for the software's own reactions; doors use get_measure."""
    return Measure.objects.select_related(*SHOWN).filter(pk=pk).first()


def roles_behind(ids: Iterable[int]) -> dict[int, str]:
    """Return as what somebody took each of these measures; no query without any."""
    wanted = list(ids)
    if not wanted:
        return {}
    return dict(Measure.objects.filter(pk__in=wanted).values_list("pk", "taken_role"))


def last_measure(membership_id: int, kind: str) -> Measure | None:
    """Return the latest measure of a kind about a membership, or None."""
    found = Measure.objects.filter(membership_id=membership_id, kind=kind)
    return found.select_related(*SHOWN).order_by("-pk").first()


def find_appeal(pk: int) -> Appeal | None:
    """Return an appeal, for the software's own reactions; doors use get_appeal."""
    return Appeal.objects.select_related(*JUDGED).filter(pk=pk).first()


def own_measures(person: "Viewer", community: "Community | None" = None) -> list[Measure]:
    """Return what was decided about oneself, newest first, each with its appeal if there is one.

    Without a community those of all, so that nobody needs to see a private one to appeal.
    """
    if person is None or person.pk is None:
        return []
    found = Measure.objects.filter(person_id=person.pk)
    if community is not None:
        found = found.filter(community=community)
    return list(found.select_related(*SHOWN).order_by("-pk"))


def appealable(person: "Viewer", community: "Community") -> "list[Measure | Application]":
    """Return the decisions about a person that stand and were not appealed yet, newest first."""
    found: list[Measure | Application] = [
        measure
        for measure in own_measures(person, community)
        if not measure.overturned_at and not hasattr(measure, "appeal")
    ]
    last = communities.last_application(person, community)
    if last and last.state == "refused" and not Appeal.objects.filter(application=last).exists():
        found.append(last)
    return found


def appeals(
    community: "Community",
    *,
    viewer: "Viewer",
    state: str = Appeal.State.WAITING,
    after: str | None = None,
    limit: int = 50,
) -> Page[Appeal]:
    """Return a page of appeals, newest first, of the kinds that the viewer may judge."""
    allowed = communities.permissions_of(viewer, community)
    if not {REMOVE, MODERATE} & allowed:
        communities.require(viewer, community, ADMIT)
    about_posts = Q(measure__kind__in=ABOUT_POSTS)
    kinds = Q(pk__in=[])
    if REMOVE in allowed:
        kinds |= Q(measure__isnull=False) & ~about_posts
    if MODERATE in allowed:
        kinds |= about_posts
    if ADMIT in allowed:
        kinds |= Q(application__isnull=False)
    found = Appeal.objects.filter(kinds, community=community, state=state).select_related(*JUDGED)
    return page(found, ["-id"], after, limit)


def waiting_appeals_count(community: "Community") -> int:
    """Return how many appeals wait for a decision."""
    return Appeal.objects.filter(community=community, state=Appeal.State.WAITING).count()


def get_appeal(pk: int, *, viewer: "Viewer") -> Appeal:
    """Return an appeal for who filed it or who may judge it; AppealNotFound."""
    found = Appeal.objects.select_related(*JUDGED, "measure__membership").filter(pk=pk).first()
    if found is None or not _concerns(
        viewer, found.person_id, found.community, permission_to_judge(found)
    ):
        raise AppealNotFound
    return found


def own_appeals(person: "Viewer", community: "Community | None" = None) -> list[Appeal]:
    """Return the appeals that a person filed, in one community or in all, newest first."""
    if person is None or person.pk is None:
        return []
    found = Appeal.objects.filter(person_id=person.pk)
    if community is not None:
        found = found.filter(community=community)
    return list(found.select_related(*JUDGED).order_by("-pk"))


def permission_to_judge(appeal: Appeal) -> str:
    """Return the permission that judging an appeal takes: the one the decision took."""
    if appeal.measure is None:
        return ADMIT
    return MODERATE if appeal.measure.kind in ABOUT_POSTS else REMOVE


def decider_of(appeal: Appeal) -> int | None:
    """Return who took the decision appealed against; None when a declared rule did."""
    if appeal.measure:
        return appeal.measure.taken_by_id
    return appeal.application.decided_by_id if appeal.application else None


def against(appeal: Appeal) -> str:
    """Return what an appeal is against: the kind of a measure, or refusal."""
    return str(appeal.measure.kind) if appeal.measure else "refusal"


def judges_of(appeal: Appeal) -> list[int]:
    """Return the ids of everybody who may judge an appeal."""
    able = communities.roles_with(permission_to_judge(appeal))
    holders = communities.holders(appeal.community, able)
    ids = holders.values_list("person_id", flat=True).order_by("person_id").distinct()
    return [pk for pk in ids if pk not in {appeal.person_id, decider_of(appeal)}]


def may_judge(person: "Person", appeal: Appeal) -> bool:
    """Return whether a person may judge an appeal: able, not the decider, not the appellant."""
    return person.pk not in {appeal.person_id, decider_of(appeal)} and (
        permission_to_judge(appeal) in communities.permissions_of(person, appeal.community)
    )


def moderation_counts(
    community: "Community", *, days: int = rules.COUNT_DAYS
) -> rules.ModerationCounts:
    """Return how often each rule was applied, for everybody to see (C13)."""
    kind = Measure.Kind
    rows = (
        Measure.objects.filter(community=community, taken_at__gt=now() - timedelta(days=days))
        .values("rule_id", "rule_title")
        .annotate(
            warnings=Count("pk", filter=Q(kind=kind.WARNING)),
            suspensions=Count("pk", filter=Q(kind=kind.SUSPENSION)),
            removals=Count("pk", filter=Q(kind=kind.REMOVAL)),
            labels=Count("pk", filter=Q(kind=kind.LABEL)),
            takedowns=Count("pk", filter=Q(kind=kind.TAKEDOWN)),
            overturned=Count("pk", filter=Q(overturned_at__isnull=False)),
        )
        .order_by("rule_id", "rule_title")
    )
    counted = tuple(
        rules.RuleCount(
            row["rule_id"], row["rule_title"], row["warnings"], row["suspensions"],
            row["removals"], row["overturned"], row["labels"], row["takedowns"],
        )
        for row in rows
    )  # fmt: skip
    return rules.ModerationCounts(counted, community.member_count, days)


def own_documents(person: "Person") -> "Documents":
    """Return what governance holds about a person, for their own archive."""
    return {
        "measures": list(
            Measure.objects.filter(person=person)
            .order_by("pk")
            .values(
                "community__slug", "kind", "rule_id", "rule_title", "rules_number", "reason",
                "until", "taken_at", "overturned_at", "path", "words",
            )
        ),
        "distances": list(
            Distance.objects.filter(person=person)
            .order_by("pk")
            .values("other__name", "other__handle", "kind", "set_at")
        ),
        "reports": list(
            Report.objects.filter(reporter=person)
            .order_by("pk")
            .values(
                "case__community__slug", "case__target_type", "case__path", "rule_title", "text",
                "filed_at", "case__state", "case__outcome", "case__reason",
            )
        ),
        "held_back": list(
            Case.objects.filter(author=person, source=Case.Source.CHECK)
            .order_by("pk")
            .values(
                "community__slug", "category", "found", "plea", "opened_at", "outcome", "reason",
            )
        ),
        "votes": list(
            Voter.objects.filter(person=person)
            .order_by("pk")
            .values("vote__community__slug", "vote__question", "voted")
        ),
        "open_ballots": list(
            Ballot.objects.filter(person=person)
            .order_by("vote_id")
            .values("vote__community__slug", "vote__question", "choice")
        ),
        "acts": list(
            Act.objects.filter(Q(linked_by=person) | Q(doer=person))
            .order_by("pk")
            .values(
                "community__slug", "value", "sentence", "path", "linked_by__name", "happened_at",
                "linked_at", "seconds", "withdrawn_at",
            )
        ),
        "seconded_acts": list(
            ActSecond.objects.filter(person=person)
            .order_by("pk")
            .values("act__community__slug", "act__value", "act__path", "made_at")
        ),
        "appeals": list(
            Appeal.objects.filter(person=person)
            .order_by("pk")
            .values("community__slug", "text", "filed_at", "state", "reason", "decided_at")
        ),
    }  # fmt: skip


def _concerns(viewer: "Viewer", person_id: int, community: "Community", permission: str) -> bool:
    if viewer is None or viewer.pk is None:
        return False
    return viewer.pk == person_id or permission in communities.permissions_of(viewer, community)
