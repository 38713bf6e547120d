"""A harvest share of the demo's farm: who subscribed, what was in the boxes, who came for them."""

from datetime import date, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from qunluo.blueprints.demo.cast import read
from qunluo.kernel.clock import now
from qunluo.market import actions, queries
from qunluo.market.actions import SeasonPlan

if TYPE_CHECKING:
    from qunluo.blueprints.demo.stage import Stage
    from qunluo.blueprints.demo.story import Plot
    from qunluo.market.models import Entitlement, ShareContract, ShareDelivery, ShareSeason

PLANNED, WEEKS, SATURDAY = 46, 12, 5
SUBSCRIBERS, SMALL = 12, 3  # so many have a share, so many of them at the small depot


class Harvest:
    """The season of one farm."""

    def __init__(self, plot: "Plot", stage: "Stage") -> None:
        """Take the plot and the stage."""
        self.plot, self.stage = plot, stage
        self.told: Any = read("shares_zh.toml")
        self.season: ShareSeason
        self.contracts: list[ShareContract] = []

    def begin(self) -> None:
        """Plan the season, and let members subscribe; the last one finds a depot full."""
        owner, told = self.stage.owner, self.told
        product = actions.add_product(
            actor=owner, community=self.stage.community, gives="share", **told["product"]
        )
        sizes = [
            actions.save_variant(actor=owner, product=product, counted=False, **one)
            for one in told["sizes"]
        ]
        product = actions.list_product(actor=owner, product=product)
        points = queries.pickup_points(self.stage.community)
        first = next_saturday(now().date() + timedelta(days=5))
        self.season = actions.start_season(
            actor=owner, product=product,
            plan=SeasonPlan(
                title=told["title"], text=told["about"], risk=told["risk"], tag=told["tag"],
                first=first, last=first + timedelta(weeks=WEEKS - 1), weekdays=[SATURDAY],
                starts=time(9), absences=2, instalments=[1, 3], refunds=False,
                depots={points[told["depot"]].pk: 20, points[told["small_depot"]].pk: SMALL},
            ),
        )  # fmt: skip
        large, small = self.season.depots.order_by("place")
        people = [one for one in self.stage.members if one not in self.stage.operators]
        people.sort(key=lambda one: one.email is None)  # who can sign in has a share to look at
        for number, person in enumerate(people[: SUBSCRIBERS + 1]):
            depot = small if number >= SUBSCRIBERS - SMALL else large
            contract = actions.ask_share(
                actor=person, season=self.season, variant=sizes[number % 2], depot=depot,
                parts=1 if number % 3 else 3, signed=person.name, key="demo:share", wait=True,
            )  # fmt: skip
            if contract.state != "waiting":
                self.contracts.append(contract)
                self.pay(contract, 1)
        for number, delivery in enumerate(self.season.deliveries.order_by("day")):
            box = told["boxes"][number % len(told["boxes"])]
            fills = delivery.cut_off_at + timedelta(hours=1)
            self.plot.later(delivery.cut_off_at - timedelta(hours=9), self.sweep)
            self.plot.later(fills, partial(self.fill, delivery, box))
            self.plot.later(delivery.begins_at + timedelta(hours=3), partial(self.hand, delivery))
            self.plot.later(delivery.ends_at + timedelta(hours=1), self.sweep)
        self.plot.later(now() + timedelta(days=8), self.skip)

    def pay(self, contract: "ShareContract", number: int) -> None:
        """Pay a part from store credit that was brought in for it."""
        part = contract.instalments.get(number=number)
        if part.order is None:
            return
        actions.give_credit(
            actor=self.stage.owner, community=self.stage.community, person=contract.person,
            amount=part.amount, reason=self.told["product"]["title"],
            key=f"demo:share:{contract.pk}:{number}",
        )  # fmt: skip
        actions.pay_from_credit(actor=contract.person, order=part.order)

    def sweep(self) -> None:
        """Bill what is due, which all but one pay at once, and count what was missed."""
        actions.bill_due_instalments()
        for contract in self.contracts[:6] + self.contracts[7:]:
            for part in contract.instalments.filter(paid_at=None, order__isnull=False):
                self.pay(contract, part.number)
        actions.suspend_due_shares()
        actions.miss_due_boxes()
        actions.fulfil_instalments()

    def skip(self) -> None:
        """Let one go without a box, and another fetch theirs at the other depot."""
        second = self.box(self.contracts[1], 1)
        actions.skip_box(actor=self.contracts[1].person, box=second)
        third = self.box(self.contracts[10], 2)
        large = self.season.depots.order_by("place")[0]
        actions.move_box(actor=self.contracts[10].person, box=third, to=third.handed, depot=large)

    def box(self, contract: "ShareContract", number: int) -> "Entitlement":
        """Return the box of a share for one of its deliveries, counted from 0."""
        return queries.shares.view_share(contract).boxes[number]

    def fill(self, delivery: "ShareDelivery", box: Any) -> None:
        """Say what is in the boxes, and openly what is missing."""
        things = [{"name": name, "amount": amount} for name, amount in box["contents"]]
        given = {"actor": self.stage.owner, "delivery": delivery, "note": box["note"]}
        actions.fill_box(**given, contents=things)
        if "less" in box:
            del things[box["gone"]]
            actions.fill_box(**given, contents=things, less=box["less"])

    def hand(self, delivery: "ShareDelivery") -> None:
        """Pack everything, and hand out what is fetched; once somebody does not come."""
        owner = self.stage.owner
        actions.pack_boxes(actor=owner, delivery=delivery)
        absent = self.contracts[4].pk if delivery.day.isocalendar().week % 5 == 0 else 0
        for some in queries.share_desk.packing(delivery, viewer=owner):
            for one in some.boxes:
                share = one.box.contract
                if one.box.state == "packed" and share.pk != absent:
                    actions.hand_over_box(actor=owner, delivery=delivery, code=share.code)


def next_saturday(day: date) -> date:
    """Return the first Saturday from a day on."""
    return day + timedelta(days=(SATURDAY - day.weekday()) % 7)


def shares(plot: "Plot", stage: "Stage") -> None:
    """Plan the season of the farm."""
    plot.at(PLANNED, 11.0, stage.zone, Harvest(plot, stage).begin)
