"""Name, address, colour and symbol."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qunluo.community import actions, queries
from qunluo.kernel.errors import Invalid
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show
from qunluo.web.founding.forms import SettingsForm

FIELDS = ("name", "sentence", "slug", "brand_colour", "language", "time_zone")


@require_http_methods(["GET", "POST"])
@signed_in
def settings(request: PersonRequest, slug: str) -> HttpResponse:
    """Show and save the settings."""
    community = queries.get_community(slug, viewer=request.person)
    queries.require(request.person, community, "community.edit")
    now = {name: getattr(community, name) for name in FIELDS}
    fixed = community.published_at is not None
    form = SettingsForm(posted(request), initial=now, fixed=fixed)
    if request.method == "POST" and form.is_valid():
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        asked = {"actor": request.person, "community": community, **changed}
        if carry_out(form, lambda: actions.update_settings(**asked)):
            messages.success(request, _("Saved."))
            return redirect("founding:settings", slug=community.slug)
        community.refresh_from_db()
    context = {"community": community, "form": form}
    return show(
        request, "founding/settings.html", None, context, status=422 if form.errors else 200
    )


@require_POST
@signed_in
def symbol(request: PersonRequest, slug: str) -> HttpResponse:
    """Take a picture as the symbol, or take it away again."""
    community = queries.get_community(slug, viewer=request.person)
    queries.require(request.person, community, "community.edit")
    upload = request.FILES.get("symbol")
    if not upload and "remove" not in request.POST:
        raise Invalid(_("Choose a picture first."))
    image = None if "remove" in request.POST or upload is None else upload.read()
    actions.set_symbol(actor=request.person, community=community, image=image)
    messages.success(request, _("The symbol is changed everywhere."))
    return redirect("founding:settings", slug=slug)
