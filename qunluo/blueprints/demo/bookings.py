"""A service that a demo community gives: who gives it when, who booked it, and how it was."""

import random
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from qunluo.blueprints.demo.still_life import still_life
from qunluo.kernel.clock import now
from qunluo.market import actions, queries
from qunluo.market.errors import SlotTaken

if TYPE_CHECKING:
    from qunluo.blueprints.demo.shop import Counter
    from qunluo.market.models import Booking
    from qunluo.people.models import Person

BEGINS, EVERY = 40, 6  # days
WORDS = (
    "lead", "text", "category", "need", "needs", "bought", "used", "quality", "function",
    "emotion", "spirit", "parts",
)  # fmt: skip


class Bookings:
    """The service of one community, in its shop."""

    def __init__(self, counter: "Counter") -> None:
        """Take the shop."""
        self.counter, self.stage = counter, counter.stage
        self.said: Any = counter.told["service"]
        self.chance = random.Random(f"{self.stage.data['slug']} bookings")  # noqa: S311 - a story
        self.number = 0

    def plan(self) -> None:
        """Plan the service, and somebody who books it every few days."""
        at = partial(self.counter.plot.at, zone=self.stage.zone)
        at(BEGINS, 10.0, act=self.offer)
        for day in range(BEGINS + 1, 90, EVERY):
            at(day, 19.0, act=self.book)
        at(89, 19.5, act=self.book)

    def offer(self) -> None:
        """Write the service down, with its lengths and two people who give it."""
        owner, said = self.stage.owner, self.said
        self.service = actions.add_service(
            actor=owner, community=self.stage.community, title=said["title"]
        )
        product = self.service.product
        actions.edit_product(
            actor=owner, product=product, **{name: said[name] for name in WORDS if name in said}
        )
        for name, minutes, price in said["lengths"]:
            actions.add_length(
                actor=owner, product=product, name=name, minutes=minutes, price=price
            )
        actions.save_plan(
            actor=owner, plan=self.service, place=said["place"], after=30,
            late_percent=said["late_percent"],
        )  # fmt: skip
        for person in (self.stage.owner, self.stage.operators[0]):
            actions.save_staff(actor=owner, plan=self.service, person=person, week=said["week"])
        drawn = still_life(self.counter.pictures[said["picture"]])
        actions.add_picture(actor=owner, product=product, data=drawn, alt=said["alt"])
        actions.list_product(actor=owner, product=product)

    def book(self) -> None:
        """Let a member book one of the next times, and pay it."""
        givers = set(self.service.staff.values_list("person", flat=True))
        person = self.chance.choice([p for p in self.stage.members if p.pk not in givers])
        variant = self.chance.choice(list(self.service.product.variants.order_by("pk")))
        free = queries.free_slots(self.service, variant)
        slots = [slot for slots in free.values() for slot in slots]
        if not slots:
            return
        slot = self.chance.choice(slots[:8])
        self.number += 1
        key = f"demo:booking:{self.number}"
        try:
            order = actions.book(
                actor=person, shop=queries.get_shop(self.stage.community), variant=variant,
                staff=self.chance.choice(slot.staff), starts_at=slot.starts_at, key=key,
            )  # fmt: skip
        except SlotTaken:
            return
        actions.give_credit(
            actor=self.stage.owner, community=self.stage.community, person=person,
            amount=order.total, reason=self.counter.told["topped_up"], key=key,
        )  # fmt: skip
        actions.pay_from_credit(actor=person, order=order)
        one = queries.get_booking(order.uid, viewer=person, community=self.stage.community)
        if self.number == 4:
            self.counter.after(0.2, partial(self.call_off, person, one.booking))
            return
        over = one.booking.ends_at - now() + timedelta(minutes=20)
        self.counter.after(over / timedelta(days=1), partial(self.give, one.booking, self.number))

    def call_off(self, person: "Person", one: "Booking") -> None:
        """Call a time off, early enough."""
        actions.call_off(actor=person, booking=one)

    def give(self, one: "Booking", number: int) -> None:
        """Give it; its buyer says so, and how it was; one of them lets it be told."""
        giver, buyer = one.staff.person, one.order.buyer
        missed = number == 6
        actions.finish_booking(actor=giver, booking=one, missed=missed)
        if missed:
            return
        actions.receive_order(actor=buyer, order=one.order)
        words = self.said["words"]
        actions.rate_booking(
            actor=buyer, booking=one, stars=self.chance.choice([5, 5, 4]),
            words=words[number % len(words)],
        )  # fmt: skip
        if number == 3:
            actions.ask_for_case(actor=giver, booking=one, text=self.said["case"])
            actions.answer_case(actor=buyer, booking=one, agree=True)
        self.counter.after(0.5, actions.settle_due_orders)
