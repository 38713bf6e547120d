"""Booked services for who books them and for who gives them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.kernel.clock import now
from qunluo.kernel.errors import DomainError
from qunluo.market import actions, queries
from qunluo.market.errors import BookingNotFound, NotBookable, SlotTaken
from qunluo.web.core.forms import refusal
from qunluo.web.core.links import url
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.market.booking_forms import RateForm
from qunluo.web.market.pages import handed, key_of, shop_of, show_market, whole

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.market.models import ServicePlan, Staff, Variant

DAYS = 14


@require_http_methods(["GET", "POST"])
def book(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Choose a length and a time, and hold it; what comes then is paying."""
    community, shop = shop_of(request, slug)
    view = queries.get_product(shop, uid, queries.buyer_of(request.person, community))
    plan = queries.plan_view(view.product)
    chosen = _chosen(request, plan)
    refused = ""
    if request.method == "POST":
        try:
            return _booked(request, slug, plan, chosen)
        except DomainError as error:
            refused = " ".join(error.say(_))
    first = _day(request, community)
    only = whole(request.GET.get("with", "")) or None
    free = queries.free_slots(plan.plan, chosen, first=first, days=DAYS, staff=only)
    form = {one.variant.pk: one for one in view.variants}
    context = {
        "shop": shop, "view": view, "plan": plan, "chosen": chosen, "only": only,
        "days": _days(free, community), "refused": refused, "prices": form,
        "zone": community.time_zone, **_pages(first, community, plan.plan),
    }  # fmt: skip
    return show_market(request, community, "book.html", context, status=422 if refused else 200)


def _booked(
    request: PersonRequest, slug: str, plan: queries.PlanView, chosen: "Variant"
) -> HttpResponse:
    if not request.person.is_authenticated:
        return redirect(f"{url('account_login')}?next={request.path}")
    staff, start = _slot(request.POST.get("slot", ""), plan.staff)
    order = actions.book(
        actor=request.person, shop=queries.get_shop(plan.plan.product.community), variant=chosen,
        staff=staff, starts_at=start, key=key_of(request),
        note=request.POST.get("note", "")[:400],
    )  # fmt: skip
    return redirect("market:order", slug=slug, uid=order.uid)


