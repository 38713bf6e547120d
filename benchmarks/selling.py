"""A shop with people who have store credit, for the benchmarks that buy."""

from typing import Any

from django.db import connection, connections

from qunluo.community import actions as communities
from qunluo.community.models import Community
from qunluo.community.ports import Seed
from qunluo.ledger import queries as books
from qunluo.market import actions, queries
from qunluo.market.models import Order, Stock, Variant
from qunluo.market.models import Shop as Row
from qunluo.market.queries import Delivery, Wish
from qunluo.people.actions import register_person
from qunluo.people.models import Person

PRICE, RICH = 1_000, 10**8
FIT = {
    "need": "Rice for every day.", "bought": "monthly", "used": "daily",
    "quality": "Tested twice a year.", "function": 8, "emotion": 6,
}  # fmt: skip


class Shop:
    """An open shop that sells one thing, counted."""

    def __init__(self, *, people: int, stock: int, rich: int = RICH, kind: str = "virtual") -> None:
        """Found it and give everybody store credit."""
        self.owner = register_person(name="Owner", email="owner@example.org")
        self.community: Community = communities.create_community(
            actor=self.owner, name="Farm", sentence="Grow and eat together.",
            seed=Seed(blueprint="t02", values={}), slug="farm",
        )  # fmt: skip
        made = actions.set_up_shop(actor=self.owner, community=self.community)
        Row.objects.filter(pk=made.pk).update(state="open", audience="everyone")
        self.shop = queries.get_shop(self.community)
        rice = actions.add_product(
            actor=self.owner, community=self.community, title="Rice", category="food",
            kind=kind, **FIT,
        )  # fmt: skip
        self.variant: Variant = actions.save_variant(
            actor=self.owner, product=rice, price=PRICE, counted=True
        )
        self.product = rice
        actions.set_stock(actor=self.owner, variant=self.variant, amount=stock)
        actions.list_product(actor=self.owner, product=rice)
        self.people = [self._person(number, rich) for number in range(people)]

    def _person(self, number: int, rich: int) -> Person:
        who = register_person(name=f"P{number}", email=f"p{number}@example.org")
        communities.admit(person=who, community=self.community, via="invitation")
        actions.give_credit(
            actor=self.owner, community=self.community, person=who, amount=rich,
            reason="Benchmark", key=f"start:{number}",
        )  # fmt: skip
        return who

    def buy(self, who: Person, key: str) -> Order:
        """Buy one."""
        return actions.buy_from_credit(
            actor=who, shop=self.shop, wishes=[Wish(self.variant.pk, 1)],
            delivery=Delivery("virtual"), key=key,
        )  # fmt: skip

    def stock(self, amount: int) -> None:
        """Have so many to sell."""
        actions.set_stock(actor=self.owner, variant=self.variant, amount=amount)

    def left(self) -> int:
        """Return how many can still be sold."""
        return Stock.objects.get(variant=self.variant).amount

    def prove(self) -> None:
        """Prove the books. RuntimeError."""
        found: Any = books.verify(community_id=self.community.pk)
        if not found.clean:
            raise RuntimeError(f"the books are wrong: {found.rows}")


def elsewhere(url: str, name: str, folder: str) -> str:
    """Return another empty database of the same sort."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{folder}/{name}.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")
    connections.close_all()
    return url.rsplit("/", 1)[0] + f"/{name}"
