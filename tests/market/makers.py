"""A community with an open shop, products, and people who buy."""

from itertools import count
from types import SimpleNamespace

from qunluo.kernel.models import EventRecord
from qunluo.ledger import queries as books
from qunluo.market import actions
from qunluo.market.actions.ordering import place_order
from qunluo.market.models import Order, Shop, Stock
from qunluo.market.rules.wishes import Delivery, Wish
from tests.community.makers import community, member, person

KEYS = count(1)
FIT = {
    "need": "Rice for every day, from somebody one knows.", "bought": "monthly", "used": "daily",
    "quality": "Tested for residues twice a year.", "function": 8, "emotion": 6, "spirit": 4,
}  # fmt: skip
HOME = {"name": "Mei", "phone": "13800000000", "region": "浙江省杭州市", "detail": "西湖路 1 号"}
VIRTUAL = Delivery("virtual")
SHIP = Delivery("ship", HOME)


def key():
    """A key that nobody used."""
    return f"order:{next(KEYS)}"


def shop(closure="everyone", **fields):
    """An open shop, with somebody who runs it and two members."""
    made = community(**fields)
    mei, li = member(made, "Mei"), member(made, "Li")
    shop = actions.set_up_shop(actor=made.owner, community=made)
    Shop.objects.filter(pk=shop.pk).update(state="open", audience=closure)
    shop.refresh_from_db()
    actions.save_rate(actor=made.owner, shop=shop, name="Everywhere", fee=800, free_from=9_900)
    return SimpleNamespace(
        community=made, shop=shop, owner=made.owner, mei=mei, li=li, stranger=person("Zhao")
    )


def product(here, *, stock=10, price=1_000, on_sale=True, variant=None, **said):
    """A product of one variant, on sale; `variant` holds what else is said of that."""
    said = {"title": "Rice", "category": "food", "kind": "virtual", **FIT, **said}
    made = actions.add_product(actor=here.owner, community=here.community, **said)
    one = actions.save_variant(
        actor=here.owner, product=made, price=price, counted=stock is not None, **(variant or {})
    )
    if stock is not None:
        actions.set_stock(actor=here.owner, variant=one, amount=stock)
    if on_sale:
        made = actions.list_product(actor=here.owner, product=made)
    return made


def variant(made):
    """The first variant of a product."""
    return made.variants.order_by("pk").first()


def order(here, who, made, quantity=1, delivery=VIRTUAL, more=(), **options):
    """An order of one product, or with `more` of them."""
    wishes = [Wish(variant(one).pk, number) for one, number in [(made, quantity), *more]]
    given = {"key": key(), "confirmed": True, **options}
    return place_order(actor=who, shop=here.shop, wishes=wishes, delivery=delivery, **given)


def credit(here, who, amount):
    """Store credit given by who keeps the books."""
    actions.give_credit(
        actor=here.owner, community=here.community, person=who, amount=amount, reason="Gift",
        key=key(),
    )  # fmt: skip


def attach_till(here):
    """An account with the provider of the tests."""
    return actions.attach_merchant(
        actor=here.owner, shop=here.shop, provider="till", name="Our till",
        given={"merchant": "M1", "secret": "s3cret"},
    )  # fmt: skip


def left(made):
    """How many can still be sold."""
    return sum(Stock.objects.filter(variant__product=made).values_list("amount", flat=True))


def state(order):
    """How an order stands in the database."""
    return Order.objects.get(pk=order.pk).state


def free(here, purpose, unit="CNY", who=None):
    """What lies on an account; 0 where there is none."""
    if who:
        held = books.own_account(who, here.community, unit=unit)
        return books.balance(held).free if held else 0
    for one in books.community_accounts(here.community, viewer=here.owner):
        if (one.account.purpose, one.unit) == (purpose, unit):
            return one.amounts.posted
    return 0


def clean(here):
    """Prove the books of the community."""
    assert books.verify(community_id=here.community.pk).rows == {}


def events(name):
    """The events of a name, in order."""
    return list(EventRecord.objects.filter(name=f"market.{name}").order_by("pk"))
