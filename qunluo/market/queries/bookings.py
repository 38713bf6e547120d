"""Bookable services as their viewers may see them: times that are free, and what is booked."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Avg, Count, Exists, Q, QuerySet

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.market import errors
from qunluo.market.models import Booking, BusyUnit, Order, Product, ServicePlan, Session, Staff
from qunluo.market.models import Variant as Length
from qunluo.market.queries.orders import runs_orders
from qunluo.market.queries.products import buyer_of
from qunluo.market.rules import bookings as rules
from qunluo.market.rules.ics import Appointment, calendar_file

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.market.queries.shop import Viewer
    from qunluo.people.models import Person

SERVICE = Product.Kind.SERVICE
ENOUGH = 3  # so many opinions before their mean is shown
DAYS_SHOWN = 14
State = Booking.State
DESK, STAFF = "desk", "staff"


@dataclass(frozen=True)
class Slot:
    """A time that can be booked, with who would give it."""

    starts_at: datetime
    staff: tuple[Staff, ...]


@dataclass(frozen=True)
class PlanView:
    """How a service can be booked; `mean` is that of the stars, from three opinions on."""

    plan: ServicePlan
    staff: tuple[Staff, ...]
    lengths: tuple[Length, ...]
    opinions: int
    mean: float | None
    cases: tuple[Booking, ...]


@dataclass(frozen=True)
class BookingView:
    """A booking for one viewer. `back` is what would come back if it were called off now.

    `alone`: who would give it was no member at its beginning, or is none now.
    """

    booking: Booking
    order: Order
    plan: ServicePlan
    state: str
    mine: bool
    gives: bool
    back: int
    movable: bool
    alone: bool

    @property
    def over(self) -> bool:
        """Tell whether it has begun."""
        return self.booking.starts_at <= now()

    @property
    def open(self) -> bool:
        """Tell whether it can be called off: until it begins, and later where nobody was there."""
        return (
            self.state == State.BOOKED
            and self.alone
            or (self.state in {State.HELD, State.BOOKED} and not self.over)
        )


def length_of(plan: ServicePlan, variant: Length) -> rules.Length:
    """Return how long a variant of a service takes. NotBookable."""
    if not variant.minutes:
        raise errors.NotBookable
    return rules.Length(variant.minutes, plan.before, plan.after)


def get_plan(product: Product) -> ServicePlan:
    """Return how a product that the viewer was given can be booked. NotBookable."""
    found = ServicePlan.objects.filter(product=product).select_related("product__community").first()
    if found is None or product.kind != SERVICE:
        raise errors.NotBookable
    return found


def plan_view(product: Product) -> PlanView:
    """Return everything about a service that the viewer was given. NotBookable."""
    plan = get_plan(product)
    told = Booking.objects.filter(staff__plan=plan, stars__gte=1)
    counted = told.aggregate(n=Count("pk"), mean=Avg("stars"))
    cases = Booking.objects.filter(staff__plan=plan, case=Booking.Case.GRANTED)
    return PlanView(
        plan,
        tuple(plan.staff.filter(active=True).select_related("person").order_by("pk")),
        tuple(product.variants.filter(active=True, minutes__gte=1).order_by("place", "pk")),
        counted["n"],
        counted["mean"] if counted["n"] >= ENOUGH else None,
        tuple(cases.order_by("-case_at")[:20]),
    )


def service_of(product: Product) -> PlanView | None:
    """Return how a product that the viewer was given can be booked, None where it is no service."""
    return plan_view(product) if product.kind == SERVICE else None


def free_slots(
    plan: ServicePlan, variant: Length, *, first: date | None = None, days: int = DAYS_SHOWN,
    staff: int | None = None,
) -> dict[date, list[Slot]]:  # fmt: skip
    """Return the free times by day in the time zone of the community; days without any left out.

    At most `days` from `first` on, today when it is left out; `staff` asks for one alone.
    NotBookable.
    """
    zone = ZoneInfo(plan.product.community.time_zone)
    moment = now()
    earliest, latest = rules.window(moment, plan.notice_hours, plan.days_ahead)
    begin = max(first or moment.astimezone(zone).date(), moment.astimezone(zone).date())
    wanted = [begin + timedelta(days=n) for n in range(min(days, 60))]
    people = _who_gives(plan, staff)
    busy, open_sessions = _taken(plan, variant, people, wanted, zone)
    length = length_of(plan, variant)
    found: dict[datetime, list[Staff]] = defaultdict(list)
    for one in people:
        week = {int(day): [tuple(span) for span in spans] for day, spans in one.week.items()}
        off = {date.fromisoformat(day) for day in one.days_off}
        for day in wanted:
            working = rules.open_units(week, off, str(zone), day)
            starts = rules.free_starts(
                working, busy[one.person_id], length, earliest=earliest, latest=latest
            )
            joined = [u for u in open_sessions[one.person_id] if u in working]
            for unit in {*starts, *(u for u in joined if earliest <= u <= latest)}:
                found[rules.moment_of(unit)].append(one)
    by_day: dict[date, list[Slot]] = defaultdict(list)
    for start in sorted(found):
        by_day[start.astimezone(zone).date()].append(Slot(start, tuple(found[start])))
    return dict(by_day)


def _who_gives(plan: ServicePlan, staff: int | None) -> list[Staff]:
    """Return who gives a service at this moment: on its staff, and still a member."""
    found = plan.staff.filter(active=True).select_related("person", "plan")
    if staff is not None:
        found = found.filter(pk=staff)
    community = plan.product.community
    return [
        one for one in found.order_by("pk")
        if buyer_of(one.person, community, tiers=False).member
    ]  # fmt: skip


def _taken(
    plan: ServicePlan, variant: Length, people: Sequence[Staff], days: Sequence[date],
    zone: ZoneInfo,
) -> tuple[dict[int, set[int]], dict[int, set[int]]]:  # fmt: skip
    """Return by person the units that are taken, and those where a session has seats left.

    What is held and was not paid in time is free by the clock.
    """
    first = datetime.combine(days[0], time(), zone) - timedelta(days=1)
    last = datetime.combine(days[-1], time(), zone) + timedelta(days=2)
    who = [one.person_id for one in people]
    sessions = Session.objects.filter(
        community=plan.product.community_id, person__in=who, starts_at__range=(first, last)
    ).annotate(there=Count("bookings", filter=_stands()))
    busy: dict[int, set[int]] = defaultdict(set)
    joinable: dict[int, set[int]] = defaultdict(set)
    live = [one for one in sessions if one.there]
    for unit in BusyUnit.objects.filter(session__in=live):
        busy[unit.person_id].add(unit.unit)
    for one in live:
        if one.variant_id == variant.pk and one.there < plan.seats:
            joinable[one.person_id].add(rules.unit_at(one.starts_at))
    return busy, joinable


def _stands() -> Q:
    held = Q(bookings__state=State.HELD, bookings__order__expires_at__gt=now())
    return held | Q(bookings__state__in=[State.BOOKED, State.DONE, State.MISSED])


def get_booking(
    order_uid: str, *, viewer: "Viewer", community: "Community | None" = None
) -> BookingView:
    """Return a booking for its buyer, who gives it, or who looks after orders. BookingNotFound."""
    rows = _bookings(community) if community else _every()
    found = rows.filter(order__uid=order_uid).first()
    view = None
    if found is not None and viewer is not None and viewer.pk:
        view = _view(found, viewer, _hand(viewer, found.order.community))
    if view is None or not (view.mine or view.gives):
        raise errors.BookingNotFound
    return view


def booking_of(order: Order, *, viewer: "Viewer") -> BookingView | None:
    """Return what an order that the viewer was given books, if anything."""
    if order.gives != SERVICE:
        return None
    found = _bookings(order.community).filter(order=order).first()
    return _view(found, viewer, _hand(viewer, order.community)) if found else None


def day_list(
    community: "Community", *, viewer: "Viewer", day: date, days: int = 1
) -> list[BookingView]:
    """Return what is booked on some days: everything for who looks after orders, else one's own.

    For who gives no service here nothing.
    """
    zone = ZoneInfo(community.time_zone)
    first = datetime.combine(day, time(), zone)
    last = datetime.combine(day + timedelta(days=days), time(), zone)
    found = _bookings(community).filter(starts_at__gte=first, starts_at__lt=last)
    hand = _hand(viewer, community)
    if not hand or viewer is None:
        return []
    if hand != DESK:
        found = found.filter(staff__person=viewer.pk)
    stood = found.exclude(state=State.OFF).exclude(state=State.HELD, order__expires_at__lte=now())
    return [_view(one, viewer, hand) for one in stood.order_by("starts_at", "pk")[:300]]


def own_bookings(community: "Community", *, viewer: "Person") -> list[BookingView]:
    """Return what somebody has booked, the next first, then what is over."""
    found = _bookings(community).filter(order__buyer=viewer).order_by("-starts_at")[:100]
    hand = _hand(viewer, community)
    views = [_view(one, viewer, hand) for one in found]
    return sorted(views, key=lambda one: (one.over, abs(one.booking.starts_at - now())))


def gives_services(viewer: "Viewer", community: "Community") -> bool:
    """Tell whether somebody gives a service of a community."""
    if viewer is None or viewer.pk is None:
        return False
    found = Staff.objects.filter(person=viewer.pk, plan__product__community=community)
    return found.exists()


def calendar_of(view: BookingView, link: str) -> BytesIO:
    """Return a booking as a file for calendars (RFC 5545)."""
    one, plan = view.booking, view.plan
    entry = Appointment(
        uid=f"{view.order.uid}@qunluo", changed_at=one.changed_at, starts_at=one.starts_at,
        ends_at=one.ends_at, title=plan.product.title, place=plan.place or plan.link, url=link,
        sequence=one.moves, cancelled=view.state == State.OFF,
    )  # fmt: skip
    return BytesIO(calendar_file([entry]))


def bookings_due() -> bool:
    """Tell whether any booking has to be told of, or counts as given by time."""
    return due_reminders(now()).exists() or due_ends(now()).exists()


def due_reminders(moment: datetime) -> "QuerySet[Booking]":
    """Return the bookings whose next reminder is due: a day before, and two hours before."""
    near = Q(told=0, starts_at__lte=moment + timedelta(hours=24))
    near |= Q(told=1, starts_at__lte=moment + timedelta(hours=2))
    return Booking.objects.filter(near, state=State.BOOKED, starts_at__gt=moment)


def due_ends(moment: datetime) -> "QuerySet[Booking]":
    """Return the bookings of which nobody said within a day that they were given.

    Where who gives it was gone when it began, time alone says nothing: that waits at the desk.
    """
    over = Booking.objects.filter(state=State.BOOKED, ends_at__lte=moment - timedelta(days=1))
    return over.filter(_giver_there(), order__state__in=["paid", "confirmed"])


def left_alone(community: "Community", *, viewer: "Viewer") -> list[BookingView]:
    """Return the bookings whose giver is gone, for who looks after orders; for others nothing."""
    if not runs_orders(viewer, community):
        return []
    found = _bookings(community).filter(~_giver_there(), state=State.BOOKED)
    return [_view(one, viewer, DESK) for one in found.order_by("starts_at", "pk")[:300]]


def left_behind(community_id: int, person_id: int) -> list[Booking]:
    """Return what is still booked with somebody who is gone."""
    found = _every().filter(~_giver_there(), order__community=community_id)
    found = found.filter(staff__person=person_id, state=State.BOOKED)
    return list(found.order_by("starts_at")[:200])


def is_alone(order: Order) -> bool:
    """Tell whether who would give what an order books is gone."""
    return Booking.objects.filter(~_giver_there(), order=order).exists()


def _giver_there() -> Exists:
    return communities.there_at("order__community", "staff__person", "starts_at")


def unpaid_times(community: "Community", person: "Person") -> int:
    """Return how many times somebody holds at this moment without having paid for them."""
    held = Booking.objects.filter(state=State.HELD, order__community=community)
    return held.filter(
        order__buyer=person, order__state="placed", order__expires_at__gt=now()
    ).count()


def _bookings(community: "Community") -> "QuerySet[Booking]":
    return _every().filter(order__community=community)


def _every() -> "QuerySet[Booking]":
    return Booking.objects.select_related(
        "order__buyer", "order__community", "staff__person", "variant",
        "staff__plan__product__community",
    ).annotate(alone=~_giver_there())  # fmt: skip


def _hand(viewer: "Viewer", community: "Community") -> str:
    """Return what somebody may do with bookings of others: all, of those they give, or nothing."""
    if runs_orders(viewer, community):
        return DESK
    return STAFF if buyer_of(viewer, community, tiers=False).member else ""


def _view(booking: Booking, viewer: "Viewer", hand: str) -> BookingView:
    order, plan, moment = booking.order, booking.staff.plan, now()
    mine = viewer is not None and order.buyer_id == viewer.pk
    own = viewer is not None and booking.staff.person_id == viewer.pk
    gives = hand == DESK or hand == STAFF and own
    state = booking.state
    if state == State.HELD and (order.state != "placed" or order.expires_at <= moment):
        state = State.OFF
    paid = order.total - order.refunded if order.paid_at else 0
    # Who is gone themself gets no more back for that.
    alone = state == State.BOOKED and getattr(booking, "alone", False) and not (mine and own)
    live = state in {State.HELD, State.BOOKED}
    back = paid if alone else rules.comes_back(
        paid, booking.starts_at, moment, plan.cancel_hours, plan.late_percent
    ) if live else 0  # fmt: skip
    until = booking.starts_at - timedelta(hours=plan.cancel_hours)
    return BookingView(
        booking, order, plan, state, mine, gives, back,
        alone=alone,
        movable=state == State.BOOKED and not alone
        and (gives and not mine and moment < booking.starts_at or moment <= until),
    )  # fmt: skip
