"""The desk of a shop: its products."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.kernel.errors import DomainError, NotFound
from qunluo.market import actions, queries
from qunluo.web.core.forms import carry_out, explain, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.market.forms import PictureForm, ProductForm, VariantForm
from qunluo.web.market.pages import show_market
from qunluo.web.market.views.desk_shop import run_shop

if TYPE_CHECKING:
    from django import forms

    from qunluo.community.models import Community
    from qunluo.market.models import PickupPoint, Product, Shop, Variant


@require_GET
@signed_in
def products(request: PersonRequest, slug: str) -> HttpResponse:
    """Show everything that was ever written down, and how the shop stands."""
    community = desk_of(request, slug, queries.MANAGE)
    shop = queries.find_shop(community)
    if shop is None:
        return show_market(request, community, "desk_begin.html", {}, desk=True)
    shop.community = community
    context = {
        "shop": shop,
        "found": queries.managed_products(community, viewer=request.person),
        "line": queries.trust_line(shop),
    }
    return show_market(request, community, "desk_products.html", context, desk=True)


@require_http_methods(["GET", "POST"])
@signed_in
def add(request: PersonRequest, slug: str) -> HttpResponse:
    """Write a product down."""
    community, shop = run_shop(request, slug)
    form = ProductForm(posted(request), shop=shop)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = carry_out(
            form, lambda: actions.add_product(actor=request.person, community=community, **said)
        )
        if made:
            return redirect("market:product_edit", slug=slug, uid=made.uid)
    context = {"shop": shop, "form": form}
    status = 422 if form.errors else 200
    return show_market(
        request, community, "desk_product_add.html", context, desk=True, status=status
    )


@require_http_methods(["GET", "POST"])
@signed_in
def product(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show and change a product."""
    community, shop = run_shop(request, slug)
    found = queries.managed_product(community, uid, viewer=request.person)
    form = ProductForm(posted(request), shop=shop, product=found)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if carry_out(
            form, lambda: actions.edit_product(actor=request.person, product=found, **said)
        ):
            messages.success(request, _("Saved."))
            return redirect("market:product_edit", slug=slug, uid=uid)
    return _show(request, community, shop, found, form)


@require_POST
@signed_in
def sale(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Put a product on sale, or take it off."""
    community, _shop = run_shop(request, slug)
    found = queries.managed_product(community, uid, viewer=request.person)
    wish = request.POST.get("wish", "")
    try:
        if wish == "on":
            actions.list_product(actor=request.person, product=found)
            messages.success(request, _("It is on sale."))
        else:
            actions.withdraw_product(
                actor=request.person, product=found, for_good=wish == "end",
                reason=request.POST.get("reason", "").replace("\0", ""),
            )  # fmt: skip
            messages.success(request, _("It is no longer on sale."))
    except DomainError as error:
        messages.error(request, " ".join(error.say(_)))
    return redirect("market:product_edit", slug=slug, uid=uid)


@require_http_methods(["GET", "POST"])
@signed_in
def variant(request: PersonRequest, slug: str, uid: str, pk: int | None = None) -> HttpResponse:
    """Write down a variant, or change one."""
    community, shop = run_shop(request, slug)
    found = queries.managed_product(community, uid, viewer=request.person)
    known = found.variants.filter(pk=min(pk, 2**62)).first() if pk is not None else None
    if pk is not None and known is None:
        raise NotFound
    points = queries.pickup_points(community) if found.kind == "physical" else []
    form = VariantForm(posted(request), shop=shop, variant=known, points=points)
    if request.method == "POST" and form.is_valid():
        try:
            _save_variant(request, found, known, form)
        except DomainError as error:
            explain(form, error)
        else:
            return redirect("market:product_edit", slug=slug, uid=uid)
    context = {"shop": shop, "form": form, "product": found, "variant": known}
    status = 422 if form.errors else 200
    return show_market(request, community, "desk_variant.html", context, desk=True, status=status)


@require_POST
@signed_in
def picture(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Add a picture."""
    community, shop = run_shop(request, slug)
    found = queries.managed_product(community, uid, viewer=request.person)
    form = PictureForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data["picture"].read()
        alt = form.cleaned_data["alt"]
        if carry_out(
            form,
            lambda: actions.add_picture(actor=request.person, product=found, data=data, alt=alt),
        ):
            return redirect("market:product_edit", slug=slug, uid=uid)
    return _show(request, community, shop, found, ProductForm(shop=shop, product=found), form)


@require_POST
@signed_in
def unpicture(request: PersonRequest, slug: str, uid: str, pk: int) -> HttpResponse:
    """Take a picture off."""
    community, _shop = run_shop(request, slug)
    found = queries.managed_product(community, uid, viewer=request.person)
    known = found.pictures.filter(pk=min(pk, 2**62)).first()
    if known is None:
        raise NotFound
    actions.remove_picture(actor=request.person, picture=known)
    return redirect("market:product_edit", slug=slug, uid=uid)


def _save_variant(
    request: PersonRequest, product: "Product", known: "Variant | None", form: VariantForm
) -> None:
    """Save a variant, its prices and how many there are."""
    rules = form.cleaned_data["rules"]
    saved = actions.save_variant(
        actor=request.person, product=product, variant=known, rules=rules, **form.said()
    )
    if not saved.counted:
        return
    places: list[tuple[PickupPoint | None, int | None]] = [(None, form.cleaned_data["amount"])]
    places += [(one, form.cleaned_data[f"at{one.pk}"]) for one in form.points]
    for point, amount in places:
        if amount is not None:
            actions.set_stock(actor=request.person, variant=saved, amount=amount, point=point)


def _show(
    request: PersonRequest, community: "Community", shop: "Shop", product: "Product",
    form: ProductForm, pictures: PictureForm | None = None,
) -> HttpResponse:  # fmt: skip
    variants = product.variants.order_by("place", "pk").prefetch_related("stock__point", "rules")
    context = {
        "shop": shop,
        "product": product,
        "form": form,
        "picture_form": pictures or PictureForm(),
        "pictures": product.pictures.order_by("place", "pk"),
        "variants": variants,
        "missing": queries.missing_for_sale(product),
    }
    status = 422 if form.errors or (pictures and pictures.errors) else 200
    return show_market(request, community, "desk_product.html", context, desk=True, status=status)


def _status(form: "forms.Form") -> int:
    return 422 if form.errors else 200
