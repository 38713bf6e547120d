"""What coupons and gift cards refuse, and what to do next."""

from qunluo.kernel.errors import Conflict, Invalid, NotFound
from qunluo.kernel.text import _


class CouponNotFound(NotFound):
    """No such coupon, or not for this viewer."""

    code = "market.coupon_not_found"
    message = _("There is no such coupon here.")
    next_step = _("Look once more at how it is written.")


class CouponRefused(Conflict):
    """A coupon that cannot be used for this order; nothing was taken."""

    code = "market.coupon_refused"
    message = _("This coupon does not hold at this moment.")
    next_step = _("Choose another, or order without one.")


class CouponGone(CouponRefused):
    """As often used as it may be in all."""

    code = "market.coupon_gone"
    message = _("This coupon has been used up.")
    next_step = _("Choose another, or order without one.")


class CouponUsed(CouponRefused):
    """As often used as one person may."""

    code = "market.coupon_used"
    message = _("You have used this coupon as often as one person may.")
    next_step = _("Choose another, or order without one. An order that you call off frees it.")


class CouponNotForYou(CouponRefused):
    """A coupon for others: members, who holds a tier, or who orders for the first time."""

    code = "market.coupon_not_for_you"
    message = _("This coupon is for others: members, a tier, or a first order.")
    next_step = _("Choose another, or order without one.")


class CouponNotForThis(CouponRefused):
    """A coupon for other goods, or one that would take nothing off."""

    code = "market.coupon_not_for_this"
    message = _("This coupon takes nothing off what is in this order.")
    next_step = _("Choose another, or order without one.")


class CouponTooLittle(CouponRefused):
    """Goods worth less than the coupon asks for."""

    code = "market.coupon_too_little"
    message = _("This coupon holds from {least} on, for the goods it is for.")
    next_step = _("Put more in, or order without it.")


class InvalidCoupon(Invalid):
    """Something about a coupon is missing or wrong; `fields` says where."""

    code = "market.invalid_coupon"
    message = _("Something about the coupon is missing or not right.")


class CardNotFound(NotFound):
    """No card under this code, or none that can be redeemed; which of them is not told."""

    code = "market.card_not_found"
    message = _("No gift card can be redeemed with this code.")
    next_step = _("Look once more at how it is written, or ask who gave it to you.")


class CardsOut(Conflict):
    """As many gift cards are out as the shop sells, in all or to one person."""

    code = "market.cards_out"
    message = _("So much cannot be bought in gift cards now: at most {left}.")
    next_step = _("Take less, or come back once some have been redeemed.")


class CardMovedOn(Conflict):
    """A card that was redeemed or voided already."""

    code = "market.card_moved_on"
    message = _("This card has been redeemed or voided already.")
    next_step = _("Load the list again and see how it stands.")


class InvalidCard(Invalid):
    """Something about a gift card is missing or wrong; `fields` says where."""

    code = "market.invalid_card"
    message = _("Something about the gift card is missing or not right.")
