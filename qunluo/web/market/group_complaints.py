"""Complaints that many have in common, for everybody who sees the shop."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from qunluo.market import actions, queries
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.market.claim_forms import AnswerForm
from qunluo.web.market.pages import shop_of, show_market


@require_GET
def index(request: PersonRequest, slug: str) -> HttpResponse:
    """List the group complaints of a shop, those of the past as well."""
    community, _shop = shop_of(request, slug)
    found = queries.group_complaints(community, viewer=request.person)
    context = {"found": found, "claim_kinds": queries.claim_kinds()}
    return show_market(request, community, "complaints.html", context)


@require_GET
def complaint(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show one: what it is about, by when it is answered, and what everybody gets."""
    community, shop = shop_of(request, slug)
    view = queries.get_group_complaint(uid, viewer=request.person, community=community)
    context = {
        "view": view,
        "shop": shop,
        "claim_kinds": queries.claim_kinds(),
        "remedies": queries.remedies(),
        "manages": queries.buyer_of(request.person, community).manages,
    }
    return show_market(request, community, "complaint.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def answer(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Answer in public, with one remedy for everybody."""
    community = desk_of(request, slug, queries.MANAGE)
    view = queries.get_group_complaint(uid, viewer=request.person, community=community)
    form = AnswerForm(posted(request))
    if request.method == "POST" and form.is_valid():
        said = {**form.cleaned_data, "percent": form.cleaned_data["percent"] or 0}
        done = carry_out(
            form,
            lambda: actions.answer_group_complaint(actor=request.person, group=view.group, **said),
        )
        if done is not None:
            return redirect("claims:complaint", slug=slug, uid=uid)
    context = {"view": view, "form": form, "claim_kinds": queries.claim_kinds()}
    status = 422 if form.errors else 200
    return show_market(request, community, "complaint_answer.html", context, status=status)
