"""One thread: reading it, reacting, moving it on, following it."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community.queries import get_community, require_member
from qunluo.conversation import actions, queries
from qunluo.conversation.errors import ThreadNotFound, UnknownReaction
from qunluo.ledger.queries import points_name
from qunluo.market.queries import experience_states, find_shop
from qunluo.web.conversation.forms import MoveForm, reply_form, say
from qunluo.web.conversation.pieces import post_item, ware_html
from qunluo.web.conversation.views.services import offered, points
from qunluo.web.conversation.wares import sells, wares_of
from qunluo.web.core.bell import rings
from qunluo.web.core.belonging import know
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.links import url
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.say import Moments
from qunluo.web.core.show import partial, show
from qunluo.web.core.visitors import same_for_visitors

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.conversation.models import Post
    from qunluo.conversation.queries import ThreadWindow

POSTS, MOST, QUOTED = 11, 50, 600
BIG = 2**31 - 1  # more than any place or number, and no database chokes on it


@require_GET
@same_for_visitors
def thread(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Show a thread from the first unread post on; what is shown counts as read."""
    community = get_community(slug, viewer=request.person)
    window = _window(request, community, number)
    if window.card.kind.name == "chat" and not partial(request):
        at = f"?at={place}#p{place}" if (place := place_in(request.GET.get("at"))) else ""
        return redirect(url("talk:space", slug=slug, space=window.space.slug) + at)
    know(request, community, window.sight.standing)
    context = context_of(request, community, window)
    response = show(request, "conversation/thread.html", "posts", context)
    # Reading again what was read changes nothing, unless a notice about it still rings.
    fresh = window.posts and (window.posts[-1].place > window.read or rings(request))
    if window.card.unread and fresh:
        place = window.posts[-1].place
        actions.mark_read(actor=request.person, thread=window.thread, place=place)
    return response


def _window(request: PersonRequest, community: "Community", number: int) -> "ThreadWindow":
    """Return the part of the thread that was asked for; a short one is shown whole."""
    asked = {name: place_in(request.GET.get(name)) for name in ("at", "after", "before")}
    # Whoever reads on takes more at once; a page of its own stays small.
    many = min(place_in(request.GET.get("n")), MOST) or POSTS
    given: dict[str, Any] = {"viewer": request.person, "limit": many}
    if number > BIG:
        raise ThreadNotFound
    asked["at"] = asked["at"] or place_in(request.GET.get("to"))
    if asked["before"]:
        return queries.read_thread(community, number, before=asked["before"], **given)
    if asked["after"]:
        return queries.read_thread(community, number, after=asked["after"], **given)
    if asked["at"]:
        start = asked["at"] - POSTS // 2 if asked["at"] > POSTS else 0
        return queries.read_thread(community, number, after=start, **given)
    window = queries.read_thread(community, number, after=0, **given)
    if window.card.unread and window.after:
        return queries.read_thread(community, number, **given)
    return window


def place_in(said: str | None) -> int:
    """Return the place that an address names, 0 for none."""
    return min(int(said), BIG) if said and said.isdecimal() and said.isascii() else 0


def context_of(
    request: PersonRequest, community: "Community", window: "ThreadWindow", **more: Any
) -> dict[str, Any]:
    """Return what the page of a thread shows; `more` replaces a form that was sent."""
    to = place_in(request.GET.get("to"))
    places = {post.place: post for post in window.posts}
    quoted = quote(places[to].source) if "quote" in request.GET and to in places else ""
    moves = [move for move in window.moves if "answer" not in move.needs]
    answered = next((post.place for post in window.posts if post.accepted), 0)
    item, makers = queries.makers_of(window.card.id) if window.planned else (None, [])
    context = {
        "proof": _proof(window),
        "item": item,
        "makers": makers,
        "community": community,
        "window": window,
        "card": window.card,
        "told": _labels(window),
        "fields": _fields(window, brief=True),
        "facts": [] if window.card.gone else _fields(window, brief=False),
        "moves": [(move, _form_of(move, window)) for move in moves],
        "accepts": any("answer" in move.needs for move in window.moves),
        "answered": answered,
        "seconded": queries.seconded(window),
        "reactions": queries.reactions(),
        "placed": places,
        "form": reply_form(draft=window.draft, to=to, quoted=quoted),
        "files": _waiting(request, window),
        "to": to,
        "preview": "",
        "offer": None,
        **offered(request, window),
        **wares_of(request, community, window),
        "shop_here": window.may_reply and sells(window.space) and find_shop(community) is not None,
    } | more
    moments = Moments()
    context["ware_html"] = lambda place: ware_html(place, context)
    context["post_html"] = lambda post: post_item(post, window, community, context, moments)
    return context


