"""Version 1 of the API: all areas under one roof."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.renderers import JSONRenderer

from qunluo.api import (
    acts,
    applications,
    batches,
    blueprints,
    bookings,
    buying,
    calendar,
    campaign_desk,
    campaigns,
    cards,
    channels,
    charter,
    chat,
    chats,
    claim_desk,
    claims,
    community,
    coupons,
    customers,
    dealers,
    export,
    files,
    finance,
    founding,
    governance,
    grants,
    guide,
    imports,
    invitations,
    ledger,
    members,
    membership,
    merchants,
    notices,
    operations,
    orders,
    people,
    posts,
    problems,
    products,
    promises,
    relocating,
    reports,
    search,
    service_desk,
    services,
    share_desk,
    shares,
    shop,
    spaces,
    stream,
    surveys,
    talk,
    tiers,
    together,
    trace,
    variants,
    votes,
)
from qunluo.api.parser import StrictParser


class Legible(JSONRenderer):
    """Chinese as Chinese: half the bytes of escapes, and people read it."""

    json_dumps_params: Mapping[str, Any] = MappingProxyType({"ensure_ascii": False})


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
    renderer=Legible(),
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
    reports,
    votes,
    acts,
    ledger,
    shop,
    merchants,
    products,
    variants,
    buying,
    coupons,
    dealers,
    cards,
    tiers,
    campaigns,
    campaign_desk,
    bookings,
    service_desk,
    shares,
    share_desk,
    orders,
    claims,
    claim_desk,
    finance,
    trace,
    spaces,
    chats,
    talk,
    services,
    stream,
    surveys,
    chat,
    posts,
    files,
    relocating,
    calendar,
    search,
    together,
    notices,
    channels,
    operations,
)
for room in ROOMS:
    api.add_router("", room.area.router)
