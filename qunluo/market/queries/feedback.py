"""What buyers said of products, what was made of it, and what a buyer can still tell."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from qunluo.community import queries as communities
from qunluo.conversation import queries as talk
from qunluo.market.models import (
    Booking,
    Claim,
    Experience,
    Improvement,
    Order,
    OrderLine,
    Product,
    ProductMention,
)
from qunluo.market.queries.guide import HAD, TELLING
from qunluo.market.queries.orders import standing_of
from qunluo.market.rules.permissions import MANAGE

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.market.queries.shop import Viewer
    from qunluo.people.models import Person

MOST = 200


@dataclass(frozen=True)
class Feedback:
    """Something that was said of a product, and what was made of it; `ref` names it to actions."""

    ref: str  # "thread:12" (its number) or "claim:AB12"
    sort: str  # the kind of a thread, or return or complaint
    title: str
    at: datetime
    improvements: "tuple[Improvement, ...]"


def feedback_on(product: Product, *, viewer: "Viewer") -> list[Feedback]:
    """Return what is said of a product and what was made of it, the newest first, at most 200.

    Threads about it that the viewer may read and nobody who runs the shop wrote; returns and
    complaints. PermissionMissing.
    """
    community = product.community
    communities.require(viewer, community, MANAGE)
    made: dict[tuple[str, int], list[Improvement]] = defaultdict(list)
    for one in Improvement.objects.filter(product=product).order_by("made_at"):
        made["thread" if one.thread_id else "claim", one.thread_id or one.claim_id or 0].append(one)
    named = ProductMention.objects.filter(product=product, place=1).order_by("-thread_id")
    named = named.exclude(thread__author__in=runners(community))
    ids = list(named.values_list("thread_id", flat=True)[:MOST])
    cards = talk.named_threads(community, set(ids), viewer=viewer)
    threads = [
        Feedback(f"thread:{one.number}", one.kind.name, one.name, one.opened_at,
                 tuple(made["thread", one.id]))
        for one in cards.values()
    ]  # fmt: skip
    said = [
        Feedback(f"claim:{one.uid}", one.sort, one.words[:120], one.made_at,
                 tuple(made["claim", one.pk]))
        for one in claims_about(product).order_by("-pk")[:MOST]
    ]  # fmt: skip
    return sorted([*threads, *said], key=lambda one: one.at, reverse=True)[:MOST]


def to_ask(order: Order) -> tuple[str, list[Product]]:
    """Return of what its buyer is asked to tell, and where: only what they have for the first time.

    Nobody is asked about what is bought by its time, as tiers and shares are.
    """
    if order.gives in {Product.Kind.TIER, Product.Kind.SHARE}:
        return "", []
    where, products = to_tell(order)
    had = OrderLine.objects.filter(order__buyer=order.buyer_id, order__received_at__isnull=False)
    again = set(had.exclude(order=order).values_list("product", flat=True))
    return where, [one for one in products if one.pk not in again]


def claims_about(product: Product) -> "QuerySet[Claim]":
    """Return the returns and complaints of a product, save those of who runs the shop."""
    of = Q(product=product) | Q(lines__line__product=product)
    found = Claim.objects.filter(of, community=product.community_id)
    return found.exclude(buyer__in=runners(product.community)).distinct()


def runners(community: "Community") -> "list[Person]":
    """Return who runs the shop: nothing that they say of it is feedback."""
    return communities.who_holds(community, communities.roles_with(MANAGE))


def to_tell(order: Order) -> tuple[str, list[Product]]:
    """Return where the buyer of an order can tell of it, and of what they have not told yet.

    Nowhere and nothing before it was received, and for who runs the shop. Nobody tells of a gift
    card, or of a service that was called off.
    """
    off = Booking.objects.filter(order=order, state=Booking.State.OFF)
    if standing_of(order) not in HAD or off.exists():
        return "", []
    if MANAGE in communities.permissions_of(order.buyer, order.community):
        return "", []
    told = Experience.objects.filter(person=order.buyer_id).values("product")
    found = Product.objects.filter(lines__order=order).exclude(pk__in=told).exclude(kind="card")
    products = list(found.distinct().order_by("pk")[:20])
    where = talk.where_to_write(order.community, TELLING[0], viewer=order.buyer)
    return (where, products) if where and products else ("", [])


def improvements(product: Product) -> list[tuple[Improvement, int]]:
    """Return what was changed because of feedback, the newest first, at most 20.

    With the number of the thread that said so; 0 for a return or complaint, which is not public.
    """
    found = Improvement.objects.filter(product=product).select_related("thread")
    return [
        (one, one.thread.number if one.thread and not one.thread.opener_gone else 0)
        for one in found.order_by("-made_at", "-pk")[:20]
    ]


def find_improvement(pk: int) -> Improvement | None:
    """Return a change by its id, for the software's own reactions."""
    found = Improvement.objects.select_related("product__community", "thread", "claim")
    return found.filter(pk=pk).first()
