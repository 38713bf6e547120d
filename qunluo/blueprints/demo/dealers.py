"""A demo community that leaves the selling to dealers: codes in the boxes bring its people in."""

from functools import partial
from typing import TYPE_CHECKING, Any

from qunluo.blueprints.demo.cast import Character, read
from qunluo.blueprints.demo.still_life import still_life
from qunluo.market import actions
from qunluo.people.queries import find_person_by_email

if TYPE_CHECKING:
    from qunluo.blueprints.demo.stage import Stage
    from qunluo.blueprints.demo.story import Plot
    from qunluo.people.models import Person

WORDS = (
    "title", "lead", "text", "category", "origin", "defects", "needs", "need", "bought", "used",
    "quality", "function", "emotion", "spirit",
)  # fmt: skip


def dealers(plot: "Plot", stage: "Stage") -> None:
    """Plan what is told of, where it is sold, and who finds a code in a box."""
    boxes = Boxes(stage)
    told = boxes.told
    plot.at(told["day"], 10.0, stage.zone, boxes.pack)
    for day, who in zip(told["comes"], stage.cast.written("member"), strict=True):
        plot.at(day, 20.2, stage.zone, partial(boxes.come, who))
    by_operator, by_shared = told["registers"]
    plot.at(by_operator, 12.5, stage.zone, lambda: boxes.register(stage.operators[0]))
    plot.at(by_shared, 12.5, stage.zone, boxes.share)


class Boxes:
    """The products of one community, and the codes that lie in their boxes."""

    def __init__(self, stage: "Stage") -> None:
        """Take the stage."""
        self.stage = stage
        self.told: Any = stage.data["shop"]
        self.codes: list[str] = []

    def pack(self) -> None:
        """Tell of the products and of who sells them; make codes for the first."""
        owner, community, told = self.stage.owner, self.stage.community, self.told
        shop = actions.set_up_shop(actor=owner, community=community, currency="CNY")
        actions.edit_shop(actor=owner, shop=shop, about=told["about"], contact=told["contact"])
        made = {one["title"]: self._product(one) for one in told["products"]}
        for one in told["dealers"]:
            said = {name: text for name, text in one.items() if name != "only"}
            only = made.get(one.get("only", ""))
            actions.save_dealer(actor=owner, shop=shop, product=only, **said)
        _batch, self.codes = actions.make_codes(
            actor=owner, product=next(iter(made.values())), name=told["batch"], count=told["count"]
        )

    def come(self, who: Character) -> None:
        """Let somebody open an account, enter the code of their box and be in."""
        person = self.stage.enter(who)
        self.register(person)
        self.stage.members.append(person)

    def share(self) -> None:
        """Let a member of another community, as whom one can sign in, come as well."""
        if person := find_person_by_email(self.told["shared"]):
            self.register(person)
            self.stage.members.append(person)

    def register(self, person: "Person") -> None:
        """Let somebody enter a code that nobody has used."""
        actions.register_code(
            actor=person, community=self.stage.community, code=self.codes.pop(),
            accepted_rules=self.stage.rules_number,
        )  # fmt: skip

    def _product(self, said: Any) -> Any:
        owner = self.stage.owner
        words = {name: said[name] for name in WORDS if name in said}
        product = actions.add_product(
            actor=owner, community=self.stage.community, kind="physical", **words
        )
        actions.save_variant(actor=owner, product=product, price=said["price"], counted=False)
        if "picture" in said:
            drawn = still_life(read("pictures.toml")[said["picture"]])
            actions.add_picture(actor=owner, product=product, data=drawn, alt=said["alt"])
        return actions.list_product(actor=owner, product=product)
