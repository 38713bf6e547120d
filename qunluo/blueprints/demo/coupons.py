"""Coupons and gift cards of a demo community: who has which, what came off, who redeemed."""

import random
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from qunluo.blueprints.demo.still_life import still_life
from qunluo.kernel.clock import now
from qunluo.market import actions, queries
from qunluo.market.errors import CouponRefused, NotOnSale, SoldOut
from qunluo.market.queries import Wish

if TYPE_CHECKING:
    from qunluo.blueprints.demo.shop import Counter
    from qunluo.market.models import Coupon, Order, Product
    from qunluo.people.models import Person

WORDS = ("title", "kind", "code", "amount", "percent", "least", "most")
FIT = (
    "lead", "text", "category", "need", "needs", "bought", "used", "quality", "function",
    "emotion", "spirit",
)  # fmt: skip
ORDERS = 1_000  # so far from the numbers of other orders that no parcel has the number of another


class Coupons:
    """The coupons and the gift card of one community, in its shop."""

    def __init__(self, counter: "Counter") -> None:
        """Take the shop."""
        self.counter, self.stage = counter, counter.stage
        self.chance = random.Random(f"{self.stage.data['slug']} coupons")  # noqa: S311 - a story
        self.number = 0

    def plan(self) -> None:
        """Plan making them, and who uses them."""
        at = partial(self.counter.plot.at, zone=self.stage.zone)
        for said in self.counter.told["coupons"]:
            at(said["day"], 9.5, act=partial(self.make, said))
        card = self.counter.told["card"]
        at(card["day"], 11.0, act=partial(self.sell, card))
        at(card["given_on"], 20.0, act=partial(self.give_away, card))

    def make(self, said: Any) -> None:
        """Make a coupon, hand it to people where it has no code, and let some use it."""
        owner, moment = self.stage.owner, now()
        products = [one.uid for one in self.counter.products if one.title in said.get("for", [])]
        coupon = actions.make_coupon(
            actor=owner, shop=queries.get_shop(self.stage.community), products=products,
            ends_at=moment + timedelta(days=said["days"]),
            **{name: said[name] for name in WORDS if name in said},
        )  # fmt: skip
        members = [person for person in self.stage.members if person != owner]
        people = self.chance.sample(members, said["people"])
        if not coupon.code:
            people = list(dict.fromkeys([*self._known(), *people]))
            actions.give_coupon(actor=owner, coupon=coupon, people=people)
        for n, person in enumerate(people[-said["used"] :]):
            days = 1 + n + self.chance.uniform(0, 0.5)
            self.counter.after(days, partial(self.use, said, coupon, person))
        if "stopped" in said:
            stop = partial(actions.stop_coupon, actor=owner, coupon=coupon)
            self.counter.after(said["stopped"], stop)

    def use(self, said: Any, coupon: "Coupon", person: "Person") -> None:
        """Order something with a coupon, and pay it."""
        product = next(one for one in self.counter.products if one.title == said["buys"])
        wish = Wish(product.variants.order_by("pk")[0].pk, said.get("quantity", 1))
        self.number += 1
        try:
            order = actions.place_order(
                actor=person, shop=queries.get_shop(self.stage.community), wishes=[wish],
                delivery=self.counter.sending(person), coupon=coupon.code or coupon.uid,
                key=f"demo:coupon:{self.number}", confirmed=True,
            )  # fmt: skip
        except (CouponRefused, NotOnSale, SoldOut):
            return
        self._pay(order, f"demo:coupon:{self.number}")
        self.counter.after(2, partial(self.counter.go_on, order, ORDERS + self.number))

    def sell(self, said: Any) -> None:
        """Write a gift card down, say how much may be out, and put it on sale."""
        owner, shop = self.stage.owner, queries.get_shop(self.stage.community)
        actions.set_cards(actor=owner, shop=shop, most=said["most"], most_each=said["most_each"])
        self.card: Product = actions.add_card(
            actor=owner, shop=shop, title=said["title"], values=said["values"],
            **{name: said[name] for name in FIT},
        )  # fmt: skip
        drawn = still_life(self.counter.pictures[said["picture"]])
        actions.add_picture(actor=owner, product=self.card, data=drawn, alt=said["alt"])
        actions.list_product(actor=owner, product=self.card)

    def give_away(self, said: Any) -> None:
        """Let a member buy two cards; somebody else has the code of one from them."""
        buyer = next(iter(self._known()), self.stage.members[0])
        order = actions.buy_cards(
            actor=buyer, shop=queries.get_shop(self.stage.community),
            variant=self.card.variants.order_by("pk")[0].pk, quantity=2, message=said["message"],
            key="demo:card",
        )  # fmt: skip
        self._pay(order, "demo:card")
        self.counter.after(3, partial(self.redeem, order))

    def redeem(self, order: "Order") -> None:
        """Let a member turn the first card of an order into store credit of theirs."""
        others = [one for one in self.stage.members if one != order.buyer and not one.email]
        actions.redeem_card(
            actor=self.chance.choice(others), shop=queries.get_shop(self.stage.community),
            code=queries.cards_of(order, viewer=order.buyer)[0].code,
        )  # fmt: skip

    def _known(self) -> "list[Person]":
        """Return the members, not of the staff, as whom one can sign in."""
        return [p for p in self.stage.members if p.email and p not in self.stage.operators]

    def _pay(self, order: "Order", key: str) -> None:
        actions.give_credit(
            actor=self.stage.owner, community=self.stage.community, person=order.buyer,
            amount=order.total, reason=self.counter.told["topped_up"], key=key,
        )  # fmt: skip
        actions.pay_from_credit(actor=order.buyer, order=order)
