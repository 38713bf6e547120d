"""How a person wants to be reached: everywhere, for a reason, in a place, on which devices."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qunluo.community.queries import communities_of, find_community
from qunluo.conversation.queries import channels_to_bind
from qunluo.kernel.ratelimit import limit
from qunluo.kernel.text import pick
from qunluo.reach import actions, queries
from qunluo.reach.errors import UnknownScope
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.links import url
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show
from qunluo.web.reach.forms import NO, USUAL, YES, DeviceForm, GeneralForm, PlaceForm, initial_of

REASON = "reason"
KINDS = ("community", "space", "thread", REASON)


@dataclass(frozen=True)
class Row:
    """One line of the settings: what it is about, how it stands, and where it is changed."""

    text: str
    where: str
    icon: str
    stands: str
    href: str


@require_http_methods(["GET", "POST"])
@signed_in
def general(request: PersonRequest) -> HttpResponse:
    """Choose what holds everywhere; see what holds otherwise, and where."""
    person = request.person
    wishes, hours = queries.own_wishes(person), queries.hours_of([person.pk])[person.pk]
    initial = initial_of(wishes.get(("", "")) or queries.Wish(), hours)
    form = GeneralForm(posted(request), initial=initial)
    if (
        request.method == "POST"
        and form.is_valid()
        and carry_out(form, lambda: _keep(request, form))
    ):
        messages.success(request, _("Saved."))
        return redirect("reach:settings")
    context = {
        "form": form,
        "reasons": _reasons(wishes),
        "places": _places(request, wishes),
        "devices": queries.devices_of(person),
        "push_key": queries.public_key(),
        "mailed": bool(person.email),
        "never": _never(request),
    }
    return show(request, "reach/settings.html", None, context, status=422 if form.errors else 200)


@require_POST
@signed_in
def mail_again(request: PersonRequest) -> HttpResponse:
    """Take back that one never wants mail again, of a community or of all."""
    number = request.POST.get("community", "")
    wanted = min(int(number), 2**62) if number.isdecimal() and number.isascii() else 0
    if actions.allow_again(actor=request.person, community_id=wanted or None):
        messages.success(request, _("Mail may come again."))
    return redirect("reach:settings")


def _never(request: PersonRequest) -> list[tuple[int, str]]:
    """Return from where somebody never wants mail again, by name; one they may not see has none."""
    mine = {one.community.pk: one.community.name for one in communities_of(request.person)}
    kept = sorted(queries.never_mailed(request.person))
    return [(pk, mine.get(pk, "") if pk else "") for pk in kept]


def _keep(request: PersonRequest, form: GeneralForm) -> bool:
    given = form.cleaned_data
    names = ("quiet_from", "quiet_to", "digest_hour")
    actions.set_hours(actor=request.person, **{name: given[name] for name in names})
    actions.wish(actor=request.person, mail=given["mail"], push=None if given["push"] else False)
    return True


@require_http_methods(["GET", "POST"])
@signed_in
def place(request: PersonRequest, kind: str, name: str) -> HttpResponse:
    """Choose what holds for one reason, or in one community, space or thread."""
    title, where, scope, reason = _about(request, kind, name)
    wish = queries.wish_in(request.person, scope, reason)
    push = USUAL if wish.push is None else YES if wish.push else NO
    initial = {"mail": wish.mail or USUAL, "push": push, "muted": bool(wish.muted)}
    form = PlaceForm(posted(request), initial=initial, mutable=kind in {REASON, "community"})
    if request.method == "POST" and form.is_valid():
        said = form.wishes()

        def keep() -> bool:
            actions.wish(actor=request.person, scope=scope, reason=reason, **said)
            return True

        if carry_out(form, keep):
            messages.success(request, _("Saved."))
            return redirect("reach:settings")
    elsewhere = _elsewhere(int(name)) if kind == "community" else ""
    context = {"form": form, "title": title, "where": where, "elsewhere": elsewhere}
    return show(request, "reach/place.html", None, context, status=422 if form.errors else 200)


def _elsewhere(community_id: int) -> str:
    """Return where one binds an account that the community reaches people by, if it has one."""
    community = find_community(community_id)
    if community is None or not channels_to_bind(community):
        return ""
    return url("reach:binding", slug=community.slug)


def _about(request: PersonRequest, kind: str, name: str) -> tuple[str, str, str, str]:
    """Return (title, where, scope, reason) of what is set; what nobody may set is not there."""
    if kind == REASON:
        found = queries.reasons().get(name)
        if found is None or found.always:
            raise UnknownScope
        return str(pick(found.label, get_language())), "", "", name
    if kind not in KINDS:
        raise Http404
    named = queries.named_scope(request.person, f"{kind}:{name}")
    return named.title, named.where, named.scope, ""


def _reasons(wishes: Any) -> list[Row]:
    return [
        Row(
            text=str(pick(one.label, get_language())),
            where="",
            icon=one.icon,
            stands=_stands(wishes.get(("", one.name)))
            or (_("only on the page") if one.quiet else ""),
            href="" if one.always else url("reach:place", kind=REASON, name=one.name),
        )
        for one in queries.reasons().values()
    ]


def _places(request: PersonRequest, wishes: Any) -> list[Row]:
    """Return the communities of a person, then the narrower places that they have a wish for."""
    mine = [f"community:{one.community.pk}" for one in communities_of(request.person)]
    others = [scope for scope, reason in wishes if scope and not reason and scope not in mine]
    rows = []
    for scope in [*mine, *others]:
        try:
            named = queries.named_scope(request.person, scope)
        except UnknownScope:
            continue  # a wish for a place that they no longer see
        kind, _colon, number = scope.partition(":")
        rows.append(
            Row(
                text=named.title,
                where=named.where,
                icon={"community": "users-round", "space": "messages-square"}.get(
                    kind, "message-circle"
                ),
                stands=_stands(wishes.get((scope, ""))),
                href=url("reach:place", kind=kind, name=number),
            )
        )
    return rows


def _stands(wish: Any) -> str:
    """Return how something stands in a few words; "" when nothing was chosen."""
    if wish is None:
        return ""
    if wish.muted:
        return _("Muted")
    mail = {"at_once": _("mail at once"), "digest": _("in the daily letter"), "none": _("no mail")}
    push = {True: _("on devices"), False: _("not on devices")}
    said = [mail.get(wish.mail or "", ""), push[wish.push] if wish.push is not None else ""]
    return " · ".join(filter(None, said))


@require_POST
@signed_in
def add_device(request: PersonRequest) -> HttpResponse:
    """Tell this browser from now on; called by the page once the browser has agreed."""
    limit("device", request.person.pk, times=20, seconds=3600)
    form = DeviceForm(request.POST)
    given = form.cleaned_data if form.is_valid() else {}
    # What is missing is refused like what does not fit: BadDevice.
    said = {name: given.get(name, "") for name in ("endpoint", "p256dh", "auth", "name")}
    actions.add_device(actor=request.person, language=get_language() or "en", **said)
    messages.success(request, _("This device is told from now on."))
    return JsonResponse({"next": url("reach:settings")})


@require_POST
@signed_in
def remove_device(request: PersonRequest, pk: int) -> HttpResponse:
    """Tell a device no more."""
    actions.take_device(actor=request.person, pk=min(pk, 2**62))
    messages.success(request, _("That device is told no more."))
    return redirect("reach:settings")
