"""Asking to join, and what became of it."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community import actions, queries
from qunluo.community.errors import ApplicationNotFound, OutsideScope
from qunluo.governance.queries import appealable, own_appeals
from qunluo.kernel.errors import DomainError
from qunluo.kernel.text import enumerated
from qunluo.web.community.forms import AppealForm, JoinForm
from qunluo.web.core.belonging import is_member
from qunluo.web.core.forms import explain, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show
from qunluo.web.core.words import glossary
from qunluo.web.market.pages import entry_shown

if TYPE_CHECKING:
    from qunluo.community.models import Application, Community, Membership


FEE = "fee"


@require_http_methods(["GET", "POST"])
def join(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what joining takes, and take the answers."""
    community = queries.get_community(slug, viewer=request.person)
    if is_member(request, community):
        return redirect("community:home", slug=slug)
    if waiting := queries.waiting_application(request.person, community):
        return redirect("community:application", slug=slug, pk=waiting.pk)
    if request.method == "GET" and (here := _let_in(request, community)):
        return _joined(request, community, here)
    terms, rules = queries.entry_terms(community), queries.current_rules(community)
    form = JoinForm(posted(request), terms=terms, rules=rules)
    outside = ""
    if request.method == "POST" and request.person.is_authenticated and form.is_valid():
        made, outside = _ask(request, community, form, rules.number if rules else 0)
        if made is not None:
            return _joined(request, community, made)
    charter = queries.public_charter(community)
    values = charter.values if charter else {}
    context = {
        "community": community,
        "values": values,
        "words": glossary(values),
        "terms": terms,
        "rules": rules,
        "form": form,
        "outside": outside,
        "rate": queries.acceptance_rate(community),
        "last": queries.last_application(request.person, community),
        "accepted": community.selection == FEE
        and queries.accepted_application(request.person, community),
        "lapsed": queries.lapsed_membership(request.person, community),
        **entry_shown(request, community),
    }
    return show(request, "community/join.html", None, context, status=422 if form.errors else 200)


def _let_in(request: PersonRequest, community: "Community") -> "Membership | None":
    """Let in whoever has paid and is still outside, as after leaving with time left."""
    if not request.person.is_authenticated or not queries.ticket_of(request.person, community):
        return None
    return actions.let_in(person=request.person, community=community)


def _ask(
    request: PersonRequest, community: "Community", form: JoinForm, rules_number: int
) -> "tuple[Application | Membership | None, str]":
    """Apply; return what came of it, or the words that the community is not about."""
    said = form.said(rules_number)
    try:
        return actions.apply(actor=request.person, community=community, **said), ""
    except OutsideScope as warning:
        return None, enumerated(warning.context["words"], get_language())
    except DomainError as error:
        explain(form, error)
        return None, ""


def _joined(
    request: PersonRequest, community: "Community", made: "Application | Membership"
) -> HttpResponse:
    if hasattr(made, "number"):
        messages.success(request, _("Welcome! You are member no. %(n)s.") % {"n": made.number})
        return redirect("community:home", slug=community.slug)
    if community.selection == FEE and getattr(made, "state", "") == "accepted":
        return redirect("community:join", slug=community.slug)
    return redirect("community:application", slug=community.slug, pk=made.pk)


def application_at(request: PersonRequest, slug: str, pk: int) -> "Application":
    """Return an application to this very community, also to one that has gone private since."""
    found = queries.get_application(pk, viewer=request.person)
    if found.community.slug != slug:
        raise ApplicationNotFound
    return found


@require_GET
@signed_in
def application(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Show an applicant what became of the application, and the reason."""
    found = application_at(request, slug, pk)
    context = {
        "community": found.community,
        "application": found,
        "asked": found.asked,
        "own": found.person_id == request.person.pk,
        "appealable": found in appealable(request.person, found.community),
        "appeal": next(
            (
                one
                for one in own_appeals(request.person, found.community)
                if one.application_id == found.pk
            ),
            None,
        ),
        "form": AppealForm(),
    }
    return show(request, "community/application.html", None, context)


@require_POST
@signed_in
def withdraw(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Take an application back."""
    found = application_at(request, slug, pk)
    actions.withdraw_application(actor=request.person, application=found)
    messages.success(request, _("Your application is withdrawn."))
    return redirect("community:application", slug=slug, pk=pk)
