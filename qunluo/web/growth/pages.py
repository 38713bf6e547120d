"""What the operators' pages of growth share: they stand at the desk."""

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

from qunluo.kernel.errors import DomainError
from qunluo.web.core.requests import PersonRequest
from qunluo.web.core.show import show
from qunluo.web.desk.desk import tabs

if TYPE_CHECKING:
    from qunluo.community.models import Community


def show_page(
    request: PersonRequest,
    community: "Community",
    template: str,
    context: dict[str, Any],
    block: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with a page of growth that carries the tabs of the desk."""
    given = {"community": community, "desk_tabs": tabs(request, community), **context}
    return show(request, f"growth/{template}", block, given, status=status)


def status_of(form: Any) -> int:
    """Return 422 for a form that was refused, so that no history keeps it as a page."""
    return 422 if form.errors else 200


def told(problem: dict[str, Any], translate: Any) -> tuple[str, str]:
    """Return message and next step of a stored refusal, translated and filled."""
    error = DomainError(
        problem.get("message"), next_step=problem.get("next_step"), **problem.get("context", {})
    )
    return error.say(translate)
