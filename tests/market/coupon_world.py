"""Coupons and gift cards of the world of the API."""

from qunluo.market import actions, queries
from tests.market.makers import FIT


def coupons_and_cards(shop, cast):
    """A coupon for who is given it, a card that is sold, and one that the member bought."""
    run = {"actor": cast.owner, "shop": shop}
    coupon = actions.make_coupon(**run, title="For you", kind="amount", amount=100)
    actions.give_coupon(actor=cast.owner, coupon=coupon, people=[cast.member])
    gift = actions.add_card(**run, title="Card", values=[1_000], **{**FIT, "category": "play"})
    actions.list_product(actor=cast.owner, product=gift)
    made = actions.buy_cards(
        actor=cast.member, shop=shop, variant=gift.variants.get().pk, key="world card"
    )
    if actions.pay_from_credit(actor=cast.member, order=made).state == "paid":
        actions.confirm_order(actor=cast.owner, order=made)
    card = queries.cards_of(made, viewer=cast.member)[0]
    return {
        "coupon_uid": coupon.uid, "gift_uid": gift.uid, "gift_card_uid": card.card.uid,
        "gift_id": gift.variants.get().pk,
    }  # fmt: skip
