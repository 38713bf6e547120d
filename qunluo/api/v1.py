"""Version 1 of the API: all areas under one roof."""

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from qunluo.api import (
    applications,
    batches,
    blueprints,
    charter,
    community,
    customers,
    export,
    founding,
    governance,
    grants,
    guide,
    imports,
    invitations,
    members,
    membership,
    operations,
    people,
    posts,
    problems,
    promises,
    spaces,
    talk,
)
from qunluo.api.parser import StrictParser


class Api(NinjaAPI):
    """Refuses in problem+json, whatever was raised."""

    def on_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse:  # type: ignore[override]
        """Answer for an exception."""
        return problems.answer(request, exc)


api = Api(
    title="Qunluo",
    version="1",
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    parser=StrictParser(),
)
ROOMS = (
    people,
    blueprints,
    community,
    guide,
    charter,
    promises,
    membership,
    applications,
    members,
    grants,
    invitations,
    founding,
    batches,
    customers,
    imports,
    export,
    governance,
    spaces,
    talk,
    posts,
    operations,
)
for room in ROOMS:
    api.add_router("", room.area.router)
