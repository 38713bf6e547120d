"""What the market refuses, and what to do next."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qunluo.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from qunluo.kernel.text import _
from qunluo.market.errors.bookings import *  # noqa: F403 -- the same room, told in parts
from qunluo.market.errors.claims import *  # noqa: F403 -- the same room, told in parts
from qunluo.market.errors.coupons import *  # noqa: F403 -- the same room, told in parts
from qunluo.market.errors.dealers import *  # noqa: F403 -- the same room, told in parts
from qunluo.market.errors.shares import *  # noqa: F403 -- all of them, see there
from qunluo.market.errors.tiers import *  # noqa: F403 -- the same room, told in parts
from qunluo.market.errors.trace import *  # noqa: F403 -- the same room, told in parts

if TYPE_CHECKING:
    from qunluo.market.rules.fitness import Missing


class ShopNotFound(NotFound):
    """The community has no shop, or not for this viewer."""

    code = "market.shop_not_found"
    message = _("This community has no shop.")
    next_step = _("Who runs it can set one up at the desk.")


class ProductNotFound(NotFound):
    """No such product, or not for this viewer."""

    code = "market.product_not_found"
    message = _("There is no such product here.")
    next_step = _("Look in the shop.")


class OrderNotFound(NotFound):
    """No such order, or not for this viewer."""

    code = "market.order_not_found"
    message = _("There is no such order.")
    next_step = _("Look among your orders.")


class PaymentNotFound(NotFound):
    """No such payment, or not for this viewer."""

    code = "market.payment_not_found"
    message = _("There is no such payment.")
    next_step = _("Look among your orders.")


class RefundNotFound(NotFound):
    """No such refund, or not for this viewer."""

    code = "market.refund_not_found"
    message = _("There is no such refund.")
    next_step = _("Look at the order.")


class PlaceNotFound(NotFound):
    """No such pick-up point or delivery rate in this shop, or no such address of this person."""

    code = "market.place_not_found"
    message = _("There is no such address, pick-up point or delivery rate.")
    next_step = _("Load the list again and choose from it.")


class MerchantNotFound(NotFound):
    """No account with such a provider in this shop, or at this address."""

    code = "market.merchant_not_found"
    message = _("The shop has no such account.")
    next_step = _("Look at the ways in which the shop is paid.")


class NoticeTooLarge(DomainError):
    """A notice longer than any provider sends."""

    code, status = "market.notice_too_large", 413
    message = _("This notice is larger than {kilobytes} KB.")
    next_step = _("Send the notice alone.")


class MembersOnlyShop(Forbidden):
    """The shop is for members."""

    code = "market.members_only"
    message = _("What is sold here is for members.")
    next_step = _("Join the community first; its door tells how.")


class NoCart(Conflict):
    """A community that leaves the selling to dealers."""

    code = "market.no_cart"
    message = _("Nothing is sold here: this community leaves that to dealers.")
    next_step = _("Look where the product is sold, or ask in the talk.")


class ShopNotOpen(Conflict):
    """The shop is being prepared or pauses."""

    code = "market.shop_not_open"
    message = _("The shop is not open.")
    next_step = _("Its page tells what it waits for. Your cart stays as it is.")


class TrustLineNotMet(Conflict):
    """Trust first, sell last: the circle does not carry a shop yet."""

    code = "market.trust_line_not_met"
    message = _(
        "The trust line is not met: {members} of {wanted_members} members stayed long enough."
    )
    next_step = _("Give people time to answer each other, or say why you open it all the same.")


class NotFit(Conflict):
    """The product may not go on sale; `missing` says why and what opens the gate."""

    code = "market.not_fit"
    message = _("This product may not go on sale yet: {reasons}")
    next_step = _("The page of the product says what opens it.")

    def __init__(self, missing: "Sequence[Missing]") -> None:
        """Take what is missing."""
        # Sentences of their own, each with its full stop.
        en = " ".join(one.text["en"] for one in missing)
        super().__init__(reasons={"en": en, "zh": "".join(one.text["zh"] for one in missing)})
        self.missing = list(missing)


class NotOnSale(Conflict):
    """Something is not sold at this moment."""

    code = "market.not_on_sale"
    message = _("“{title}” is not on sale at this moment.")
    next_step = _("Take it out of the cart, or look at its page again later.")


class SoldOut(Conflict):
    """There are not as many left as are wanted."""

    code = "market.sold_out"
    message = _("There are not that many of “{title}”: {left} left.")
    next_step = _("Take fewer, or look again later: what others do not pay for comes back.")


class TooManyForOne(Conflict):
    """A person may have only so many."""

    code = "market.too_many_for_one"
    message = _("Of “{title}” each person may have {most}; you have {have} in your orders.")
    next_step = _("Take fewer, so that there is something for others.")


class PriceChanged(Conflict):
    """The total is not what the buyer saw."""

    code = "market.price_changed"
    message = _("What this costs has changed while you were looking.")
    next_step = _("Look at the new total and order again; nothing was charged.")


class NothingToBuy(Invalid):
    """An empty order."""

    code = "market.nothing_to_buy"
    message = _("There is nothing in this order.")
    next_step = _("Put something in the cart first.")


class TooMuch(Invalid):
    """An order worth more than can be counted, or of more lines than make sense."""

    code = "market.too_much"
    message = _("This is too much for one order.")
    next_step = _("Divide it into several.")


class InvalidOrder(Invalid):
    """Something in an order is missing or wrong; `fields` says where."""

    code = "market.invalid_order"
    message = _("Something in the order is missing or not right.")


class InvalidProduct(Invalid):
    """Something about a product is missing or wrong; `fields` says where."""

    code = "market.invalid_product"
    message = _("Something about the product is missing or not right.")


class InvalidShop(Invalid):
    """Something about the shop is missing or wrong; `fields` says where."""

    code = "market.invalid_shop"
    message = _("Something about the shop is missing or not right.")


class NoDelivery(Conflict):
    """Nothing is sent to this region."""

    code = "market.no_delivery"
    message = _("Nothing is sent to {region}.")
    next_step = _("Give another address, or fetch it yourself where that is offered.")


class OrderKeyReused(Conflict):
    """The same key came with another order."""

    code = "market.key_reused"
    message = _("This key already stands for another order.")
    next_step = _("Use a new key for a new order.")


class OrderMovedOn(Conflict):
    """The order is no longer where this could be done."""

    code = "market.order_moved_on"
    message = _("The order has moved on in the meantime.")
    next_step = _("Load it again and see how it stands.")


class OrderOver(Conflict):
    """The time to pay is over."""

    code = "market.order_over"
    message = _("The time to pay for this order is over.")
    next_step = _("Order again; nothing was charged.")


class MerchantUnreadable(Conflict):
    """The secrets of an account were sealed under another key, as after a restore."""

    code = "market.merchant_unreadable"
    message = _("The account with the payment service cannot be read any more.")
    next_step = _("Choose another way to pay. Who runs the shop gives its secrets anew.")


class UnknownProvider(Invalid):
    """No such way to pay, or not in this shop."""

    code = "market.unknown_provider"
    message = _("This shop does not take payments that way.")
    next_step = _("Choose one of the ways that it offers.")


class InvalidRefund(Invalid):
    """A refund that cannot be."""

    code = "market.invalid_refund"
    message = _("At most {most} can go back.")
    next_step = _("Give a smaller amount.")


class OwnOrder(Forbidden):
    """Who runs a shop decides nothing about their own order."""

    code = "market.own_order"
    message = _("This is your own order.")
    next_step = _("Ask somebody else who runs the shop.")


class SoldApart(Conflict):
    """Something that is sold by rules of its own, and not with other things."""

    code = "market.sold_apart"
    message = _("“{title}” is bought by itself.")
    next_step = _("Open its page; it leads on from there.")


class CampaignNotFound(NotFound):
    """No such campaign, team or entry, or not for this viewer."""

    code = "market.campaign_not_found"
    message = _("There is no such campaign.")
    next_step = _("Look in the shop for what runs now.")


class InvalidCampaign(Invalid):
    """Something about a campaign is missing or wrong; `fields` says where."""

    code = "market.invalid_campaign"
    message = _("Something about the campaign is missing or not right.")


class CampaignOver(Conflict):
    """The campaign, or the team, has ended or takes nobody in."""

    code = "market.campaign_over"
    message = _("This has ended.")
    next_step = _("Nothing was charged. Look in the shop for what runs now.")


class EntryShut(CampaignOver):
    """Money came for a way in that this person can no longer go."""

    code = "market.entry_shut"
    message = _("This no longer lets you in.")
    next_step = _("Nothing was charged. Ask who keeps the door.")


class CampaignNotStarted(Conflict):
    """The campaign begins later."""

    code = "market.campaign_not_started"
    message = _("This has not begun yet.")
    next_step = _("Its page tells when it does.")


class TeamFull(Conflict):
    """Every seat is held or paid."""

    code = "market.team_full"
    message = _("Every seat of this team is taken.")
    next_step = _("Start a team of your own, or look again: seats that are not paid come back.")


class AlreadyIn(Conflict):
    """One live place for each person."""

    code = "market.already_in"
    message = _("You are in already.")
    next_step = _("Change or pay what you have there.")


class OrderWaits(Conflict):
    """A paid order that waits for its campaign."""

    code = "market.order_waits"
    message = _("This order waits for its campaign to succeed.")
    next_step = _("It is taken on, or paid back, by itself once that is decided.")


class UnknownSource(Invalid):
    """An order names a post or an episode that does not speak of what is bought."""

    code = "market.unknown_source"
    message = _("That post does not speak of what you order, or it is your own.")
    next_step = _("Leave the source out, or name the post that led you here.")
