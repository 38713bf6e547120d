"""What people say of a product, for everybody who may see it."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from qunluo.conversation import queries as talk
from qunluo.market import queries
from qunluo.web.core.requests import PersonRequest
from qunluo.web.market.pages import shop_of, show_market
from qunluo.web.market.trace import SORTS

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
        "improved": queries.improvements(view.product),
        "changes": dict(SORTS),
        "writes": talk.where_to_write(community, TELLING, viewer=request.person),
    }
    return show_market(request, community, "guide.html", context)
