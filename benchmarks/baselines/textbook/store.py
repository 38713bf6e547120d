"""The two pages of a shop."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Sum
from django.shortcuts import get_object_or_404, render

from benchmarks.baselines.store import LISTED
from benchmarks.baselines.textbook.models import Form, Good, Membership, Picture


def parts():
    """What belongs to goods."""
    forms = Form.objects.select_related("stock").order_by("place")
    return [Prefetch("forms", forms), Prefetch("pictures", Picture.objects.order_by("place"))]


def priced(good, member):
    """Note what it costs for the reader."""
    forms = list(good.forms.all())
    for form in forms:
        form.mine = form.member_price if member else form.price
    good.lowest = min(form.mine for form in forms)
    good.others = min(form.price for form in forms)
    good.several = len({form.mine for form in forms}) > 1
    good.gone = all(form.stock.amount <= 0 for form in forms)
    return good


def around(request, slug):
    """The membership of the reader, and what is in their cart."""
    membership = get_object_or_404(
        Membership.objects.select_related("community"), community__slug=slug, user=request.user
    )
    count = request.user.cart.aggregate(total=Sum("quantity"))["total"] or 0
    return membership, {"community": membership.community, "in_cart": count}


@login_required
def shop(request, slug):
    """24 things."""
    membership, context = around(request, slug)
    goods = Good.objects.filter(community=membership.community).select_related("community")
    shelves = goods.order_by().values("category").annotate(count=Count("pk")).order_by("category")
    page = Paginator(goods.prefetch_related(*parts()).order_by("-pk"), LISTED).get_page(1)
    found = [priced(good, member=True) for good in page]
    return render(
        request, "shop.html", {**context, "goods": found, "shelves": shelves, "page": page}
    )


@login_required
def good(request, slug, number):
    """One thing."""
    membership, context = around(request, slug)
    found = Good.objects.select_related("community").prefetch_related(*parts())
    one = get_object_or_404(found, community=membership.community, number=number)
    return render(request, "good.html", {**context, "good": priced(one, member=True)})
