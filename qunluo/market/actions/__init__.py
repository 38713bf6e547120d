"""Everything that writes the market."""

from qunluo.market.actions.billing import check_bill, check_due_bills
from qunluo.market.actions.campaigns import (
    Item,
    Plan,
    approve_campaign,
    decline_campaign,
    lower_team,
    lower_threshold,
    propose_campaign,
    start_campaign,
)
from qunluo.market.actions.cards import (
    add_card,
    buy_cards,
    redeem_card,
    set_cards,
    void_card,
)
from qunluo.market.actions.carts import empty_cart, forget_address, keep_address, put_in_cart
from qunluo.market.actions.closing import (
    cancel_campaign,
    close_campaign,
    look_after_campaigns,
)
from qunluo.market.actions.coupons import give_coupon, make_coupon, stop_coupon
from qunluo.market.actions.editing import (
    Changed,
    edit_entry,
)
from qunluo.market.actions.expiring import expire_due_orders
from qunluo.market.actions.fulfilling import (
    cancel_order,
    confirm_order,
    hand_over,
    mark_ready,
    receive_due_orders,
    receive_order,
    settle_due_orders,
    ship_order,
)
from qunluo.market.actions.joining import (
    Ask,
    Joined,
    join_campaign,
    leave_queue,
)
from qunluo.market.actions.merchants import attach_merchant, detach_merchant, give_credit
from qunluo.market.actions.notices import PRETENDED, handle_due_notices, pretend, take_notice
from qunluo.market.actions.odd import end_odd_payment
from qunluo.market.actions.ordering import place_order
from qunluo.market.actions.own_data import erase
from qunluo.market.actions.paying import (
    begin_payment,
    confirm_payment,
    look_after,
    look_after_payments,
    pay_from_credit,
    take_outcome,
)
from qunluo.market.actions.products import (
    add_picture,
    add_product,
    edit_product,
    list_product,
    remove_picture,
    save_variant,
    set_stock,
    withdraw_product,
)
from qunluo.market.actions.refunding import (
    refund_order,
    refunded_by_hand,
    take_refund_outcome,
    try_again,
    try_refunds,
)
from qunluo.market.actions.shop import (
    edit_shop,
    follow_charter,
    open_shop,
    pause_shop,
    save_point,
    save_rate,
    set_trust_line_met,
    set_up_shop,
)

__all__ = [
    "PRETENDED",
    "Ask",
    "Changed",
    "Item",
    "Joined",
    "Plan",
    "add_card",
    "add_picture",
    "add_product",
    "approve_campaign",
    "attach_merchant",
    "begin_payment",
    "buy_cards",
    "cancel_campaign",
    "cancel_order",
    "check_bill",
    "check_due_bills",
    "close_campaign",
    "confirm_order",
    "confirm_payment",
    "decline_campaign",
    "detach_merchant",
    "edit_entry",
    "edit_product",
    "edit_shop",
    "empty_cart",
    "end_odd_payment",
    "erase",
    "expire_due_orders",
    "follow_charter",
    "forget_address",
    "give_coupon",
    "give_credit",
    "hand_over",
    "handle_due_notices",
    "join_campaign",
    "keep_address",
    "leave_queue",
    "list_product",
    "look_after",
    "look_after_campaigns",
    "look_after_payments",
    "lower_team",
    "lower_threshold",
    "make_coupon",
    "mark_ready",
    "open_shop",
    "pause_shop",
    "pay_from_credit",
    "place_order",
    "pretend",
    "propose_campaign",
    "put_in_cart",
    "receive_due_orders",
    "receive_order",
    "redeem_card",
    "refund_order",
    "refunded_by_hand",
    "remove_picture",
    "save_point",
    "save_rate",
    "save_variant",
    "set_cards",
    "set_stock",
    "set_trust_line_met",
    "set_up_shop",
    "settle_due_orders",
    "ship_order",
    "start_campaign",
    "stop_coupon",
    "take_notice",
    "take_outcome",
    "take_refund_outcome",
    "try_again",
    "try_refunds",
    "void_card",
    "withdraw_product",
]
