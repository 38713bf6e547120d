"""Who holds which role, until when, and who gave it."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community import actions, queries
from qunluo.community.errors import GrantNotFound
from qunluo.kernel.text import pick
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of, role_labels, show_desk
from qunluo.web.desk.forms import GrantForm
from qunluo.web.desk.views.record import membership_at


@require_GET
@signed_in
def roles(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what people hold here, and what each role is for."""
    community = desk_of(request, slug, "grants.manage")
    known = queries.roles()
    after, badges = request.GET.get("after"), request.GET.get("show") == "badges"
    kinds = ("badge", "pass", "tier") if badges else ("role", "seat")
    page = queries.grants(community, viewer=request.person, kinds=kinds, after=after)
    context = {
        "known": known,
        "labels": role_labels(),
        "held": page.items,
        "seat": queries.holders(community, ["cco"]).select_related("person").first(),
        "more": f"?{'show=badges&' if badges else ''}after={page.next}" if page.next else "",
        "tabs": [(_("Roles"), "?", not badges), (_("Badges"), "?show=badges", badges)],
    }
    return show_desk(request, community, "roles.html", context, "more" if after else None)


@require_http_methods(["GET", "POST"])
@signed_in
def give(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Give a member a role, the CCO seat or a badge."""
    membership = membership_at(request, slug, pk)
    community = membership.community
    queries.require(request.person, community, "grants.manage")
    known = {name: role for name, role in queries.roles().items() if name != "member"}
    choices = [(name, pick(role.label, get_language())) for name, role in known.items()]
    form = GrantForm(posted(request), roles=[*choices, ("", _("A badge"))])
    if request.method == "POST" and form.is_valid():
        given = _given(form.cleaned_data, community.time_zone)
        who: dict[str, Any] = {
            "actor": request.person,
            "community": community,
            "person": membership.person,
        }
        if carry_out(form, lambda: actions.grant(**who, **given)):
            messages.success(request, _("Given. It is in the log, with your name."))
            return redirect("desk:member", slug=slug, pk=pk)
    context = {"membership": membership, "form": form, "known": known}
    return show_desk(request, community, "give.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def revoke(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Take something back, with the reason."""
    community = desk_of(request, slug, "grants.manage")
    held = queries.get_grant(pk, viewer=request.person)
    if held.community_id != community.pk:
        raise GrantNotFound
    actions.revoke_grant(actor=request.person, grant=held, reason=request.POST.get("reason", ""))
    messages.success(request, _("Taken back. It is in the log, with your name."))
    return redirect("desk:roles", slug=slug)


def _given(said: dict[str, Any], zone: str) -> dict[str, Any]:
    role = queries.roles().get(said["name"])
    return {
        "kind": role.kind if role else "badge",
        "name": role.name if role else said["badge"],
        "source": "operator",
        "expires_at": _end_of(said["expires_on"], zone),
    }


def _end_of(day: Any, zone: str) -> datetime | None:
    """Return the end of a day where the community lives."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
