"""Orders that were received, and what is claimed about them, by the real actions."""

from io import BytesIO
from types import SimpleNamespace

from PIL import Image

from qunluo.market import actions
from qunluo.market.models import Claim, Order, Product, Shop
from tests.community.makers import member
from tests.market.makers import credit, order


def bought(here, who, made, quantity=1, **options):
    """An order that is paid from store credit and received."""
    placed = order(here, who, made, quantity, **options)
    if placed.total:
        giver = member(here.community, "Giver", role="operator") if who == here.owner else None
        credit(SimpleNamespace(owner=giver, community=here.community) if giver else here, who,
               placed.total)  # fmt: skip
        actions.pay_from_credit(actor=who, order=placed)
    actions.receive_order(actor=who, order=placed)
    return Order.objects.get(pk=placed.pk)


def complaint(who, one, **more):
    """A complaint about the first thing of an order."""
    given = {
        "product": Product.objects.get(pk=one.lines.first().product_id), "kind": "broken",
        "words": "The sack was torn.", "wants": "refund_whole", **more,
    }  # fmt: skip
    return actions.complain(actor=who, order=one, **given)


def giving_back(who, one, quantity=1, **more):
    """A return of the first line of an order."""
    given = {"quantities": {one.lines.first().pk: quantity}, "words": "Too big.", **more}
    return actions.ask_return(actor=who, order=one, **given)


def fresh(claim):
    """A claim as it stands in the database."""
    return Claim.objects.get(pk=claim.pk)


def crowd(here, made, number, **more):
    """So many buyers who complain about the same, with their claims."""
    people = [member(here.community, f"C{n}") for n in range(number)]
    orders = [(one, bought(here, one, made)) for one in people]
    return [(one, complaint(one, made, **more)) for one, made in orders]


def together(here, number):
    """Let so many complaints be a group complaint."""
    Shop.objects.filter(pk=here.shop.pk).update(group_from=number)


def picture():
    """The bytes of a small picture."""
    out = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, "PNG")
    return out.getvalue()
