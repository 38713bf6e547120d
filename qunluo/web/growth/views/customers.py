"""The list of customers, and what is done for many at once."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.growth import actions, queries
from qunluo.kernel.tx import write_tx
from qunluo.people.queries import get_person
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.links import url
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of
from qunluo.web.growth.forms import (
    CustomerFilterForm,
    CustomerForm,
    PolicyForm,
    TogetherForm,
)
from qunluo.web.growth.pages import show_page, status_of

if TYPE_CHECKING:
    from qunluo.community.models import Community

PAGE = 24


@require_GET
@signed_in
def customers(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the customers: who they are, who is asleep, who came back."""
    community = desk_of(request, slug)
    form = filter_form(request.GET, community)
    filters, after = form.said(), request.GET.get("after")
    ask: dict[str, Any] = {"viewer": request.person, "filters": filters}
    found = queries.customers(community, **ask, after=after, limit=PAGE)
    context = {
        "form": form,
        "filters": filters,
        "query": query_of(filters),
        "found": found,
        "more": more_url(slug, filters, found.next),
        "count": queries.count_customers(community, **ask),
        **_figures(request, community),
    }
    return show_page(request, community, "customers.html", context, "more" if after else "found")


def filter_form(data: Any, community: "Community") -> CustomerFilterForm:
    """Return the filters as asked for."""
    return CustomerFilterForm(
        data, community=community, sources=queries.customer_sources(community)
    )


def query_of(filters: dict[str, str]) -> str:
    """Return filters as they stand in an address."""
    query = QueryDict(mutable=True)
    query.update(filters)
    return query.urlencode()


def more_url(slug: str, filters: dict[str, str], following: str | None) -> str:
    """Return the address of the next page, or nothing."""
    if following is None:
        return ""
    return f"{url('growth:customers', slug=slug)}?{query_of({**filters, 'after': following})}"


def _figures(request: PersonRequest, community: "Community") -> dict[str, Any]:
    policy = queries.policy_of(community)
    today = queries.today_in(community)
    return {
        "summary": queries.customer_summary(community, viewer=request.person),
        "reactivation": queries.reactivation(community),
        "policy": policy,
        "spent": queries.spent,
        "state_of": lambda one: queries.state_of_customer(one, today, policy.dormant_days),
        "together_form": TogetherForm(community=community),
    }


@require_http_methods(["GET", "POST"])
@signed_in
def add(request: PersonRequest, slug: str) -> HttpResponse:
    """Put one customer down by hand."""
    community = desk_of(request, slug, "customers.import")
    form = CustomerForm(posted(request))
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = {
            "actor": request.person,
            "community": community,
            **form.cleaned_data,
        }
        if made := carry_out(form, lambda: actions.add_customer(**said)):
            return redirect("growth:customer", slug=slug, pk=made.pk)
    return show_page(
        request, community, "customer_add.html", {"form": form}, status=status_of(form)
    )


@require_POST
@signed_in
def together(request: PersonRequest, slug: str) -> HttpResponse:
    """Give all customers that the filters leave a host or a tag, or share the hostless out."""
    community = desk_of(request, slug, "customers.import")
    filters = filter_form(QueryDict(request.POST.get("query", "")), community).said()
    ask: dict[str, Any] = {"actor": request.person, "community": community}
    done = []
    with write_tx():  # a tag that is refused leaves nobody with half of what was asked
        if "spread" in request.POST:
            done.append(sum(actions.spread_customers(**ask).values()))
        if (host := request.POST.get("host", "")).isdecimal():
            given = get_person(pk=int(host))
            done.append(actions.assign_customers(**ask, filters=filters, host=given))
        if tag := request.POST.get("tag", ""):
            done.append(actions.tag_customers(**ask, filters=filters, tag=tag))
    for count in done:
        _tell(request, count)
    return redirect(f"{url('growth:customers', slug=slug)}?{query_of(filters)}")


def _tell(request: PersonRequest, count: int) -> None:
    said = ngettext("%(n)s customer was changed.", "%(n)s customers were changed.", count)
    messages.success(request, said % {"n": count})


@require_http_methods(["GET", "POST"])
@signed_in
def policy(request: PersonRequest, slug: str) -> HttpResponse:
    """Change the numbers that growth works with."""
    community = desk_of(request, slug, "community.edit")
    form = PolicyForm.of(community, posted(request))
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = {
            "actor": request.person,
            "community": community,
            **form.cleaned_data,
        }
        carry_out(form, lambda: actions.change_policy(**said))
        messages.success(request, _("Saved."))
        return redirect("growth:customers", slug=slug)
    return show_page(request, community, "policy.html", {"form": form}, status=status_of(form))
