"""How a community hangs together: needs by place and time, cells, and the hall of honour."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qunluo.community.queries import get_community, operating_goal
from qunluo.conversation import actions, queries
from qunluo.web.core.belonging import is_member
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show

if TYPE_CHECKING:
    from collections.abc import Sequence

SIDE, GAP = 46, 6  # of a cell, and between two, in units of the drawing
CORNERS = ((0.0, -1.0), (0.866, -0.5), (0.866, 0.5), (0.0, 1.0), (-0.866, 0.5), (-0.866, -0.5))


@dataclass(frozen=True)
class Hexagon:
    """A cell where it is drawn."""

    cell: queries.Cell
    x: float
    y: float

    @property
    def corners(self) -> str:
        """Return its outline as SVG wants it."""
        return " ".join(f"{self.x + SIDE * x:.1f},{self.y + SIDE * y:.1f}" for x, y in CORNERS)


@dataclass(frozen=True)
class Comb:
    """The whole drawing: cells, and lines between those that share people."""

    hexagons: "Sequence[Hexagon]"
    lines: "Sequence[tuple[Hexagon, Hexagon, int]]"
    box: str


@require_GET
def scenes(request: PersonRequest, slug: str) -> HttpResponse:
    """Show needs where and when they arise, and the plan of who does what about them."""
    community = get_community(slug, viewer=request.person)
    context = {
        "community": community,
        "map": queries.scene_map(community, viewer=request.person),
        "goal": operating_goal(community),
        "writes": queries.where_to_write(community, "worry", viewer=request.person),
    }
    return show(request, "conversation/scenes.html", None, context)


@require_GET
@signed_in
def cells(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the cells of a community and how many people they share."""
    community = get_community(slug, viewer=request.person)
    found = queries.cells(community, viewer=request.person)
    names = {cell.space.pk: cell.space.name for cell in found}
    context = {
        "community": community,
        "cells": found,
        "names": names,
        "comb": comb(found),
        "askings": queries.own_askings(community, viewer=request.person),
    }
    return show(request, "conversation/cells.html", None, context)


@require_POST
@signed_in
def ask(request: PersonRequest, slug: str, space: str) -> HttpResponse:
    """Ask to be let into a circle on the map, or take the question back."""
    community = get_community(slug, viewer=request.person)
    given: dict[str, Any] = {"actor": request.person, "community": community, "slug": space}
    if "withdraw" in request.POST:
        actions.withdraw_asking(**given)
        messages.success(request, _("You ask no more."))
    else:
        actions.ask_into_circle(**given, text=request.POST.get("text", ""))
        messages.success(request, _("Asked. You hear of it as soon as its host has answered."))
    return redirect("talk:cells", slug=slug)


@require_GET
def honours(request: PersonRequest, slug: str) -> HttpResponse:
    """Show whom others put into the spotlight, the latest first."""
    community = get_community(slug, viewer=request.person)
    context = {
        "community": community,
        "honours": queries.honours(community, viewer=request.person),
        "writes": queries.where_to_write(community, "spotlight", viewer=request.person),
        "survey": queries.survey(community, "lead", viewer=request.person)
        if is_member(request, community)
        else None,
    }
    return show(request, "conversation/honours.html", None, context)


def comb(cells: "Sequence[queries.Cell]") -> Comb | None:
    """Return the drawing of some cells; None of fewer than two, which show nothing."""
    if len(cells) < 2:
        return None
    shared = {
        (cell.space.pk, other): many
        for cell in cells
        for other, many in cell.shared.items()
        if cell.space.pk < other
    }
    sizes = {cell.space.pk: cell.people for cell in cells}
    places = queries.placed(sizes, shared)
    step = SIDE * 1.732 + GAP
    drawn = {
        cell.space.pk: Hexagon(cell, step * (q + r / 2), step * 0.866 * r)
        for cell in cells
        for q, r in [places[cell.space.pk]]
    }
    every = list(drawn.values())
    left = min(one.x for one in every) - SIDE - GAP
    top = min(one.y for one in every) - SIDE - GAP
    wide = max(one.x for one in every) + SIDE + GAP - left
    high = max(one.y for one in every) + SIDE + GAP - top
    lines = [(drawn[one], drawn[other], many) for (one, other), many in shared.items()]
    return Comb(every, lines, f"{left:.0f} {top:.0f} {wide:.0f} {high:.0f}")
