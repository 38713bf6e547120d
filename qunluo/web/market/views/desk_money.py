"""The desk of a shop: what its money came to, and the bills of its providers."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qunluo.kernel.errors import DomainError, NotFound
from qunluo.ledger.queries import RECONCILED, purposes
from qunluo.market import actions, queries
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.market.pages import show_market


@require_GET
@signed_in
def money(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what the money of the shop came to within 90 days."""
    community = desk_of(request, slug, queries.ORDERS)
    shop = queries.get_shop(community)
    context = {
        "shop": shop,
        "told": queries.finance(community, viewer=request.person),
        "purposes": purposes(),
        "providers": queries.known_providers(),
    }
    return show_market(request, community, "desk_money.html", context, desk=True)


@require_http_methods(["GET", "POST"])
@signed_in
def bill(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Show how the bill of a day agrees with the books, and compare it once more."""
    community = desk_of(request, slug, queries.ORDERS)
    found = queries.find_bill(community, min(pk, 2**62), viewer=request.person)
    if found is None:
        raise NotFound
    if request.method == "POST":
        try:
            actions.check_bill(actor=request.person, account=found.merchant, day=found.day)
        except DomainError as error:
            messages.error(request, " ".join(error.say(_)))
        return redirect("market:bill", slug=slug, pk=pk)
    context = {
        "shop": queries.get_shop(community),
        "bill": found,
        "sayings": RECONCILED,
        "providers": queries.known_providers(),
    }
    return show_market(request, community, "desk_bill.html", context, desk=True)
