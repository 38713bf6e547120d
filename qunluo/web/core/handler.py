"""Requests as the server hands them in, with every address looked up once."""

from functools import lru_cache

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.urls import ResolverMatch, resolve

MOST = 4000


class Handler(WSGIHandler):
    """Django's own, which remembers what addresses lead to: going through all costs a tenth."""

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """Return to which view a request goes. Resolver404."""
        if hasattr(request, "urlconf"):
            return super().resolve_request(request)
        request.resolver_match = found = _found(request.path_info)
        return found


@lru_cache(MOST)
def _found(path: str) -> ResolverMatch:
    return resolve(path)
