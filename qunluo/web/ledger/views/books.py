"""The books of a community, for who keeps them; and points given by hand."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qunluo.community.queries import get_membership
from qunluo.ledger import actions, queries
from qunluo.ledger.errors import AccountNotFound
from qunluo.people.queries import get_person
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.ledger.forms import PointsForm, PointsNameForm
from qunluo.web.ledger.pages import key_of, show_books, statement_table

BIG = 2**63 - 1


@require_GET
@signed_in
def books(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the trial balance, and what was booked last."""
    community = desk_of(request, slug, queries.VIEW)
    after = request.GET.get("after")
    page = queries.transfers(community, viewer=request.person, after=after, limit=30)
    trial = [] if after else queries.trial_balance(community, viewer=request.person)
    accounts = [] if after else queries.community_accounts(community, viewer=request.person)
    context = {
        "trial": trial,
        "units": list(dict.fromkeys(line.unit for line in trial)),
        "books_of": {(one.account.purpose, one.account.label, one.unit): one for one in accounts},
        "transfers": page.items,
        "more": f"?after={page.next}" if page.next else "",
    }
    return show_books(request, community, "books.html", context, block="more" if after else None)


@require_GET
@signed_in
def wallets(request: PersonRequest, slug: str) -> HttpResponse:
    """Find what a member has, by their name."""
    community = desk_of(request, slug, queries.VIEW)
    words = request.GET.get("q", "")[:80].replace("\0", "")
    found = queries.wallets_matching(community, viewer=request.person, words=words)
    context = {"found": found, "words": words}
    return show_books(request, community, "wallets.html", context)


@require_GET
@signed_in
def account(request: PersonRequest, slug: str, account_id: int) -> HttpResponse:
    """Show one account of the books with its statement."""
    community = desk_of(request, slug, queries.VIEW)
    held = _account(request, community.pk, account_id)
    after = request.GET.get("after")
    page = queries.statement(held.account, after=after)
    context = {
        "chosen": held,
        "lines": page.items,
        "waiting": [] if held.account.overdraws else queries.open_holds(held.account),
        "more": f"?after={page.next}" if page.next else "",
    }
    return show_books(request, community, "book.html", context, block="more" if after else None)


@require_GET
@signed_in
def table(request: PersonRequest, slug: str, account_id: int) -> HttpResponseBase:
    """Give the statement of an account as a table."""
    community = desk_of(request, slug, queries.VIEW)
    return statement_table(_account(request, community.pk, account_id).account)


@require_http_methods(["GET", "POST"])
@signed_in
def give(request: PersonRequest, slug: str, handle: str) -> HttpResponse:
    """Give a member points, with a reason that they read."""
    community = desk_of(request, slug, queries.GIVE)
    person = get_person(handle=handle)
    get_membership(person, community)
    form = PointsForm(posted(request))
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = {
            "actor": request.person, "community": community, "person": person,
        }  # fmt: skip
        key = key_of(request)
        if carry_out(form, lambda: actions.give_points(**said, **form.cleaned_data, key=key)):
            messages.success(request, _("Given. It is in the log, with your name."))
            return redirect("community:member", slug=slug, handle=handle)
    status = 422 if form.errors else 200
    context = {"form": form, "receiver": person}
    return show_books(request, community, "give.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def name(request: PersonRequest, slug: str) -> HttpResponse:
    """Say what points are called."""
    community = desk_of(request, slug, queries.MANAGE)
    now = queries.points_name(community.pk)
    form = PointsNameForm(posted(request), initial=now._asdict())
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = {"actor": request.person, "community": community}
        if carry_out(form, lambda: actions.name_points(**said, **form.cleaned_data)):
            messages.success(request, _("Saved. Amounts are told by this name everywhere."))
            return redirect("ledger:books", slug=slug)
    status = 422 if form.errors else 200
    return show_books(request, community, "points.html", {"form": form}, status=status)


def _account(request: PersonRequest, community_id: int, pk: int) -> queries.Holding:
    held = queries.get_account(min(pk, BIG), viewer=request.person)
    if held.account.community_id != community_id:
        raise AccountNotFound
    return held
