"""What a demo community buys together: what comes about, what does not, and what runs now."""

import random
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from qunluo.kernel.clock import now
from qunluo.market import actions, queries
from qunluo.market.actions import Ask, Item, Plan
from qunluo.market.queries import Delivery, Wish

if TYPE_CHECKING:
    from qunluo.blueprints.demo.shop import Counter
    from qunluo.market.models import Campaign, Order, Product, Team
    from qunluo.people.models import Person

WORDS = (
    "kind", "title", "text", "size", "window", "threshold_kind", "threshold", "most", "masked",
    "options",
)  # fmt: skip


class Campaigns:
    """The campaigns of one community, in its shop."""

    def __init__(self, counter: "Counter") -> None:
        """Take the shop."""
        self.counter, self.stage = counter, counter.stage
        self.chance = random.Random(f"{self.stage.data['slug']} together")  # noqa: S311 - a story
        self.number = 0

    def plan(self) -> None:
        """Plan all of them."""
        for said in self.counter.told["campaigns"]:
            act = partial(self.start, said)
            self.counter.plot.at(said["day"], said.get("hour", 9), self.stage.zone, act)

    def start(self, said: Any) -> None:
        """Start one, and let people come in; `every` is how many hours lie between them."""
        product = next(p for p in self._products() if p.title == said["product"])
        variant = list(product.variants.order_by("pk"))[said.get("variant", 0)]
        moment = now()
        batches = [(moment + timedelta(days=after), n) for after, n in said.get("batches", [])]
        item = Item(
            variant.pk, said["price"], said.get("steps", ()), said.get("own"), batches=batches
        )
        campaign = actions.start_campaign(
            actor=self.stage.owner, shop=queries.get_shop(self.stage.community),
            plan=Plan(
                starts_at=moment, ends_at=moment + timedelta(days=said["days"]), items=[item],
                **{name: said[name] for name in WORDS if name in said},
            ),
        )  # fmt: skip
        wanted = self.chance.sample(self.stage.members, said["people"])
        for n, person in enumerate(wanted):
            act = partial(self.come, said, campaign, person, n, variant.pk)
            self.counter.after((n + 1) * said["every"] / 24, act)
        if "lowered" in said:
            self.counter.after(said["days"] - 1, partial(self.lower, said["lowered"], campaign))
        self.counter.after(said["days"] + 0.01, partial(self.over, campaign))

    def come(
        self, said: Any, campaign: "Campaign", person: "Person", place: int, variant: int
    ) -> None:
        """Join and pay; where there are teams, the first of each leads it."""
        team = self._team(campaign, place, said.get("size"))
        ask = Ask(
            [Wish(variant, self.chance.choice(said.get("wants", [1])))], self._delivery(person),
            options=self._options(said),
        )  # fmt: skip
        self.number += 1
        joined = actions.join_campaign(
            actor=person, campaign=campaign, ask=ask, team=team, wait=True,
            key=f"demo:together:{self.number}",
        )  # fmt: skip
        if joined.order is not None:
            self._pay(joined.order)
        actions.look_after_campaigns()

    def lower(self, said: Any, campaign: "Campaign") -> None:
        """Let fewer be enough, openly."""
        actions.lower_threshold(
            actor=self.stage.owner, campaign=campaign, to=said["to"], reason=said["reason"]
        )

    def over(self, campaign: "Campaign") -> None:
        """Judge it, and let what came of it go on."""
        actions.look_after_campaigns()
        actions.try_refunds()
        for view in queries.orders_for_table(self.stage.community, viewer=self.stage.owner):
            if view.order.campaign_id == campaign.pk and view.order.state == "confirmed":
                self.counter.after(1, partial(self.counter.go_on, view.order, 1))

    def _products(self) -> "list[Product]":
        return [*self.counter.products, *self.counter.together]

    def _team(self, campaign: "Campaign", place: int, size: int | None) -> "Team | None":
        if size is None or place % size == 0:
            return None
        view = queries.get_campaign(
            campaign.uid, viewer=self.stage.owner, community=self.stage.community
        )
        forming = [one for one in queries.teams(view, viewer=self.stage.owner) if one.free]
        return next((one.team for one in forming if one.state == "forming"), None)

    def _pay(self, order: "Order") -> None:
        actions.give_credit(
            actor=self.stage.owner, community=self.stage.community, person=order.buyer,
            amount=order.total, reason=self.counter.told["topped_up"],
            key=f"demo:together:{self.number}",
        )  # fmt: skip
        actions.pay_from_credit(actor=order.buyer, order=order)

    def _options(self, said: Any) -> dict[str, str]:
        asked = said.get("options", [])
        return {one["name"]: self.chance.choice(one["choices"]) for one in asked}

    def _delivery(self, person: "Person") -> Delivery:
        return Delivery("pickup", point=self.chance.choice(self.counter.points).pk)
