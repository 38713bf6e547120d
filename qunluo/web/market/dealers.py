"""Where to buy outside, codes of products, and what one has registered by them. T03."""

import csv
from io import StringIO
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community.queries import current_rules, get_community
from qunluo.kernel.ratelimit import limit
from qunluo.market import actions, queries
from qunluo.market.errors import CodeNotFound
from qunluo.web.core.belonging import is_member
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.market.pages import key_of, show_market, whole
from qunluo.web.market.views.desk_shop import run_shop

if TYPE_CHECKING:
    from qunluo.community.models import RulesVersion
    from qunluo.market.models import CodeBatch, Dealer, Product, ProductCode, Shop

TRIES = {"times": 10, "seconds": 3_600}  # shared with the API
GUESSES = {"times": 20, "seconds": 3_600}  # by address, of codes that nobody made


class CodeForm(forms.Form):
    """The code that lay in a box."""

    code = forms.CharField(
        label=gettext_lazy("Code of the product"), max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip

    def __init__(self, *args: Any, rules: "RulesVersion | None", **kwargs: Any) -> None:
        """Take the rules that a newcomer accepts."""
        super().__init__(*args, **kwargs)
        if rules:
            self.fields["accepted_rules"] = forms.BooleanField(
                label=gettext_lazy("I have read the rules and will keep them")
            )


class BatchForm(forms.Form):
    """Codes to be made."""

    product = forms.TypedChoiceField(label=gettext_lazy("Product"))
    name = forms.CharField(
        label=gettext_lazy("What they are for"), max_length=80,
        help_text=gettext_lazy("Such as: autumn, 500 boxes"),
    )  # fmt: skip
    count = forms.IntegerField(
        label=gettext_lazy("How many"), min_value=1, max_value=2_000, initial=100
    )

    def __init__(self, *args: Any, products: "list[Product]", **kwargs: Any) -> None:
        """Take the products of the shop."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["product"]
        field.choices = [(one.uid, one.title) for one in products]


class DealerForm(forms.Form):
    """Where to buy."""

    name = forms.CharField(label=gettext_lazy("Name of the dealer"), max_length=80)
    url = forms.CharField(
        label=gettext_lazy("Address of the dealer"), max_length=300,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )  # fmt: skip
    place = forms.CharField(label=gettext_lazy("City"), max_length=80, required=False)
    note = forms.CharField(label=gettext_lazy("A word on it"), max_length=200, required=False)
    product = forms.TypedChoiceField(label=gettext_lazy("Only for"), required=False)

    def __init__(self, *args: Any, products: "list[Product]", **kwargs: Any) -> None:
        """Take the products of the shop."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["product"]
        field.choices = [("", _("All products")), *((one.uid, one.title) for one in products)]


@require_http_methods(["GET", "POST"])
def code(request: PersonRequest, slug: str, code: str = "") -> HttpResponse:
    """Show whom a code leads to, and let somebody in by it."""
    community = get_community(slug, viewer=request.person)
    inside = is_member(request, community)
    rules = None if inside else current_rules(community)
    form = CodeForm(posted(request), rules=rules, initial={"code": code})
    if request.method == "POST" and request.person.is_authenticated and form.is_valid():
        limit("product-code", request.person.pk, **TRIES)
        said = form.cleaned_data
        number = rules.number if rules and said.get("accepted_rules") else 0
        _count_guess(request, queries.find_code(community, said["code"]))
        made = carry_out(
            form,
            lambda: actions.register_code(
                actor=request.person, community=community, code=said["code"], accepted_rules=number
            ),
        )
        if made is not None:
            messages.success(request, _("It is registered. Welcome among those who use it."))
            return redirect("dealers:mine", slug=slug)
    found = queries.find_code(community, code) if code else None
    if code and found is None:
        _count_guess(request, found)
        raise CodeNotFound
    if found and request.person.is_authenticated and found.used_by_id == request.person.pk:
        return redirect("dealers:mine", slug=slug)
    free = found if found and not found.used_by_id and not found.batch.stopped_at else None
    context = {
        "form": form,
        "rules": rules,
        "product": free.batch.product if free else None,
        "gone": bool(code) and free is None,
    }
    status = 422 if form.errors else 200
    return show_market(request, community, "code.html", context, status=status)


@require_GET
@signed_in
def mine(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the products that one has registered."""
    community = get_community(slug, viewer=request.person)
    found = queries.own_products(community, request.person)
    return show_market(request, community, "my_products.html", {"found": found})


@require_http_methods(["GET", "POST"])
@signed_in
def codes(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the codes that were made; make more, which come as a table once."""
    community, shop = run_shop(request, slug)
    products = [one.product for one in queries.managed_products(community, viewer=request.person)]
    form = BatchForm(posted(request), products=products)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        product = next(one for one in products if one.uid == said["product"])
        made = carry_out(
            form,
            lambda: actions.make_codes(
                actor=request.person,
                product=product,
                name=said["name"],
                count=said["count"],
                key=key_of(request),
            ),  # fmt: skip
        )
        if made is not None:
            return _table(request, slug, *made)
    batches = queries.code_batches(community, viewer=request.person)[:100]
    context = {"shop": shop, "form": form, "batches": batches}
    status = 422 if form.errors else 200
    return show_market(request, community, "desk_codes.html", context, desk=True, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def batch(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show who used codes of a batch; stop those that are left."""
    community, _shop = run_shop(request, slug)
    found = queries.get_batch(community, uid, viewer=request.person)
    if request.method == "POST":
        actions.stop_codes(actor=request.person, batch=found)
        messages.success(request, _("Those that nobody has used count no more."))
        return redirect("dealers:batch", slug=slug, uid=uid)
    context = {"batch": found, "uses": queries.code_uses(found)}
    return show_market(request, community, "desk_batch.html", context, desk=True)


@require_http_methods(["GET", "POST"])
@signed_in
def desk(request: PersonRequest, slug: str) -> HttpResponse:
    """Show where to buy, and say of one more dealer."""
    community, shop = run_shop(request, slug)
    products = [one.product for one in queries.managed_products(community, viewer=request.person)]
    form = DealerForm(posted(request), products=products)
    if request.method == "POST" and form.is_valid() and _save(request, shop, form, products):
        return redirect("dealers:desk", slug=slug)
    context = {
        "shop": shop,
        "form": form,
        "found": queries.managed_dealers(community, viewer=request.person),
    }
    status = 422 if form.errors else 200
    return show_market(request, community, "desk_dealers.html", context, desk=True, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def dealer(request: PersonRequest, slug: str, pk: str) -> HttpResponse:
    """Show and change what is said of a dealer."""
    community, shop = run_shop(request, slug)
    found = queries.get_dealer(community, whole(pk), viewer=request.person)
    products = [one.product for one in queries.managed_products(community, viewer=request.person)]
    kept = {name: getattr(found, name) for name in ("name", "url", "place", "note")}
    kept["product"] = found.product.uid if found.product else ""
    form = DealerForm(posted(request), products=products, initial=kept)
    if request.method == "POST" and form.is_valid() and _save(request, shop, form, products, found):
        return redirect("dealers:desk", slug=slug)
    status = 422 if form.errors else 200
    context = {"dealer": found, "form": form}
    return show_market(request, community, "desk_dealer.html", context, desk=True, status=status)


@require_POST
@signed_in
def remove(request: PersonRequest, slug: str, pk: str) -> HttpResponse:
    """Tell of a dealer no more."""
    community, _shop = run_shop(request, slug)
    found = queries.get_dealer(community, whole(pk), viewer=request.person)
    actions.remove_dealer(actor=request.person, dealer=found)
    messages.success(request, _("It is no longer told of."))
    return redirect("dealers:desk", slug=slug)


def _save(
    request: PersonRequest, shop: "Shop", form: DealerForm, products: "list[Product]",
    dealer: "Dealer | None" = None,
) -> bool:  # fmt: skip
    """Save what a form says of a dealer, who is new without one; False when it is refused."""
    said = dict(form.cleaned_data)
    said["product"] = next((one for one in products if one.uid == said["product"]), None)
    given = {"actor": request.person, "shop": shop, "dealer": dealer, **said}
    if not carry_out(form, lambda: actions.save_dealer(**given)):
        return False
    messages.success(request, _("Saved."))
    return True


def _count_guess(request: PersonRequest, found: "ProductCode | None") -> None:
    """Let who tries many codes that nobody made wait, signed in or not. TooMany."""
    if found is None:
        limit("product-code-guess", get_adapter().get_client_ip(request), **GUESSES)


def _table(request: PersonRequest, slug: str, batch: "CodeBatch", made: list[str]) -> HttpResponse:
    """Return codes with the addresses that they lead to, as a table."""
    out = StringIO()
    out.write("\ufeff")
    rows = csv.writer(out)
    rows.writerow([_("Code"), _("Address")])
    for one in made:
        rows.writerow([one, request.build_absolute_uri(reverse("dealers:code", args=[slug, one]))])
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="codes-{batch.uid}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer
