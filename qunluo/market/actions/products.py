"""Writing down what is sold, putting it on sale and taking it off."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import F

from qunluo.community import queries as communities
from qunluo.kernel import media
from qunluo.kernel.clock import now
from qunluo.kernel.ids import short_code
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events, queries
from qunluo.market.models import Picture, PriceRule, Product, Stock, Variant
from qunluo.market.models.shop import PickupPoint
from qunluo.market.rules import fitness
from qunluo.market.rules.permissions import MANAGE
from qunluo.market.rules.pricing import EVERYONE, MEMBERS, MOST_PRICE, MOST_QUANTITY, TIER, Rule
from qunluo.market.rules.wishes import PLAIN_KINDS

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

State = Product.State
WORDS = {
    "title": 80, "lead": 200, "text": 20_000, "origin": 200, "defects": 2_000, "need": 1_000,
    "quality": 2_000, "no_return": 200, "handed_over": 20_000, "symbol": 80,
    "royalty_to": 80,
}  # fmt: skip
VALUES = ("function", "emotion", "spirit")
CHOICES: dict[str, Collection[Any]] = {
    "kind": PLAIN_KINDS,
    "category": fitness.categories(),
    "bought": {"", *fitness.often()},
    "used": {"", *fitness.often()},
    **dict.fromkeys(VALUES, [None, *range(11)]),
}
MOST_PARTS, MOST_NEEDS, MOST_VARIANTS, MOST_RULES, MOST_PICTURES = 12, 10, 50, 20, 12
MOST_STOCK = 1_000_000
LAST_PLACE, MOST_ROYALTY = 9_999, 50


@write_tx
def add_product(
    *, actor: "Person", community: "Community", gives: str = "", **said: Any
) -> Product:
    """Write a product down; it goes on sale by an act of its own.

    PermissionMissing, InvalidProduct. `said` are columns of Product: title, kind, text and so on;
    `gives` is its kind where that has rules of its own, and stays what it is.
    """
    communities.require(actor, community, MANAGE)
    queries.get_shop(community)
    product = Product(
        community=community,
        uid=short_code(10),
        added_by=actor,
        added_at=now(),
        kind=Product.Kind.PHYSICAL,
        category="other",
    )
    _say(product, {"title": "", **said})
    product.kind = gives or product.kind
    product.save(force_insert=True)
    publish(
        events.ProductAdded(community_id=community.pk, actor_id=actor.pk, product_id=product.pk)
    )
    return product


@write_tx
def edit_product(*, actor: "Person", product: Product, **said: Any) -> Product:
    """Change what is said of a product; what is on sale must stay fit for it.

    A kind with rules of its own stays what it is.

    PermissionMissing, InvalidProduct, NotFit.
    """
    communities.require(actor, product.community, MANAGE)
    fresh = Product.objects.select_for_update().get(pk=product.pk)
    kind = fresh.kind
    _say(fresh, said)
    fresh.kind = fresh.kind if kind in PLAIN_KINDS else kind
    if fresh.state == State.ON_SALE:
        _require_fit(fresh)
    fresh.save()
    _changed(actor, fresh)
    return fresh


@write_tx
def save_variant(
    *,
    actor: "Person",
    product: Product,
    variant: Variant | None = None,
    rules: Sequence[Rule] | None = None,
    **said: Any,
) -> Variant:
    """Write down a variant with its prices, or change one. PermissionMissing, InvalidProduct."""
    communities.require(actor, product.community, MANAGE)
    if variant is not None and variant.product_id != product.pk:
        raise errors.ProductNotFound
    if variant is None:
        if product.variants.count() >= MOST_VARIANTS:
            raise errors.InvalidProduct(_("There are too many variants already."))
        variant = Variant(product=product, price=-1, place=product.variants.count())
    for name in ("name", "sku", "price", "counted", "most", "active", "place"):
        setattr(variant, name, said.get(name, getattr(variant, name)))
    _check_variant(variant)
    variant.save()
    if rules is not None:
        _set_rules(variant, rules)
    if product.state == State.ON_SALE:
        _require_fit(product)
    _changed(actor, product)
    return variant


@write_tx
def set_stock(
    *, actor: "Person", variant: Variant, amount: int, point: PickupPoint | None = None
) -> Stock:
    """Say how many can still be sold, in all or at a pick-up point. PermissionMissing,

    InvalidProduct. What open orders have set aside is not among them.
    """
    product = variant.product
    communities.require(actor, product.community, MANAGE)
    if type(amount) is not int or not 0 <= amount <= MOST_STOCK:
        raise errors.InvalidProduct(fields={"amount": [_("Give a number from 0 to 1,000,000.")]})
    if point is not None and point.community_id != product.community_id:
        raise errors.InvalidProduct(fields={"point": [_("Choose one of your own points.")]})
    Stock.objects.bulk_create([Stock(variant=variant, point=point)], ignore_conflicts=True)
    row = Stock.objects.select_for_update().get(variant=variant, point=point, campaign=None)
    before, row.amount = row.amount, amount
    row.save(update_fields=["amount"])
    publish(
        events.StockSet(
            community_id=product.community_id,
            actor_id=actor.pk,
            product_id=product.pk,
            variant_id=variant.pk,
            before=before,
            after=amount,
        )
    )
    return row


@write_tx
def list_product(*, actor: "Person", product: Product) -> Product:
    """Put a product on sale. PermissionMissing, ComplaintOpen, NotFit with what is missing."""
    communities.require(actor, product.community, MANAGE)
    fresh = Product.objects.select_for_update().get(pk=product.pk)
    if fresh.state == State.ON_SALE:
        return fresh
    if queries.waits_for_answer(fresh):
        raise errors.ComplaintOpen
    _require_fit(fresh)
    first = fresh.listed_at is None
    fresh.state, fresh.pause_reason = State.ON_SALE, ""
    fresh.listed_at = fresh.listed_at or now()
    fresh.save()
    publish(
        events.ProductListed(
            community_id=fresh.community_id, actor_id=actor.pk, product_id=fresh.pk, first=first
        )
    )
    return fresh


@write_tx
def withdraw_product(
    *, actor: "Person", product: Product, reason: str = "", for_good: bool = False
) -> Product:
    """Take a product off sale, with a reason that people read. PermissionMissing."""
    communities.require(actor, product.community, MANAGE)
    state = State.ENDED if for_good else State.PAUSED
    open_ones = Product.objects.filter(pk=product.pk).exclude(state__in=[State.ENDED, state])
    if open_ones.update(state=state, pause_reason=reason.strip()[:400]):
        publish(
            events.ProductWithdrawn(
                community_id=product.community_id,
                actor_id=actor.pk,
                product_id=product.pk,
                state=state,
            )
        )
    product.refresh_from_db()
    return product


@write_tx
def add_picture(*, actor: "Person", product: Product, data: bytes, alt: str = "") -> Picture:
    """Add a picture, at the end.

    PermissionMissing, InvalidProduct, NotAPicture, PictureTooLarge.
    """
    communities.require(actor, product.community, MANAGE)
    if product.pictures.count() >= MOST_PICTURES:
        raise errors.InvalidProduct(_("There are too many pictures already."))
    key = media.store_image(data, "picture")
    width, height = media.size_of(key)
    picture = Picture.objects.create(
        product=product,
        key=key,
        alt=alt.strip()[:200],
        width=width,
        height=height,
        place=product.pictures.count(),
    )
    _changed(actor, product)
    return picture


@write_tx
def remove_picture(*, actor: "Person", picture: Picture) -> None:
    """Take a picture off a product. PermissionMissing."""
    communities.require(actor, picture.product.community, MANAGE)
    product, key = picture.product, picture.key
    picture.delete()
    media.delete(key)
    _changed(actor, product)


def _check_variant(variant: Variant) -> None:
    wrong: dict[str, list[str]] = {}
    if type(variant.price) is not int or not 0 <= variant.price <= MOST_PRICE:
        wrong["price"] = [_("Give an amount of 0 or more.")]
    if variant.most is not None and not 1 <= variant.most <= MOST_QUANTITY:
        wrong["most"] = [_("Give a number from 1 on, or leave it empty.")]
    if not 0 <= variant.place <= LAST_PLACE:
        wrong["place"] = [_("Give a number from 0 to 9,999.")]
    if wrong:
        raise errors.InvalidProduct(fields=wrong)
    variant.name, variant.sku = variant.name.strip()[:60], variant.sku.strip()[:40]


def count_sold(lines: Mapping[int, int]) -> None:
    """Add to how many of each product were sold; inside a transaction."""
    for product, quantity in sorted(lines.items()):
        Product.objects.filter(pk=product).update(sold=F("sold") + quantity)


def _changed(actor: "Person", product: Product) -> None:
    publish(
        events.ProductChanged(
            community_id=product.community_id, actor_id=actor.pk, product_id=product.pk
        )
    )


def _require_fit(product: Product) -> None:
    if missing := queries.missing_for_sale(product):
        raise errors.NotFit(missing)


def _say(product: Product, said: Mapping[str, Any]) -> None:
    """Take over what is said, checked. InvalidProduct."""
    wrong: dict[str, list[str]] = {}
    words = {n: str(said[n]).replace("\0", "").strip() for n in WORDS if n in said}
    wrong |= {name: [_("This is too long.")] for name, t in words.items() if len(t) > WORDS[name]}
    chosen = {name: said[name] for name in CHOICES if name in said}
    wrong |= {
        name: [_("Choose one of these.")]
        for name, one in chosen.items()
        if one not in CHOICES[name]
    }
    plain = {name: said[name] for name in ("surplus", "returnable", "place") if name in said}
    for name, value in (words | chosen | plain).items():
        setattr(product, name, value)
    _say_amounts(product, said, wrong)
    _say_royalty(product, said, wrong)
    if not 0 <= product.place <= LAST_PLACE:
        wrong["place"] = [_("Give a number from 0 to 9,999.")]
    if not product.title:
        wrong["title"] = [_("Give it a name.")]
    if not product.returnable and not product.no_return:
        wrong["no_return"] = [_("Say why it cannot be returned; buyers confirm it.")]
    if wrong:
        raise errors.InvalidProduct(fields=wrong)


def _say_amounts(product: Product, said: Mapping[str, Any], wrong: dict[str, list[str]]) -> None:
    if "elsewhere" in said:
        amount = product.elsewhere = said["elsewhere"]
        if amount is not None and not 0 <= amount <= MOST_PRICE:
            wrong["elsewhere"] = [_("Give an amount of 0 or more.")]
    if "needs" in said:
        product.needs = [one.strip()[:120] for one in said["needs"] if one.strip()][:MOST_NEEDS]
    if "parts" in said:
        parts = [(str(name).strip()[:40], amount) for name, amount in said["parts"]]
        if len(parts) > MOST_PARTS or any(
            not name or type(amount) is not int or not 0 <= amount <= MOST_PRICE
            for name, amount in parts
        ):
            wrong["parts"] = [_("Give up to 12 parts, each with a name and an amount.")]
        else:
            product.parts = [{"name": name, "amount": amount} for name, amount in parts]


def _say_royalty(product: Product, said: Mapping[str, Any], wrong: dict[str, list[str]]) -> None:
    """Take over what part of the price is for whose symbol it carries. M21."""
    percent = said.get("royalty_percent", product.royalty_percent)
    if type(percent) is not int or not 0 <= percent <= MOST_ROYALTY:
        wrong["royalty_percent"] = [_("Give a number from 0 to 50.")]
    elif percent and not (product.symbol and product.royalty_to):
        wrong["royalty_to"] = [_("Name the symbol that it carries, and whom the royalty is for.")]
    else:
        product.royalty_percent = percent


def _set_rules(variant: Variant, rules: Sequence[Rule]) -> None:
    for rule in rules:
        known = rule.audience in {EVERYONE, MEMBERS} or (
            rule.audience.startswith(TIER) and 0 < len(rule.audience) - len(TIER) <= 40
        )
        if (
            not known
            or not 1 <= rule.quantity <= MOST_QUANTITY
            or not 0 <= rule.price <= MOST_PRICE
        ):
            raise errors.InvalidProduct(
                fields={"rules": [_("Each price names for whom, from how many, and how much.")]}
            )
    if len(rules) > MOST_RULES or len({rule[:2] for rule in rules}) < len(rules):
        raise errors.InvalidProduct(fields={"rules": [_("One price for each case, 20 at most.")]})
    variant.rules.all().delete()
    PriceRule.objects.bulk_create([PriceRule(variant=variant, **r._asdict()) for r in rules])
