"""From words to orders and back: one's own figures, and what the desk sees and tells."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import StringIO
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from qunluo.conversation.queries import kinds
from qunluo.growth.queries import safe_cell
from qunluo.kernel.money import digits
from qunluo.market import actions, queries
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.market.pages import plain, shop_of, show_market

if TYPE_CHECKING:
    from qunluo.community.models import Community

SORTS = [
    ("product", gettext_lazy("The product")),
    ("guide", gettext_lazy("What is said of it")),
    ("answer", gettext_lazy("An answer")),
]


class PeriodForm(forms.Form):
    """From which day to which; both belong to it."""

    first = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    last = forms.DateField(
        label=gettext_lazy("Last day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )


class ImproveForm(forms.Form):
    """What was changed because of which feedback."""

    feedback = forms.CharField(widget=forms.HiddenInput(), max_length=40)
    sort = forms.ChoiceField(label=gettext_lazy("What changed?"), choices=SORTS)
    words = forms.CharField(
        label=gettext_lazy("What is different now?"),
        help_text=gettext_lazy("Whoever sees the product reads this."),
        max_length=300, widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip


def period_of(
    request: PersonRequest, community: "Community"
) -> tuple[date, date, datetime, datetime]:
    """Return the days that were asked for, the last 90 otherwise, and the moments around them."""
    form = PeriodForm(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    return queries.period(community, said.get("first"), said.get("last"))


@require_GET
@signed_in
def own(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what each of one's own posts brought."""
    community, shop = shop_of(request, slug)
    found = queries.own_figures(community, person=request.person)
    context = {"shop": shop, "found": found[:100]}
    return show_market(request, community, "trace_own.html", context)


@require_GET
@signed_in
def desk(request: PersonRequest, slug: str) -> HttpResponse:
    """Show how far each product came from words to orders and back."""
    community = desk_of(request, slug, queries.MANAGE)
    first, last, since, until = period_of(request, community)
    found = queries.trace(community, viewer=request.person, since=since, until=until)
    context = {
        "found": found,
        "rows": found.rows[:50],
        "left_out": max(len(found.rows) - 50, 0),
        "steps": step_names(),
        "form": PeriodForm(initial={"first": first, "last": last}),
        "query": f"first={first}&last={last}",
    }
    return show_market(request, community, "trace_desk.html", context, desk=True)


@require_GET
@signed_in
def table(request: PersonRequest, slug: str) -> HttpResponse:
    """Give the way of each product as a CSV table."""
    community = desk_of(request, slug, queries.MANAGE)
    first, last, since, until = period_of(request, community)
    found = queries.trace(community, viewer=request.person, since=since, until=until)
    names = step_names()
    head = [
        _("Product"), *names.values(), _("Orders from posts"), _("Feedback with a closed loop"),
    ]  # fmt: skip
    rows = (
        [one.product.title, *(one.counts[name] for name in names), one.from_content, one.closed]
        for one in found.rows
    )
    return _csv(f"trace-{slug}-{first}-{last}", head, rows)


@require_GET
@signed_in
def posts(request: PersonRequest, slug: str) -> HttpResponse:
    """Show which posts brought orders."""
    community = desk_of(request, slug, queries.MANAGE)
    first, last, since, until = period_of(request, community)
    found = queries.posts_that_sold(community, viewer=request.person, since=since, until=until)
    context = {
        "shop": queries.get_shop(community),
        "found": found[:50],
        "left_out": max(len(found) - 50, 0),
        "form": PeriodForm(initial={"first": first, "last": last}),
        "query": f"first={first}&last={last}",
    }
    return show_market(request, community, "trace_posts.html", context, desk=True)


@require_GET
@signed_in
def posts_table(request: PersonRequest, slug: str) -> HttpResponse:
    """Give the posts that brought orders as a CSV table."""
    community = desk_of(request, slug, queries.MANAGE)
    first, last, since, until = period_of(request, community)
    currency = queries.get_shop(community).currency
    found = queries.posts_that_sold(community, viewer=request.person, since=since, until=until)
    head = [
        _("Thread"), _("Post"), _("Second"), _("Title"), _("Author"), _("Into the cart"),
        _("People who bought"), _("Orders"), _("Amount"), _("Currency"),
    ]  # fmt: skip
    rows = (
        [
            one.number, one.place, "" if one.second is None else one.second,
            one.card.name if one.card else "", one.card.author.name if one.card else "",
            one.figure.came, one.figure.people, one.figure.orders,
            plain(one.figure.amount, digits(currency)), currency,
        ]
        for one in found
    )  # fmt: skip
    return _csv(f"posts-{slug}-{first}-{last}", head, rows)


@require_http_methods(["GET", "POST"])
@signed_in
def product(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show what is said of a product, and tell what was changed because of it."""
    community = desk_of(request, slug, queries.MANAGE)
    one = queries.managed_product(community, uid, viewer=request.person)
    form = ImproveForm(posted(request))
    if request.method == "POST" and form.is_valid():
        said = {"actor": request.person, "product": one, **form.cleaned_data}
        if carry_out(form, lambda: actions.improve(**said)):
            messages.success(request, _("Told. Whoever said it hears of the change."))
            return redirect("trace:product", slug=slug, uid=uid)
    context = {
        "one": one,
        "form": form,
        "chosen": request.POST.get("feedback", ""),
        "found": queries.feedback_on(one, viewer=request.person)[:50],
        "sorts": sort_names(),
        "changes": dict(SORTS),
    }
    status = 422 if form.errors else 200
    return show_market(request, community, "trace_product.html", context, desk=True, status=status)


def step_names() -> dict[str, str]:
    """Return what each step of the way is called, in its order."""
    return {
        "content": _("Posts about it"),
        "talk": _("Replies"),
        "came": _("Into the cart"),
        "orders": _("Orders paid"),
        "used": _("Received"),
        "feedback": _("Feedback"),
        "improved": _("Improved"),
        "next": _("Posts after that"),
    }


def sort_names() -> dict[str, Any]:
    """Return what each sort of feedback is called."""
    told: dict[str, Any] = {name: kind.label for name, kind in kinds().items()}
    return told | {"return": _("Return"), "complaint": _("Complaint")}


def _csv(name: str, head: list[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """Return a table as a file; no cell is ever taken for a formula."""
    out = StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(head)
    for row in rows:
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
