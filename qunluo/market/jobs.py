"""Recurring work of the market; nothing depends on when it runs."""

from qunluo.kernel.schedule import every
from qunluo.market import actions, queries


@every(minutes=1, atomic=False, when=queries.due_orders)
def move_due_orders() -> None:
    """End, count as received and settle the orders whose time has come."""
    actions.expire_due_orders()
    actions.receive_due_orders()
    actions.settle_due_orders()


@every(minutes=1, atomic=False, when=queries.due_claims)
def move_due_claims() -> None:
    """Let time move the returns and complaints that nobody answered or replied to."""
    actions.turn_due_claims()


@every(minutes=1, atomic=False, when=queries.due_complaints)
def look_after_complaints() -> None:
    """Give the published remedies, and tell of group complaints that nobody answered in time."""
    actions.tell_overdue_complaints()
    actions.give_remedies()


@every(minutes=1, atomic=False, when=queries.due_money)
def look_after_money() -> None:
    """Do what notices said, ask about payments without one, and send back what is to go back."""
    actions.handle_due_notices()
    actions.look_after_payments()
    actions.try_refunds()


@every(minutes=60, atomic=False, when=queries.bills_are_due)
def compare_bills() -> None:
    """Compare what providers billed with the books, day by day."""
    actions.check_due_bills()


@every(minutes=1, atomic=False, when=queries.due_campaigns)
def look_after_campaigns() -> None:
    """End teams and campaigns, take on or pay back what waited for them, move up who waits."""
    actions.look_after_campaigns()


@every(minutes=5, atomic=False, when=queries.bookings_due)
def look_after_bookings() -> None:
    """Remind of booked services, and count as given what nobody spoke of."""
    actions.look_after_bookings()


@every(minutes=1, atomic=False, when=queries.share_work.due_shares)
def look_after_shares() -> None:
    """Bill and suspend shares, move up who waits, count boxes as missed, and end what is over."""
    actions.offer_seasons()
    actions.bill_due_instalments()
    actions.suspend_due_shares()
    actions.miss_due_boxes()
    actions.fulfil_instalments()
    actions.end_due_shares()
    actions.move_up_everywhere()


@every(minutes=10, atomic=False, when=queries.pauses_end)
def resume_overdue_tiers() -> None:
    """Let go on what has stood still for as long as it may."""
    actions.resume_overdue_tiers()


@every(minutes=60, atomic=False, when=queries.tiers_end)
def tell_of_tier_ends() -> None:
    """Tell whose time in a tier ends soon."""
    actions.tell_of_tier_ends()
