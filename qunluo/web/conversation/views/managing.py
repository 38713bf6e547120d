"""Opening spaces, arranging them and putting them away."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qunluo.community.queries import get_community, require
from qunluo.conversation import actions, queries
from qunluo.web.conversation.forms import SpaceForm
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show

MANAGE = "spaces.manage"


@require_http_methods(["GET", "POST"])
@signed_in
def manage(request: PersonRequest, slug: str) -> HttpResponse:
    """Show every space to who manages them, and open another."""
    community = get_community(slug, viewer=request.person)
    found = queries.managed_spaces(community, viewer=request.person)
    form = SpaceForm(posted(request))
    if request.method == "POST" and form.is_valid():
        said = {"actor": request.person, "community": community, **form.said()}
        if made := carry_out(form, lambda: actions.open_space(**said)):
            messages.success(request, _("The space is open. Say the first word in it."))
            return redirect("talk:space", slug=slug, space=made.slug)
    context = {"community": community, "spaces": found, "form": form, "type_of": queries.type_of}
    status = 422 if form.errors else 200
    return show(request, "conversation/manage.html", None, context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def edit(request: PersonRequest, slug: str, space: str) -> HttpResponse:
    """Change a space: its name, what it is for, who sees it, and where it stands."""
    community = get_community(slug, viewer=request.person)
    found = queries.get_space(community, space, viewer=request.person)
    require(request.person, community, MANAGE)
    form = SpaceForm(posted(request), space=found)
    if request.method == "POST" and form.is_valid():
        said = {"actor": request.person, "space": found, **form.said()}
        if carry_out(form, lambda: actions.edit_space(**said)):
            messages.success(request, _("Saved."))
            return redirect("talk:manage", slug=slug)
    context = {"community": community, "space": found, "form": form}
    status = 422 if form.errors else 200
    return show(request, "conversation/manage_one.html", None, context, status=status)


@require_POST
@signed_in
def archive(request: PersonRequest, slug: str, space: str) -> HttpResponse:
    """Put a space away, or bring it back."""
    community = get_community(slug, viewer=request.person)
    found = queries.get_space(community, space, viewer=request.person)
    if "restore" in request.POST:
        actions.restore_space(actor=request.person, space=found)
        messages.success(request, _("The space is back in use."))
    else:
        actions.archive_space(actor=request.person, space=found)
        messages.success(request, _("The space is put away: it can be read, not written in."))
    return redirect("talk:manage", slug=slug)
