"""One's own posts that wait for a look, or came back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qunluo.community.queries import get_community
from qunluo.conversation import actions, queries
from qunluo.conversation.errors import HeldNotFound
from qunluo.governance import actions as governance
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show
from qunluo.web.governance.forms import PleaForm


@require_GET
@signed_in
def held(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what waits, under which rule, and how to say something to it."""
    community = get_community(slug, viewer=request.person)
    found = queries.held_posts(request.person, community)
    context = {
        "community": community,
        "held": [(one, queries.case_of(one.held)) for one in found],
        "form": PleaForm(),
    }
    return show(request, "governance/held.html", None, context)


@require_POST
@signed_in
def one(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Say something to a post that waits, or take it back."""
    community = get_community(slug, viewer=request.person)
    found = queries.get_held(pk, viewer=request.person)
    if found.held.community_id != community.pk:
        raise HeldNotFound
    case = queries.case_of(found.held)
    if request.POST.get("do") == "withdraw":
        actions.withdraw_held(actor=request.person, held=found.held)
        messages.success(request, _("It is taken back; nobody needs to look at it any more."))
    elif case is not None:
        governance.plead(actor=request.person, case=case, text=request.POST.get("text", ""))
        messages.success(request, _("It stands beside your post in the queue."))
    return redirect("order:held", slug=slug)
