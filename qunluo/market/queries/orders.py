"""Orders, for who placed them and for who runs the shop; fetching is permission."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.kernel.paging import Page, page
from qunluo.kernel.prepared import ask, first, objects, padded
from qunluo.market.errors import OrderNotFound, PaymentNotFound, RefundNotFound
from qunluo.market.models import (
    CartItem,
    Claim,
    Coupon,
    MerchantAccount,
    Order,
    OrderLine,
    Payment,
    ProviderNotice,
    Refund,
)
from qunluo.market.queries.coupons import coupons_of
from qunluo.market.rules.claims import LIVE as CLAIMED
from qunluo.market.rules.permissions import ORDERS
from qunluo.market.rules.states import LIVE
from qunluo.market.rules.wishes import Wish

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.market.queries.shop import Viewer
    from qunluo.people.models import Person

State = Order.State
WAITS_FOR_TRANSFERS = timedelta(days=14)
# What the desk looks for, in the order in which it wants to be done.
TODO = {
    "confirm": Q(state=State.PAID, waits=False),
    "send": Q(state=State.CONFIRMED, method=Order.Method.SHIP),
    "pack": Q(state=State.CONFIRMED, method=Order.Method.PICKUP, ready_at=None),
    "hand_over": Q(state=State.CONFIRMED, method=Order.Method.PICKUP, ready_at__isnull=False),
}


@dataclass(frozen=True)
class OrderView:
    """An order with its lines, payments and refunds."""

    order: Order
    lines: tuple[OrderLine, ...]
    payments: tuple[Payment, ...]
    refunds: tuple[Refund, ...]
    state: str
    coupon: Coupon | None = None

    @property
    def payment(self) -> Payment | None:
        """Return the payment that counts."""
        return next((one for one in self.payments if one.counts), None)


def standing_of(order: Order) -> str:
    """Return the state of an order now: deadlines count from the second they pass."""
    if order.state == State.PLACED and order.expires_at <= now():
        return State.EXPIRED
    if order.state == State.FULFILLED and order.receive_by and order.receive_by <= now():
        return State.RECEIVED
    return order.state


def own_orders(
    person: "Person", community: "Community | None" = None, *, after: str | None = None,
    limit: int = 20,
) -> Page[OrderView]:  # fmt: skip
    """Return what somebody ordered, the newest first."""
    found = Order.objects.filter(buyer=person).select_related("community", "point")
    if community is not None:
        found = found.filter(community=community)
    return _viewed(page(found, ["-id"], after, limit))


def get_order(uid: str, *, viewer: "Viewer", community: "Community | None" = None) -> OrderView:
    """Return an order, for its buyer and for who runs the shop. OrderNotFound."""
    named = Order.objects.filter(uid=uid)
    if community is not None:
        named = named.filter(community=community)
    order = named.select_related("community", "buyer", "point").first()
    if order is None or viewer is None or viewer.pk is None:
        raise OrderNotFound
    if order.buyer_id != viewer.pk and not runs_orders(viewer, order.community):
        raise OrderNotFound
    return _view([order])[0]


def own_order(uid: str, *, person: "Person", community: "Community | None" = None) -> OrderView:
    """Return an order of one's own. OrderNotFound."""
    order: Order | None = first("", _own, [uid, person.pk])
    if order is None or community is not None and order.community_id != community.pk:
        raise OrderNotFound
    return _view([order])[0]


def _own(given: Sequence[Any]) -> QuerySet[Order]:
    found = Order.objects.filter(uid=given[0], buyer=given[1])
    return found.select_related("community", "buyer", "point")


def find_order(pk: int) -> Order | None:
    """Return an order, or None."""
    return Order.objects.filter(pk=pk).select_related("community", "buyer").first()


def runs_orders(viewer: "Viewer", community: "Community") -> bool:
    """Tell whether somebody looks after the orders of a community."""
    return ORDERS in communities.permissions_of(viewer, community)


