"""Codes that come with a thing of a demo community, and who registers theirs."""

from functools import partial
from typing import TYPE_CHECKING, Any

from qunluo.market import actions

if TYPE_CHECKING:
    from qunluo.blueprints.demo.shop import Counter


class Codes:
    """A batch of codes of one product, and the members who enter one."""

    def __init__(self, counter: "Counter") -> None:
        """Take the shop."""
        self.counter, self.stage = counter, counter.stage

    def plan(self) -> None:
        """Plan making them; a community that prints none has none."""
        said = self.counter.told.get("codes")
        if said:
            make = partial(self.make, said)
            self.counter.plot.at(said["day"], 17.0, self.stage.zone, make)

    def make(self, said: Any) -> None:
        """Make the codes, and let members enter theirs one after the other."""
        owner, community = self.stage.owner, self.stage.community
        product = next(one for one in self.counter.products if one.title == said["product"])
        _batch, codes = actions.make_codes(
            actor=owner, product=product, name=said["name"], count=said["count"]
        )
        members = [person for person in self.stage.members if person != owner]
        for n, (person, code) in enumerate(zip(members[: said["used"]], codes, strict=False)):
            act = partial(actions.register_code, actor=person, community=community, code=code)
            self.counter.after(2 + 3.3 * n, act)
