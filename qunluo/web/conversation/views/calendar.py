"""The calendar: what appears when, planning it, its checks, and how it was received."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community.queries import get_community, require, require_member
from qunluo.conversation import actions, queries
from qunluo.conversation.errors import NotYourItem
from qunluo.kernel.clock import now
from qunluo.web.conversation.beside import sends, taken
from qunluo.web.conversation.calendar_forms import RATINGS, CalendarForm, ItemForm, begun
from qunluo.web.core.belonging import may
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.conversation.models import PlannedItem

PUBLISH = "posts.publish"
ONE = timedelta(days=1)


@require_GET
@signed_in
def calendar(request: PersonRequest, slug: str) -> HttpResponse:
    """Show a month or a week: who publishes what, and for who publishes how it goes."""
    community = get_community(slug, viewer=request.person)
    today = now().astimezone(queries.zone_of(community)).date()
    weekly = "week" in request.GET
    start, end = _week(request, today) if weekly else _month(request, today)
    first = start - start.weekday() * ONE
    last = end + (6 - end.weekday()) * ONE
    found = queries.planned(community, first, last, viewer=request.person)
    leads = may(request, community, PUBLISH)
    by_day: dict[date, list[queries.ItemCard]] = {}
    for one in found:
        if one.at:
            by_day.setdefault(one.at.date(), []).append(one)
    days = [first + n * ONE for n in range((last - first).days + 1)]
    context = {
        "community": community,
        "weeks": [days[n : n + 7] for n in range(0, len(days), 7)],
        "by_day": by_day,
        "agenda": [(day, by_day[day]) for day in days if start <= day <= end and day in by_day],
        "start": start, "end": end, "today": today, "weekly": weekly,
        "links": _links(start, end, weekly=weekly),
        "views": [(_("Month"), f"?month={start:%Y-%m}", not weekly),
                  (_("Week"), f"?week={_begin(start, today, weekly=weekly):%Y-%m-%d}", weekly)],
        "mine": queries.without_time(community, viewer=request.person),
        "health": queries.health(community, viewer=request.person) if leads else None,
        "leads": leads,
        "survey": queries.survey(community, "fit", viewer=request.person),
        "states": queries.named("states"),
        "words": {"causes": queries.named("causes"), "attributes": queries.named("attributes")},
        "tries": queries.suggestions(),
    }  # fmt: skip
    return show(request, "conversation/calendar.html", None, context)


@require_http_methods(["GET", "POST"])
@signed_in
def plan(request: PersonRequest, slug: str) -> HttpResponse:
    """Plan an item in one of the spaces in which the viewer may open something."""
    community = get_community(slug, viewer=request.person)
    require_member(request.person, community)
    offers = {one.space.slug: one for one in queries.spaces(community, viewer=request.person)
              if one.opens}  # fmt: skip
    card = offers.get(request.GET.get("space", "")) or next(iter(offers.values()), None)
    if card is None:
        require(request.person, community, PUBLISH)
        messages.info(request, _("Open a space first; what you plan appears in one."))
        return redirect("talk:spaces", slug=slug)
    kinds = {kind.name: kind for kind in card.opens}
    kind = kinds.get(request.GET.get("kind", "")) or card.opens[0]
    form = _form(request, community, kind, initial=_on_day(request, community))
    attached = taken(request, card.space, None, form)
    if sends(request) and not form.errors and form.is_valid():
        said = {**form.plan(), "attached": attached}
        item = carry_out(form, lambda: actions.plan_item(
            actor=request.person, space=card.space, kind=kind.name, **said))  # fmt: skip
        if item:
            return redirect("talk:item", slug=slug, uid=item.uid)
    context = {
        "community": community, "form": form, "space": card.space, "kind": kind, "item": None,
        "spaces": [one.space for one in offers.values()], "opens": card.opens,
        "files": queries.waiting_files(request.person, card.space), "own": True,
    }  # fmt: skip
    return show(
        request, "conversation/item_form.html", None, context, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
@signed_in
def edit(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Change an item that has not appeared."""
    community = get_community(slug, viewer=request.person)
    view = queries.get_item(uid, community=community, viewer=request.person)
    if not view.may_edit:
        raise NotYourItem
    item = view.item
    own = item.author_id == request.person.pk
    initial = begun(item, [one.name for one in view.together])
    form = _form(request, community, view.kind, initial=initial, own=own)
    attached = taken(request, item.space, None, form) if own else None
    if sends(request) and not form.errors and form.is_valid():
        version = request.POST.get("version", "")
        said = form.plan() | ({"attached": attached} if own else {})
        if carry_out(form, lambda: actions.change_item(
            actor=request.person, item=item,
            version=int(version[:9]) if version.isascii() and version.isdigit() else None, **said,
        )):  # fmt: skip
            messages.success(request, _("Saved; what stood before is kept as a version."))
            return redirect("talk:item", slug=slug, uid=uid)
    context = {
        "community": community, "form": form, "space": item.space, "kind": view.kind,
        "item": item, "spaces": [], "opens": [], "own": own,
        "files": view.files + queries.waiting_files(request.person, item.space) if own else [],
    }  # fmt: skip
    return show(
        request, "conversation/item_form.html", None, context, status=422 if form.errors else 200
    )


