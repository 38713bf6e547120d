"""What this room holds about a person, for their own archive."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q

from qunluo.kernel.text import _
from qunluo.market.models import (
    Address,
    Booking,
    CartItem,
    Claim,
    ClaimPicture,
    CouponGrant,
    Entitlement,
    Entry,
    Experience,
    GiftCard,
    Instalment,
    InvoiceRequest,
    Order,
    OrderLine,
    Payment,
    ProductCode,
    Refund,
    RiseAnswer,
    Seat,
    ShareContract,
    Staff,
    TierTime,
    Touch,
)
from qunluo.market.queries.orders import live_orders_of
from qunluo.market.rules.claims import LIVE as CLAIMED
from qunluo.market.rules.shares import HOLDS
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
        "claims": list(
            Claim.objects.filter(buyer=person)
            .order_by("pk")
            .values(
                "uid", "order__uid", "sort", "kind", "product__title", "words", "wants", "wanted",
                "state", "answer", "offer", "replaces", "carrier", "tracking", "dispute",
                "decision", "paid", "made_at", "ended_at",
            )
        ),
        "claim_pictures": list(
            ClaimPicture.objects.filter(claim__buyer=person)
            .order_by("pk")
            .values("claim__uid", "key", "width", "height")
        ),
        "invoices": list(
            InvoiceRequest.objects.filter(order__buyer=person)
            .order_by("pk")
            .values(
                "order__uid", "sort", "title", "tax_number", "mail", "state", "number", "amount",
                "reason", "asked_at", "ended_at",
            )
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
        "shares": list(
            ShareContract.objects.filter(person=person)
            .order_by("pk")
            .values(
                "season__title", "uid", "size", "depot__point__name", "state", "currency", "price",
                "boxes", "absences", "skipped", "signed", "agreed_at", "ended_at", "end_reason",
            )
        ),
        "share_boxes": list(
            Entitlement.objects.filter(contract__person=person)
            .order_by("pk")
            .values("contract__uid", "delivery__day", "handed__day", "depot__point__name", "state")
        ),
        "share_parts": list(
            Instalment.objects.filter(contract__person=person)
            .order_by("pk")
            .values("contract__uid", "number", "amount", "due_at", "order__uid", "paid_at")
        ),
        "share_answers": list(
            RiseAnswer.objects.filter(contract__person=person)
            .order_by("pk")
            .values("contract__uid", "rise__for_box", "rise__reason", "state", "answered_at")
        ),
        "experiences": list(
            Experience.objects.filter(person=person)
            .order_by("pk")
            .values("product__title", "thread__number", "state", "told_at")
        ),
        "came_from": list(
            Touch.objects.filter(person=person)
            .order_by("pk")
            .values("product__title", "source_type", "source_id", "at")
        ),
        "bookings": list(
            Booking.objects.filter(order__buyer=person)
            .order_by("pk")
            .values(
                "order__uid", "staff__plan__product__title", "starts_at", "ends_at", "state",
                "stars", "words", "rated_at", "case", "case_text",
            )
        ),
        "services_given": list(
            Staff.objects.filter(person=person)
            .order_by("pk")
            .values("plan__product__title", "week", "days_off", "active")
        ),
        "coupons": list(
            CouponGrant.objects.filter(person=person)
            .order_by("pk")
            .values("coupon__community__slug", "coupon__title", "coupon__uid", "at")
        ),
        "registered_products": list(
            ProductCode.objects.filter(used_by=person)
            .order_by("pk")
            .values("batch__community__slug", "batch__product__title", "tail", "used_at")
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
        "tiers": list(
            TierTime.objects.filter(person=person)
            .order_by("pk")
            .values("plan__name", "order__uid", "starts_at", "ends_at", "ended_at")
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
    claimed = Claim.objects.filter(buyer=person, state__in=CLAIMED)
    for claim in claimed.select_related("community", "order")[:5]:
        yield Blocker(
            message=_("Your return or complaint about order {order} is still open."),
            next_step=_("Withdraw it, or wait until it is over."),
            url=f"/c/{claim.community.slug}/claims/{claim.uid}/",
            names={"order": claim.order.uid},
        )
    held = ShareContract.objects.filter(person=person, state__in=HOLDS)
    for share in held.select_related("season__community")[:5]:
        yield Blocker(
            message=_("Your harvest share “{title}” still runs."),
            next_step=_("Wait until its season is over, or end it early."),
            url=f"/c/{share.season.community.slug}/shares/mine/{share.uid}/",
            names={"title": share.season.title},
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
