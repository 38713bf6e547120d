"""From the cart to an order."""

from functools import partial as partial_of
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.kernel.errors import DomainError
from qunluo.ledger.queries import amount_said, in_wallet
from qunluo.market import actions, queries
from qunluo.market.errors import (
    CouponNotFound,
    CouponRefused,
    NothingToBuy,
    PriceChanged,
    ShopNotOpen,
    SoldOut,
)
from qunluo.market.queries import Delivery, Wish, credit_unit
from qunluo.web.core.forms import explain
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import partial
from qunluo.web.market.coupons import guard_code
from qunluo.web.market.forms import CheckoutForm
from qunluo.web.market.pages import coupon_off, key_of, looker, shop_of, show_market, whole

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.market.models import CartItem, Shop


@require_GET
@signed_in
def cart(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what somebody is about to buy."""
    community, shop = shop_of(request, slug)
    items = queries.cart(request.person, community)
    views = _views(request, shop, items)
    context = {
        "shop": shop,
        "fronts": queries.first_pictures(one.variant.product_id for one in items),
        "items": [(item, views.get(item.variant_id)) for item in items],
        "total": sum(
            one.priced.price * item.quantity
            for item in items
            if (one := views.get(item.variant_id))
        ),
    }
    return show_market(request, community, "cart.html", context)


@require_POST
@signed_in
def put(request: PersonRequest, slug: str) -> HttpResponse:
    """Put something in the cart, change how many, or buy it at once."""
    community, shop = shop_of(request, slug)
    variant, quantity = whole(request.POST.get("variant", "")), request.POST.get("quantity", "1")
    number = whole(quantity) if quantity else 1
    try:
        if request.POST.get("way") == "add":
            mine = queries.cart(request.person, community)
            number += next((one.quantity for one in mine if one.variant_id == variant), 0)
        actions.put_in_cart(actor=request.person, shop=shop, variant=variant, quantity=number)
    except DomainError as error:
        said, then = error.say(_)
        messages.error(request, f"{said} {then}")
        return redirect("market:cart", slug=slug)
    if number > 0:
        _note_source(request, community, shop, variant)
    if request.POST.get("way") == "buy":
        return redirect("market:checkout", slug=slug)
    if request.POST.get("way") == "add":
        messages.success(request, _("It is in your cart."))
    return redirect("market:cart", slug=slug)


def _note_source(
    request: PersonRequest, community: "Community", shop: "Shop", variant: int
) -> None:
    """Note from which post somebody came to what they put in; anything odd is let be."""
    source, uid = request.POST.get("from", "")[:40], request.POST.get("product", "")[:12]
    if not source or "\0" in uid:
        return
    try:
        view = queries.get_product(shop, uid, queries.buyer_of(request.person, community))
    except DomainError:
        return
    if all(one.variant.pk != variant for one in view.variants):
        return
    actions.touch(actor=request.person, community=community, product=view.product, source=source)


@require_http_methods(["GET", "POST"])
@signed_in
def checkout(request: PersonRequest, slug: str) -> HttpResponse:
    """Say how it reaches you, see what it costs, and order."""
    community, shop = shop_of(request, slug)
    if not queries.shop_opened(shop):
        raise ShopNotOpen
    items = queries.cart(request.person, community)
    if not items:
        raise NothingToBuy
    bodily = queries.needs_delivery(one.variant for one in items)
    given = _given(request)
    form = CheckoutForm(
        given,
        person=request.person,
        points=queries.pickup_points(community) if bodily else [],
        sends=bool(bodily and queries.delivery_rates(community)),
        bodily=bodily,
        credit=_credit(request, shop),
        coupons=[
            (one, coupon_off(one.coupon, shop.currency))
            for one in queries.own_coupons(community, request.person)
        ],
        no_returns=[one.variant.product for one in items if not one.variant.product.returnable],
    )
    if request.method == "POST" and form.is_valid():
        placed = _place(request, shop, items, form)
        if placed is not None:
            return placed
    return _show(request, community, shop, items, form)


def _credit(request: PersonRequest, shop: "Shop") -> str:
    """Return the store credit from which the order can be paid at once, or nothing."""
    left = in_wallet(request.person, shop.community, unit=credit_unit(shop.currency))
    return amount_said(left, shop.currency, get_language() or "en") if left > 0 else ""


def _given(request: PersonRequest) -> Any:
    if request.method == "POST":
        return request.POST
    return request.GET if "method" in request.GET else None


def _place(
    request: PersonRequest, shop: "Shop", items: "list[CartItem]", form: CheckoutForm
) -> HttpResponse | None:
    """Order what is in the cart; None when the form has to say why not."""
    delivery: Delivery = form.delivery()
    seen = request.POST.get("total", "")
    try:
        act = actions.buy_from_credit if form.cleaned_data.get("credit") else actions.place_order
        order = act(
            actor=request.person,
            shop=shop,
            wishes=queries.wishes_of(items),
            delivery=delivery,
            key=key_of(request),
            total=whole(seen, 2**53) if seen else None,
            note=form.cleaned_data.get("note", ""),
            coupon=guard_code(request, shop, form.coupon()),
            confirmed=bool(form.cleaned_data.get("no_return")),
        )
    except (PriceChanged, SoldOut) as error:
        said, then = error.say(_)
        messages.warning(request, f"{said} {then}")
        return None
    except (CouponNotFound, CouponRefused) as error:
        form.add_error("coupon", " ".join(error.say(_)))
        return None
    except DomainError as error:
        explain(form, error)
        return None
    sent = dict(delivery.address) if delivery.method == "ship" else None
    actions.empty_cart(actor=request.person, order=order, address=sent)
    return redirect("market:order", slug=shop.community.slug, uid=order.uid)


def _show(
    request: PersonRequest, community: "Community", shop: "Shop", items: "list[CartItem]",
    form: CheckoutForm,
) -> HttpResponse:  # fmt: skip
    quote, refused, coupon_refused = None, None, ""
    wanted: list[Wish] = queries.wishes_of(items)
    priced = partial_of(
        queries.quote, shop, wanted, form.delivery(), viewer=request.person,
        buyer=looker(request, community),
    )  # fmt: skip
    try:
        try:
            named = "" if form.errors else guard_code(request, shop, form.coupon())
            quote = priced(coupon=named)
        except (CouponNotFound, CouponRefused) as error:
            coupon_refused = " ".join(error.say(_))
            quote = priced()
    except DomainError as error:
        refused = " ".join(error.say(_))
    views: dict[int, Any] = (
        {line.variant.pk: line for line in quote.lines} if quote else _views(request, shop, items)
    )
    context = {
        "shop": shop,
        "fronts": queries.first_pictures(one.variant.product_id for one in items),
        "items": [(item, views.get(item.variant_id)) for item in items],
        "form": form,
        "quote": quote,
        "refused": refused if form.knows_where() else "",
        "coupon_refused": coupon_refused,
    }
    block = "sum" if request.method == "GET" and partial(request) else None
    status = 422 if request.method == "POST" else 200
    return show_market(request, community, "checkout.html", context, block=block, status=status)


def _views(request: PersonRequest, shop: "Shop", items: "list[CartItem]") -> dict[int, Any]:
    """Return the variants of a cart as this viewer sees them, by their ids."""
    buyer = looker(request, shop.community)
    wanted = {one.variant_id: one.quantity for one in items}
    return queries.variants_in_cart(wanted, buyer)
