"""Archives of the whole community."""

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from qunluo.growth import actions, queries
from qunluo.kernel.queries import worker_state
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.growth.pages import show_page

EXPORT = "export.community"
RUNNING = {"queued", "writing"}


@require_http_methods(["GET", "POST"])
@signed_in
def archives(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the archives there are, and ask for another."""
    community = desk_of(request, slug, EXPORT)
    if request.method == "POST":
        actions.request_export(actor=request.person, community=community)
        return redirect("growth:exports", slug=slug)
    found = queries.exports(community, viewer=request.person)
    running = any(one.state in RUNNING for one in found)
    context = {
        "archives": found,
        "running": running,
        "alone": running and not worker_state().alive,
    }
    return show_page(request, community, "exports.html", context, "state")


@require_GET
@signed_in
def download(request: PersonRequest, slug: str, pk: int) -> HttpResponseBase:
    """Hand out an archive."""
    community = desk_of(request, slug, EXPORT)
    found = queries.get_export(community, pk, viewer=request.person)
    name = f"{community.slug}-{found.made_at:%Y-%m-%d}.zip"
    return FileResponse(queries.open_export(found), as_attachment=True, filename=name)