def orders(
    community: "Community",
    *,
    viewer: "Viewer",
    todo: str = "",
    state: str = "",
    words: str = "",
    point: int | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[OrderView]:
    """Return the orders of a shop, the newest first. PermissionMissing.

    `words` looks in numbers, names, phones and tracking numbers.
    """
    communities.require(viewer, community, ORDERS)
    return _viewed(page(_wanted(community, todo, state, words, point), ["-id"], after, limit))


def orders_for_table(
    community: "Community", *, viewer: "Viewer", todo: str = "", state: str = "", words: str = "",
    point: int | None = None, most: int = 10_000,
) -> list[OrderView]:  # fmt: skip
    """Return orders to take along as a table, the newest first. PermissionMissing."""
    communities.require(viewer, community, ORDERS)
    return _view(list(_wanted(community, todo, state, words, point).order_by("-id")[:most]))


def todo_counts(community: "Community", *, viewer: "Viewer") -> dict[str, int]:
    """Return how many orders wait for each thing. PermissionMissing."""
    communities.require(viewer, community, ORDERS)
    counts = {name: Count("pk", filter=which) for name, which in TODO.items()}
    found = Order.objects.filter(community=community, state__in=[State.PAID, State.CONFIRMED])
    return dict(found.aggregate(**counts))


def troubles(community: "Community", *, viewer: "Viewer") -> tuple[list[Payment], list[Refund]]:
    """Return payments that came otherwise than asked for, and refunds that somebody has to do.

    Among these are refunds that were on their way when the community moved: nobody tries them here.
    """
    communities.require(viewer, community, ORDERS)
    odd = Payment.objects.filter(order__community=community, state=Payment.State.ODD)
    back = Refund.objects.filter(left_to_somebody(), order__community=community)
    return (
        list(odd.select_related("order").order_by("-pk")[:50]),
        list(back.select_related("order", "payment").order_by("-pk")[:50]),
    )


def left_to_somebody() -> Q:
    """Return the condition under which no provider sends a refund, so that somebody has to."""
    left = Q(state__in=[Refund.State.FAILED, Refund.State.BY_HAND])
    return left | Q(state__in=[Refund.State.WANTED, Refund.State.SENT], try_at=None)


def waiting_payments(community: "Community", *, viewer: "Viewer") -> list[Payment]:
    """Return payments that somebody has to say have come: transfers and cash. PermissionMissing.

    Money may come when the time to pay is over, too; two weeks are waited for it.
    """
    communities.require(viewer, community, ORDERS)
    found = Payment.objects.filter(
        order__community=community,
        way="words",
        state__in=[Payment.State.OPEN, Payment.State.CLOSED],
        opened_at__gte=now() - WAITS_FOR_TRANSFERS,
        order__state__in=[State.PLACED, State.EXPIRED],
    )
    return list(found.select_related("order__buyer").order_by("-pk")[:100])


def packing_list(community: "Community", point: int, *, viewer: "Viewer") -> list[OrderView]:
    """Return what is to be packed for a pick-up point, in the order of names. PermissionMissing."""
    communities.require(viewer, community, ORDERS)
    found = _base(community).filter(state=State.CONFIRMED, point=point)
    return _view(list(found.order_by("buyer__name", "pk")[:1000]))


def packed_totals(views: Sequence[OrderView]) -> list[tuple[str, str, int]]:
    """Return how many of each variant are needed for orders: title, variant, quantity."""
    sums: dict[tuple[str, str], int] = {}
    for one in views:
        for line in one.lines:
            named = line.title, line.variant_name
            sums[named] = sums.get(named, 0) + line.quantity
    return [(*named, quantity) for named, quantity in sorted(sums.items())]


def get_payment(number: str, *, viewer: "Viewer") -> Payment:
    """Return a payment, for its payer and for who runs the shop. PaymentNotFound."""
    found = Payment.objects.filter(number=number).select_related("order__community", "merchant")
    payment = found.first()
    if payment is None or viewer is None or viewer.pk is None:
        raise PaymentNotFound
    if payment.order.buyer_id != viewer.pk and not runs_orders(viewer, payment.order.community):
        raise PaymentNotFound
    return payment


def get_refund(number: str, *, viewer: "Viewer") -> Refund:
    """Return a refund, for who runs the shop. RefundNotFound."""
    refund = (
        Refund.objects.filter(number=number).select_related("order__community", "payment").first()
    )
    if refund is None or not runs_orders(viewer, refund.order.community):
        raise RefundNotFound
    return refund


def find_merchant(provider: str, key: str) -> MerchantAccount | None:
    """Return the account whose notices come to an address, or None."""
    found = MerchantAccount.objects.filter(provider=provider, key=key)
    return found.select_related("community").first()


def cart(person: "Person", community: "Community") -> list[CartItem]:
    """Return what somebody has in their cart."""
    return objects("", _cart, [person.pk, community.pk])


def _cart(given: Sequence[int]) -> QuerySet[CartItem]:
    found = CartItem.objects.filter(person_id=given[0], community_id=given[1])
    return found.select_related("variant__product").order_by("pk")


def cart_count(person: "Person", community: "Community") -> int:
    """Return how many things are in a cart."""
    return sum(in_cart(person, community).values())


def in_cart(person: "Person", community: "Community") -> dict[int, int]:
    """Return how many of which variants are in a cart."""
    return dict(ask("", _quantities, [person.pk, community.pk]))


def _quantities(given: Sequence[int]) -> QuerySet[CartItem, Any]:
    found = CartItem.objects.filter(person_id=given[0], community_id=given[1])
    return found.values_list("variant", "quantity")


def wishes_of(items: Sequence[CartItem]) -> list[Wish]:
    """Return what a cart asks for."""
    return [Wish(one.variant_id, one.quantity) for one in items]


def due_orders() -> bool:
    """Tell whether the time of any order has come."""
    moment = now()
    due = Q(state=State.PLACED, expires_at__lte=moment)
    due |= Q(state=State.FULFILLED, receive_by__lte=moment)
    held = Exists(Claim.objects.filter(order=OuterRef("pk"), state__in=CLAIMED))
    due |= Q(~held, state=State.RECEIVED, settle_at__lte=moment)
    return Order.objects.filter(due).exists()


def due_money() -> bool:
    """Tell whether a provider has to be asked about anything."""
    moment = now()
    return (
        Payment.objects.filter(state=Payment.State.OPEN, look_at__lte=moment).exists()
        or Refund.objects.filter(state__in=["wanted", "sent"], try_at__lte=moment).exists()
        or ProviderNotice.objects.filter(state="waiting", try_at__lte=moment).exists()
    )


def live_orders_of(person: "Person") -> "QuerySet[Order]":
    """Return the orders of somebody in which something is still owed."""
    return Order.objects.filter(buyer=person, state__in=LIVE).exclude(
        state=State.PLACED, expires_at__lte=now()
    )


def _base(community: "Community") -> "QuerySet[Order]":
    found = Order.objects.filter(community=community)
    return found.select_related("community", "buyer", "point")


def _wanted(
    community: "Community", todo: str, state: str, words: str, point: int | None
) -> "QuerySet[Order]":
    found = _base(community)
    if todo in TODO:
        found = found.filter(TODO[todo])
    if state in State.values:
        found = found.filter(state=state)
    if point is not None:
        found = found.filter(point=point)
    for word in words.split()[:5]:
        found = found.filter(
            Q(uid__istartswith=word)
            | Q(buyer__name__icontains=word)
            | Q(tracking__istartswith=word)
            | Q(address__name__icontains=word)
            | Q(address__phone__icontains=word)
        )
    return found


def _viewed(found: Page[Order]) -> Page[OrderView]:
    return Page(_view(found.items), found.next)


def _view(found: Sequence[Order]) -> list[OrderView]:
    ids = [order.pk for order in found]
    lines: dict[int, list[OrderLine]] = {pk: [] for pk in ids}
    payments: dict[int, list[Payment]] = {pk: [] for pk in ids}
    refunds: dict[int, list[Refund]] = {pk: [] for pk in ids}
    asked = padded(ids)
    for line in objects("", _lines, asked):
        lines[line.order_id].append(line)
    for payment in objects("", _payments, asked):
        payments[payment.order_id].append(payment)
    for refund in objects("", _refunds, asked):
        refunds[refund.order_id].append(refund)
    coupons = coupons_of(found)
    return [
        OrderView(
            one,
            tuple(lines[one.pk]),
            tuple(payments[one.pk]),
            tuple(refunds[one.pk]),
            standing_of(one),
            coupons.get(one.pk),
        )
        for one in found
    ]


def _lines(orders: Sequence[int]) -> QuerySet[OrderLine]:
    found = OrderLine.objects.filter(order__in=list(orders))
    return found.select_related("product").order_by("place")


def _payments(orders: Sequence[int]) -> QuerySet[Payment]:
    return Payment.objects.filter(order__in=list(orders)).order_by("pk")


def _refunds(orders: Sequence[int]) -> QuerySet[Refund]:
    found = Refund.objects.filter(order__in=list(orders))
    return found.select_related("payment").order_by("pk")
