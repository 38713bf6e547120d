"""What the pages of the market share: amounts as they are said, and what states are called."""

from functools import cache, partial
from typing import TYPE_CHECKING, Any, BinaryIO

import segno
from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markupsafe import Markup

from qunluo.kernel.ids import token
from qunluo.ledger.queries import amount_said, plain_amount
from qunluo.market import queries
from qunluo.web.core import belonging
from qunluo.web.core.once import FIELD
from qunluo.web.core.requests import PersonRequest
from qunluo.web.core.say import told
from qunluo.web.core.show import show
from qunluo.web.desk.desk import tabs

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.market.models import Coupon, Product, Shop


# What stands for a product without a picture.
ICONS = {
    "food": "wheat",
    "clothing": "shirt",
    "home": "house",
    "travel": "bike",
    "learning": "book-open",
    "care": "heart-pulse",
    "play": "gift",
    "tools": "hammer",
    "other": "package",
}
KIND_ICONS = {
    "card": "gift", "share": "sprout", "tier": "badge-check", "service": "calendar-check",
}  # fmt: skip


def icon_of(product: "Product") -> str:
    """Return the name of the icon that stands for a product without a picture."""
    return KIND_ICONS.get(product.kind) or ICONS[product.category]


def shop_of(request: PersonRequest, slug: str) -> "tuple[Community, Shop]":
    """Return a community and its shop, for this viewer. CommunityNotFound, ShopNotFound."""
    community = belonging.enter(request, slug)
    shop = queries.get_shop(community)
    shop.community = community
    return community, shop


def looker(request: PersonRequest, community: "Community") -> queries.Buyer:
    """Return who looks at a shop; how they stand is asked once for the whole page."""
    known = belonging.standing(request, community)
    return queries.buyer_of(request.person, community, tiers=False, standing=known)


def show_market(
    request: PersonRequest,
    community: "Community",
    template: str,
    context: dict[str, Any],
    *,
    block: str | None = None,
    desk: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Answer with a page of the market; those at the desk carry its tabs."""
    language = get_language() or "en"
    given = {
        "community": community,
        "amount": partial(_said, language),
        "told": told,
        "coupon_off": coupon_off,
        "state_names": state_names(),
        "icon_of": icon_of,
        **({"desk_tabs": tabs(request, community)} if desk else {}),
        **context,
    }
    return show(request, f"market/{template}", block, given, status=status)


def entry_shown(request: PersonRequest, community: "Community") -> dict[str, Any]:
    """Return what the door shows of what lets in: the ways, their currency, what one has tried."""
    ways = queries.entry_plans(community)
    shop = queries.find_shop(community) if ways else None
    person = request.person
    return {
        "ways": ways,
        "currency": shop.currency if shop else "",
        "amount": partial(_said, get_language() or "en"),
        "had": queries.tried_tiers(community, person) if person.is_authenticated else set(),
    }


def _said(language: str, minor: int, unit: str) -> str:
    return amount_said(minor, unit, language)


def coupon_off(one: "Coupon", currency: str) -> str:
    """Return what a coupon takes off, in a few words."""
    amount = partial(_said, get_language() or "en")
    if one.kind == "amount":
        said = [_("%(amount)s off") % {"amount": amount(one.amount or 0, currency)}]
    elif one.kind == "percent":
        said = [_("%(n)s percent off") % {"n": one.percent}]
        if one.amount:
            said.append(_("%(amount)s at most") % {"amount": amount(one.amount, currency)})
    else:
        said = [_("Free sending")]
    if one.least:
        said.append(_("from %(amount)s on") % {"amount": amount(one.least, currency)})
    return " · ".join(said)


def plain(minor: int, exponent: int) -> str:
    """Return an amount as a form shows it."""
    return plain_amount(minor, exponent)


def state_names() -> dict[str, str]:
    """Return what each state of an order is called for its reader."""
    return _state_names(get_language())


@cache
def _state_names(_language: str | None) -> dict[str, str]:
    return {
        "placed": _("Waits to be paid"),
        "paid": _("Paid, waits to be taken on"),
        "confirmed": _("Being prepared"),
        "fulfilled": _("On its way"),
        "received": _("Received"),
        "settled": _("Finished"),
        "cancelled": _("Called off"),
        "expired": _("Ended unpaid"),
        "refunded": _("Given back"),
    }


def todo_names() -> dict[str, str]:
    """Return what the desk is asked to do with orders."""
    return {
        "confirm": _("To take on"),
        "send": _("To send"),
        "pack": _("To pack"),
        "hand_over": _("To hand over"),
    }


def qr_code(text: str) -> Markup:
    """Return a QR code as a drawing in the page, black on white whatever the theme."""
    code = segno.make(text, error="m")
    drawn = code.svg_inline(scale=6, border=3, dark="#000", light="#fff", omitsize=True)
    return Markup(drawn)  # noqa: S704 - drawn by segno


def key_of(request: PersonRequest) -> str:
    """Return the key of a form: sent twice, it acts once."""
    return f"web:{request.POST.get(FIELD, '')[:60] or token()}"


def whole(text: str, most: int = 2**31) -> int:
    """Return a whole number that came in an address or a form; 0 for anything else."""
    return min(int(text), most) if text.isascii() and text.isdecimal() and len(text) < 12 else 0


def handed(source: BinaryIO, content_type: str, name: str = "") -> HttpResponse:
    """Hand over a file that is for its reader alone and runs nothing; one with a name is kept."""
    answer = HttpResponse(source.read(), content_type=content_type)
    if name:
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer
