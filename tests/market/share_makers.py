"""A season of the shop of the tests, and what happens in it."""

from datetime import date, timedelta

from qunluo.kernel.clock import now
from qunluo.market import actions
from qunluo.market.actions import SeasonPlan
from qunluo.market.models import DepotDay, Entitlement, Order, ShareContract
from tests.market.makers import credit, key, product, variant

DAY = timedelta(days=1)


def point(here, name="Mill"):
    """A pick-up point."""
    return actions.save_point(actor=here.owner, shop=here.shop, name=name, address="1 Mill Lane")


def plan(depots, *, weeks=4, **said):
    """A season of weekly deliveries that begins in a week, in parts of 1 or 2."""
    first = (now() + 7 * DAY).date()
    given = {
        "title": "Spring", "risk": "We share what the field gives.", "first": first,
        "last": first + (7 * weeks - 1) * DAY, "weekdays": [first.weekday()],
        "depots": depots, "instalments": [1, 2], **said,
    }  # fmt: skip
    return SeasonPlan(**given)


def season(here, *, room=5, points=("Mill",), price=8_000, **said):
    """A season with depots of so many places."""
    made = product(here, gives="share", title="Harvest share", stock=None, price=price)
    found = {point(here, name).pk: room for name in points}
    begun = actions.start_season(actor=here.owner, product=made, plan=plan(found, **said))
    begun.size = variant(made)
    begun.depot = begun.depots.order_by("place").first()
    return begun


def ask(season, who, *, parts=1, depot=None, **said):
    """Somebody subscribes; the contract as it stands."""
    given = {"key": key(), "signed": who.name, **said}
    made = actions.ask_share(
        actor=who, season=season, variant=season.size, depot=depot or season.depot, parts=parts,
        **given,
    )  # fmt: skip
    return ShareContract.objects.get(pk=made.pk)


def pay_part(here, contract, number=1):
    """Pay a part from store credit; the order as it stands."""
    part = contract.instalments.get(number=number)
    who = contract.person
    credit(here, who, part.amount)
    actions.pay_from_credit(actor=who, order=part.order)
    return Order.objects.get(pk=part.order_id)


def hold(here, season, who, **said):
    """Subscribe and pay the first part."""
    contract = ask(season, who, **said)
    pay_part(here, contract)
    contract.refresh_from_db()
    return contract


def boxes(contract, *states):
    """The boxes of a contract in the order of their days, all or those in some states."""
    found = Entitlement.objects.filter(contract=contract).order_by("delivery__day")
    return list(found.filter(state__in=states) if states else found)


def states(contract):
    """How the boxes of a contract stand."""
    return [one.state for one in boxes(contract)]


def free(season, depot=None):
    """How many places are free on each day."""
    rows = DepotDay.objects.filter(depot=depot or season.depot).order_by("delivery__day")
    return list(rows.values_list("free", flat=True))


def sweep():
    """Do what time asks for."""
    actions.expire_due_orders()
    actions.offer_seasons()
    actions.bill_due_instalments()
    actions.suspend_due_shares()
    actions.miss_due_boxes()
    actions.fulfil_instalments()
    actions.end_due_shares()
    actions.move_up_everywhere()


def day(text):
    """A day as it is written."""
    return date.fromisoformat(text)
