"""The one bell of every page: how much waits behind it."""

from typing import cast

from jinja2 import pass_context
from jinja2.runtime import Context

from qunluo.reach import queries
from qunluo.web.core.requests import PersonRequest

TOP = 99


@pass_context
def bell(context: Context) -> str:
    """Return how many notices wait, "99+" for more and "" for none; asked once a page."""
    return rings(cast("PersonRequest", context["request"]))


def rings(request: PersonRequest) -> str:
    """Return the same for a view."""
    if "_bell" not in request.__dict__:
        count = queries.bell(request.person)
        request.__dict__["_bell"] = f"{TOP}+" if count > TOP else str(count or "")
    return str(request.__dict__["_bell"])
