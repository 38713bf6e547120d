"""Show a page, or the one block of it that htmx asked for."""

from typing import Any, cast

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from jinja2_fragments import render_block

from qunluo.web.core.bell import rings
from qunluo.web.core.jinja import speaker
from qunluo.web.core.pieces import keeper
from qunluo.web.core.requests import PersonRequest

VARY = "HX-Request, Accept-Language, Cookie"


def render(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, block: str = ""
) -> str:
    """Return the text of a page, or of one of its blocks."""
    engine = cast("Jinja2", engines["jinja2"])
    given: dict[str, Any] = {"request": request}
    for processor in engine.template_context_processors:
        given.update(processor(request))
    given["_"] = given["gettext"] = speaker(given["lang"])
    given["kept"] = keeper(given["lang"])
    given["bell"] = lambda: rings(cast("PersonRequest", request))
    given.update(context or {})
    if block:
        return render_block(engine.env, template, block, given)
    return engine.env.get_template(template).render(given)


def show(
    request: HttpRequest,
    template: str,
    block: str | None = None,
    context: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Answer htmx with the block (and waiting notices), anyone else with the whole page."""
    if block and partial(request):
        text = render(request, template, context, block) + notices(request)
    else:
        text = render(request, template, context)
    return HttpResponse(text, status=status, headers={"Vary": VARY})


def partial(request: HttpRequest) -> bool:
    """Tell whether htmx wants a fragment (not a boosted or restored page)."""
    htmx = getattr(cast("PersonRequest", request), "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def notices(request: HttpRequest) -> str:
    """Return the waiting notices as an out-of-band swap, or nothing."""
    if not len(get_messages(request)):
        return ""
    return render(request, "core/notices.html", block="swap")
