"""Importing in the browser: upload, look, try, take over, read the report."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from qunluo.growth import actions, queries
from qunluo.growth.queries import Choices
from qunluo.kernel.queries import worker_state
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import partial
from qunluo.web.desk.desk import desk_of
from qunluo.web.growth.forms import PlanForm, UploadForm
from qunluo.web.growth.pages import show_page, status_of, told

if TYPE_CHECKING:
    from qunluo.growth.models import CustomerImport

RUNNING = {"queued", "reading", "applying"}


@require_http_methods(["GET", "POST"])
@signed_in
def upload(request: PersonRequest, slug: str) -> HttpResponse:
    """Take the files; what is wrong with them is said at once."""
    community = desk_of(request, slug, "customers.import")
    form = UploadForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = {"actor": request.person, "community": community, **_files(form)}
        if made := carry_out(form, lambda: actions.start_import(**said)):
            return redirect("growth:import_job", slug=slug, pk=made.pk)
    context = {"form": form, "jobs": queries.imports(community, viewer=request.person)}
    return show_page(request, community, "import.html", context, status=status_of(form))


def _files(form: UploadForm) -> dict[str, Any]:
    file, orders = form.cleaned_data["file"], form.cleaned_data["orders"]
    return {
        "file": file,
        "filename": file.name,
        "orders_file": orders,
        "orders_filename": orders.name if orders else "",
    }


@require_http_methods(["GET", "POST"])
@signed_in
def job(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Show an import: how it will be read, how far it is, or what it did."""
    community = desk_of(request, slug, "customers.import")
    found = queries.get_import(community, pk, viewer=request.person)
    if found.state == "uploaded":
        # After a trial the waiting page gives way to the plan with what would happen.
        return HttpResponseClientRefresh() if partial(request) else _plan(request, found)
    context = {
        "job": found,
        "running": found.state in RUNNING,
        "alone": found.state == "queued" and not worker_state().alive,
        "problem": told(found.problem, _) if found.problem else None,
        **_refused(found),
    }
    return show_page(request, community, "import_job.html", context, "state")


def _plan(request: PersonRequest, found: "CustomerImport") -> HttpResponse:
    """Show what each column holds; on POST look again, try, or start."""
    previews = queries.look_at(found, queries.last_choices(found))
    form = PlanForm(posted(request), previews=previews, initial=_initial(found))
    if request.method == "POST" and form.is_valid():
        choices = _choices(form, found)
        if "look" in request.POST:
            previews = queries.look_at(found, choices)
            form = PlanForm(previews=previews, initial=form.cleaned_data)
        elif carry_out(form, lambda: _queue(request, found, choices)):
            return redirect("growth:import_job", slug=found.community.slug, pk=found.pk)
    context = {"job": found, "form": form, "previews": previews, **_refused(found)}
    return show_page(request, found.community, "import_plan.html", context, status=status_of(form))


def _initial(found: "CustomerImport") -> dict[str, Any]:
    said = queries.last_choices(found)
    return {
        "consent": bool(said.consent),
        "consent_source": said.consent_source,
        "source": said.source,
        "all_or_nothing": said.all_or_nothing,
    }


def _choices(form: PlanForm, found: "CustomerImport") -> Choices:
    said = form.cleaned_data
    return Choices(
        customers=form.file_choices("customers"),
        orders=form.file_choices("orders"),
        consent="given" if said["consent"] else "",
        consent_source=said["consent_source"],
        source=said["source"],
        all_or_nothing=said["all_or_nothing"],
    )


def _queue(request: PersonRequest, found: "CustomerImport", choices: Choices) -> "CustomerImport":
    return actions.queue_import(
        actor=request.person, job=found, choices=choices, dry_run="try" in request.POST
    )


def _refused(found: "CustomerImport") -> dict[str, Any]:
    columns = queries.known_columns()
    return {
        "refused": queries.refused_rows(found),
        "refused_files": queries.refused_files(found),
        "reason_of": lambda code: _(queries.reason_of(code)),
        "column_of": lambda name: columns[name].label if name in columns else "",
    }


@require_POST
@signed_in
def cancel(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Give an import up."""
    community = desk_of(request, slug, "customers.import")
    found = queries.get_import(community, pk, viewer=request.person)
    actions.cancel_import(actor=request.person, job=found)
    messages.success(request, _("Given up. Nothing was taken over, and the file is deleted."))
    return redirect("growth:import", slug=slug)


@require_GET
@signed_in
def refused(request: PersonRequest, slug: str, pk: int) -> HttpResponseBase:
    """Give the refused rows as a table to correct."""
    community = desk_of(request, slug, "customers.import")
    found = queries.get_import(community, pk, viewer=request.person)
    file = "orders" if request.GET.get("file") == "orders" else ""
    answer = StreamingHttpResponse(queries.errors_csv(found, _, file), content_type="text/csv")
    name = f"refused-{file}-{pk}.csv" if file else f"refused-{pk}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
