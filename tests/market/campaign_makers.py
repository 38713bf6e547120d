"""Campaigns of the shop of the tests, and what happens in them."""

from datetime import timedelta

from qunluo.kernel.clock import now
from qunluo.market import actions
from qunluo.market.actions import Ask, Item, Plan
from qunluo.market.models import Campaign, Entry, Order, Seat, Team
from qunluo.market.rules.wishes import Wish
from tests.market.makers import VIRTUAL, credit, key, product, variant

HOUR = timedelta(hours=1)
OWN = {"team": {"size": 3, "window": 60}, "pledge": {"threshold_kind": "units", "threshold": 5},
       "pool": {"threshold_kind": "units", "threshold": 1}}  # fmt: skip


def plan(kind, items, **said):
    """A campaign of a day that runs already."""
    moment = now()
    given = {
        "title": "Rice together", "starts_at": moment - HOUR, "ends_at": moment + 24 * HOUR,
        **OWN.get(kind, {}), **said,
    }  # fmt: skip
    return Plan(kind=kind, items=items, **given)


def start(here, kind, made=None, *, price=800, offer=False, item=None, **said):
    """A campaign of one product."""
    made = made or product(here)
    given = {"own": 5} if kind == "drop" else {}
    one = Item(variant(made).pk, price, **{**given, **(item or {})})
    found = actions.start_campaign(
        actor=here.owner, shop=here.shop, plan=plan(kind, [one], **said), offer=offer
    )
    found.product = made
    return found


def ask(campaign, quantity=1, delivery=VIRTUAL, more=0, **said):
    """So many of the first thing in a campaign."""
    first = campaign.items.order_by("place").first().variant_id
    tolerance = {first: more} if more else {}
    return Ask([Wish(first, quantity)], delivery, tolerance, **said)


def join(campaign, who, quantity=1, *, team=None, wait=False, more=0, delivery=VIRTUAL, **said):
    """Somebody joins; what came of it."""
    given = {"key": key(), **{k: said.pop(k) for k in ("key", "total") if k in said}}
    return actions.join_campaign(
        actor=who, campaign=campaign, team=team, wait=wait,
        ask=ask(campaign, quantity, delivery, more, **said), **given,
    )  # fmt: skip


def pay(here, order, amount=None):
    """Pay an order from store credit that was given for it."""
    who = order.buyer
    credit(here, who, amount or max(order.total, 1))
    return actions.pay_from_credit(actor=who, order=order)


def buy(here, campaign, who, quantity=1, **options):
    """Join and pay; the order as it stands."""
    joined = join(campaign, who, quantity, **options)
    pay(here, joined.order)
    return Order.objects.get(pk=joined.order.pk)


def begin_team(here, campaign, who):
    """A team whose leader has paid."""
    return buy(here, campaign, who).team


def edit(campaign, who, quantity, **options):
    """Have so many of the first thing from now on."""
    first = campaign.items.order_by("place").first().variant_id
    entry = Entry.objects.filter(campaign=campaign, person=who).exclude(state="out").get()
    return actions.edit_entry(
        actor=who, entry=entry, wishes=[Wish(first, quantity)], **{"key": key(), **options}
    )


def live(team):
    """How many seats are held or paid."""
    return Seat.objects.filter(team=team, state__in=["held", "paid"]).count()


def numbers(campaign, *states):
    """The numbers of entries in these states."""
    found = Entry.objects.filter(campaign=campaign, state__in=states or ("held", "paid"))
    return list(found.order_by("number").values_list("number", flat=True))


def over(campaign):
    """Let a campaign end at this moment, and do what is due."""
    moment = now()
    Campaign.objects.filter(pk=campaign.pk).update(
        starts_at=moment - 2 * HOUR, ends_at=moment - timedelta(seconds=1)
    )
    Team.objects.filter(campaign=campaign).update(expires_at=moment - timedelta(seconds=1))
    actions.look_after_campaigns()
    campaign.refresh_from_db()
    return campaign
