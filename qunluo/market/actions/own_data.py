"""Forgetting a person: what they bought stays in the books, who they were does not."""

from typing import TYPE_CHECKING

from qunluo.kernel.tx import write_tx
from qunluo.market.models import Address, CartItem, Order

if TYPE_CHECKING:
    from qunluo.people.models import Person


@write_tx
def erase(person: "Person") -> None:
    """Remove addresses, carts, and what a person wrote beside their orders."""
    Address.objects.filter(person=person).delete()
    CartItem.objects.filter(person=person).delete()
    Order.objects.filter(buyer=person).update(address={}, note="", tracking="", pickup_code="")
