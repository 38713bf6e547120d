"""Oneself and others: profile, settings, tokens, own data."""

from typing import TYPE_CHECKING

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.shapes import Shown

if TYPE_CHECKING:
    from qunluo.people.models import Person

area = Area("people", "People")


class Health(Shown):
    """The installation answers."""

    status: str


class Me(Shown):
    """Who a request speaks for."""

    handle: str
    name: str


@area.read("/health", Health, scope="profile:read", public=True)
def health(request: Caller) -> dict[str, str]:
    """Answer at all."""
    return {"status": "ok"}


@area.read("/me", Me, scope="profile:read")
def me(request: Caller) -> "Person":
    """Return the caller."""
    return request.person
