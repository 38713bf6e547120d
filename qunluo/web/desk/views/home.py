"""The desk today: what waits, then people, then relations, then values (F29)."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from qunluo.community import queries
from qunluo.conversation.queries import disputes_count
from qunluo.governance.queries import moderation_counts, waiting_appeals_count, waiting_cases
from qunluo.growth.queries.customers import customer_summary, reactivation
from qunluo.growth.queries.invitations import brought_by
from qunluo.kernel.clock import now
from qunluo.kernel.queries import dead_letters
from qunluo.people.queries import person_card
from qunluo.reach.queries import failed_deliveries, mail_is_configured
from qunluo.web.core.belonging import may
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of, show_desk

if TYPE_CHECKING:
    from qunluo.community.models import Community

MONTH, NEW, SILENT = 30, 8, 60


@require_GET
@signed_in
def home(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what the people at the desk look after today."""
    community = desk_of(request, slug)
    context = {
        **waiting(request, community),
        **people(request, community),
        **relations(request, community),
        **values(community),
        **trade(request, community),
    }
    return show_desk(request, community, "home.html", context)


def waiting(request: PersonRequest, community: "Community") -> dict[str, Any]:
    """Return what waits for a decision or is broken, as far as this viewer can do something."""
    admits = may(request, community, "members.admit")
    removes = may(request, community, "members.remove")
    mails = may(request, community, "customers.view")
    log = may(request, community, "audit.view")
    keeps = may(request, community, "ledger.manage")
    return {
        "applications": queries.waiting_count(community) if admits else 0,
        "cases": waiting_cases(community, viewer=request.person),
        "appeals": waiting_appeals_count(community) if removes else 0,
        "disputes": disputes_count(community, viewer=request.person) if keeps else 0,
        "failed_mail": failed_deliveries(community.pk).count() if mails else 0,
        "dead": len(dead_letters(community.pk)) if log else 0,
        "closed": [
            state
            for act in ("publish", "recruit")
            for state in queries.closed_gates(community, [act])
        ]
        if may(request, community, "community.edit")
        else [],
        "cco": queries.holders(community, ["cco"]).select_related("person").first(),
        "mail": mail_is_configured(),
    }


def people(request: PersonRequest, community: "Community") -> dict[str, Any]:
    """Return who is here, who is new and who has gone quiet."""
    if not may(request, community, "members.manage"):
        return {"manages": False}
    ask: dict[str, Any] = {"community": community, "viewer": request.person}
    return {
        "manages": True,
        "joined": _count(ask, joined_after=_day(MONTH)),
        "silent": _count(ask, dormant_days=SILENT),
        "hostless": _count(ask, host="none"),
        "outdated": _count(ask, rules="outdated"),
        "newcomers": queries.members(**ask, limit=NEW).items,
        "month": MONTH,
        "silent_days": SILENT,
    }


def relations(request: PersonRequest, community: "Community") -> dict[str, Any]:
    """Return who brought whom, whom the viewer follows closely, and how the door decides."""
    tallies = []
    if may(request, community, "invitations.manage"):
        found = brought_by(community, viewer=request.person, limit=5)
        cards = person_card([tally.person_id for tally in found])
        tallies = [(cards[t.person_id], t.brought) for t in found if t.person_id in cards]
    return {
        "inviters": tallies,
        "care": queries.close_care(request.person, community),
        "rate": queries.acceptance_rate(community),
    }


def values(community: "Community") -> dict[str, Any]:
    """Return how the community keeps to what it wrote down."""
    return {
        "charter": queries.public_charter(community),
        "label": queries.label_reach(community),
        "goal": queries.operating_goal(community),
        "change": queries.change_wanted(community),
        "moderation": moderation_counts(community),
    }


def trade(request: PersonRequest, community: "Community") -> dict[str, Any]:
    """Return the customers of old, after everything else."""
    if not may(request, community, "customers.view"):
        return {"customers": None}
    return {
        "customers": customer_summary(community, viewer=request.person),
        "reactivation": reactivation(community),
    }


def _count(ask: dict[str, Any], **filters: object) -> int:
    return queries.count_members(**ask, filters=filters)


def _day(days: int) -> str:
    return (now() - timedelta(days=days)).date().isoformat()
