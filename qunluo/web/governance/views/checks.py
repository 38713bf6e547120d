"""What is looked at before posts appear, and how orderly a community is."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qunluo.governance import actions, queries
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.governance.forms import ChecksForm
from qunluo.web.governance.pages import show_order


@require_http_methods(["GET", "POST"])
@signed_in
def checks(request: PersonRequest, slug: str) -> HttpResponse:
    """Choose the lists that hold posts for a look, and keep words of one's own."""
    community = desk_of(request, slug)
    kept = queries.check_settings(community, viewer=request.person)
    names = [one.name for one in queries.word_lists()]
    begun = {"on": [name for name in names if name not in kept.off], "own": "\n".join(kept.words)}
    form = ChecksForm(posted(request), initial=begun)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        off = [name for name in names if name not in said["on"]]
        own = said["own"].splitlines()
        change = {"actor": request.person, "community": community, "off": off, "own": own}
        if carry_out(form, lambda: actions.change_checks(**change)):
            messages.success(request, _("Kept. It holds for what is written from now on."))
            return redirect("order:checks", slug=slug)
    status = 422 if form.errors else 200
    return show_order(request, community, "checks.html", {"form": form}, status=status)


@require_GET
@signed_in
def disorder(request: PersonRequest, slug: str) -> HttpResponse:
    """Show by week how much there was of what disturbs, and what the numbers mean."""
    community = desk_of(request, slug)
    context = {"found": queries.disorder(community, viewer=request.person)}
    return show_order(request, community, "disorder.html", context)