@require_GET
@signed_in
def mine(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what one has booked."""
    community, shop = shop_of(request, slug)
    context = {
        "shop": shop,
        "found": queries.own_bookings(community, viewer=request.person),
        "booking_states": booking_states(),
        "gives": queries.gives_services(request.person, community),
    }
    return show_market(request, community, "bookings.html", context)


@require_GET
@signed_in
def day(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what is booked on a day and the six after it, for who gives it or runs the orders."""
    community, shop = shop_of(request, slug)
    runs = queries.runs_orders(request.person, community)
    if not runs and not queries.gives_services(request.person, community):
        raise BookingNotFound
    first = _day(request, community, past=True)
    found = queries.day_list(community, viewer=request.person, day=first, days=7)
    zone = ZoneInfo(community.time_zone)
    by_day: dict[date, list[queries.BookingView]] = {}
    for one in found:
        if runs and one.alone:  # stands apart, at the desk alone
            continue
        by_day.setdefault(one.booking.starts_at.astimezone(zone).date(), []).append(one)
    context = {
        "shop": shop, "by_day": by_day, "first": first, "zone": zone,
        "before": (first - timedelta(days=7)).isoformat(),
        "after": (first + timedelta(days=7)).isoformat(),
        "booking_states": booking_states(), "runs": runs,
        "alone": queries.left_alone(community, viewer=request.person),
    }  # fmt: skip
    return show_market(request, community, "booking_days.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def move(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Choose another time for a booking."""
    view = _view(request, slug, uid)
    one, community = view.booking, view.order.community
    if not view.movable:
        raise NotBookable
    refused = ""
    if request.method == "POST":
        try:
            _staff, start = _slot(request.POST.get("slot", ""), [one.staff])
            actions.move_booking(
                actor=request.person, booking=one, starts_at=start,
                reason=request.POST.get("reason", "")[:400],
            )  # fmt: skip
        except DomainError as error:
            refused = refusal(error)
        else:
            messages.success(request, _("The booking has its new time."))
            return _back(view, request)
    first = _day(request, community)
    free = queries.free_slots(view.plan, one.variant, first=first, days=DAYS, staff=one.staff_id)
    context = {
        "view": view, "days": _days(free, community), "refused": refused,
        "zone": community.time_zone, **_pages(first, community, view.plan),
    }  # fmt: skip
    return show_market(
        request, community, "booking_move.html", context, status=422 if refused else 200
    )


@require_POST
@signed_in
def act(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Call off, say that it was given or missed, rate it, or answer about a case."""
    view = _view(request, slug, uid)
    wish, said = request.POST.get("act", ""), request.POST.get("words", "")[:4_000]
    who, one = request.person, view.booking
    acts: Mapping[str, Any] = {
        "off": lambda: actions.call_off(actor=who, booking=one, reason=said[:400]),
        "done": lambda: actions.finish_booking(actor=who, booking=one),
        "missed": lambda: actions.finish_booking(actor=who, booking=one, missed=True),
        "case": lambda: actions.ask_for_case(actor=who, booking=one, text=said),
        "agree": lambda: actions.answer_case(actor=who, booking=one, agree=True),
        "refuse": lambda: actions.answer_case(actor=who, booking=one, agree=False),
        "rate": lambda: actions.rate_booking(
            actor=who, booking=one, stars=whole(request.POST.get("stars", "")), words=said[:400]
        ),
    }
    if wish not in acts:
        raise BookingNotFound
    try:
        acts[wish]()
    except BookingNotFound:
        raise
    except DomainError as error:
        messages.error(request, refusal(error))
    else:
        messages.success(request, _("Saved."))
    return _back(view, request)


@require_GET
@signed_in
def calendar(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Hand over a booking as a file for calendars."""
    view = _view(request, slug, uid)
    link = request.build_absolute_uri(url("market:order", slug=slug, uid=uid))
    made = queries.calendar_of(view, link)
    return handed(made, "text/calendar; charset=utf-8", f"{uid}.ics")


def booking_states() -> dict[str, str]:
    """Return how a booking stands, in words."""
    return {
        "held": _("Waits to be paid"),
        "booked": _("Booked"),
        "done": _("Was given"),
        "missed": _("Nobody came"),
        "off": _("Called off"),
    }


def booking_parts(request: PersonRequest, view: queries.OrderView) -> dict[str, Any]:
    """Return what the page of an order shows of what it books."""
    found = queries.booking_of(view.order, viewer=request.person)
    return {
        "booked": found,
        "booking_states": booking_states(),
        "booked_until": f"{timezone.localtime(found.booking.ends_at):%H:%M}" if found else "",
        "rate_form": RateForm() if found else None,
    }


def _chosen(request: PersonRequest, plan: queries.PlanView) -> "Variant":
    """Return the length that was chosen, else the first. NotBookable."""
    wanted = whole(request.POST.get("variant") or request.GET.get("variant", ""))
    found = [one for one in plan.lengths if one.pk == wanted] or list(plan.lengths[:1])
    if not found:
        raise NotBookable
    return found[0]


def _slot(said: str, staff: "tuple[Staff, ...] | list[Staff]") -> "tuple[Staff, datetime]":
    """Return who and when a choice names. SlotTaken."""
    who, _dash, moment = said.partition("-")
    found = [one for one in staff if one.pk == whole(who)]
    if not found or not whole(moment, 2**33):
        raise SlotTaken
    return found[0], datetime.fromtimestamp(whole(moment, 2**33), ZoneInfo("UTC"))


def _days(
    free: Mapping[date, list[queries.Slot]], community: "Community"
) -> list[tuple[date, list[tuple[str, str, str]]]]:
    """Return the days with their times: the choice, the time on the wall, who would give it."""
    zone = ZoneInfo(community.time_zone)
    return [
        (
            on,
            [
                (
                    f"{one.staff[0].pk}-{int(one.starts_at.timestamp())}",
                    f"{one.starts_at.astimezone(zone):%H:%M}",
                    one.staff[0].person.name,
                )
                for one in slots
            ],
        )
        for on, slots in free.items()
    ]


def _day(request: PersonRequest, community: "Community", *, past: bool = False) -> date:
    """Return the day that an address names, else today in the community; none long away."""
    today = now().astimezone(ZoneInfo(community.time_zone)).date()
    try:
        wanted = date.fromisoformat(request.GET.get("day", "")[:10])
    except ValueError:
        return today
    least = today - timedelta(days=3660) if past else today
    return min(max(wanted, least), today + timedelta(days=3660))


def _pages(first: date, community: "Community", plan: "ServicePlan") -> dict[str, str]:
    today = now().astimezone(ZoneInfo(community.time_zone)).date()
    later, earlier = first + timedelta(days=DAYS), first - timedelta(days=DAYS)
    return {
        "later": later.isoformat() if later <= today + timedelta(days=plan.days_ahead) else "",
        "earlier": max(earlier, today).isoformat() if first > today else "",
    }


def _view(request: PersonRequest, slug: str, uid: str) -> queries.BookingView:
    community, _shop = shop_of(request, slug)
    return queries.get_booking(uid, viewer=request.person, community=community)


def _back(view: queries.BookingView, request: PersonRequest) -> HttpResponse:
    """Return to where the reader came from: their order, or the days of who gives it."""
    slug = view.order.community.slug
    if view.mine:
        return redirect("market:order", slug=slug, uid=view.order.uid)
    zone = ZoneInfo(view.order.community.time_zone)
    on = view.booking.starts_at.astimezone(zone).date().isoformat()
    return redirect(f"{url('bookings:day', slug=slug)}?day={on}")
