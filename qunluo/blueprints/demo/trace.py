"""One loop from words to orders and back: a buyer tells, others buy, the shop changes something."""

from functools import partial
from typing import TYPE_CHECKING, Any

from qunluo.blueprints.demo.cast import read
from qunluo.conversation import actions as talk
from qunluo.market import actions, queries

if TYPE_CHECKING:
    from qunluo.blueprints.demo.shop import Counter
    from qunluo.conversation.models import Space, Thread
    from qunluo.market.models import Product

OPENS, TOLD = 30, 69  # days


class Loop:
    """What is said of one product of a community, and what became of it."""

    def __init__(self, counter: "Counter") -> None:
        """Take the shop."""
        self.counter, self.stage = counter, counter.stage
        self.told: Any = read("trace.toml")[counter.language]

    def plan(self) -> None:
        """Plan the space, the experience, who buys after reading it, and what changes."""
        at = partial(self.counter.plot.at, zone=self.stage.zone)
        at(OPENS, 9.5, act=self.open)
        at(TOLD, 19.0, act=self.tell)

    def open(self) -> None:
        """Open a space in which adverts have slots, so that products show there as cards."""
        made = talk.open_space(
            actor=self.stage.owner, community=self.stage.community, name=self.told["space"],
            purpose=self.told["purpose"], type="board",
        )  # fmt: skip
        self.space: Space = talk.edit_space(actor=self.stage.owner, space=made, advert_share=20)
        self.space.community = self.stage.community

    def tell(self) -> None:
        """Let a buyer of the product tell of it."""
        product = self.counter.products[self.told["product"]]
        for view in queries.orders_for_table(self.stage.community, viewer=self.stage.owner):
            order = view.order
            has = any(line.product_id == product.pk for line in view.lines)
            if has and order.state in {"received", "settled"} and queries.to_tell(order)[1]:
                break
        else:
            return
        fields = {name: self.told[name] for name in ("about", "facts", "pros", "cons")}
        said = talk.write_post(
            actor=order.buyer, space=self.space, kind="experience", title=self.told["title"],
            source=self.told["words"], fields={**fields, "again": "yes", "product": product.uid},
        )  # fmt: skip
        others = [one for one in self.stage.members if one != order.buyer][:5]
        for number, one in enumerate(others):
            self.counter.after(0.2 + number, partial(self.follow, one, said, product, number))
        self.counter.after(8, partial(self.change, said, product))

    def follow(self, person: Any, said: "Thread", product: "Product", number: int) -> None:
        """Read it, answer, and buy from it."""
        talk.mark_read(actor=person, thread=said, place=1)
        if number < len(self.told["replies"]):
            talk.reply(actor=person, thread=said, source=self.told["replies"][number])
        if number % 2 == 0:
            source = f"post:{said.number}.1"
            actions.touch(
                actor=person, community=self.stage.community, product=product, source=source
            )
            self.counter.buy(person, product)

    def change(self, said: "Thread", product: "Product") -> None:
        """Tell what was changed because of it, and write of that."""
        owner, here = self.stage.owner, self.stage.community
        actions.improve(
            actor=owner, product=product, feedback=f"thread:{said.number}", sort="product",
            words=self.told["change"],
        )  # fmt: skip
        link = f"[{product.title}](/c/{here.slug}/shop/p/{product.uid}/)"
        news = partial(
            talk.write_post, actor=owner, space=self.space, kind="talk",
            title=self.told["news"], source=self.told["told"].format(link=link),
        )  # fmt: skip
        self.counter.after(2, news)
