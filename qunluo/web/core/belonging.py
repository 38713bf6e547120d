"""What the viewer is to the community of this page, asked once per request."""

from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest

try:
    from qunluo.community import queries
except ImportError:
    queries = None

if TYPE_CHECKING:
    from qunluo.community.models import Community, Membership


def _asked(request: HttpRequest) -> dict[Any, Any]:
    return cast("dict[Any, Any]", request.__dict__.setdefault("_belonging", {}))


def membership(request: HttpRequest, community: "Community | None") -> "Membership | None":
    """Return the viewer's active membership, or None."""
    person = getattr(request, "person", None)
    if community is None or person is None or not person.is_authenticated:
        return None
    asked = _asked(request)
    if ("membership", community.pk) not in asked:
        asked["membership", community.pk] = queries.membership_of(person, community)
    return cast("Membership | None", asked["membership", community.pk])


def permissions(request: HttpRequest, community: "Community | None") -> frozenset[str]:
    """Return what the viewer may do in the community; nothing for strangers."""
    person = getattr(request, "person", None)
    if community is None or person is None or not person.is_authenticated:
        return frozenset()
    asked = _asked(request)
    if ("permissions", community.pk) not in asked:
        asked["permissions", community.pk] = queries.permissions_of(person, community)
    return cast("frozenset[str]", asked["permissions", community.pk])


def may(request: HttpRequest, community: "Community | None", permission: str) -> bool:
    """Tell whether the viewer holds a permission."""
    return permission in permissions(request, community)
