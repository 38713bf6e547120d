"""Complaints that many have in common: for everybody who sees the shop, for good."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q, QuerySet, Sum

from qunluo.kernel.clock import now
from qunluo.kernel.prepared import ask
from qunluo.market.errors import ComplaintNotFound
from qunluo.market.models import Claim, GroupComplaint, Order, Product, Remedy
from qunluo.market.queries.claims import less_rebate
from qunluo.market.queries.gone_back import gone_back
from qunluo.market.queries.products import buyer_of, require_audience
from qunluo.market.queries.shop import get_shop
from qunluo.market.rules.states import REFUNDABLE

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.market.queries.shop import Viewer

State = GroupComplaint.State
MOST = 200


@dataclass(frozen=True)
class GroupView:
    """A group complaint as everybody reads it: of whom is never told, only how many."""

    group: GroupComplaint
    buyers: int  # who complained
    affected: int  # orders that get what is published
    given: int  # of them, how many have got it
    amount: int  # that went back in all, in whole minor units
    overdue: bool

    @property
    def open(self) -> bool:
        """Tell whether it waits for its answer."""
        return self.group.state == State.OPEN


def group_complaints(community: "Community", *, viewer: "Viewer") -> list[GroupView]:
    """Return the group complaints of a shop, the newest first. ShopNotFound, MembersOnlyShop."""
    _require_sight(community, viewer)
    return _newest(GroupComplaint.objects.filter(community=community))


def complaints_about(product: Product) -> list[GroupView]:
    """Return those about a product, the newest first; fetch the product by permission first."""
    if not ask("", _about, [product.pk]):
        return []
    return _newest(GroupComplaint.objects.filter(product=product))


def _about(given: Sequence[int]) -> "QuerySet[GroupComplaint, Any]":
    return GroupComplaint.objects.filter(product_id=given[0]).values_list("pk")[:1]


def get_group_complaint(
    uid: str, *, viewer: "Viewer", community: "Community | None" = None
) -> GroupView:
    """Return a group complaint, for everybody who sees the shop and for whom it affects.

    ComplaintNotFound, ShopNotFound, MembersOnlyShop.
    """
    if "\0" in uid:
        raise ComplaintNotFound
    named = GroupComplaint.objects.filter(uid=uid)
    if community is not None:
        named = named.filter(community=community)
    group = _whole(named).first()
    if group is None:
        raise ComplaintNotFound
    who = viewer.pk if viewer is not None else None
    if who is None or not affected_orders(group).filter(buyer=who).exists():
        _require_sight(group.community, viewer)
    return _view([group])[0]


def find_group_complaint(pk: int) -> GroupComplaint | None:
    """Return a group complaint, or None."""
    return _whole(GroupComplaint.objects.filter(pk=pk)).first()


def waits_for_answer(product: Product) -> bool:
    """Tell whether a product may not be sold until the shop has answered."""
    return GroupComplaint.objects.filter(product=product, state=State.OPEN).exists()


def affected_orders(group: GroupComplaint) -> QuerySet[Order]:
    """Return the orders of everybody who bought the product in its time, unless paid back whole."""
    return Order.objects.filter(
        community=group.community_id,
        lines__product=group.product_id,
        paid_at__isnull=False,
        placed_at__gte=group.since,
        state__in=REFUNDABLE,
    ).distinct()


def paid_for(order: Order, group: GroupComplaint) -> int:
    """Return what an order cost of the product, less its share of what a campaign paid back."""
    lines = order.lines.filter(product=group.product_id)
    return less_rebate(order, lines.aggregate(n=Sum(F("amount") - F("discount")))["n"] or 0)


def had_for(order: Order, group: GroupComplaint) -> int:
    """Return what went back of the product already: for claims, other remedies, and by hand.

    What a campaign paid back to everybody is taken off its price instead.
    """
    return gone_back([order], rebates=False)[order.pk].get(group.product_id, 0)


def due_complaints() -> bool:
    """Tell whether a remedy is to be given, or a time for an answer is over."""
    moment = now()
    if Remedy.objects.filter(state=Remedy.State.WAITING, try_at__lte=moment).exists():
        return True
    late = GroupComplaint.objects.filter(state=State.OPEN, answer_by__lte=moment, overdue_at=None)
    return late.exists()


def _require_sight(community: "Community", viewer: "Viewer") -> None:
    shop = get_shop(community)
    shop.community = community
    buyer = buyer_of(viewer, community)
    if not buyer.manages:
        require_audience(shop, buyer)


def _newest(found: QuerySet[GroupComplaint]) -> list[GroupView]:
    return _view(list(_whole(found).order_by("-pk")[:MOST]))


def _whole(found: QuerySet[GroupComplaint]) -> QuerySet[GroupComplaint]:
    return found.select_related("community", "product", "answered_by")


def _view(found: Sequence[GroupComplaint]) -> list[GroupView]:
    pks = [one.pk for one in found]
    buyers = dict(
        Claim.objects.filter(group__in=pks)
        .values_list("group")
        .annotate(n=Count("buyer", distinct=True))
    )
    given = {
        row["group"]: row
        for row in Remedy.objects.filter(group__in=pks)
        .values("group")
        .annotate(all=Count("pk"), done=Count("pk", filter=Q(state="done")), amount=Sum("amount"))
    }
    moment, nothing = now(), {"all": 0, "done": 0, "amount": 0}
    views = []
    for one in found:
        row, waits = given.get(one.pk, nothing), one.state == State.OPEN
        affected = affected_orders(one).count() if waits else row["all"]
        views.append(
            GroupView(
                group=one,
                buyers=buyers.get(one.pk, 0),
                affected=affected,
                given=row["done"],
                amount=row["amount"] or 0,
                overdue=waits and one.answer_by <= moment,
            )
        )
    return views
