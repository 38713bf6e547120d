"""What people say of a product, for everybody who may see it."""

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from qunluo.conversation import queries as talk
from qunluo.market import queries
from qunluo.web.core.requests import PersonRequest
from qunluo.web.market.pages import shop_of, show_market

if TYPE_CHECKING:
    from qunluo.community.models import Community

TELLING = "experience"


@require_GET
def guide(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show what buyers tell of a product, what compares it, and what is asked about it."""
    community, shop = shop_of(request, slug)
    view = queries.get_product(shop, uid, queries.buyer_of(request.person, community))
    context = {
        "shop": shop,
        "view": view,
        "guide": queries.guide(shop, view, viewer=request.person),
        "writes": _where(request, community),
    }
    return show_market(request, community, "guide.html", context)


def _where(request: PersonRequest, community: "Community") -> str:
    """Return the first space open to members in which the viewer may tell of something."""
    if not request.person.is_authenticated:
        return ""
    for card in talk.spaces(community, viewer=request.person):
        if not card.space.private and TELLING in {one.name for one in card.opens}:
            return card.space.slug
    return ""
