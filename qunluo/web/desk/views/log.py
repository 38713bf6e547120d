"""What operators did, and what the software could not deliver."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qunluo.community.queries import as_moments
from qunluo.governance.queries import audit as audit_of
from qunluo.kernel import actions, queries
from qunluo.reach.queries import failed_deliveries, mail_is_configured
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of, show_desk

PAGE = 50


@require_GET
@signed_in
def audit(request: PersonRequest, slug: str) -> HttpResponse:
    """Show who did what, newest first; nobody can change it."""
    community = desk_of(request, slug, "audit.view")
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isdecimal() else None
    moments = audit_of(community, viewer=request.person, before=before, limit=PAGE)
    more = f"?before={moments[-1].id}" if len(moments) == PAGE else ""
    context = {"moments": moments, "more": more}
    return show_desk(request, community, "audit.html", context, "more" if before else None)


@require_GET
@signed_in
def trouble(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what was given up: mails that failed, and reactions that kept failing."""
    community = desk_of(request, slug, "audit.view")
    letters = queries.dead_letters(community.pk)
    told = as_moments([letter.event for letter in letters])
    context = {
        "letters": list(zip(letters, told, strict=True)),
        "mails": failed_deliveries(community.pk),
        "configured": mail_is_configured(),
        "worker": queries.worker_state(),
    }
    return show_desk(request, community, "trouble.html", context)


@require_POST
@signed_in
def settle(request: PersonRequest, slug: str, letter: int) -> HttpResponse:
    """Try a given-up delivery once more, or give it up for good."""
    community = desk_of(request, slug, "audit.view")
    again = request.POST.get("again") == "1"
    act = actions.replay_dead_letter if again else actions.discard_dead_letter
    act(actor=request.person, letter=letter, community_id=community.pk)
    messages.success(request, _("It will be tried again soon.") if again else _("Given up."))
    return redirect("desk:trouble", slug=slug)