def _proof(window: "ThreadWindow") -> str:
    """Return what was proven of a thread whose kind has a place for it: verified, copied, or ""."""
    if "purchase" not in window.card.kind.slots:
        return ""
    return experience_states([window.card.id]).get(window.card.id, "")


def _labels(window: "ThreadWindow") -> dict[str, str]:
    """Return what the steps are called for which posts were written."""
    steps = queries.service_steps().values() if window.card.kind.requests else ()
    return {step.name: say(step.label) for step in (*steps, *window.card.kind.moves)}


def quote(source: str) -> str:
    """Return words as a quotation to reply under, not longer than one reads."""
    begun = source[:QUOTED].rstrip() + ("…" if len(source) > QUOTED else "")
    return "".join(f"> {line}\n" for line in begun.splitlines()) + "\n"


def _waiting(request: PersonRequest, window: "ThreadWindow") -> list[Any]:
    """Return the files that were added to the reply that is being written."""
    if not window.may_reply:
        return []
    return queries.waiting_files(request.person, window.space, window.card.id)


def _form_of(move: Any, window: "ThreadWindow") -> MoveForm | None:
    """Return what a step asks for; nothing for one that is a single tap."""
    form = MoveForm(step=move, kind=window.card.kind)
    return form if form.fields else None


def _fields(window: "ThreadWindow", *, brief: bool) -> list[tuple[str, str, Any]]:
    """Return label, type and words of the kind's own fields: the brief ones, or the others."""
    found: list[tuple[str, str, Any]] = []
    for one in window.card.kind.fields:
        if one.type == "product":
            continue  # shown as a card, not as a code
        said = str(window.card.fields.get(one.name) or "")
        if said and one.type == "points" and brief:
            found.append(
                (say(one.label), "text", points(int(said), points_name(window.thread.community_id)))
            )
        labels = {choice.name: say(choice.label) for choice in one.choices}
        if said and (one.type in {"text", "choice", "date", "person"}) == brief:
            lines = said.splitlines() if one.type == "lines" else None
            moments = queries.moments(said) if one.type == "moments" else None
            found.append((say(one.label), one.type, moments or lines or labels.get(said, said)))
    for field, counts in window.card.kind.tallied(window.card.fields) if brief else ():
        told = " · ".join(f"{say(choice.label)} {many}" for choice, many in counts)
        found.append((say(field.label), "text", told))
    return found


