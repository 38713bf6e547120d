"""Boards: worries by weight, the register of promises, who does what for others, open chances."""

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from qunluo.community.queries import get_community
from qunluo.conversation import queries
from qunluo.kernel.text import pick
from qunluo.ledger.queries import PLAIN_POINTS, points_name
from qunluo.web.core.requests import PersonRequest
from qunluo.web.core.show import show

SHOWN = 20


@require_GET
def boards(request: PersonRequest, slug: str) -> HttpResponse:
    """List the boards on which something stands."""
    community = get_community(slug, viewer=request.person)
    found = queries.boards(community, viewer=request.person)
    context = {"community": community, "boards": found}
    return show(request, "conversation/boards.html", None, context)


@require_GET
def board(request: PersonRequest, slug: str, kind: str) -> HttpResponse:
    """Show everything of one kind that the viewer may see; what needs somebody comes first."""
    community = get_community(slug, viewer=request.person)
    found = queries.kinds().get(kind)
    if found is None or not found.board:
        raise Http404
    asked, after = request.GET.get("show", ""), request.GET.get("after")
    settled = {"settled": True, "all": None}.get(asked, False)
    page = queries.threads_of_kind(
        community, kind, viewer=request.person, settled=settled, heaviest=found.seconds,
        after=after, limit=SHOWN,
    )  # fmt: skip
    views = [(_("Open"), ""), (_("Settled"), "settled"), (_("Everything"), "all")]
    context: dict[str, Any] = {
        "community": community,
        "kind": found,
        "cards": page.items,
        "states": queries.states_of(community, kind, viewer=request.person),
        "views": [(text, f"?show={name}" if name else "?", name == asked) for text, name in views],
        "told": _told(found, page.items, community.pk),
        "writes": queries.where_to_write(community, kind, viewer=request.person),
        "more": f"?show={asked}&after={page.next}" if page.next else "",
    }
    return show(request, "conversation/board.html", "more" if after else None, context)


def _told(
    kind: Any, cards: list[queries.ThreadCard], community_id: int
) -> dict[int, list[tuple[Any, Any]]]:
    """Return what the kind's own fields say on each card, in words."""
    thanked = queries.times_moved((card.id for card in cards), "thank")
    costs = any(one.type == "points" for one in kind.fields)
    called = points_name(community_id) if costs else PLAIN_POINTS
    told: dict[int, list[tuple[Any, Any]]] = {}
    for card in cards:
        lines: list[tuple[Any, Any]] = []
        for one in kind.fields:
            said = str(card.fields.get(one.name) or "")
            if said and one.type == "points":
                lines.append((one.label, queries.points_said(int(said), called)))
            words = {choice.name: choice.label for choice in one.choices}.get(said)
            if said and one.type in {"text", "choice"}:
                lines.append((one.label, words or {"en": said, "zh": said}))
        for one, counts in kind.tallied(card.fields):
            words = {code: " · ".join(f"{pick(c.label, code)} {n}" for c, n in counts)
                     for code in ("en", "zh")}  # fmt: skip
            lines.append((one.label, words))
        if kind.name == "service" and thanked.get(card.id):
            lines.append((THANKED, {code: str(thanked[card.id]) for code in ("en", "zh")}))
        told[card.id] = lines
    return told


THANKED = {"en": "Thanked", "zh": "收到道谢"}
