"""What this room holds about a person, for their own archive."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q

from qunluo.kernel.text import _
from qunluo.market.models import (
    Address,
    CartItem,
    CouponGrant,
    Entry,
    GiftCard,
    Order,
    OrderLine,
    Payment,
    Refund,
    Seat,
)
from qunluo.market.queries.orders import live_orders_of
from qunluo.people.ports import Blocker

if TYPE_CHECKING:
    from qunluo.people.models import Person
    from qunluo.people.ports import Documents

KEEPS = (_("What you bought and for how much, as books must be kept, without name and address."),)


def own_documents(person: "Person") -> "Documents":
    """Return what somebody ordered, paid and got back, their addresses and their carts."""
    return {
        "orders": list(
            Order.objects.filter(buyer=person)
            .order_by("pk")
            .values(
                "community__slug", "uid", "state", "currency", "goods", "delivery", "discount",
                "total", "refunded", "method", "address", "point__name", "carrier", "tracking",
                "note", "options", "placed_at", "paid_at", "fulfilled_at", "received_at",
                "end_reason",
            )
        ),
        "lines": list(
            OrderLine.objects.filter(order__buyer=person)
            .order_by("pk")
            .values("order__uid", "title", "variant_name", "price", "quantity", "amount",
                    "discount")
        ),
        "payments": list(
            Payment.objects.filter(order__buyer=person)
            .order_by("pk")
            .values("number", "order__uid", "provider", "unit", "amount", "state", "paid_at")
        ),
        "refunds": list(
            Refund.objects.filter(order__buyer=person)
            .order_by("pk")
            .values("number", "order__uid", "amount", "state", "reason", "wanted_at", "done_at")
        ),
        "seats": list(
            Seat.objects.filter(person=person)
            .order_by("pk")
            .values("team__campaign__title", "team__uid", "number", "state", "taken_at", "paid_at")
        ),
        "entries": list(
            Entry.objects.filter(person=person)
            .order_by("pk")
            .values("campaign__title", "number", "state", "wish", "made_at", "changed_at")
        ),
        "coupons": list(
            CouponGrant.objects.filter(person=person)
            .order_by("pk")
            .values("coupon__community__slug", "coupon__title", "coupon__uid", "at")
        ),
        "gift_cards": list(
            GiftCard.objects.filter(Q(order__buyer=person) | Q(redeemed_by=person))
            .order_by("pk")
            .values(
                "community__slug", "order__currency", "value", "state", "tail", "issued_at",
                "redeemed_at", "voided_at",
            )
        ),
        "gift_card_words": list(
            GiftCard.objects.filter(order__buyer=person)
            .exclude(message="", mail="")
            .order_by("pk")
            .values("order__uid", "message", "mail")
        ),
        "addresses": list(
            Address.objects.filter(person=person)
            .order_by("pk")
            .values("name", "phone", "region", "detail", "used_at")
        ),
        "carts": list(
            CartItem.objects.filter(person=person)
            .order_by("pk")
            .values("community__slug", "variant__product__title", "variant__name", "quantity")
        ),
    }  # fmt: skip


def blockers(person: "Person") -> Iterable[Blocker]:
    """Return why somebody cannot be erased yet: an order in which something is still owed."""
    for order in live_orders_of(person).select_related("community")[:5]:
        yield Blocker(
            message=_("Your order {order} in {community} is still under way."),
            next_step=_("Call it off, or say that you have received it."),
            url=f"/c/{order.community.slug}/orders/{order.uid}/",
            names={"order": order.uid, "community": order.community.name},
        )
    odd = Payment.objects.filter(order__buyer=person, state=Payment.State.ODD)
    for payment in odd.select_related("order__community")[:5]:
        yield Blocker(
            message=_("Somebody still has to look at money that came for your order {order}."),
            next_step=_("Ask who runs the shop."),
            url=f"/c/{payment.order.community.slug}/orders/{payment.order.uid}/",
            names={"order": payment.order.uid},
        )
    owed = Refund.objects.filter(order__buyer=person).exclude(state=Refund.State.DONE)
    for refund in owed.select_related("order__community")[:5]:
        yield Blocker(
            message=_("Money for your order {order} is still on its way back to you."),
            next_step=_("Wait until it is there, or ask who runs the shop."),
            url=f"/c/{refund.order.community.slug}/orders/{refund.order.uid}/",
            names={"order": refund.order.uid},
        )
