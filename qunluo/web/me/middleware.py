"""Noting when a session was last seen, without a write for every page."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from qunluo.people import actions

Answer = Callable[[HttpRequest], HttpResponse]


class SeenMiddleware:
    """Lets people.actions note the session, at most every quarter of an hour."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer first, then note who came back with a session."""
        response = self.answer(request)
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        if key and not request.path.startswith(settings.STATIC_URL):
            user = getattr(request, "user", None)
            if user is not None and user.is_authenticated:
                actions.note_session(key=key)
        return response
