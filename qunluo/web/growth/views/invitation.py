"""An invitation as its guest sees it, and its pictures."""

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods

from qunluo.community.queries import current_rules, entry_terms, membership_of, public_charter
from qunluo.growth import actions, queries
from qunluo.growth.errors import InvitationNotFound
from qunluo.kernel.ratelimit import limit
from qunluo.web.core import drawing
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest
from qunluo.web.core.show import show
from qunluo.web.core.words import glossary
from qunluo.web.growth import poster as posters
from qunluo.web.growth.forms import AcceptForm, CodeForm
from qunluo.web.growth.pages import status_of

if TYPE_CHECKING:
    from qunluo.growth.models import Invitation

HOUR = 60 * 60


@require_http_methods(["GET", "POST"])
def invitation(request: PersonRequest, code: str) -> HttpResponse:
    """Show who invites to what, and let the guest in."""
    found = _seek(request, code)
    if membership_of(request.person, found.community):
        actions.accept_invitation(actor=request.person, code=found.code)
        return redirect("community:home", slug=found.community.slug)
    rules, label = current_rules(found.community), entry_terms(found.community).label
    form = AcceptForm(posted(request), rules=rules, label=label)
    sent = request.method == "POST" and request.person.is_authenticated and form.is_valid()
    if sent and carry_out(form, lambda: _accept(request, found, form, rules)):
        messages.success(request, _("Welcome. You are one of us now."))
        return redirect("community:home", slug=found.community.slug)
    return show(
        request,
        "growth/invitation.html",
        None,
        _context(found, form, rules),
        status=status_of(form),
    )


@require_GET
def by_code(request: PersonRequest) -> HttpResponse:
    """Lead whoever was told a code to the invitation; a wrong code is said beside the field."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_bound and form.is_valid():
        code = form.cleaned_data["code"]
        if found := carry_out(form, lambda: _seek(request, code)):
            return redirect("growth:invitation", code=found.code)
    return show(request, "growth/code.html", None, {"form": form}, status=status_of(form))


def _seek(request: PersonRequest, code: str) -> "Invitation":
    """Return the invitation; who tries many codes that nobody made has to wait."""
    try:
        return queries.invitation_by_code(code)
    except InvitationNotFound:
        address = get_adapter().get_client_ip(request)
        limit("unknown_invitation", address, times=20, seconds=3600)
        raise


def _accept(request: PersonRequest, found: "Invitation", form: AcceptForm, rules: Any) -> Any:
    return actions.accept_invitation(
        actor=request.person,
        code=found.code,
        accepted_rules=rules.number if rules and form.cleaned_data.get("accepted_rules") else 0,
        label_claim=form.cleaned_data.get("label_claim", ""),
    )


def _context(found: "Invitation", form: AcceptForm, rules: Any) -> dict[str, Any]:
    charter = public_charter(found.community)
    values = charter.values if charter else {}
    return {
        "values": values,
        "words": glossary(values),
        "community": found.community,
        "invitation": found,
        "state": queries.state_of(found),
        "link": queries.invitation_url(found),
        "rules": rules,
        "form": form,
    }


@require_GET
@cache_control(public=True, max_age=HOUR)
def qr_svg(request: HttpRequest, code: str) -> HttpResponse:
    """Draw the code to scan, for print."""
    link = queries.invitation_url(queries.invitation_by_code(code))
    return HttpResponse(posters.qr(link, "svg"), content_type="image/svg+xml")


@require_GET
@cache_control(public=True, max_age=HOUR)
def qr_png(request: HttpRequest, code: str) -> HttpResponse:
    """Draw the code to scan, for a screen."""
    link = queries.invitation_url(queries.invitation_by_code(code))
    return HttpResponse(posters.qr(link, "png"), content_type="image/png")


@require_GET
@cache_control(public=True, max_age=HOUR)
def poster(request: HttpRequest, code: str) -> HttpResponse:
    """Draw the poster of an invitation."""
    found = queries.invitation_by_code(code)
    drawn = posters.poster(
        *_drawn(found), _said(found), queries.invitation_url(found), _("Scan to come in")
    )
    return HttpResponse(drawn, content_type="image/png")


@require_GET
@cache_control(public=True, max_age=HOUR)
def card(request: HttpRequest, code: str) -> HttpResponse:
    """Draw the picture that messengers show for the link."""
    found = queries.invitation_by_code(code)
    link = queries.invitation_url(found)
    drawn = drawing.card(*_drawn(found), link, _said(found))
    return HttpResponse(drawn, content_type="image/png")


def _drawn(found: "Invitation") -> tuple[str, str, str, str]:
    community = found.community
    return community.name, community.symbol, community.brand_colour, community.sentence


def _said(found: "Invitation") -> str:
    return _("%(name)s invites you") % {"name": found.inviter.name}
