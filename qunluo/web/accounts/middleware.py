"""The status of the pages of allauth, which says in words alone that somebody tried too often."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse


class TooOftenMiddleware:
    """Answers 429 with Retry-After where the adapter noted that there were too many attempts."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass through; the page stays as it is, with what was typed."""
        response = self.answer(request)
        wait = getattr(request, "too_often", 0)
        if wait and response.status_code == HTTPStatus.OK:
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS
            response["Retry-After"] = str(wait)
        return response
