"""Closing a community, and opening it again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qunluo.community import actions, queries
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show
from qunluo.web.founding.forms import CloseForm


@require_http_methods(["GET", "POST"])
@signed_in
def close(request: PersonRequest, slug: str) -> HttpResponse:
    """Say what closing means, take the reason, or open the community again."""
    community = queries.get_community(slug, viewer=request.person)
    queries.require(request.person, community, "community.close")
    if request.POST.get("act") == "reopen":
        actions.reopen_community(actor=request.person, community=community)
        messages.success(request, _("The community lives again, in private at first."))
        return redirect("community:home", slug=slug)
    form = CloseForm(posted(request))
    if request.method == "POST" and form.is_valid():
        asked = {"actor": request.person, "community": community, **form.cleaned_data}
        if carry_out(form, lambda: actions.close_community(**asked)):
            messages.success(request, _("The community is closed. Everything stays readable."))
            return redirect("founding:close", slug=slug)
        community.refresh_from_db()
    context = {"community": community, "form": form, "others": community.member_count - 1}
    status = 422 if form.errors else 200
    return show(request, "founding/close.html", None, context, status=status)
