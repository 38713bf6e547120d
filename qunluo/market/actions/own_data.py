"""Forgetting a person: what they bought stays in the books, who they were does not."""

from typing import TYPE_CHECKING

from qunluo.kernel import media
from qunluo.kernel.tx import write_tx
from qunluo.market.actions.joining import give_up_waiting
from qunluo.market.actions.shares import give_up_share
from qunluo.market.models import (
    Address,
    Booking,
    CartItem,
    Claim,
    ClaimPicture,
    CouponGrant,
    Entry,
    Experience,
    GiftCard,
    InvoiceRequest,
    Order,
    ShareContract,
    Staff,
    Touch,
)

if TYPE_CHECKING:
    from qunluo.people.models import Person


@write_tx
def erase(person: "Person") -> None:
    """Remove addresses, carts, and what a person wrote beside their orders."""
    Address.objects.filter(person=person).delete()
    CartItem.objects.filter(person=person).delete()
    Touch.objects.filter(person=person).delete()
    Experience.objects.filter(person=person).delete()
    for entry in Entry.objects.filter(person=person, state="waiting").select_related("campaign"):
        give_up_waiting(entry)
    Staff.objects.filter(person=person).update(week={}, days_off=[], active=False)
    Booking.objects.filter(order__buyer=person).update(words="", case="refused", case_text="")
    shares = ShareContract.objects.filter(person=person)
    for share in shares.filter(state="waiting"):
        give_up_share(share)
    shares.update(signed="–", end_reason="")
    _forget_claims(person)
    Order.objects.filter(buyer=person).update(
        address={}, note="", options={}, tracking="", pickup_code=""
    )
    CouponGrant.objects.filter(person=person).delete()
    # Who was given a card redeems it all the same: its code is known by its digest.
    GiftCard.objects.filter(order__buyer=person).update(message="", mail="", sealed="")


def _forget_claims(person: "Person") -> None:
    """Forget what somebody wrote and showed; that they complained still counts."""
    for picture in ClaimPicture.objects.filter(claim__buyer=person):
        media.delete(picture.key)
        picture.delete()
    Claim.objects.filter(buyer=person).update(words="", dispute="", carrier="", tracking="")
    asked = InvoiceRequest.objects.filter(order__buyer=person)
    asked.filter(state=InvoiceRequest.State.ASKED).delete()
    for invoice in asked.exclude(file=""):
        media.delete(invoice.file)
    asked.exclude(number="").update(title="–", tax_number="", mail="", file="")
    asked.filter(number="").delete()
