"""What joining takes, who waits to come in, and how many are let in."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from qunluo.community.errors import ApplicationNotFound
from qunluo.community.models import (
    Application,
    CharterDraft,
    CharterVersion,
    Community,
    Membership,
)
from qunluo.community.queries.permissions import permissions_of, require
from qunluo.community.rules import joining as rules
from qunluo.kernel.clock import now
from qunluo.kernel.paging import Page, page
from qunluo.kernel.prepared import ask

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from qunluo.people.models import Person

ADMIT = "members.admit"


def declared_values(community: Community) -> "dict[str, dict[str, Any]]":
    """Return the charter values that count: the published ones, or the draft before that."""
    found = ask("", _published, [community.pk]) or ask("", _drafted, [community.pk])
    return (found[0][0] if found else None) or {}


def _published(given: "Sequence[int]") -> "QuerySet[CharterVersion, Any]":
    versions = CharterVersion.objects.filter(community_id=given[0]).order_by("-number")
    return versions.values_list("values")[:1]


def _drafted(given: "Sequence[int]") -> "QuerySet[CharterDraft, Any]":
    return CharterDraft.objects.filter(community_id=given[0]).values_list("values")


def entry_terms(community: Community) -> rules.Terms:
    """Return what a newcomer is asked, as the charter declares it."""
    return rules.terms(community.selection, declared_values(community))


def waiting_application(
    person: "Person | AnonymousUser | None", community: Community
) -> Application | None:
    """Return the application of a person that waits for a decision, or None."""
    found = last_application(person, community)
    return found if found and found.state == Application.State.WAITING else None


def last_application(
    person: "Person | AnonymousUser | None", community: Community
) -> Application | None:
    """Return the latest application of a person, whatever became of it, or None."""
    if person is None or person.pk is None:
        return None
    return (
        Application.objects.filter(community=community, person_id=person.pk).order_by("id").last()
    )


def find_application(pk: int) -> Application | None:
    """Return an application, for the software's own reactions; doors use get_application."""
    return Application.objects.select_related("community", "person").filter(pk=pk).first()


def get_application(pk: int, *, viewer: "Person | AnonymousUser | None") -> Application:
    """Return an application for its applicant or for who may decide; ApplicationNotFound."""
    found = Application.objects.select_related("community", "person").filter(pk=pk).first()
    if found is None or viewer is None or viewer.pk is None:
        raise ApplicationNotFound
    if found.person_id != viewer.pk and ADMIT not in permissions_of(viewer, found.community):
        raise ApplicationNotFound
    return found


def applications(
    community: Community,
    *,
    viewer: "Person | AnonymousUser | None",
    state: str = Application.State.WAITING,
    after: str | None = None,
    limit: int = 50,
) -> Page[Application]:
    """Return a page of applications, newest first, for who may decide."""
    require(viewer, community, ADMIT)
    found = Application.objects.filter(community=community, state=state).select_related(
        "person", "decided_by"
    )
    return page(found, ["-id"], after, limit)


def waiting_count(community: Community) -> int:
    """Return how many applications wait for a decision."""
    return Application.objects.filter(community=community, state=Application.State.WAITING).count()


def acceptance_rate(community: Community, *, days: int = rules.RATE_WINDOW_DAYS) -> rules.Rate:
    """Return accepted ÷ decided applications of the last days; it explains itself (P22)."""

    def counted(given: "Sequence[int]") -> "QuerySet[Application, Any]":
        since = now() - timedelta(days=days)
        return (
            Application.objects.filter(community_id=given[0], decided_at__gt=since)
            .order_by()
            .values_list("community_id")
            .annotate(
                accepted=Count("pk", filter=Q(state=Application.State.ACCEPTED)),
                refused=Count("pk", filter=Q(state=Application.State.REFUSED)),
            )
        )

    found = ask(days, counted, [community.pk])
    accepted, refused = found[0][1:] if found else (0, 0)
    return rules.Rate(accepted, refused, days)


def label_reach(community: Community) -> rules.LabelReach:
    """Return how many members have or want the label, and the declared ceiling (F04)."""
    counts = Membership.objects.filter(
        community=community, status=Membership.Status.ACTIVE
    ).aggregate(
        have=Count("pk", filter=Q(label_claim="have")),
        want=Count("pk", filter=Q(label_claim="want")),
    )
    return rules.LabelReach(
        counts["have"], counts["want"], rules.ceiling(declared_values(community))
    )
