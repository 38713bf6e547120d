"""What a member has in a community, and what came and went."""

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from qunluo.community.errors import MembersOnly
from qunluo.community.queries import standing
from qunluo.ledger import queries
from qunluo.ledger.errors import AccountNotFound
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.ledger.pages import show_books, statement_table

if TYPE_CHECKING:
    from qunluo.community.models import Community


@require_GET
@signed_in
def account(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what I have here, and how it came about."""
    community = queries.get_books(slug, viewer=request.person)
    held = _own(request, community)
    chosen = _chosen(request, held)
    after = request.GET.get("after")
    page = queries.statement(chosen.account, after=after) if chosen else None
    context = {
        "held": held,
        "chosen": chosen,
        "lines": page.items if page else [],
        "waiting": queries.open_holds(chosen.account) if chosen else [],
        "more": f"?unit={chosen.unit}&after={page.next}" if chosen and page and page.next else "",
    }
    return show_books(
        request, community, "account.html", context, block="more" if after else None, desk=False
    )


@require_GET
@signed_in
def table(request: PersonRequest, slug: str) -> HttpResponseBase:
    """Give my statement as a table."""
    community = queries.get_books(slug, viewer=request.person)
    chosen = _chosen(request, _own(request, community))
    if chosen is None:
        raise AccountNotFound
    return statement_table(chosen.account)


def _own(request: PersonRequest, community: "Community") -> list[queries.Holding]:
    """Return what the viewer has here; who left still reads theirs. MembersOnly."""
    held = queries.accounts_of(request.person, community)
    if not held and standing(request.person, community).membership_id is None:
        raise MembersOnly
    return held


def _chosen(request: PersonRequest, held: list[queries.Holding]) -> queries.Holding | None:
    wanted = request.GET.get("unit", "")
    return next((one for one in held if one.unit == wanted), held[0] if held else None)
