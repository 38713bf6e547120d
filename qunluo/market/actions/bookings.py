"""Booking a service: the time is held with the order, given when it is paid, and free again after.

Money is released when the service was given and its buyer says so, or their time to object is over.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError

from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx
from qunluo.market import errors, events, queries
from qunluo.market.actions.advancing import advance_and_tell, move
from qunluo.market.actions.expiring import expire_orders_holding
from qunluo.market.actions.fulfilling import cancel_order, receive_order
from qunluo.market.actions.giving_back import give_back
from qunluo.market.actions.one_by_one import one_by_one
from qunluo.market.actions.order_rows import about, locked
from qunluo.market.actions.ordering import KEY_LENGTH, first_order, order_of, write_order
from qunluo.market.actions.refunding import refund_whole_or_part
from qunluo.market.actions.slots import free_seat, take_seat
from qunluo.market.actions.special import KINDS, Special
from qunluo.market.models import Booking, Order, Session, Shop, Staff, Variant
from qunluo.market.queries.bookings import (
    SERVICE,
    due_ends,
    due_reminders,
    free_slots,
    get_plan,
    is_alone,
    length_of,
)
from qunluo.market.rules.states import PAID
from qunluo.market.rules.wishes import Delivery, Wish

if TYPE_CHECKING:
    from qunluo.people.models import Person

State, Case = Booking.State, Booking.Case
WORDS, REASON = 400, 400
MOST_HELD = 3  # times that one person holds without having paid
MOST_CASE = 4_000


def book(
    *,
    actor: "Person",
    shop: Shop,
    variant: Variant,
    staff: Staff,
    starts_at: datetime,
    key: str,
    total: int | None = None,
    note: str = "",
) -> Order:
    """Order a service for a time that is free; it is held until the time to pay is over.

    The same key with the same time returns the first order. SlotTaken, NotBookable, PriceChanged,
    OrderKeyReused and all that a quote refuses.
    """
    if not 1 <= len(key) <= KEY_LENGTH or "\0" in key:
        raise errors.OrderKeyReused
    marked = _digest(variant, staff, starts_at)
    if first := first_order(actor, key, marked):
        return first
    plan = get_plan(variant.product)
    if staff.plan_id != plan.pk or variant.product.community_id != shop.community_id:
        raise errors.NotBookable
    _require_free(staff, variant, starts_at)
    held = queries.unpaid_times(shop.community, actor)
    if held >= MOST_HELD:
        raise errors.TooManyHeld(most=MOST_HELD)
    made = queries.quote(
        shop, [Wish(variant.pk, 1)], Delivery(Order.Method.VIRTUAL), viewer=actor, gives=SERVICE
    )
    if total is not None and made.total != total:
        raise errors.PriceChanged
    # Time is a predicate: what was not paid in time is free, whoever has noticed.
    expire_orders_holding(_contending(staff))
    order = order_of(actor, made, key, marked, note)
    order.expires_at = min(order.expires_at, starts_at)
    try:
        with write_tx():
            write_order(order, made, _place(staff, variant, starts_at))
    except IntegrityError:
        if first := first_order(actor, key, marked):
            return first
        raise errors.SlotTaken from None
    return order


def _place(staff: Staff, variant: Variant, starts_at: datetime) -> Callable[[Order], None]:
    def place(order: Order) -> None:
        session, seat = take_seat(staff, variant, starts_at)
        order.booking = Booking.objects.create(
            order=order, staff=staff, variant=variant, session=session, seat=seat,
            starts_at=starts_at, ends_at=session.ends_at, changed_at=now(),
        )  # fmt: skip

    return place


def move_booking(
    *, actor: "Person", booking: Booking, starts_at: datetime, reason: str = ""
) -> Booking:
    """Give a booking another time of the same length with the same person.

    Its buyer until the hours that the service names; who gives it, or looks after orders, until it
    begins and with a reason. BookingNotFound, BookingMovedOn, TooLateToMove, SlotTaken.
    """
    expire_orders_holding(_contending(booking.staff))
    with write_tx():
        order, fresh, view = _held(actor, booking)
        if fresh.state != State.BOOKED or fresh.starts_at <= now():
            raise errors.BookingMovedOn
        if view.mine and not view.movable:
            raise errors.TooLateToMove(hours=view.plan.cancel_hours)
        reason = _reason(reason, needed=not view.mine)
        fresh.told, before = 0, fresh.starts_at
        free_seat(fresh, State.HELD)  # its own old time is not in its way
        _require_free(fresh.staff, fresh.variant, starts_at)
        if starts_at == before:
            raise errors.SlotTaken
        fresh.session, fresh.seat = take_seat(fresh.staff, fresh.variant, starts_at)
        fresh.state, fresh.starts_at, fresh.ends_at = (
            State.BOOKED, starts_at, fresh.session.ends_at
        )  # fmt: skip
        fresh.moves += 1
        fresh.save()
        publish(events.BookingMoved(**about(order, actor.pk), reason=reason))
    return fresh


@write_tx
def call_off(*, actor: "Person", booking: Booking, reason: str = "") -> Order:
    """Call a booking off before it begins: by its buyer what the service names comes back.

    By who gives it, or looks after orders, everything, with a reason. Where who gives it is gone,
    everything comes back to its buyer too, and also after its beginning. BookingNotFound,
    BookingMovedOn.
    """
    order, fresh, view = _held(actor, booking)
    if fresh.state not in {State.HELD, State.BOOKED} or fresh.starts_at <= now() and not view.alone:
        raise errors.BookingMovedOn
    reason = _reason(reason, needed=not view.mine)
    if order.state == Order.State.PLACED:
        return cancel_order(actor=order.buyer, order=order, reason=reason)
    paid = order.total - order.refunded
    back = view.back if view.mine else paid
    said = reason or _("The booking was called off.")
    publish(events.BookingCalledOff(**about(order, actor.pk), amount=back, reason=reason))
    if back == paid:
        if paid:
            refund_whole_or_part(order, back, str(said), actor_id=actor.pk)
        else:
            move(order, Order.State.REFUNDED, end_reason=str(said)[:REASON])
            give_back(order)
        return order
    if back:
        refund_whole_or_part(order, back, str(said), actor_id=actor.pk)
        order.refresh_from_db()
    free_seat(fresh, State.OFF)
    _given(order, actor.pk)
    receive_order(actor=order.buyer, order=order)
    return order


@write_tx
def finish_booking(*, actor: "Person", booking: Booking, missed: bool = False) -> Booking:
    """Say that a service was given, or that who booked it did not come; from its beginning on.

    BookingNotFound, BookingMovedOn.
    """
    order, fresh, view = _held(actor, booking)
    if not view.gives:
        raise errors.BookingNotFound
    if fresh.state != State.BOOKED or fresh.starts_at > now():
        raise errors.BookingMovedOn
    _finish(order, fresh, actor.pk, missed=missed)
    return fresh


@write_tx
def rate_booking(*, actor: "Person", booking: Booking, stars: int, words: str = "") -> Booking:
    """Say once how content one is, 1 to 5, after having said that it was given.

    BookingNotFound, BookingMovedOn, InvalidService.
    """
    order, fresh, view = _held(actor, booking)
    if not view.mine or fresh.staff.person_id == actor.pk:  # nobody rates themself
        raise errors.BookingNotFound
    over = order.state in {Order.State.RECEIVED, Order.State.SETTLED}
    if fresh.state != State.DONE or not over or fresh.stars is not None:
        raise errors.BookingMovedOn
    if type(stars) is not int or not 1 <= stars <= 5:
        raise errors.InvalidService(fields={"stars": [_("Choose 1 to 5 stars.")]})
    fresh.stars, fresh.words, fresh.rated_at = stars, _clean(words)[:WORDS], now()
    fresh.save(update_fields=["stars", "words", "rated_at"])
    publish(events.BookingRated(**about(order, actor.pk), stars=stars))
    return fresh


@write_tx
def ask_for_case(*, actor: "Person", booking: Booking, text: str) -> Booking:
    """Ask who booked whether one may tell of it in public, in these words.

    BookingNotFound, BookingMovedOn, InvalidService.
    """
    order, fresh, view = _held(actor, booking)
    if not view.gives or view.mine:
        raise errors.BookingNotFound
    if fresh.state != State.DONE or fresh.case != Case.NONE:  # nobody consents to other words
        raise errors.BookingMovedOn
    text = _clean(text)
    if not 1 <= len(text) <= MOST_CASE:
        raise errors.InvalidService(fields={"text": [_("Write something here.")]})
    fresh.case, fresh.case_text, fresh.case_at = Case.ASKED, text, now()
    fresh.save(update_fields=["case", "case_text", "case_at"])
    publish(events.CaseAsked(**about(order, actor.pk)))
    return fresh


@write_tx
def answer_case(*, actor: "Person", booking: Booking, agree: bool) -> Booking:
    """Let a case be told in public, or not, or no more. BookingNotFound, BookingMovedOn."""
    order, fresh, view = _held(actor, booking)
    if not view.mine:
        raise errors.BookingNotFound
    if fresh.case == Case.NONE:
        raise errors.BookingMovedOn
    fresh.case = Case.GRANTED if agree else Case.REFUSED
    fresh.case_at = now()
    fresh.save(update_fields=["case", "case_at"])
    publish(events.CaseAnswered(**about(order, actor.pk), granted=agree))
    return fresh


def look_after_bookings(limit: int = 100) -> None:
    """Remind of bookings that are near, and count as given what nobody spoke of for a day."""
    one_by_one(_remind, due_reminders(now()).select_related("order").order_by("pk")[:limit])
    one_by_one(_finish_by_time, due_ends(now()).order_by("pk")[:limit])


def _remind(booking: Booking) -> bool:
    hours = 2 if booking.starts_at <= now() + timedelta(hours=2) else 24
    told = 2 if hours == 2 else 1
    with write_tx():
        mine = Booking.objects.filter(pk=booking.pk, told=booking.told, state=State.BOOKED)
        if not mine.update(told=told):
            return False
        publish(events.BookingNear(**about(booking.order), hours=hours))
    return True


def _finish_by_time(booking: Booking) -> bool:
    with write_tx():
        order = locked(booking.order_id)
        fresh = due_ends(now()).filter(pk=booking.pk).first()
        if fresh is None:
            return False
        _finish(order, fresh, None, missed=False)
    return True


def _finish(order: Order, booking: Booking, actor_id: int | None, *, missed: bool) -> None:
    booking.state, booking.changed_at = State.MISSED if missed else State.DONE, now()
    booking.save(update_fields=["state", "changed_at"])
    _given(order, actor_id)
    told = about(order, actor_id)
    publish(events.BookingDone(**told, missed=missed, by_time=actor_id is None))


def _given(order: Order, actor_id: int | None) -> None:
    """Move an order on to where its buyer is to say that they had it."""
    if order.state == Order.State.PAID:
        advance_and_tell(order, Order.State.CONFIRMED, actor_id=actor_id)
    advance_and_tell(order, Order.State.FULFILLED, actor_id=actor_id)


def _enter(order: Order, late: bool) -> None:  # noqa: FBT001 -- as Special says
    """Give a paid order its time; one that was paid late takes it once more. TeamFull, GiverGone"""
    _payable(order)
    booking = _booking(order)
    if booking.session_id is None:
        if booking.starts_at <= now():
            raise errors.TeamFull
        try:
            booking.session, booking.seat = take_seat(
                booking.staff, booking.variant, booking.starts_at
            )
        except (errors.SlotTaken, errors.NotBookable):
            raise errors.TeamFull from None
    booking.state, booking.changed_at = State.BOOKED, now()
    booking.save()
    publish(events.BookingMade(**about(order)))


def _payable(order: Order) -> None:
    if is_alone(order):
        raise errors.GiverGone


def _ended(order: Order) -> None:
    if order.state in {Order.State.PLACED, *PAID}:
        return
    free_seat(_booking(order), State.OFF)


def _booking(order: Order) -> Booking:
    found = Booking.objects.select_related("staff__plan__product", "variant")
    return found.get(order=order)


def _held(actor: "Person", booking: Booking) -> tuple[Order, Booking, queries.BookingView]:
    """Take the row of a booking's order; return both as they are, and as the actor sees them."""
    order = locked(booking.order_id)
    view = queries.get_booking(order.uid, viewer=actor, community=order.community)
    return order, view.booking, view


