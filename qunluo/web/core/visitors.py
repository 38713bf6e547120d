"""Pages that are the same for every visitor: made once between two things that happen.

A link that is shared is opened by hundreds of strangers within minutes. Whatever changes what they
see is an event, so a page stays right until the log grows; what only time changes (an opening, how
long ago something was) may come a few seconds late for them. Who is signed in gets a page of their
own always, and the tokens of forms are put in for each visitor.
"""

import threading
from collections.abc import Callable, Hashable
from functools import wraps
from http import HTTPStatus
from itertools import islice
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpResponse

from qunluo.kernel.clock import now
from qunluo.kernel.delivery import log
from qunluo.web.core.once import gaps_for_keys, hidden_field
from qunluo.web.core.pieces import GAP
from qunluo.web.core.requests import PersonRequest

View = Callable[..., HttpResponse]
MOST = 500  # pages of some 20 KB
_kept: dict[Hashable, "_Page"] = {}
_lock = threading.Lock()
# What a visitor may have brought that changes a page, and is part of its key.
HARMLESS = {settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME, "scheme"}


class _Page(NamedTuple):
    text: str
    headers: dict[str, str]


def same_for_visitors(view: View) -> View:
    """Keep what a view shows visitors who bring nothing but their language and appearance."""

    @wraps(view)
    def look(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _alike(request):
            return view(request, *args, **kwargs)
        key = (
            log.settled(own=True),
            now().timestamp() // settings.VISITORS_WAIT,
            request.build_absolute_uri(),
            request.LANGUAGE_CODE,
            request.COOKIES.get("scheme", ""),
        )
        page = _kept.get(key)
        if page is None:
            with gaps_for_keys(request):
                response = view(request, *args, **kwargs)
            if response.status_code != HTTPStatus.OK or response.cookies or _noticed(request):
                response.content = _whole(request, response.content.decode()).encode()
                return response
            page = _Page(response.content.decode(), dict(response.headers))
            _keep(key, page)
        return HttpResponse(_whole(request, page.text), headers=page.headers)

    return look


def _alike(request: PersonRequest) -> bool:
    return bool(
        settings.VISITORS_WAIT
        and request.method == "GET"
        and not request.person.is_authenticated
        and not request.htmx
        and HARMLESS.issuperset(request.COOKIES)
    )


def _noticed(request: PersonRequest) -> bool:
    """Tell whether a notice was said to this visitor, or waits for them."""
    waiting = get_messages(request)
    return bool(len(waiting) or getattr(waiting, "added_new", False))


def _keep(key: Hashable, page: _Page) -> None:
    with _lock:
        _kept[key] = page
        if len(_kept) > MOST:
            for old in list(islice(_kept, MOST // 2)):
                del _kept[old]


def _whole(request: PersonRequest, text: str) -> str:
    """Return a page with a form key of its own in each gap."""
    first, *rest = text.split(GAP)
    return first + "".join(f"{hidden_field(request)}{part}" for part in rest)
