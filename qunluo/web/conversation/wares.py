"""Products of the shop that posts name: cards where sales may be shown, else a plain link."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from qunluo.community.queries import get_community, require_member
from qunluo.conversation import queries as talk
from qunluo.ledger.queries import amount_said
from qunluo.market import queries
from qunluo.web.core.links import url
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.conversation.models import Space
    from qunluo.conversation.queries import ThreadWindow
    from qunluo.market.queries import ProductView

MOST = 3  # cards under one post


@dataclass(frozen=True)
class Ware:
    """A product as a post shows it; the way there says from which post one comes."""

    view: "ProductView"
    href: str


def sells(space: "Space") -> bool:
    """Tell whether posts in a space may show what is sold: only where adverts have slots (M10)."""
    return bool(space.advert_share) and not space.private and not talk.type_of(space.type).room


def wares_of(
    request: PersonRequest, community: "Community", window: "ThreadWindow"
) -> dict[str, Any]:
    """Return `wares`, the cards by place, and `about`, what the thread is about, as a link."""
    space, card = window.space, window.card
    own = "" if card.gone or space.private else str(card.fields.get("product") or "")
    codes: dict[int, list[str]] = {}
    if sells(space):
        for post in window.posts:
            if not post.removed and post.author.id not in window.hidden:
                first = [own] if own and post.place == 1 else []
                named = queries.links(post.source, community.slug)
                codes[post.place] = list(dict.fromkeys(first + named))[:MOST]
    wanted = {code for some in codes.values() for code in some} | ({own} if own else set())
    found = queries.named_products(community, wanted, viewer=request.person)

    def ware(code: str, place: int) -> Ware:
        there = url("market:product", slug=community.slug, uid=code)
        return Ware(found.views[code], f"{there}?from=post:{card.number}.{place}")

    shown = {
        place: [ware(code, place) for code in some if code in found.views]
        for place, some in codes.items()
    }
    return {
        "wares": {place: some for place, some in shown.items() if some},
        "about": ware(own, 1) if own in found.views and not sells(space) else None,
        "ware_shop": found.shop,
        "ware_amount": partial(_said, get_language() or "en"),
    }


def _said(language: str, minor: int, unit: str) -> str:
    return amount_said(minor, unit, language)


@require_GET
@signed_in
def find(request: PersonRequest, slug: str) -> HttpResponse:
    """Show products of the shop to name in what one writes, by words of their titles."""
    community = get_community(slug, viewer=request.person)
    require_member(request.person, community)
    words = request.GET.get("ware_words", "")[:80].replace("\0", "")
    found = queries.products_to_name(community, words, viewer=request.person)
    context = {"community": community, "found": found, "words": words}
    return show(request, "conversation/ware_found.html", None, context)
