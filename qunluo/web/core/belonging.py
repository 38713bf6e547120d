"""What the viewer is to the community of this page, asked once per request."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from qunluo.community import queries

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.community.queries import Standing


def standing(request: HttpRequest, community: "Community | None") -> "Standing | None":
    """Return how the viewer stands in the community; None for visitors."""
    person = getattr(request, "person", None)
    if community is None or person is None or not person.is_authenticated:
        return None
    asked: dict[Any, Standing] = request.__dict__.setdefault("_standing", {})
    if community.pk not in asked:
        asked[community.pk] = queries.standing(person, community)
    return asked[community.pk]


def know(request: HttpRequest, community: "Community", found: "Standing") -> None:
    """Take over how the viewer stands, where it was asked already."""
    request.__dict__.setdefault("_standing", {})[community.pk] = found


def enter(request: HttpRequest, slug: str) -> "Community":
    """Return a community for the viewer, who is asked about at once. CommunityNotFound."""
    community, found = queries.enter(slug, getattr(request, "person", None))
    if found.membership_id is not None:
        know(request, community, found)
    return community


def is_member(request: HttpRequest, community: "Community | None") -> bool:
    """Tell whether the viewer is an active member."""
    found = standing(request, community)
    return found is not None and found.membership_id is not None


def may(request: HttpRequest, community: "Community | None", permission: str) -> bool:
    """Tell whether the viewer holds a permission."""
    found = standing(request, community)
    return found is not None and permission in found.permissions
