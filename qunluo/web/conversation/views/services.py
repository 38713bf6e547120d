"""Requests for services: asking, taking one further, and the list of one's own."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qunluo.community.queries import get_community
from qunluo.conversation import actions, queries
from qunluo.ledger.queries import points_name
from qunluo.web.conversation.forms import MoveForm, RequestForm, StepForm, say
from qunluo.web.core.belonging import may
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show

if TYPE_CHECKING:
    from django.forms import Form

    from qunluo.conversation.queries import ThreadWindow
    from qunluo.ledger.queries import Named

BIG = 2**31 - 1
SERVICE = "service"


@dataclass(frozen=True)
class Shown:
    """A request with the forms of what its viewer can do about it; None for a single tap."""

    one: queries.RequestView
    price: str
    steps: "list[tuple[Any, Form | None]]"


def shown(one: queries.RequestView, called: "Named") -> Shown:
    """Return a request as pages show it."""
    kind = queries.kind_of(SERVICE)
    forms = [(step, _form(StepForm(step=step, kind=kind, of=one.id))) for step in one.steps]
    return Shown(one, points(one.price, called) if one.price else "", forms)


def points(number: int, called: "Named") -> str:
    """Return a number of points as its community says it."""
    return say(queries.points_said(number, called))


def offered(request: PersonRequest, window: "ThreadWindow") -> dict[str, Any]:
    """Return what the page of a service shows beside the thread; nothing for other kinds."""
    if not window.card.kind.requests or not window.sight.member:
        return {}
    called = points_name(window.thread.community_id)
    offer = queries.offer_of(window.thread, window.sight, request.person)
    return {
        "offer": offer,
        "missing": points(offer.missing, called) if offer.missing else "",
        "costs": points(offer.price, called),
        "spendable": points(offer.free, called),
        "requests": [shown(one, called) for one in offer.requests],
        "request_form": RequestForm(initial={"price": offer.price}),
    }


@require_GET
@signed_in
def services(request: PersonRequest, slug: str) -> HttpResponse:
    """List what one asked others for, what others asked of oneself, and what is disputed."""
    community = get_community(slug, viewer=request.person)
    side = request.GET.get("show", "")
    tabs = [(_("What I asked for"), "asked"), (_("Asked of me"), "offered")]
    if may(request, community, "ledger.manage"):
        tabs.append((_("Disputed"), "disputed"))
    side = side if side in {name for _text, name in tabs} else "asked"
    after = request.GET.get("after")
    page = queries.own_requests(community, viewer=request.person, side=side, after=after)
    called = points_name(community.pk)
    context = {
        "community": community,
        "views": [(text, f"?show={name}", name == side) for text, name in tabs],
        "requests": [shown(one, called) for one in page.items],
        "side": side,
        "more": f"?show={side}&after={page.next}" if page.next else "",
    }
    return show(request, "conversation/services.html", "more" if after else None, context)


@require_http_methods(["GET", "POST"])
@signed_in
def ask(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Ask for a service; what it costs is set aside."""
    community = get_community(slug, viewer=request.person)
    thread = queries.get_thread(community, min(number, BIG), viewer=request.person)
    price = queries.price_of(thread)
    form = RequestForm(posted(request), initial={"price": price})
    actions.may_request(actor=request.person, thread=thread)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        given = {"actor": request.person, "thread": thread, "text": said["text"]}
        if carry_out(form, lambda: actions.request_service(**given, price=said["price"])):
            messages.success(request, _("Asked. You hear of it as soon as there is an answer."))
            return redirect("talk:thread", slug=slug, number=number)
    costs = points(price, points_name(community.pk))
    context = {
        "community": community,
        "thread": thread,
        "step": queries.service_steps()["request"],
        "form": form,
        "lead": _("%(points)s will be set aside.") % {"points": costs} if price else "",
    }
    return show(
        request, "conversation/move.html", None, context, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
@signed_in
def step(request: PersonRequest, slug: str, request_id: UUID, step: str) -> HttpResponse:
    """Take a request further; what is missing is asked for on a page of its own."""
    community = get_community(slug, viewer=request.person)
    found = queries.get_request(community, request_id, viewer=request.person)
    view = queries.request_view(found, viewer=request.person)
    move = next((one for one in view.steps if one.name == step), queries.service_step(step))
    form = StepForm(posted(request), step=move, kind=queries.kind_of(SERVICE), of=request_id)
    given: dict[str, Any] = {"actor": request.person, "request": found, "step": step}
    if move not in view.steps:
        actions.take_service_step(**given)  # says why it cannot be taken
    act = partial(_take, form, given)
    if request.method == "POST" and form.is_valid() and carry_out(form, act):
        messages.success(request, _said(view, move, points_name(community.pk)))
        return redirect("talk:thread", slug=slug, number=view.number)
    context = {"community": community, "thread": found.thread, "step": move, "form": form}
    return show(
        request, "conversation/move.html", None, context, status=422 if form.errors else 200
    )


def _take(form: MoveForm, given: dict[str, Any]) -> Any:
    return actions.take_service_step(**given, **form.said())


def _said(view: queries.RequestView, move: Any, called: "Named") -> str:
    """Return what has come of a step, for who took it."""
    if view.price and move.to == "done":
        return _("Done: %(points)s were handed over.") % {"points": points(view.price, called)}
    if view.price and move.to in {"declined", "withdrawn", "returned"}:
        return _("Done: %(points)s were given back.") % {"points": points(view.price, called)}
    return _("Done; the other side hears of it.")


def _form(form: MoveForm) -> "Form | None":
    return form if form.fields else None
