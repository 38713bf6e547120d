"""What the pages of campaigns share."""

from functools import partial
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qunluo.community.queries import get_community
from qunluo.kernel.ids import token
from qunluo.ledger.queries import amount_said
from qunluo.market import queries
from qunluo.web.core.once import FIELD
from qunluo.web.core.requests import PersonRequest
from qunluo.web.core.show import show
from qunluo.web.desk.desk import tabs

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.market.models import Shop, Team


def here_of(request: PersonRequest, slug: str) -> "tuple[Community, Shop]":
    """Return a community and its shop. CommunityNotFound, ShopNotFound."""
    community = get_community(slug, viewer=request.person)
    shop = queries.get_shop(community)
    shop.community = community
    return community, shop


def view_of(request: PersonRequest, slug: str, uid: str) -> queries.CampaignView:
    """Return a campaign for this viewer. CampaignNotFound, MembersOnlyShop."""
    community, _shop = here_of(request, slug)
    return queries.get_campaign(uid, viewer=request.person, community=community)


def team_of(request: PersonRequest, view: queries.CampaignView) -> "Team | None":
    """Return the team that the address names, if it names any. CampaignNotFound."""
    uid = request.GET.get("team", "")[:12]
    if not uid:
        return None
    return queries.get_team(uid, viewer=request.person, campaign=view.campaign)


def show_campaign(
    request: PersonRequest,
    community: "Community",
    template: str,
    context: dict[str, Any],
    *,
    block: str | None = None,
    desk: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Answer with a page of campaigns; those at the desk carry its tabs."""
    currency = queries.get_shop(community).currency
    given = {
        "community": community,
        "money": partial(_said, get_language() or "en", currency),
        "kinds": queries.kinds(),
        "stand_names": stand_names(),
        **({"desk_tabs": tabs(request, community)} if desk else {}),
        **context,
    }
    return show(request, f"market/{template}", block, given, status=status)


def _said(language: str, currency: str, minor: int) -> str:
    return amount_said(minor, currency, language)


def stand_names() -> dict[str, str]:
    """Return how a campaign, a team or a place stands, in words."""
    return {
        "offered": _("For members to lead"),
        "proposed": _("Waits to be agreed to"),
        "declined": _("Not agreed to"),
        "coming": _("Begins soon"),
        "open": _("Runs"),
        "over": _("Has ended, is being judged"),
        "closed": _("Closed"),
        "failed": _("Did not come to pass"),
        "forming": _("Looks for more"),
        "formed": _("Complete"),
        "held": _("Not paid yet"),
        "paid": _("Paid"),
        "waiting": _("Waits"),
    }


def key_of(request: PersonRequest) -> str:
    """Return the key of a form: sent twice, it acts once."""
    return f"web:{request.POST.get(FIELD, '')[:60] or token()}"
