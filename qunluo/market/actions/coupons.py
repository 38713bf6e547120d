"""Making coupons, stopping them, and giving them to people."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

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
    wrong: dict[str, list[str]] = {}

    def refuse(name: str, why: str) -> None:
        wrong.setdefault(name, []).append(why)

    if not 1 <= len(coupon.title) <= TITLE:
        refuse("title", _("Give it a name of at most 60 characters."))
    if coupon.code and not CODE.fullmatch(coupon.code):
        refuse("code", _("Use 3 to 20 letters A to Z, digits and hyphens."))
    if coupon.kind not in Kind.values:
        refuse("kind", _("Choose one of these."))
    if coupon.amount is None and coupon.kind == Kind.AMOUNT or not _bounded(coupon.amount, 1):
        refuse("amount", _("Give an amount above 0."))
    if coupon.kind == Kind.PERCENT and not _whole(coupon.percent, 1, 100):
        refuse("percent", _("Give a number from 1 to 100."))
    if coupon.least is None or not _bounded(coupon.least, 0):
        refuse("least", _("Give an amount of 0 or more."))
    if len(found) != len(named) or len(named) > MOST_PRODUCTS:
        refuse("products", _("Choose products of this shop, at most 50."))
    if not set(coupon.categories) <= set(fitness.categories()):
        refuse("categories", _("Choose one of these."))
    if not _audience(coupon.audience):
        refuse("audience", _("Choose one of these."))
    if coupon.ends_at is not None and coupon.ends_at <= coupon.starts_at:
        refuse("ends_at", _("It has to end after it begins."))
    for name in ("most", "most_each"):
        value: Any = getattr(coupon, name)
        if value is not None and not _whole(value, 1, UNLIMITED):
            refuse(name, _("Give a number from 1 on."))
    if wrong:
        raise errors.InvalidCoupon(fields=wrong)


def _audience(said: str) -> bool:
    tier = said.startswith(TIER) and TIER < said and len(said) <= AUDIENCE and "\0" not in said
    return said in {EVERYONE, MEMBERS, FIRST} or tier


def _bounded(value: object, least: int) -> bool:
    return value is None or _whole(value, least, MOST_PRICE)


def _whole(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most
