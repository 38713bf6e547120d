"""The places of a community that this viewer can go to: the rail and the bottom bar."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.utils.translation import gettext as _

from qunluo.web.core import belonging
from qunluo.web.core.links import url_or_nothing

if TYPE_CHECKING:
    from qunluo.community.models import Community


@dataclass(frozen=True)
class Place:
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
    wanted = [
        (_("Home"), "community:home", "house", True),
        (_("Talk"), "talk:spaces", "messages-square", True),
        (_("People"), "community:members", "users-round", among),
        (_("Shop"), "market:shop", "shopping-bag", sells),
        (_("Desk"), "desk:home", "clipboard-list", runs),
        (_("Invite"), "growth:invitations", "user-round-plus", invites),
        (_("Charter"), "community:charter", "scroll-text", True),
        (_("Join"), "community:join", "door-open", not member),
    ]
    open_to_viewer = [(text, name, icon) for text, name, icon, shown in wanted if shown]
    return tuple(
        Place(text, href, icon, current=_is_here(request.path, href, name))
        for text, name, icon in open_to_viewer
        if (href := url_or_nothing(name, slug=community.slug))
    )


def _is_here(path: str, href: str, name: str) -> bool:
    return path == href if name == "community:home" else path.startswith(href)
