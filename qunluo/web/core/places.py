"""The places of a community that this viewer can go to: the rail and the bottom bar."""

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from django.http import HttpRequest
from django.urls import get_script_prefix
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qunluo.web.core import belonging
from qunluo.web.core.links import url_or_nothing

if TYPE_CHECKING:
    from qunluo.community.models import Community


HOME = "house"


class Place(NamedTuple):
    """One entry of the navigation."""

    text: str
    href: str
    icon: str
    current: bool


def community_places(request: HttpRequest, community: "Community") -> tuple[Place, ...]:
    """Return at most seven places, people before everything that manages them.

    The bottom bar of a phone takes the first five; the home page leads to the rest.
    """
    member = belonging.is_member(request, community)
    among = belonging.may(request, community, "members.view")
    invites = belonging.may(request, community, "invitations.create")
    runs = belonging.may(request, community, "desk.view")
    # A shop whose dealers sell never opens, and is where they and the codes are found.
    dealt = "codes" in community.modules and community.facts.get("fact.ledger")
    sells = bool(community.facts.get("shop.opened") or dealt)
    shown = (True, True, among, sells, runs, invites, True, not member)
    found = _places(get_language(), get_script_prefix(), community.slug, shown)
    path = request.path
    return tuple(
        one._replace(current=True)
        if (path == one.href if one.icon == HOME else path.startswith(one.href))
        else one
        for one in found
    )


@lru_cache(maxsize=1024)
def _places(
    _language: str | None, _prefix: str, slug: str, shown: tuple[bool, ...]
) -> tuple[Place, ...]:
    wanted = (
        (_("Home"), "community:home", HOME),
        (_("Talk"), "talk:spaces", "messages-square"),
        (_("People"), "community:members", "users-round"),
        (_("Shop"), "market:shop", "shopping-bag"),
        (_("Desk"), "desk:home", "clipboard-list"),
        (_("Invite"), "growth:invitations", "user-round-plus"),
        (_("Charter"), "community:charter", "scroll-text"),
        (_("Join"), "community:join", "door-open"),
    )
    return tuple(
        Place(text, href, icon, current=False)
        for (text, name, icon), here in zip(wanted, shown, strict=True)
        if here and (href := url_or_nothing(name, slug=slug))
    )
