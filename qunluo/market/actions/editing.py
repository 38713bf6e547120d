"""Changing an entry until its campaign closes: more is a top-up, less goes back in part.

A top-up is an order of its own under the same entry, without a second fee for sending: every order
keeps exactly one payment that counts, so that the books, late money and refunds go by the rules
that hold for all orders. What is not paid of it ends alone, and the entry stays as it was.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events
from qunluo.market.actions.advancing import advance_and_tell, move
from qunluo.market.actions.giving_back import give_back
from qunluo.market.actions.joining import Ask, campaign_order, note_sold_out
from qunluo.market.actions.order_rows import about
from qunluo.market.actions.ordering import KEY_LENGTH, first_order, write_order
from qunluo.market.actions.places import (
    count_units,
    entry_told,
    held_campaign,
    hold_entry,
    require_running,
    settle_entry,
)
from qunluo.market.actions.reducing import reduce_lines
from qunluo.market.actions.refunding import refund_whole_or_part
from qunluo.market.models import Campaign, Entry, Order
from qunluo.market.queries.campaign_quotes import campaign_quote, checked_options
from qunluo.market.rules.campaigns import kinds
from qunluo.market.rules.pricing import MOST_QUANTITY
from qunluo.market.rules.wishes import Delivery, Wish

if TYPE_CHECKING:
    from qunluo.people.models import Person

CHANGED = _("The entry was changed.")


class Changed(NamedTuple):
    """What came of it: an order that tops up and is to be paid, or none; and what goes back."""

    top_up: Order | None
    back: int


@write_tx
def edit_entry(
    *, actor: "Person", entry: Entry, wishes: Sequence[Wish], key: str,
    options: Mapping[str, str] | None = None, note: str | None = None,
) -> Changed:  # fmt: skip
    """Have so many of each thing in one's entry from now on, until the campaign closes.

    Nothing at all gives the entry up. The same key with the same wishes changes nothing more.
    CampaignNotFound, CampaignOver, InvalidOrder, OrderKeyReused, SoldOut, TooManyForOne.
    """
    if entry.person_id != actor.pk:
        raise errors.CampaignNotFound
    if not 1 <= len(key) <= KEY_LENGTH or "\0" in key:
        raise errors.OrderKeyReused
    orders = _held(entry)
    campaign = held_campaign(entry.campaign_id)
    campaign.community = orders[0].community if orders else entry.campaign.community
    if not kinds()[campaign.kind].edits:
        raise errors.CampaignOver
    require_running(campaign)
    fresh = Entry.objects.select_for_update(no_key=True).get(pk=entry.pk)
    if fresh.state not in {Entry.State.HELD, Entry.State.PAID} or not orders:
        raise errors.CampaignOver
    target = _target(wishes)
    delivery = _delivery(orders[0])
    ask = Ask(
        [Wish(*one) for one in sorted(target.items())], delivery,
        options=orders[0].options if options is None else checked_options(campaign, options),
        note=orders[0].note if note is None else note,
    )  # fmt: skip
    marked = ask.digest([campaign.pk, entry.pk])
    if first := first_order(actor, key, marked):
        return Changed(first, 0)
    _say(orders, ask)
    paid = [one for one in orders if one.state == Order.State.PAID]
    more = _beyond(target, paid)
    # What is given back first is there for the top-up; the entry is settled once, at the end.
    for one in orders:
        one.entry = None
    _call_off([one for one in orders if one.state == Order.State.PLACED])
    back = _take_out(paid, target)
    top_up = None
    if more:
        top_up = _top_up(actor, campaign, fresh, more, ask, key, marked, paid=bool(paid))
    settle_entry(fresh)
    publish(
        events.EntryChanged(
            **entry_told(fresh, orders[0]),
            actor_id=actor.pk,
            more=top_up.total if top_up else 0,
            back=back,
        )
    )
    return Changed(top_up, back)


def _held(entry: Entry) -> list[Order]:
    """Take the rows of an entry's live orders, the oldest first.

    Who had to wait for them looks again: an edit that came before may have made another one.
    """
    live = entry.orders.filter(state__in=[Order.State.PLACED, Order.State.PAID])
    known: set[int] | None = None
    while True:
        locked = live.select_for_update(of=("self",)).select_related("community", "buyer")
        found = list(locked.order_by("pk"))
        if {one.pk for one in found} == known:
            return found
        known = {one.pk for one in found}


def _target(wishes: Sequence[Wish]) -> dict[int, int]:
    """Return what is wanted from now on; 0 of something is none of it. InvalidOrder."""
    found: dict[int, int] = {}
    for pk, number in wishes:
        if type(number) is not int or not 0 <= number <= MOST_QUANTITY or pk in found:
            raise errors.InvalidOrder(fields={"quantity": [_("Give a number from 0 on.")]})
        if number:
            found[pk] = number
    return found


def _delivery(order: Order) -> Delivery:
    return Delivery(order.method, order.address, order.point_id)


def _say(orders: Sequence[Order], ask: Ask) -> None:
    """Keep what is said with an entry on each of its orders."""
    note = ask.note.replace("\0", "").strip()[:400]
    Order.objects.filter(pk__in=[one.pk for one in orders]).update(
        options=dict(ask.options), note=note
    )


def _beyond(target: Mapping[int, int], paid: Sequence[Order]) -> dict[int, int]:
    """Return what is wanted beyond what is paid."""
    have = _have(paid)
    return {pk: n - have.get(pk, 0) for pk, n in target.items() if n > have.get(pk, 0)}


def _have(paid: Sequence[Order]) -> dict[int, int]:
    have: dict[int, int] = {}
    for order in paid:
        for line in order.lines.all():
            have[line.variant_id] = have.get(line.variant_id, 0) + line.quantity
    return have


def _top_up(
    actor: "Person", campaign: Campaign, entry: Entry, more: Mapping[int, int],
    ask: Ask, key: str, marked: str, *, paid: bool,
) -> Order:  # fmt: skip
    """Set aside what is wanted besides, to be paid like any order."""
    wishes = [Wish(*one) for one in sorted(more.items())]
    made = campaign_quote(campaign, wishes, ask.delivery, viewer=actor, topping_up=paid)
    order = campaign_order(actor, campaign, made, ask, key, marked)

    def place(order: Order) -> None:
        hold_entry(order, entry)
        count_units(order, campaign, sum(more.values()))

    write_order(order, made, place)
    note_sold_out(campaign)
    return order


def _call_off(unpaid: Sequence[Order]) -> None:
    """End what was not paid yet: what is wanted of it stands in the new order."""
    for order in unpaid:
        advance_and_tell(order, Order.State.CANCELLED, actor_id=order.buyer_id, end_reason=CHANGED)
        give_back(order)


def _take_out(paid: Sequence[Order], target: Mapping[int, int]) -> int:
    """Take what is no longer wanted out of the newest orders first; return what goes back."""
    have = _have(paid)
    surplus = {pk: n - target.get(pk, 0) for pk, n in have.items() if n > target.get(pk, 0)}
    back = 0
    for order in reversed(paid):
        less: dict[int, int] = {}
        lines = list(order.lines.all())
        for line in lines:
            number = min(line.quantity, surplus.get(line.variant_id, 0))
            if number:
                less[line.pk] = number
                surplus[line.variant_id] -= number
        if not less:
            continue
        empty = sum(less.values()) == sum(line.quantity for line in lines)
        # Who keeps something elsewhere in the entry has paid for its sending here.
        back += (
            _give_back_whole(order)
            if empty and (not target or not order.delivery)
            else (_give_back_part(order, less))
        )
    return back


def _give_back_whole(order: Order) -> int:
    payment = order.payments.filter(counts=True).first()
    most = payment.amount - payment.refunding if payment else 0
    if most:
        refund_whole_or_part(order, most, CHANGED, actor_id=order.buyer_id)
    else:
        move(order, Order.State.REFUNDED, end_reason=CHANGED, ended_at=now())
        give_back(order)
        publish(events.OrderCancelled(**about(order, order.buyer_id)))
    return most


def _give_back_part(order: Order, less: Mapping[int, int]) -> int:
    payment = order.payments.filter(counts=True).first()
    back = reduce_lines(order, less)
    back = min(back, payment.amount - payment.refunding if payment else 0)
    if back:
        refund_whole_or_part(order, back, CHANGED, actor_id=order.buyer_id)
    return back
