"""Founding with a second owner: an offer with terms, and its acceptance."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qunluo.community import actions, queries
from qunluo.community.errors import OfferGone
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show
from qunluo.web.founding.forms import OfferForm


@require_http_methods(["GET", "POST"])
@signed_in
def offers(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the open offers, and make one."""
    community = queries.get_community(slug, viewer=request.person)
    queries.require(request.person, community, "grants.manage")
    form = OfferForm(posted(request))
    if request.method == "POST" and form.is_valid():
        asked = {"actor": request.person, "community": community, **form.cleaned_data}
        if carry_out(form, lambda: actions.offer_cofounding(**asked)):
            messages.success(request, _("The offer is made. Send the link to one person only."))
            return redirect("founding:cofounders", slug=slug)
    context = {
        "community": community,
        "form": form,
        "offers": queries.cofounding_offers(community, request.person),
    }
    return show(
        request, "founding/cofounders.html", None, context, status=422 if form.errors else 200
    )


@require_POST
@signed_in
def withdraw(request: PersonRequest, slug: str, code: str) -> HttpResponse:
    """Take an offer back."""
    community = queries.get_community(slug, viewer=request.person)
    offer = queries.cofounding_offer(code)
    if offer.community_id != community.pk:
        raise OfferGone
    actions.withdraw_cofounding(actor=request.person, offer=offer)
    messages.success(request, _("The offer is withdrawn; its link no longer works."))
    return redirect("founding:cofounders", slug=slug)


@require_http_methods(["GET", "POST"])
def accept(request: PersonRequest, code: str) -> HttpResponse:
    """Show the terms to whom they are offered, and found together."""
    offer = queries.cofounding_offer(code)
    community = offer.community
    rules = queries.current_rules(community)
    if request.method == "POST" and request.person.is_authenticated:
        accepted = rules.number if rules and request.POST.get("accepted_rules") else 0
        actions.accept_cofounding(actor=request.person, code=code, accepted_rules=accepted)
        messages.success(request, _("You are an owner now, side by side."))
        return redirect("community:home", slug=community.slug)
    context = {"community": community, "offer": offer, "rules": rules}
    return show(request, "founding/cofound.html", None, context)