@require_POST
@signed_in
def act(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Do what a small button under a post says: react, take back, accept, mark unread."""
    community = get_community(slug, viewer=request.person)
    what, _dot, rest = request.POST.get("do", "").partition(".")
    name, _dot, place = rest.rpartition(".")
    queries.get_thread(community, min(number, BIG), viewer=request.person)
    if what != "unread":
        require_member(request.person, community)
    post = post_at(request, community, number, place_in(place))
    here = url("talk:thread", slug=slug, number=number)
    if what == "unread":
        actions.mark_unread(actor=request.person, thread=post.thread, place=post.place)
        messages.success(request, _("It is unread again from there on."))
        return redirect("talk:space", slug=slug, space=post.thread.space.slug)
    if what == "answer":
        chosen = [place_in(one) for one in request.POST.getlist(f"poll.{post.place}")]
        actions.answer_poll(actor=request.person, post=post, chosen=chosen)
        return redirect(f"{here}?at={post.place}#p{post.place}")
    if what == "end":
        actions.close_poll(actor=request.person, post=post)
        return redirect(f"{here}?at={post.place}#p{post.place}")
    if what == "accept":
        actions.accept_answer(actor=request.person, answer=post)
        messages.success(request, _("The answer is accepted. Thank you for closing the circle."))
        return redirect(f"{here}?at={post.place}#p{post.place}")
    if what not in {"react", "unreact"}:
        raise UnknownReaction
    change = actions.react if what == "react" else actions.unreact
    change(actor=request.person, post=post, reaction=name)
    if not partial(request):
        return redirect(f"{here}?at={post.place}#p{post.place}")
    window = window_at(request, community, number, post.place)
    context = context_of(request, community, window, post=window.posts[0])
    return show(request, "conversation/one.html", None, context)


def window_at(
    request: PersonRequest, community: "Community", number: int, place: int
) -> "ThreadWindow":
    """Return the window of one post; ThreadNotFound."""
    if not 0 < place <= BIG or number > BIG:
        queries.get_thread(community, min(number, BIG), viewer=request.person)
        raise ThreadNotFound
    window = queries.read_thread(community, number, viewer=request.person, after=place - 1, limit=1)
    if not window.posts or window.posts[0].place != place:
        raise ThreadNotFound
    return window


def post_at(request: PersonRequest, community: "Community", number: int, place: int) -> "Post":
    """Return the post at a place of a thread, for actions; ThreadNotFound."""
    window = window_at(request, community, number, place)
    return queries.get_post(window.posts[0].id, viewer=request.person)


@require_POST
@signed_in
def follow(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Follow a thread, take it as it comes, or hear no more of it."""
    community = get_community(slug, viewer=request.person)
    found = queries.get_thread(community, min(number, BIG), viewer=request.person)
    following = request.POST.get("following", "")
    actions.follow(actor=request.person, thread=found, following=following)
    said = {
        "followed": _("You follow this: it stays in your stream, and you hear of it."),
        "normal": _("You take this as it comes."),
        "muted": _("You hear no more of this, until you change it here."),
    }
    messages.success(request, said[following])
    return redirect("talk:thread", slug=slug, number=number)


@require_http_methods(["GET", "POST"])
@signed_in
def move(request: PersonRequest, slug: str, number: int, move: str) -> HttpResponse:
    """Take a step of the thread's kind; what is missing is asked for on a page of its own."""
    community = get_community(slug, viewer=request.person)
    found = queries.get_thread(community, min(number, BIG), viewer=request.person)
    step = queries.kind_of(found.kind).move(move)
    form = MoveForm(posted(request), step=step, kind=queries.kind_of(found.kind))
    given: dict[str, Any] = {"actor": request.person, "thread": found, "move": move}
    if request.method == "POST":
        # Whoever may not take the step hears that before what is missing in it.
        said = form.said() if form.is_valid() else {}
        if form.fields and not said:
            _may_move(request, community, number, move)
        elif (
            carry_out(form, lambda: actions.move_state(**given, **said))
            if said
            else (actions.move_state(**given))
        ):
            messages.success(request, _("Done; everybody in the thread can see it."))
            return redirect("talk:thread", slug=slug, number=number)
    else:
        _may_move(request, community, number, move)
    context = {"community": community, "thread": found, "step": step, "form": form}
    return show(
        request, "conversation/move.html", None, context, status=422 if form.errors else 200
    )


def _may_move(request: PersonRequest, community: "Community", number: int, move: str) -> None:
    """Raise what the step would raise for somebody who may not take it now."""
    window = queries.read_thread(community, number, viewer=request.person, limit=1)
    if move not in {one.name for one in window.moves}:
        found = queries.get_thread(community, number, viewer=request.person)
        actions.move_state(actor=request.person, thread=found, move=move)
