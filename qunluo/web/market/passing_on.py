"""Products and campaigns as pictures with a code to scan, for passing on.

A picture goes further than its page: what only members may see, the price and who is in, is left
out of it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from qunluo.kernel.text import pick
from qunluo.ledger.queries import amount_said
from qunluo.market import queries
from qunluo.market.errors import CampaignNotFound, MembersOnlyShop, ProductNotFound
from qunluo.web.core.links import url
from qunluo.web.core.requests import PersonRequest
from qunluo.web.core.say import when
from qunluo.web.core.show import show
from qunluo.web.market.campaign_pages import stand_names, team_of, view_of
from qunluo.web.market.drawing import Goods, goods_card
from qunluo.web.market.pages import shop_of

if TYPE_CHECKING:
    from qunluo.community.models import Community

MINUTE = 60


@require_GET
def product(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show the picture of a product before it is sent."""
    community, shop = shop_of(request, slug)
    view = queries.get_product(shop, uid, queries.buyer_of(request.person, community))
    here = {"slug": slug, "uid": uid}
    return _page(
        request, community, view.product.title, view.product.lead, url("market:product", **here),
        url("market:card", **here),
    )  # fmt: skip


@require_GET
@cache_control(private=True, max_age=10 * MINUTE)
def product_card(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Draw the picture of a product."""
    community, shop = shop_of(request, slug)
    view = queries.get_product(shop, uid, queries.buyer_of(request.person, community))
    try:
        seen = queries.get_product(shop, uid, queries.buyer_of(None, community))
    except (MembersOnlyShop, ProductNotFound):
        seen = None
    with override(community.language), timezone.override(ZoneInfo(community.time_zone)):
        price = _money(seen.lowest, shop.currency) if seen else ""
        members = bool(seen and seen.member_lowest < seen.lowest)
        said = Goods(
            label=_said(queries.categories()[view.product.category]),
            title=view.product.title,
            price=f"{price} {_('and up')}" if seen and seen.several_prices else price,
            beside=_("members %(price)s") % {"price": _money(seen.member_lowest, shop.currency)}
            if seen and members
            else "",
            stands=_("Sold out") if view.sold_out else view.product.lead,
            picture=view.pictures[0].key if view.pictures else "",
        )
        return _drawn(request, community, said, url("market:product", slug=slug, uid=uid), uid)


@require_GET
def campaign(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show the picture of a campaign, or of one of its teams, before it is sent."""
    view = view_of(request, slug, uid)
    team = team_of(request, view)
    here = {"slug": slug, "uid": uid}
    asked = f"?team={team.uid}" if team else ""
    return _page(
        request, view.campaign.community, view.campaign.title, _said(view.kind.about),
        url("campaigns:join" if team else "campaigns:campaign", **here) + asked,
        url("campaigns:card", **here) + asked, back=url("campaigns:campaign", **here),
    )  # fmt: skip


@require_GET
@cache_control(private=True, max_age=MINUTE)
def campaign_card(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Draw the picture of a campaign, or of one of its teams, as it stands at this moment."""
    view = view_of(request, slug, uid)
    team, one, community = team_of(request, view), view.campaign, view.campaign.community
    try:
        seen = queries.get_campaign(uid, viewer=None, community=community)
    except (MembersOnlyShop, CampaignNotFound):
        seen = None
    front = queries.fronts([one])[one.pk]
    currency = queries.get_shop(community).currency
    seats = queries.team_views(seen or view, [team], viewer=None)[0] if team else None
    with override(community.language), timezone.override(ZoneInfo(community.time_zone)):
        price = _money(front.price, currency) if seen else ""
        said = Goods(
            label=_said(view.kind.label),
            title=one.title,
            price=f"{price} {_('and up')}" if seen and front.several else price,
            beside=_("alone %(price)s") % {"price": _money(front.alone, currency)}
            if seen and front.saving
            else "",
            stands=_stands(view, seats),
            picture=front.picture.key if front.picture else "",
            seats=tuple(place.name[:1] if seen else "" for place in seats.seats) if seats else (),
            size=seats.team.size if seats else 0,
        )
        here = {"slug": slug, "uid": uid}
        link = url("campaigns:join" if team else "campaigns:campaign", **here)
        link += f"?team={team.uid}" if team else ""
        return _drawn(request, community, said, link, team.uid if team else uid)


def _stands(view: queries.CampaignView, seats: "queries.TeamView | None") -> str:
    """Return how it stands, in one line."""
    until = _("open until %(when)s") % {"when": when(view.campaign.ends_at)}
    if view.stands == "coming":
        return _("from %(when)s on") % {"when": when(view.campaign.starts_at)}
    if view.stands != "open":
        return stand_names()[view.stands]
    if seats is not None:
        if seats.state != "forming":
            return stand_names()[seats.state]
        until = _("open until %(when)s") % {"when": when(seats.team.expires_at)}
        lack = seats.team.size - seats.paid
        more = ngettext("%(n)s more is wanted", "%(n)s more are wanted", lack) % {"n": lack}
        return f"{more} · {until}"
    if view.campaign.threshold and view.campaign.threshold_kind != "amount":
        have = _("%(have)s of %(need)s") % {"have": view.reached, "need": view.campaign.threshold}
        return f"{have} · {until}"
    count = view.progress.buyers
    joined = ngettext("%(n)s has joined", "%(n)s have joined", count) % {"n": count}
    return f"{joined} · {until}" if count else until


def _page(
    request: PersonRequest, community: "Community", title: str, words: str, link: str, card: str,
    back: str = "",
) -> HttpResponse:  # fmt: skip
    context = {
        "community": community,
        "title": title,
        "words": words,
        "link": request.build_absolute_uri(link),
        "back": back or link,
        "card": card,
    }
    return show(request, "market/pass_on.html", None, context)


def _drawn(
    request: PersonRequest, community: "Community", said: Goods, link: str, name: str
) -> HttpResponse:
    who = (community.name, community.symbol, community.brand_colour)
    drawn = goods_card(who, said, request.build_absolute_uri(link), _("Scan to join in"))
    response = HttpResponse(drawn, content_type="image/png")
    if "download" in request.GET:
        response["Content-Disposition"] = f'attachment; filename="{name}.png"'
    return response


def _said(words: Mapping[str, str]) -> str:
    return str(pick(words, get_language() or "en"))


def _money(minor: int, currency: str) -> str:
    return amount_said(minor, currency, get_language() or "en")
