"""The queue of what was reported or held back; fetching is permission."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from qunluo.community import queries as communities
from qunluo.governance.errors import CaseNotFound
from qunluo.governance.models import Case, Report
from qunluo.governance.rules import cases as rules
from qunluo.governance.rules.words import Category, categories, label_of, rule_of
from qunluo.kernel.paging import Page, page

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.governance.queries.decided import Viewer
    from qunluo.people.models import Person

MODERATE, REMOVE = "posts.moderate", "members.remove"
PERSON = "person"
SHOWN = ("author", "community", "decided_by", "measure")


@dataclass(frozen=True)
class CaseView:
    """One entry of the queue with all that was said; `may_decide` is about the viewer."""

    case: Case
    reports: list[Report]
    may_decide: bool
    outcomes: tuple[str, ...]


def permission_to_decide(case: Case) -> str:
    """Return the permission that deciding takes: about people, or about what they wrote."""
    return REMOVE if case.target_type == PERSON else MODERATE


def queue(
    community: "Community",
    *,
    viewer: "Viewer",
    decided: bool = False,
    after: str | None = None,
    limit: int = 30,
) -> Page[Case]:
    """Return what waits, in the order of age and number of reports; or what was decided, newest
    first. PermissionMissing.
    """
    allowed = _allowed(viewer, community)
    found = Case.objects.filter(allowed, community=community).select_related(*SHOWN)
    if decided:
        return page(found.filter(state=Case.State.DECIDED), ["-id"], after, limit)
    return page(found.filter(state=Case.State.OPEN), ["turn_at", "id"], after, limit)


def waiting_cases(community: "Community", *, viewer: "Viewer") -> int:
    """Return how many cases wait for a decision that the viewer may take; 0 for others."""
    permissions = communities.permissions_of(viewer, community)
    if not {MODERATE, REMOVE} & permissions:
        return 0
    found = Case.objects.filter(_allowed(viewer, community), community=community)
    return found.filter(state=Case.State.OPEN).count()


def get_case(pk: int, *, viewer: "Viewer") -> CaseView:
    """Return a case for who may decide its kind; CaseNotFound."""
    case = Case.objects.select_related(*SHOWN).filter(pk=pk).first()
    if case is None or permission_to_decide(case) not in communities.permissions_of(
        viewer, case.community
    ):
        raise CaseNotFound
    reports = list(Report.objects.filter(case=case).select_related("reporter").order_by("pk"))
    part_of_it = {case.author_id, *(one.reporter_id for one in reports)}
    may = viewer is not None and viewer.pk not in part_of_it and case.state == Case.State.OPEN
    return CaseView(case, reports, may, rules.outcomes_for(case.target_type))


def find_case(pk: int) -> Case | None:
    """Return a case, for the software's own reactions; doors use get_case."""
    return Case.objects.select_related(*SHOWN).filter(pk=pk).first()


def held_case(target_id: int, community_id: int) -> Case | None:
    """Return the case about something that was held back, for who wrote it."""
    found = Case.objects.filter(community=community_id, target_type="held", target_id=target_id)
    return found.select_related(*SHOWN).order_by("-pk").first()


def reporters(case: Case) -> list[int]:
    """Return who reported, to tell them the outcome."""
    return list(Report.objects.filter(case=case).values_list("reporter_id", flat=True))


def own_reports(person: "Person", community: "Community") -> list[Report]:
    """Return what somebody reported here and what came of it, the newest first."""
    found = Report.objects.filter(reporter=person, case__community=community)
    return list(found.select_related("case__author").order_by("-pk")[:100])


def rules_to_cite(case: Case) -> list[tuple[str, str]]:
    """Return the rules that a decision may cite: those the author accepted, as (id, title)."""
    membership = communities.membership_of(case.author, case.community)
    if membership:
        found = communities.accepted_rules(membership)
    else:
        current = communities.current_rules(case.community)
        found = current.rules if current else []
    return [(str(rule["id"]), str(rule["title"])) for rule in found]


def word_lists() -> list[Category]:
    """Return the lists that the software brings along."""
    return list(categories().values())


def _allowed(viewer: "Viewer", community: "Community") -> Q:
    permissions = communities.permissions_of(viewer, community)
    if MODERATE not in permissions:
        communities.require(viewer, community, REMOVE)
        return Q(target_type=PERSON)
    return Q() if REMOVE in permissions else ~Q(target_type=PERSON)


__all__ = [
    "CaseView",
    "find_case",
    "get_case",
    "held_case",
    "label_of",
    "own_reports",
    "permission_to_decide",
    "queue",
    "reporters",
    "rule_of",
    "rules_to_cite",
    "waiting_cases",
    "word_lists",
]
