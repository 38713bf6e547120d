"""Three months of trade in a demo community: what is sold, who buys it, and what goes wrong."""

import random
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from qunluo.blueprints.demo.bookings import Bookings
from qunluo.blueprints.demo.cast import read
from qunluo.blueprints.demo.codes import Codes
from qunluo.blueprints.demo.coupons import Coupons
from qunluo.blueprints.demo.still_life import still_life
from qunluo.blueprints.demo.tiers import Tiers
from qunluo.blueprints.demo.together import Campaigns
from qunluo.blueprints.demo.trace import Loop
from qunluo.kernel.clock import now
from qunluo.market import actions, queries
from qunluo.market.errors import NotOnSale, SoldOut, TooManyForOne
from qunluo.market.queries import Delivery, Rule, Wish

if TYPE_CHECKING:
    from qunluo.blueprints.demo.stage import Stage
    from qunluo.blueprints.demo.story import Plot
    from qunluo.market.models import Order, PickupPoint, Product

OPENS, COMPLAINED, UNTIL = 16, 64, 90  # days
CITIES = {
    "zh": ["浙江省杭州市西湖区", "上海市徐汇区", "江苏省苏州市姑苏区", "北京市海淀区"],
    "en": ["Berlin", "Leipzig", "Hamburg", "Dresden"],
}
STREETS = {
    "zh": ["文三路 12 号", "高安路 7 号", "平江路 30 号"],
    "en": ["Lindenweg 4", "Am Markt 9"],
}
WORDS = (
    "title", "kind", "lead", "text", "category", "origin", "defects", "needs", "need", "bought",
    "used", "quality", "function", "emotion", "spirit", "elsewhere", "surplus", "returnable",
    "no_return", "handed_over", "parts",
)  # fmt: skip