def _require_free(staff: Staff, variant: Variant, starts_at: datetime) -> None:
    """Refuse a time that is not offered. SlotTaken, NotBookable."""
    length_of(staff.plan, variant)
    if starts_at.tzinfo is None:
        raise errors.SlotTaken
    zone = ZoneInfo(staff.plan.product.community.time_zone)
    day = starts_at.astimezone(zone).date()
    offered = free_slots(staff.plan, variant, first=day, days=1, staff=staff.pk).get(day, [])
    if all(one.starts_at != starts_at for one in offered):
        raise errors.SlotTaken


def _contending(staff: Staff) -> list[int]:
    """Return the variants whose unpaid orders may hold time of the same person."""
    mine = Session.objects.filter(community=staff.plan.product.community_id, person=staff.person_id)
    return list(mine.values_list("variant", flat=True).distinct()[:200])


def _digest(variant: Variant, staff: Staff, starts_at: datetime) -> str:
    parts: list[Any] = ["service", variant.pk, staff.pk, starts_at.timestamp()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _reason(said: str, *, needed: bool) -> str:
    said = _clean(said)[:REASON]
    if needed and not said:
        raise errors.InvalidService(fields={"reason": [_("Say why; who booked reads it.")]})
    return said


def _clean(said: str) -> str:
    return said.replace("\0", "").strip()


KINDS[SERVICE] = Special(
    enter=_enter, confirmed=lambda order: None, ended=_ended, at_once=False, payable=_payable
)
