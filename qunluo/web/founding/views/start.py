"""Three minutes: a name, a blueprint and one sentence make a private, working community."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from qunluo.blueprints.actions import found_community
from qunluo.blueprints.queries import blueprints
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest
from qunluo.web.core.show import show
from qunluo.web.founding.forms import StartForm


@require_http_methods(["GET", "POST"])
def start(request: PersonRequest) -> HttpResponse:
    """Found a community; visitors are told to come in first and lose nothing."""
    if not request.person.is_authenticated:
        return show(request, "founding/welcome.html", None, {"blueprints": blueprints().values()})
    form = StartForm(posted(request))
    if request.method == "POST" and form.is_valid():
        made = carry_out(form, lambda: found_community(actor=request.person, **form.cleaned_data))
        if made is not None:
            return redirect("founding:guide", slug=made.slug)
    context = {"form": form, "blueprints": blueprints()}
    return show(request, "founding/start.html", None, context, status=422 if form.errors else 200)
