"""A demo community whose way in has a price: who pays, who renews, and whose time is over."""

import random
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from qunluo.blueprints.demo.cast import read
from qunluo.community import actions as communities
from qunluo.market import actions, queries

if TYPE_CHECKING:
    from qunluo.blueprints.demo.stage import Stage
    from qunluo.blueprints.demo.story import Plot
    from qunluo.people.models import Person

BEGINS, LAPSES = 50, 54  # days
COMES = (53, 57, 60, 64, 69, 73, 78, 84)
LAPSED = "reader@demo.qunluo.test"
FIT = {
    "category": "other", "bought": "yearly", "used": "daily", "function": 7, "emotion": 8,
    "spirit": 8,
}  # fmt: skip


def entry(plot: "Plot", stage: "Stage") -> None:
    """Plan what the way in costs, and who pays it."""
    door = Door(stage)
    plot.at(BEGINS, 20.0, stage.zone, door.offer)
    for day in COMES:
        plot.at(day, door.chance.uniform(9, 22), stage.zone, partial(door.come, period=0))
    plot.at(LAPSES, 7.1, stage.zone, partial(door.come, period=1, email=LAPSED))


class Door:
    """The way into one community."""

    def __init__(self, stage: "Stage") -> None:
        """Take the stage."""
        self.stage = stage
        self.told: Any = read("tiers.toml")["entry"]
        self.chance = random.Random(f"{stage.data['slug']} entry")  # noqa: S311 - a story
        self.number = 0

    def offer(self) -> None:
        """Write down the tiers of the charter, let them open the door, and put them on sale."""
        owner, community = self.stage.owner, self.stage.community
        community.refresh_from_db()
        shop = actions.set_up_shop(actor=owner, community=community, currency="CNY")
        actions.edit_shop(actor=owner, shop=shop, about="", contact=self.told["contact"])
        if "sandbox" in queries.known_providers():
            actions.attach_merchant(
                actor=owner, shop=shop, provider="sandbox", name="",
                given={"account": "demo", "key": f"demo-{self.stage.data['slug']}-0123456789"},
            )  # fmt: skip
        self.plans = actions.add_declared_tiers(actor=owner, community=community)
        for plan in self.plans:
            said = self.told[plan.name]
            actions.save_tier(
                actor=owner, product=plan.product, name=plan.name, benefits=said["benefits"],
                lets_in=True, pause_days=30,
            )  # fmt: skip
            words = {name: said[name] for name in ("lead", "need")}
            actions.edit_product(
                actor=owner, product=plan.product, quality=self.told["quality"],
                needs=[said["need"]], **words, **FIT,
            )  # fmt: skip
        name, price, days = self.told["short"]
        actions.save_tier_period(actor=owner, plan=self.plans[0], name=name, price=price, days=days)
        for plan in self.plans:
            actions.list_product(actor=owner, product=plan.product)

    def come(self, period: int, email: str = "") -> None:
        """Let somebody answer what the door asks, pay, and be in."""
        who = self.stage.cast.next()
        person = self.stage.enter(replace(who, email=email or who.email))
        self.stage.community.refresh_from_db()
        communities.apply(
            actor=person, community=self.stage.community, despite_scope=True,
            accepted_rules=self.stage.rules_number, label_claim=self.stage.claim(),
        )  # fmt: skip
        self.pay(person, period)
        if not email:
            self.stage.members.append(person)

    def pay(self, person: "Person", period: int) -> None:
        """Buy the first tier from credit that was paid in."""
        shop = queries.get_shop(self.stage.community)
        variant = list(self.plans[0].periods.order_by("pk"))[period].variant_id
        self.number += 1
        key = f"demo:entry:{self.number}"
        order = actions.buy_tier(actor=person, shop=shop, variant=variant, key=key)
        actions.give_credit(
            actor=self.stage.owner, community=self.stage.community, person=person,
            amount=order.total, reason=self.told["topped_up"], key=key,
        )  # fmt: skip
        actions.pay_from_credit(actor=person, order=order)
