"""Inviting many customers at once."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qunluo.growth import actions, queries
from qunluo.reach.queries import mail_is_configured
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.growth.forms import BatchForm
from qunluo.web.growth.pages import show_page, status_of
from qunluo.web.growth.views.customers import filter_form, query_of

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.growth.models import InviteBatch


@require_http_methods(["GET", "POST"])
@signed_in
def invite(request: PersonRequest, slug: str) -> HttpResponse:
    """Write to the customers that the filters leave."""
    community = desk_of(request, slug, "customers.import")
    asked = request.GET if request.method == "GET" else QueryDict(request.POST.get("query", ""))
    filters = filter_form(asked, community).said() if asked else {"state": "dormant"}
    form = BatchForm(posted(request), initial=letter(community))
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = {"actor": request.person, "community": community, "filters": filters}
        if made := carry_out(form, lambda: actions.invite_customers(**said, **form.cleaned_data)):
            return redirect("growth:batch", slug=slug, pk=made.pk)
    ask: dict[str, Any] = {"viewer": request.person}
    context = {
        "form": form,
        "filters": filters,
        "query": query_of(filters),
        "count": queries.count_customers(community, **ask, filters=filters),
        "writable": queries.count_customers(
            community, **ask, filters={**filters, "reachable": "1"}
        ),
        "mail": mail_is_configured(),
        "batches": queries.invite_batches(community, **ask),
    }
    return show_page(request, community, "invite.html", context, status=status_of(form))


def letter(community: "Community") -> dict[str, str]:
    """Return a letter to begin with, in the language of the community."""
    with translation.override(community.language):
        return {
            "subject": _("We would love to see you again at %(name)s") % {"name": community.name},
            "text": _(
                "Dear {name},\n\n"
                "you bought from us before, and we have not forgotten you. "
                "Now we have founded a community: %(sentence)s\n\n"
                "Come in and have a look. You will find the people behind it, and others who "
                "care about the same things. If it is not for you, that is fine too."
            )
            % {"sentence": community.sentence},
        }


@require_GET
@signed_in
def batch(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Show whom a batch reached and who came."""
    community = desk_of(request, slug, "customers.import")
    found = queries.get_batch(community, pk, viewer=request.person)
    context = {
        "batch": found,
        "results": queries.batch_results(found),
        "left_out": [(_(queries.why_left_out(why)), n) for why, n in found.left_out.items()],
    }
    return show_page(request, community, "batch.html", context)


@require_GET
@signed_in
def links(request: PersonRequest, slug: str, pk: int) -> HttpResponseBase:
    """Give the personal links of a batch as a table."""
    community = desk_of(request, slug, "customers.import")
    found = queries.get_batch(community, pk, viewer=request.person)
    answer = StreamingHttpResponse(_table(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="invitations-{pk}.csv"'
    return answer


def _table(found: "InviteBatch") -> Iterator[str]:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([_("Name"), _("Phone"), _("Customer number"), _("Link"), _("Came")])
    yield "\ufeff"
    for one in queries.batch_links(found).iterator(1000):
        who = one.customer
        told = [who.name, who.phone, who.external_id] if who else ["", "", ""]
        came = _("yes") if one.used else ""
        writer.writerow([queries.safe_cell(c) for c in [*told, queries.invitation_url(one), came]])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
