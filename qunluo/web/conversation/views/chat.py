"""Chat rooms and private talk: one page that reads like a messenger, and works without a script."""

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community.queries import get_community, require_member
from qunluo.conversation import actions, queries
from qunluo.conversation.errors import SpaceNotFound
from qunluo.kernel.errors import DomainError
from qunluo.people.queries import live_pass
from qunluo.web.conversation.beside import sends, taken
from qunluo.web.conversation.forms import CircleForm, SayForm
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.links import url
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import partial, show

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.conversation.models import Space
    from qunluo.conversation.queries import PostView, Sight, ThreadWindow

BIG = 2**31 - 1
SHOWN = 11
TOGETHER = timedelta(minutes=5)


def room(
    request: PersonRequest, community: "Community", found: "Space", sight: "Sight"
) -> HttpResponse:
    """Show a room from the first unread message on; what is shown counts as read."""
    asked = {name: place_of(request.GET.get(name)) for name in ("at", "after", "before")}
    given: dict[str, Any] = {"at": asked["at"], "limit": SHOWN}
    if "after" in request.GET:
        given["after"] = asked["after"]
    elif asked["before"]:
        given["before"] = asked["before"]
    window = queries.read_chat(found, sight, **given)
    part = "after" if "after" in given else "before" if "before" in given else ""
    to = place_of(request.GET.get("to"))
    context = context_of(request, community, window, to=to, part=part if partial(request) else "")
    response = show(request, "conversation/chat.html", "messages", context)
    if window.card.unread and window.posts and sight.member and not asked["before"]:
        place = window.posts[-1].place
        actions.mark_read(actor=request.person, thread=window.thread, place=place)
    return response


def context_of(
    request: PersonRequest, community: "Community", window: "ThreadWindow", **more: Any
) -> dict[str, Any]:
    """Return what the page of a room shows."""
    space, person = window.space, request.person
    other = queries.other_of(space, person.pk) if space.pair else None
    to = more.pop("to", 0)
    return {
        "community": community,
        "window": window,
        "space": space,
        "type": queries.type_of(space.type),
        "card": window.card,
        "other": other,
        "title": other.name if other else space.name,
        "reachable": other is None or queries.still_there(window.sight, space),
        "seen": queries.read_by_other(window.thread, person.pk) if other else 0,
        "inside": queries.people_of(community, space.slug, viewer=person)
        if space.private and not other and not partial(request)
        else [],
        "same": same(window.posts),
        "days": days(window.posts),
        "said_at": {post.place: post for post in window.posts},
        "reactions": queries.reactions(),
        "manages": "spaces.manage" in window.sight.permissions and not space.private,
        "to": to,
        "form": SayForm(initial={"reply_to": to or None}),
        "files": _waiting(request, window),
        "live": live_of(request) if window.sight.member else {},
    } | more


def _waiting(request: PersonRequest, window: "ThreadWindow") -> list[Any]:
    """Return the files that were added to the message that is being written."""
    if not window.may_reply or partial(request):
        return []
    return queries.waiting_files(request.person, window.space, window.card.id)


def same(posts: "list[PostView]") -> set[int]:
    """Return the places of messages that go on what their author said just before."""
    return {
        after.place
        for before, after in pairwise(posts)
        if before.author.id == after.author.id
        and not before.removed
        and after.written_at - before.written_at < TOGETHER
    }


def days(posts: "list[PostView]") -> set[int]:
    """Return the places at which another day begins; the page says which."""
    first = {posts[0].place} if posts else set()
    return first | {after.place for before, after in pairwise(posts) if _day(before) != _day(after)}


def _day(post: "PostView") -> Any:
    return localdate(post.written_at)


def live_of(request: PersonRequest) -> dict[str, str]:
    """Return where and with which pass a page of this session listens; nothing for visitors."""
    key = request.session.session_key
    if not request.person.is_authenticated or not key:
        return {}
    return {"url": live_url(request), "token": live_pass(request.person, key)}


def live_url(request: PersonRequest) -> str:
    """Return the address of the live process as this browser reaches it."""
    base: str = settings.LIVE_URL
    if base.startswith(":"):
        return f"{request.scheme}://{request.get_host().rsplit(':', 1)[0]}{base}/live/"
    return f"{base}/live/"


def place_of(said: str | None) -> int:
    """Return a place from an address; 0 for what is none."""
    return min(int(said), BIG) if said and said.isdecimal() and said.isascii() else 0


@require_GET
@signed_in
def listen(request: PersonRequest) -> HttpResponse:
    """Give a page a fresh pass for the live process."""
    return JsonResponse(live_of(request))


@require_POST
@signed_in
def say(request: PersonRequest, slug: str, space: str) -> HttpResponse:
    """Send a message; a script is answered with its place, everybody else with the room."""
    community = get_community(slug, viewer=request.person)
    found, sight = queries.look_into(community, space, viewer=request.person)
    require_member(request.person, community)
    thread = queries.chat_of(found)
    form = SayForm(request.POST)
    attached = taken(request, found, thread, form)
    if request.headers.get("Accept", "").startswith("application/json"):
        return _said(request, thread, form, attached)
    if sends(request) and not form.errors and form.is_valid():
        said = {"actor": request.person, "thread": thread, **form.said(), "attached": attached}
        if post := carry_out(form, lambda: actions.reply(**said)):
            return redirect(f"{url('talk:space', slug=slug, space=space)}?at={post.place}#end")
    window = queries.read_chat(found, sight, limit=SHOWN)
    context = context_of(request, community, window, form=form)
    status = 422 if form.errors else 200
    return show(request, "conversation/chat.html", None, context, status=status)


