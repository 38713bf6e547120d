"""Pages of order that stand at the desk."""

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

from qunluo.web.core.requests import PersonRequest
from qunluo.web.core.show import show
from qunluo.web.desk.desk import tabs

if TYPE_CHECKING:
    from qunluo.community.models import Community


def show_order(
    request: PersonRequest,
    community: "Community",
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """Answer with a page of order that carries the tabs of the desk."""
    given = {"community": community, "desk_tabs": tabs(request, community), **context}
    return show(request, f"governance/{template}", None, given, status=status)
