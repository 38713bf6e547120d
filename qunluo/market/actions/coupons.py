"""Making coupons, stopping them, and giving them to people."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.kernel.ids import short_code
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events
from qunluo.market.models import Coupon, CouponGrant, CouponProduct, Product, Shop
from qunluo.market.rules import fitness
from qunluo.market.rules.coupons import CODE, FIRST, folded
from qunluo.market.rules.permissions import MANAGE
from qunluo.market.rules.pricing import EVERYONE, MEMBERS, MOST_PRICE, TIER, UNLIMITED

if TYPE_CHECKING:
    from qunluo.people.models import Person


Kind = Coupon.Kind
TITLE, MOST_PRODUCTS, MOST_GIVEN, AUDIENCE = 60, 50, 200, 48
WRONG = {
    "title": _("Give it a name of at most 60 characters."),
    "code": _("Use 3 to 20 letters A to Z, digits and hyphens."),
    "kind": _("Choose one of these."),
    "amount": _("Give an amount above 0."),
    "percent": _("Give a number from 1 to 100."),
    "least": _("Give an amount of 0 or more."),
    "products": _("Choose products of this shop, at most 50."),
    "categories": _("Choose one of these."),
    "audience": _("Choose one of these."),
    "ends_at": _("It has to end after it begins."),
    "most": _("Give a number from 1 on."),
    "most_each": _("Give a number from 1 on."),
}


def make_coupon(
    *,
    actor: "Person",
    shop: Shop,
    title: str,
    kind: str,
    code: str = "",
    amount: int | None = None,
    percent: int | None = None,
    least: int = 0,
    products: Sequence[str] = (),
    categories: Sequence[str] = (),
    audience: str = EVERYONE,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    most: int | None = None,
    most_each: int | None = 1,
) -> Coupon:
    """Make a coupon. One without a code is used by those alone to whom it is given.

    `products` are uids, `audience` is "everyone", "members", "tier:<name>" or "first" (order).
    PermissionMissing, InvalidCoupon.
    """
    communities.require(actor, shop.community, MANAGE)
    coupon = Coupon(
        community_id=shop.community_id,
        uid=short_code(10),
        title=title.replace("\0", "").strip(),
        code=folded(code),
        kind=kind,
        amount=amount,
        percent=percent if kind == Kind.PERCENT else None,
        least=least,
        categories=sorted(set(categories)),
        audience=audience.strip(),
        starts_at=starts_at or now(),
        ends_at=ends_at,
        most=most,
        most_each=most_each,
        made_by=actor,
        made_at=now(),
    )
    named = Product.objects.filter(community=shop.community_id, uid__in=set(products))
    found = list(named[: MOST_PRODUCTS + 1])
    _check(coupon, found, set(products))
    try:
        return _save(coupon, found)
    except IntegrityError:
        raise errors.InvalidCoupon(fields={"code": [_("Another coupon has this code.")]}) from None


@write_tx
def stop_coupon(*, actor: "Person", coupon: Coupon) -> Coupon:
    """Let nobody use a coupon any more; orders placed with it stand. PermissionMissing."""
    communities.require(actor, coupon.community, MANAGE)
    moment = now()
    if Coupon.objects.filter(pk=coupon.pk, stopped_at=None).update(stopped_at=moment):
        coupon.stopped_at = moment
        publish(
            events.CouponStopped(
                community_id=coupon.community_id, actor_id=actor.pk, coupon_id=coupon.pk
            )
        )
    return coupon


@write_tx
def give_coupon(*, actor: "Person", coupon: Coupon, people: "Sequence[Person]") -> int:
    """Give a coupon without a code to members, who hear of it; return to how many it was new.

    PermissionMissing, InvalidCoupon, CouponRefused.
    """
    communities.require(actor, coupon.community, MANAGE)
    coupon = Coupon.objects.select_for_update().get(pk=coupon.pk)  # nobody gives or stops it now
    if coupon.stopped_at or coupon.ends_at and coupon.ends_at <= now():
        raise errors.CouponRefused
    wrong = _not_given(actor, coupon, people)
    if wrong:
        raise errors.InvalidCoupon(fields={"people": [wrong]})
    had = set(coupon.grants.filter(person__in=people).values_list("person", flat=True))
    new = {one.pk: one for one in people if one.pk not in had}
    moment = now()
    CouponGrant.objects.bulk_create(
        [CouponGrant(coupon=coupon, person_id=pk, by=actor, at=moment) for pk in sorted(new)],
        ignore_conflicts=True,
    )
    for pk in sorted(new):
        publish(
            events.CouponGiven(
                community_id=coupon.community_id,
                actor_id=actor.pk,
                person_id=pk,
                coupon_id=coupon.pk,
            )
        )
    return len(new)


def _not_given(actor: "Person", coupon: Coupon, people: "Sequence[Person]") -> str:
    if coupon.code:
        return _("Who knows its code uses it; nobody has to be given it.")
    if any(one.pk == actor.pk for one in people):
        return _("Nobody gives a coupon to themself.")
    if not people or len(people) > MOST_GIVEN:
        return _("Name between 1 and 200 members.")
    known = communities.active_members(coupon.community).filter(person__in=people)
    if known.count() < len({one.pk for one in people}):
        return _("Only members are given a coupon.")
    return ""


@write_tx
def _save(coupon: Coupon, products: Sequence[Product]) -> Coupon:
    coupon.save(force_insert=True)
    CouponProduct.objects.bulk_create(
        [CouponProduct(coupon=coupon, product=one) for one in products]
    )
    publish(
        events.CouponMade(
            community_id=coupon.community_id, actor_id=coupon.made_by_id, coupon_id=coupon.pk
        )
    )
    return coupon


def _check(coupon: Coupon, found: Sequence[Product], named: set[str]) -> None:
    """Refuse a coupon that says too little or too much. InvalidCoupon."""
    chosen = set(coupon.categories) <= set(fitness.categories())
    right = {
        "title": 1 <= len(coupon.title) <= TITLE,
        "code": not coupon.code or bool(CODE.fullmatch(coupon.code)),
        "kind": coupon.kind in Kind.values,
        "amount": _amount(coupon),
        "percent": coupon.kind != Kind.PERCENT or _whole(coupon.percent, 1, 100),
        "least": _whole(coupon.least, 0, MOST_PRICE),
        "products": len(found) == len(named) <= MOST_PRODUCTS,
        "categories": chosen,
        "audience": _audience(coupon.audience),
        "ends_at": coupon.ends_at is None or coupon.ends_at > coupon.starts_at,
        "most": coupon.most is None or _whole(coupon.most, 1, UNLIMITED),
        "most_each": coupon.most_each is None or _whole(coupon.most_each, 1, UNLIMITED),
    }
    if wrong := {name: [WRONG[name]] for name, well in right.items() if not well}:
        raise errors.InvalidCoupon(fields=wrong)


def _amount(coupon: Coupon) -> bool:
    if coupon.amount is None:
        return coupon.kind != Kind.AMOUNT
    return _whole(coupon.amount, 1, MOST_PRICE)


def _audience(said: str) -> bool:
    tier = said.startswith(TIER) and said > TIER and len(said) <= AUDIENCE and "\0" not in said
    return said in {EVERYONE, MEMBERS, FIRST} or tier


def _whole(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most
