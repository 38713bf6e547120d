"""A community with books: an owner, members with wallets, and money from a provider."""

from itertools import count
from types import SimpleNamespace

from qunluo.kernel.models import EventRecord
from qunluo.ledger import actions, queries
from qunluo.ledger.actions import Leg, Wanted
from tests.community.makers import community, member

KEYS = count(1)


def key():
    """A key that nobody used."""
    return f"test:{next(KEYS)}"


def books(unit="CNY", **fields):
    """A community with the accounts of a sale: two wallets, sales, clearing and fees."""
    made = community(**fields)
    mei, li = member(made, "Mei"), member(made, "Li")
    names = ["mei", "li", "sales", "fees", "clearing"]
    wanted = [
        Wanted("wallet", unit, mei),
        Wanted("wallet", unit, li),
        Wanted("sales", unit),
        Wanted("fees", unit),
        Wanted("clearing", unit, label="sandbox"),
    ]
    accounts = actions.ensure_accounts(community=made, wanted=wanted)
    people = SimpleNamespace(owner=made.owner, mei=mei, li=li)
    return SimpleNamespace(community=made, people=people, **dict(zip(names, accounts, strict=True)))


def move(here, source, target, amount, **options):
    """Move an amount from one account to another."""
    given = {"kind": "payment", "key": key(), **options}
    legs = [Leg(source, -amount), Leg(target, amount)]
    return actions.post(community=here.community, legs=legs, **given)


def top_up(here, wallet, amount, **options):
    """Bring money from outside into a wallet."""
    return move(here, here.clearing, wallet, amount, kind="topup", **options)


def free(account):
    """What can be spent of an account."""
    return queries.balance(account).free


def clean(community=None):
    """Whether the books are proven; what is wrong stands in the failure."""
    proof = queries.verify(community_id=community.pk if community else None)
    assert proof.rows == {}
    return proof


def events(name):
    """The events of a name, in order."""
    return list(EventRecord.objects.filter(name=name).order_by("pk"))
