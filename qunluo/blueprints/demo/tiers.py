"""Tiers of a demo community: what they bring, who bought one, who tries one, whose time is over."""

import random
from functools import partial
from typing import TYPE_CHECKING, Any

from qunluo.blueprints.demo.cast import read
from qunluo.conversation import actions as talk
from qunluo.market import actions, queries

if TYPE_CHECKING:
    from qunluo.blueprints.demo.shop import Counter
    from qunluo.market.models import TierPlan

BEGINS = 28  # day
FIT = {
    "category": "other", "bought": "yearly", "used": "weekly", "function": 6, "emotion": 8,
    "spirit": 7,
}  # fmt: skip


class Tiers:
    """The tiers of one community, in its shop."""

    def __init__(self, counter: "Counter") -> None:
        """Take the shop."""
        self.counter, self.stage = counter, counter.stage
        self.told: Any = read("tiers.toml")[counter.language]
        self.chance = random.Random(f"{self.stage.data['slug']} tiers")  # noqa: S311 - a story
        self.number = 0

    def plan(self) -> None:
        """Plan writing them down, and who buys or tries one."""
        at = partial(self.counter.plot.at, zone=self.stage.zone)
        at(BEGINS, 20.0, act=self.offer)
        for place, said in enumerate(self.told["tiers"]):
            for day, period in said["bought"]:
                at(day, 21.0, act=partial(self.buy, place, period))
            if "tried" in said:
                at(said["tried"], 21.5, act=partial(self.try_it, place))

    def offer(self) -> None:
        """Write the tiers down and sell them; the last one opens a space of its own."""
        owner, community = self.stage.owner, self.stage.community
        self.plans: list[TierPlan] = []
        for said in self.told["tiers"]:
            made = actions.add_tier(
                actor=owner, community=community, name=said["name"], benefits=said["benefits"],
                trial_days=said.get("trial_days", 0),
            )  # fmt: skip
            for name, price, months, days in said["periods"]:
                actions.save_tier_period(
                    actor=owner, plan=made, name=name, price=price, months=months, days=days
                )
            words = {"lead": said["lead"], "need": said["need"], "needs": [said["need"]]}
            actions.edit_product(
                actor=owner, product=made.product, quality=self.told["quality"], **words, **FIT
            )
            actions.list_product(actor=owner, product=made.product)
            self.plans.append(made)
        name, purpose = self.told["room"]
        talk.open_space(
            actor=owner, community=community, name=name, purpose=purpose, visibility="grant",
            grant_kind="tier", grant_name=self.plans[-1].name,
        )  # fmt: skip

    def buy(self, place: int, period: int) -> None:
        """Let a member who holds none yet buy one."""
        plan = self.plans[place]
        person = self.chance.choice(self.stage.members)
        variant = list(plan.periods.order_by("pk"))[period].variant_id
        self.number += 1
        key = f"demo:tier:{self.number}"
        order = actions.buy_tier(
            actor=person, shop=queries.get_shop(self.stage.community), variant=variant, key=key
        )
        actions.give_credit(
            actor=self.stage.owner, community=self.stage.community, person=person,
            amount=order.total, reason=self.counter.told["topped_up"], key=key,
        )  # fmt: skip
        actions.pay_from_credit(actor=person, order=order)
        self.counter.after(8, partial(actions.receive_order, actor=person, order=order))
        self.counter.after(20, actions.settle_due_orders)

    def try_it(self, place: int) -> None:
        """Let the newest member try one."""
        actions.try_tier(actor=self.stage.members[-1], plan=self.plans[place])
