"""One transfer: what moved, why, and how it was corrected."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qunluo.ledger import actions, queries
from qunluo.ledger.errors import TransferNotFound
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.ledger.forms import CorrectionForm, ReasonForm
from qunluo.web.ledger.pages import key_of, show_books


@require_GET
@signed_in
def transfer(request: PersonRequest, slug: str, transfer_id: UUID) -> HttpResponse:
    """Show a transfer to whose account it touched, and to who may see the books."""
    community = queries.get_books(slug, viewer=request.person)
    view = _view(request, community.pk, transfer_id)
    context = {"view": view, "correctable": view.transfer.corrects_id is None}
    return show_books(request, community, "transfer.html", context, desk=False)


@require_http_methods(["GET", "POST"])
@signed_in
def correct(request: PersonRequest, slug: str, transfer_id: UUID) -> HttpResponse:
    """Say what should have been booked; the difference is."""
    community = desk_of(request, slug, queries.MANAGE)
    view = _view(request, community.pk, transfer_id)
    form = CorrectionForm(posted(request), legs=view.legs, booked=queries.booked(view.transfer))
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = {
            "actor": request.person,
            "transfer": view.transfer,
            "key": key_of(request),
        }
        reason, should = form.cleaned_data["reason"], form.should()
        made = carry_out(
            form, lambda: actions.correct_by_hand(**said, should=should, reason=reason)
        )
        if made:
            messages.success(request, _("Corrected by the difference. Nothing was overwritten."))
            return redirect("ledger:transfer", slug=slug, transfer_id=transfer_id)
    status = 422 if form.errors else 200
    context = {"view": view, "form": form}
    return show_books(request, community, "correct.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def reverse(request: PersonRequest, slug: str, transfer_id: UUID) -> HttpResponse:
    """Undo a transfer by its opposite."""
    community = desk_of(request, slug, queries.MANAGE)
    view = _view(request, community.pk, transfer_id)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = {
            "actor": request.person,
            "transfer": view.transfer,
            "key": key_of(request),
        }
        if carry_out(form, lambda: actions.reverse_by_hand(**said, **form.cleaned_data)):
            messages.success(request, _("Undone by its opposite. Both stay in the books."))
            return redirect("ledger:transfer", slug=slug, transfer_id=transfer_id)
    status = 422 if form.errors else 200
    context = {"view": view, "form": form}
    return show_books(request, community, "reverse.html", context, status=status)


def _view(request: PersonRequest, community_id: int, pk: UUID) -> queries.TransferView:
    view = queries.get_transfer(pk, viewer=request.person)
    if view.transfer.community_id != community_id:
        raise TransferNotFound
    return view
