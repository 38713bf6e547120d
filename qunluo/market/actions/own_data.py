"""Forgetting a person: what they bought stays in the books, who they were does not."""

from typing import TYPE_CHECKING

from qunluo.kernel.tx import write_tx
from qunluo.market.actions.joining import give_up_waiting
from qunluo.market.models import Address, CartItem, CouponGrant, Entry, GiftCard, Order

if TYPE_CHECKING:
    from qunluo.people.models import Person


@write_tx
def erase(person: "Person") -> None:
    """Remove addresses, carts, and what a person wrote beside their orders."""
    Address.objects.filter(person=person).delete()
    CartItem.objects.filter(person=person).delete()
    for entry in Entry.objects.filter(person=person, state="waiting").select_related("campaign"):
        give_up_waiting(entry)
    Order.objects.filter(buyer=person).update(
        address={}, note="", options={}, tracking="", pickup_code=""
    )
    CouponGrant.objects.filter(person=person).delete()
    # Who was given a card redeems it all the same: its code is known by its digest.
    GiftCard.objects.filter(order__buyer=person).update(message="", mail="", sealed="")