def _said(request: PersonRequest, thread: Any, form: SayForm, attached: list[str]) -> HttpResponse:
    if not form.is_valid():
        first = next(iter(form.errors.values()))[0]
        return JsonResponse({"message": str(first), "next_step": ""}, status=422)
    try:
        given = {"actor": request.person, "thread": thread, "attached": attached}
        post = actions.reply(**given, **form.said())
    except DomainError as error:
        message, next_step = error.say(_)
        fields = [text for told in error.say_fields(_).values() for text in told]
        told = {"message": " ".join(fields) or message, "next_step": next_step}
        return JsonResponse(told, status=error.status)
    return JsonResponse({"place": post.place})


@require_POST
@signed_in
def seen(request: PersonRequest, slug: str, space: str) -> HttpResponse:
    """Note how far somebody has read while they look at a room."""
    community = get_community(slug, viewer=request.person)
    found, _sight = queries.look_into(community, space, viewer=request.person)
    place = place_of(request.POST.get("place"))
    actions.mark_read(actor=request.person, thread=queries.chat_of(found), place=place)
    return HttpResponse(status=204)


@require_GET
@signed_in
def talks(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the private conversations that somebody has in a community."""
    community = get_community(slug, viewer=request.person)
    require_member(request.person, community)
    found = queries.talks(community, viewer=request.person)
    context = {"community": community, "talks": found}
    return show(request, "conversation/talks.html", "fresh", context)


@require_POST
@signed_in
def talk_with(request: PersonRequest, slug: str, handle: str) -> HttpResponse:
    """Begin to talk with a member, or go on."""
    community = get_community(slug, viewer=request.person)
    found = actions.talk_with(actor=request.person, community=community, handle=handle)
    return redirect("talk:space", slug=slug, space=found.slug)


@require_http_methods(["GET", "POST"])
@signed_in
def new_circle(request: PersonRequest, slug: str) -> HttpResponse:
    """Begin a small circle with people of one's own choice."""
    community = get_community(slug, viewer=request.person)
    require_member(request.person, community)
    form = CircleForm(posted(request))
    if request.method == "POST" and form.is_valid():
        said = {"actor": request.person, "community": community, **form.said()}
        if made := carry_out(form, lambda: actions.begin_circle(**said)):
            messages.success(request, _("The circle is there. Say the first word in it."))
            return redirect("talk:space", slug=slug, space=made.slug)
    context = {"community": community, "form": form}
    status = 422 if form.errors else 200
    return show(request, "conversation/circle_new.html", None, context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def circle(request: PersonRequest, slug: str, space: str) -> HttpResponse:
    """Show who is in a circle and its rules; invite, leave, and what its host does."""
    community = get_community(slug, viewer=request.person)
    found = queries.get_space(community, space, viewer=request.person)
    if not found.private or found.pair:
        raise SpaceNotFound
    if request.method == "POST" and (answer := _act(request, found)):
        return answer
    inside = queries.people_of(community, space, viewer=request.person)
    host = any(one.host and one.card.id == request.person.pk for one in inside)
    begun = {"name": found.name, "purpose": found.purpose, "rules": found.rules,
             "listed": found.listed}  # fmt: skip
    form = CircleForm(posted(request), host=host, initial=begun)
    if request.method == "POST" and form.is_valid():
        said = form.said()
        people = said.pop("people")
        given = {"actor": request.person, "space": found}
        done = carry_out(form, lambda: _change(given, said, people, host=host))
        if done:
            messages.success(request, _("Saved."))
            return redirect("talk:circle", slug=slug, space=space)
    context = {
        "community": community,
        "space": found,
        "inside": inside,
        "host": host,
        "form": form,
        "askings": queries.askings_in(found, viewer=request.person) if host else [],
    }
    status = 422 if form.errors else 200
    return show(request, "conversation/circle.html", None, context, status=status)


def _change(given: dict[str, Any], said: dict[str, Any], people: list[str], *, host: bool) -> bool:
    if people:
        actions.invite_to_circle(**given, people=people)
    if host:
        actions.edit_circle(**given, **said)
    return True


def _act(request: PersonRequest, found: "Space") -> HttpResponse | None:
    """Leave, take somebody out, answer who asks to join; None when the form says none of it."""
    slug = found.community.slug
    if "leave" in request.POST:
        actions.leave_circle(actor=request.person, space=found)
        messages.success(request, _("You have left the circle."))
        return redirect("talk:talks", slug=slug)
    if "out" in request.POST:
        person_id = place_of(request.POST["out"])
        actions.take_out_of_circle(actor=request.person, space=found, person_id=person_id)
        return redirect("talk:circle", slug=slug, space=found.slug)
    if "accept" in request.POST or "refuse" in request.POST:
        accept = "accept" in request.POST
        actions.answer_asking(
            actor=request.person,
            space=found,
            asking_id=place_of(request.POST.get("asking")),
            accept=accept,
            reason=request.POST.get("reason", ""),
        )
        messages.success(request, _("They are in now.") if accept else _("They read your reason."))
        return redirect("talk:circle", slug=slug, space=found.slug)
    return None
