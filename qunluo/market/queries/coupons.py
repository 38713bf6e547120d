"""Coupons: what one takes off an order to be, those that somebody has, and those of a shop."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import F, Q

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.kernel.paging import Page, page
from qunluo.kernel.prepared import objects
from qunluo.kernel.text import _
from qunluo.market import errors
from qunluo.market.models import Coupon, CouponCount, CouponGrant, CouponUse, Order
from qunluo.market.queries.providers import said
from qunluo.market.rules.coupons import FIRST, folded, shares, taken_off
from qunluo.market.rules.permissions import MANAGE
from qunluo.market.rules.states import PAID

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.market.queries.products import Buyer
    from qunluo.market.queries.quotes import Quote
    from qunluo.market.queries.shop import Viewer
    from qunluo.people.models import Person


@dataclass(frozen=True)
class OwnCoupon:
    """A coupon that somebody was given, and what it would save of an order; 0 when it cannot."""

    coupon: Coupon
    saves: int


def holds() -> Q:
    """Return the condition under which a coupon can be used at this moment, by anybody at all."""
    moment = now()
    timely = Q(starts_at__lte=moment) & (Q(ends_at=None) | Q(ends_at__gt=moment))
    return timely & Q(stopped_at=None) & (Q(most=None) | Q(taken__lt=F("most")))


def discounted(made: "Quote", name: str, *, viewer: "Viewer", buyer: "Buyer") -> "Quote":
    """Return what an order would cost with a coupon: its code, or the uid of one's own.

    CouponNotFound, CouponRefused with why.
    """
    return _with(made, _named(made.shop.community, name, viewer), viewer, buyer)


def own_coupons(
    community: "Community", person: "Person", made: "Quote | None" = None,
    buyer: "Buyer | None" = None,
) -> list[OwnCoupon]:  # fmt: skip
    """Return the coupons that somebody was given and has left, with what each would save."""
    found: list[Coupon] = objects("", _granted, [community.pk, person.pk])
    if not found:
        return []
    counts = CouponCount.objects.filter(person=person, coupon__in=found)
    used = dict(counts.values_list("coupon", "amount"))
    left = [c for c in found if c.most_each is None or used.get(c.pk, 0) < c.most_each]
    return [OwnCoupon(one, _saves(made, one, person, buyer)) for one in left]


def _granted(given: Sequence[int]) -> "QuerySet[Coupon]":
    community_id, person_id = given
    found = Coupon.objects.filter(holds(), community_id=community_id, grants__person_id=person_id)
    return found.order_by(F("ends_at").asc(nulls_last=True), "pk")[:50]


def is_own(community: "Community", name: str, person: "Person") -> bool:
    """Tell whether a name is of a coupon that somebody was given, so that nobody guesses it."""
    named = CouponGrant.objects.filter(coupon__community=community, coupon__uid=folded(name))
    return named.filter(person=person).exists()


def coupons(
    community: "Community", *, viewer: "Viewer", after: str | None = None, limit: int = 50
) -> Page[Coupon]:
    """Return the coupons of a shop, the newest first. PermissionMissing."""
    communities.require(viewer, community, MANAGE)
    return page(_all(community), ["-id"], after, limit)


def get_coupon(community: "Community", uid: str, *, viewer: "Viewer") -> Coupon:
    """Return a coupon, for who runs the shop. PermissionMissing, CouponNotFound."""
    communities.require(viewer, community, MANAGE)
    found = _all(community).filter(uid=uid).first()
    if found is None:
        raise errors.CouponNotFound
    return found


def find_coupon(pk: int) -> Coupon | None:
    """Return a coupon, or None."""
    return Coupon.objects.filter(pk=pk).select_related("community").first()


def coupon_uses(
    coupon: Coupon, *, viewer: "Viewer", after: str | None = None, limit: int = 50
) -> Page[CouponUse]:
    """Return the orders placed with a coupon, the newest first. PermissionMissing."""
    communities.require(viewer, coupon.community, MANAGE)
    found = coupon.uses.select_related("order__buyer")
    return page(found, ["-id"], after, limit)


def coupon_holders(coupon: Coupon, *, viewer: "Viewer", limit: int = 200) -> list[CouponGrant]:
    """Return who was given a coupon, the last one first. PermissionMissing."""
    communities.require(viewer, coupon.community, MANAGE)
    return list(coupon.grants.select_related("person").order_by("-pk")[:limit])


def coupons_of(orders: Sequence[Order]) -> dict[int, Coupon]:
    """Return the coupons with which orders were placed, by the ids of the orders."""
    with_one = [one.pk for one in orders if one.discount]
    if not with_one:
        return {}
    found = CouponUse.objects.filter(order__in=with_one).select_related("coupon")
    return {one.order_id: one.coupon for one in found}


def _all(community: "Community") -> "QuerySet[Coupon]":
    found = Coupon.objects.filter(community=community).select_related("community")
    return found.prefetch_related("products__product")


def _named(community: "Community", name: str, viewer: "Viewer") -> Coupon:
    """Return the coupon of a code, or one that the viewer was given. CouponNotFound."""
    code = folded(name)
    if viewer is None or viewer.pk is None or not code:
        raise errors.CouponNotFound
    here = Coupon.objects.filter(community=community)
    found = here.filter(code=code).first() or here.filter(
        uid=code, code="", grants__person=viewer.pk
    ).first()  # fmt: skip
    if found is None:
        raise errors.CouponNotFound
    return found


def _with(made: "Quote", coupon: Coupon, viewer: "Viewer", buyer: "Buyer") -> "Quote":
    _require_now(coupon)
    _require_person(coupon, viewer, buyer)
    amounts = _eligible(made, coupon)
    goods = sum(amounts)
    if not any(amounts):
        raise errors.CouponNotForThis
    if goods < coupon.least:
        raise errors.CouponTooLittle(least=said(coupon.least, made.shop.currency))
    off = taken_off(coupon.kind, coupon.amount, coupon.percent, goods, made.fee)
    if not off:
        raise errors.CouponNotForThis
    parts = [0] * len(amounts) if coupon.kind == Coupon.Kind.DELIVERY else shares(off, amounts)
    lines = tuple(
        replace(line, discount=part) for line, part in zip(made.lines, parts, strict=True)
    )
    return replace(made, lines=lines, coupon=coupon, discount=off)


def _require_now(coupon: Coupon) -> None:
    moment = now()
    over = coupon.ends_at is not None and coupon.ends_at <= moment
    if coupon.stopped_at or coupon.starts_at > moment or over:
        raise errors.CouponRefused
    if coupon.most is not None and coupon.taken >= coupon.most:
        raise errors.CouponGone


def _require_person(coupon: Coupon, viewer: "Viewer", buyer: "Buyer") -> None:
    person = viewer.pk if viewer is not None else None
    if coupon.audience == FIRST:
        mine = Order.objects.filter(community=coupon.community_id, buyer=person)
        waiting = Q(state="placed", expires_at__gt=now())
        if mine.filter(Q(state__in=PAID) | waiting).exists():
            raise errors.CouponNotForYou
    elif coupon.audience not in buyer.audiences:
        raise errors.CouponNotForYou
    if coupon.most_each is None:
        return
    counted = CouponCount.objects.filter(coupon=coupon, person=person)
    if counted.filter(amount__gte=coupon.most_each).exists():
        raise errors.CouponUsed


def _eligible(made: "Quote", coupon: Coupon) -> list[int]:
    """Return what each line costs for which a coupon is, 0 for the others."""
    products = set(coupon.products.values_list("product", flat=True))
    everything = not products and not coupon.categories
    return [
        line.amount
        if everything or line.product.pk in products or line.product.category in coupon.categories
        else 0
        for line in made.lines
    ]


def _saves(made: "Quote | None", coupon: Coupon, person: "Person", buyer: "Buyer | None") -> int:
    if made is None or buyer is None:
        return 0
    try:
        return _with(made, coupon, person, buyer).discount
    except errors.CouponRefused:
        return 0


def members_named(community: "Community", texts: Sequence[str]) -> "list[Person]":
    """Return the members that a list of names or handles means; InvalidCoupon says which do not."""
    named = communities.people_called(community, texts)
    wrong = [one[:40] for one in texts if one not in named]
    twice = [one[:40] for one, people in named.items() if len(people) > 1]
    if wrong or twice:
        said = (
            _("No member has these names or handles: {wrong}. Nobody was given it yet.") if wrong
            else _("Several members have these names; write their handles: {wrong}.")
        )  # fmt: skip
        raise errors.InvalidCoupon(fields={"people": [said]}, wrong=(wrong or twice)[:20])
    return list({people[0].pk: people[0] for people in named.values()}.values())