@require_GET
@signed_in
def item(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Show an item: how it will look, its checks and its time; or how it was received."""
    community = get_community(slug, viewer=request.person)
    view = queries.get_item(uid, community=community, viewer=request.person)
    found = view.item
    checks = queries.item_checks(found) if view.may_edit else []
    context = {
        "community": community, "view": view, "item": found,
        "html": queries.preview(found.space, found.source),
        "checks": checks, "ready": all(one.state in {"fine", "warn"} for one in checks),
        "versions": queries.item_versions(found) if view.may_edit or view.may_stop else [],
        "words": {group: queries.named(group) for group in
                  ("attributes", "causes", "motives", "licences", "originality", "states")},
        "zone": queries.zone_of(community).key, "ratings": RATINGS,
        "opens": found.open_at.astimezone(queries.zone_of(community)) if found.open_at else None,
        "means": queries.measure("tone")["means"],
    }  # fmt: skip
    return show(request, "conversation/item.html", None, context)


@require_POST
@signed_in
def act(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Tick the checks, give an item its time, take it back, or say how it sounds."""
    community = get_community(slug, viewer=request.person)
    found = queries.find_item(uid, community=community, viewer=request.person)
    done = request.POST.get("do", "")
    if done in {"tick", "schedule", "now"}:
        _schedule(request, found, done)
    elif done == "withdraw":
        actions.withdraw_item(actor=request.person, item=found)
        messages.success(request, _("Taken back. It will not appear."))
    elif done == "rate":
        rating = request.POST.get("rating", "")
        actions.rate_item(
            actor=request.person, item=found, rating=int(rating) if rating in set("12345") else 0
        )
        messages.success(request, _("Thank you; your answer counts."))
    return redirect("talk:item", slug=slug, uid=uid)


@require_http_methods(["GET", "POST"])
@signed_in
def settings(request: PersonRequest, slug: str) -> HttpResponse:
    """Say what is asked before something appears."""
    community = get_community(slug, viewer=request.person)
    require(request.person, community, PUBLISH)
    form = CalendarForm(posted(request), asked=queries.calendar_settings(community))
    if request.method == "POST" and form.is_valid():
        said = form.said()
        if carry_out(form, lambda: actions.change_calendar(
            actor=request.person, community=community, **said)):  # fmt: skip
            messages.success(request, _("Saved."))
            return redirect("talk:calendar", slug=slug)
    context = {
        "community": community, "form": form, "asked": queries.checklist(community)
    }  # fmt: skip
    return show(
        request,
        "conversation/calendar_settings.html",
        None,
        context,
        status=422 if form.errors else 200,
    )


def _schedule(request: PersonRequest, found: "PlannedItem", done: str) -> None:
    """Keep the ticks; then, unless that was all, give the item its time."""
    ticks = [one.removeprefix("hand.") for one in request.POST.getlist("tick")]
    if set(ticks) != set(found.ticks):
        found = actions.change_item(actor=request.person, item=found, ticks=ticks)
    if done == "tick":
        messages.success(request, _("Saved."))
        return
    at = now() if done == "now" else None
    actions.schedule_item(actor=request.person, item=found, publish_at=at)
    if done == "now":
        messages.success(request, _("It appears within a minute."))
    else:
        messages.success(request, _("Scheduled. It appears by itself at its time."))


def _form(
    request: PersonRequest,
    community: "Community",
    kind: Any,
    *,
    initial: dict[str, Any],
    own: bool = True,
) -> ItemForm:
    return ItemForm(
        posted(request),
        kind=kind,
        zone=queries.zone_of(community),
        values=queries.values_of(community),
        leads=may(request, community, PUBLISH),
        own=own,
        initial=initial,
    )


def _on_day(request: PersonRequest, community: "Community") -> dict[str, Any]:
    """Return how a new form begins: on the day whose cell was pressed, in the morning."""
    day = _day(request.GET.get("day", ""))
    begin: dict[str, Any] = {"licence": "reserved", "originality": "own"}
    if day:
        begin["publish_at"] = datetime.combine(day, time(9), queries.zone_of(community))
    return begin


def _day(said: str) -> date | None:
    try:
        day = date.fromisoformat(said)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None


def _month(request: PersonRequest, today: date) -> tuple[date, date]:
    start = _day(f"{request.GET.get('month', '')}-01") or today.replace(day=1)
    return start, start.replace(day=monthrange(start.year, start.month)[1])


def _week(request: PersonRequest, today: date) -> tuple[date, date]:
    day = _day(request.GET.get("week", "")) or today
    start = day - day.weekday() * ONE
    return start, start + 6 * ONE


def _begin(start: date, today: date, *, weekly: bool) -> date:
    """Return a day in the week that is shown after leaving a month: today's, if it is in it."""
    return today if not weekly and (today.year, today.month) == (start.year, start.month) else start


def _links(start: date, end: date, *, weekly: bool) -> Iterable[str]:
    """Return where the arrows lead."""
    if weekly:
        return [f"?week={day:%Y-%m-%d}" for day in (start - 7 * ONE, end + ONE)]
    return [f"?month={day:%Y-%m}" for day in (start - ONE, end + ONE)]
