"""The charter: what counts, its history, and what changed."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from qunluo.community import queries
from qunluo.governance import queries as shown
from qunluo.web.core.requests import PersonRequest
from qunluo.web.core.show import show
from qunluo.web.core.visitors import same_for_visitors
from qunluo.web.core.words import glossary


@require_GET
@same_for_visitors
def charter(request: PersonRequest, slug: str, number: int | None = None) -> HttpResponse:
    """Show a published charter, the latest unless a number is asked for."""
    community = queries.get_community(slug, viewer=request.person)
    found = queries.public_charter(community, number)
    context = {
        "community": community,
        "charter": found,
        "words": glossary(found.values if found else None),
        "versions": queries.charter_versions(community),
        "asked": number,
        "shown": shown.value_counts(community) if found and number is None else [],
        "quiet_days": shown.QUIET.days,
        "goals": queries.goal_history(community) if number is None else [],
    }
    return show(request, "community/charter.html", None, context)


@require_GET
def story(request: PersonRequest, slug: str) -> HttpResponse:
    """Tell who a community is: brand, culture, character and charm, as its charter has them."""
    community = queries.get_community(slug, viewer=request.person)
    charter = queries.public_charter(community)
    found = [(field, value) for section in (charter.sections if charter else [])
             if section.of.id == "story" for field, value in section.fields]  # fmt: skip
    context = {"community": community, "story": found, "words": glossary(charter.values
               if charter else None)}  # fmt: skip
    return show(request, "community/story.html", None, context)


@require_GET
def versions(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the public history of the charter."""
    community = queries.get_community(slug, viewer=request.person)
    found = queries.charter_versions(community)
    context = {"community": community, "versions": found}
    return show(request, "community/charter_versions.html", None, context)


@require_GET
def changes(request: PersonRequest, slug: str, older: int, newer: int) -> HttpResponse:
    """Show what changed between two versions."""
    community = queries.get_community(slug, viewer=request.person)
    context = {
        "community": community,
        "older": older,
        "newer": queries.charter_version(community, newer),
        "changes": queries.charter_diff(community, older, newer, request.LANGUAGE_CODE),
        "form": queries.charter_form(),
    }
    return show(request, "community/charter_changes.html", None, context)