class Counter:
    """The shop of one community, and what is needed to tell its story."""

    def __init__(self, plot: "Plot", stage: "Stage") -> None:
        """Take the plot and the stage."""
        self.plot, self.stage = plot, stage
        self.language = "zh" if stage.language.startswith("zh") else "en"
        self.told: Any = read(f"shop_{self.language}.toml")
        self.pictures = read("pictures.toml")
        self.chance = random.Random(f"{stage.data['slug']} shop")  # noqa: S311 - a story
        self.products: list[Product] = []
        self.together: list[Product] = []
        self.points: list[PickupPoint] = []
        self.number = 0

    def set_up(self) -> None:
        """Set up the shop, with everything that it sells."""
        owner, told = self.stage.owner, self.told
        currency = "CNY" if self.language == "zh" else "EUR"
        shop = actions.set_up_shop(actor=owner, community=self.stage.community, currency=currency)
        actions.edit_shop(actor=owner, shop=shop, about=told["about"], contact=told["contact"])
        for one in told["points"]:
            self.points.append(actions.save_point(actor=owner, shop=shop, **one))
        for one in told["rates"]:
            actions.save_rate(actor=owner, shop=shop, **one)
        for one in told["products"]:
            made = self._product(one)
            (self.together if one.get("together") else self.products).append(made)
        actions.open_shop(actor=owner, shop=shop, reason=told["override"])
        if "sandbox" in queries.known_providers():
            actions.attach_merchant(
                actor=owner, shop=shop, provider="sandbox", name="",
                given={"account": "demo", "key": f"demo-{self.stage.data['slug']}-0123456789"},
            )  # fmt: skip

    def week(self, day: int) -> None:
        """Let some members buy something."""
        for person in self.chance.sample(self.stage.members, min(5, len(self.stage.members))):
            hour = self.chance.uniform(9, 22)
            self.plot.at(
                day + self.chance.randrange(5), hour, self.stage.zone, partial(self.buy, person)
            )

    def buy(self, person: Any, product: "Product | None" = None) -> None:
        """Order something, and mostly pay it."""
        shop = queries.get_shop(self.stage.community)
        product = product or self.chance.choice(
            [one for one in self.products if one.state == "on_sale"]
        )
        variant = self.chance.choice(list(product.variants.order_by("pk")))
        wish = Wish(variant.pk, self.chance.choice([1, 1, 1, 2]))
        delivery = self._delivery(person, product)
        self.number += 1
        try:
            quote = queries.quote(shop, [wish], delivery, viewer=person)
        except (SoldOut, NotOnSale):  # it was paused by what many complained about
            return
        if self.number % 9 and person != self.stage.owner:
            reason, key = self.told["credit"], f"demo:credit:{self.number}"
            actions.give_credit(
                actor=self.stage.owner, community=self.stage.community, person=person,
                amount=quote.total + self.chance.randrange(0, 900, 100), reason=reason, key=key,
            )  # fmt: skip
        key = f"demo:{self.number}"
        try:
            order = actions.place_order(
                actor=person, shop=shop, wishes=[wish], delivery=delivery, key=key, confirmed=True
            )
        except TooManyForOne:
            return
        if self.number % 9 and person != self.stage.owner:
            actions.pay_from_credit(actor=person, order=order)
            self.after(2, partial(self.go_on, order, self.number))
        else:
            self.after(0.1, actions.expire_due_orders)

    def go_on(self, order: "Order", number: int) -> None:
        """Send or hand over what was paid; some money goes back."""
        order.refresh_from_db()
        who = next(one for one in (*self.stage.operators, self.stage.owner) if one != order.buyer)
        if number % 13 == 0 and order.state == "confirmed":
            reason = self.told["reason_sorry"]
            actions.refund_order(
                actor=who, order=order, amount=order.total, reason=reason, restock=True
            )
            return
        if order.state == "confirmed" and order.method == "ship":
            track = f"SF{1_000_000 + number * 7919}"
            actions.ship_order(actor=who, order=order, carrier=self.told["carrier"], tracking=track)
            self.after(4, partial(self.have, order, number))
        elif order.state == "confirmed":
            actions.mark_ready(actor=who, order=order)
            hand = partial(actions.hand_over, actor=who, order=order, code=order.pickup_code)
            self.after(2, hand)
            self.after(12, actions.settle_due_orders)
        else:
            self.after(1, partial(self.have, order, number))

    def have(self, order: "Order", number: int) -> None:
        """Receive it; now and then a part goes back."""
        order.refresh_from_db()
        actions.receive_order(actor=order.buyer, order=order)
        if number % 11 == 0:
            who = next(p for p in (*self.stage.operators, self.stage.owner) if p != order.buyer)
            reason = self.told["reason_torn"]
            actions.refund_order(actor=who, order=order, amount=order.total // 2, reason=reason)
        self.after(9, actions.settle_due_orders)

    def complain(self) -> None:
        """Let some who bought the same thing of late complain about the same."""
        told, here = self.told["complaint"], self.stage.community
        product = self.products[told["product"]]
        buyers: set[int] = set()
        for view in queries.orders_for_table(here, viewer=self.stage.owner):
            order = view.order
            about = {line.product_id for line in view.lines} == {product.pk}
            if not about or order.state not in {"received", "settled"} or order.buyer_id in buyers:
                continue
            words = told["words"][len(buyers)]
            actions.complain(
                actor=order.buyer, order=order, product=product, kind=told["kind"], words=words,
                wants="refund_part", amount=order.total // 4,
            )  # fmt: skip
            buyers.add(order.buyer_id)
            if len(buyers) == len(told["words"]):
                self.after(1.5, partial(self.answer, product))
                return

    def answer(self, product: "Product") -> None:
        """Answer all of them in public, give to each, and sell it again."""
        told, owner = self.told["complaint"], self.stage.owner
        for view in queries.complaints_about(product):
            actions.answer_group_complaint(
                actor=owner, group=view.group, words=told["answer"], remedy="part",
                percent=told["percent"],
            )  # fmt: skip
            actions.give_remedies()
            product.refresh_from_db()
            actions.list_product(actor=owner, product=product)

    def after(self, days: float, act: Any) -> None:
        """Plan what follows from what just happened."""
        moment = now() + timedelta(days=days)
        self.plot.later(moment, act)

    def _product(self, said: Any) -> "Product":
        owner = self.stage.owner
        words = {name: said[name] for name in WORDS if name in said}
        words.setdefault("kind", "physical")
        product = actions.add_product(actor=owner, community=self.stage.community, **words)
        for one in said["variants"]:
            rules = [Rule("members", 1, one["member"])] if "member" in one else []
            if "step" in one:
                rules.append(Rule("everyone", *one["step"]))
            variant = actions.save_variant(
                actor=owner, product=product, name=one.get("name", ""), price=one["price"],
                counted="stock" in one, most=one.get("most"), rules=rules,
            )  # fmt: skip
            if "stock" in one:
                actions.set_stock(actor=owner, variant=variant, amount=one["stock"])
        if "picture" in said:
            drawn = still_life(self.pictures[said["picture"]])
            actions.add_picture(actor=owner, product=product, data=drawn, alt=said["alt"])
        if not said.get("draft"):
            product = actions.list_product(actor=owner, product=product)
        return product

    def _delivery(self, person: Any, product: "Product") -> Delivery:
        if product.kind == "virtual":
            return Delivery("virtual")
        if self.points and self.chance.random() < 0.5:
            return Delivery("pickup", point=self.chance.choice(self.points).pk)
        return self.sending(person)

    def sending(self, person: Any) -> Delivery:
        """Return an address of somebody to which things are sent."""
        address = {
            "name": person.name,
            "phone": f"138{self.chance.randrange(10**8):08d}",
            "region": self.chance.choice(CITIES[self.language]),
            "detail": self.chance.choice(STREETS[self.language]),
        }
        return Delivery("ship", address)


def shop(plot: "Plot", stage: "Stage") -> None:
    """Plan the shop of a community, and three months of trade in it."""
    counter = Counter(plot, stage)
    plot.at(OPENS, 10.0, stage.zone, counter.set_up)
    plot.at(COMPLAINED, 20.0, stage.zone, counter.complain)
    for day in range(OPENS + 1, UNTIL, 5):
        plot.at(day, 8.0, stage.zone, partial(counter.week, day))
    Campaigns(counter).plan()
    Bookings(counter).plan()
    Coupons(counter).plan()
    Codes(counter).plan()
    Tiers(counter).plan()
    Loop(counter).plan()
