"""Writing: a new thread, a reply, and what was begun and not sent yet."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community.queries import get_community, require, require_member
from qunluo.conversation import actions, queries
from qunluo.conversation.errors import SpacePutAway
from qunluo.kernel.ids import token
from qunluo.market.queries import find_shop, named_products
from qunluo.web.conversation.beside import describe, poll_of, sends, sent, taken
from qunluo.web.conversation.forms import WriteForm, reply_form
from qunluo.web.conversation.views.threads import BIG, context_of
from qunluo.web.conversation.wares import sells
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.links import url
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import partial, show

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.conversation.models import Draft, Space
    from qunluo.conversation.queries import Sight

NOT_FIELDS = {"csrfmiddlewaretoken", "once", "title", "source", "client_id", "kind", "as",
              "preview", "discard", "reply_to", "attached", "drop", "thread",
              "ware_words"}  # fmt: skip


@require_http_methods(["GET", "POST"])
@signed_in
def new(request: PersonRequest, slug: str, space: str) -> HttpResponse:
    """Write a new thread of one of the kinds that the space offers."""
    community = get_community(slug, viewer=request.person)
    found, sight = queries.look_into(community, space, viewer=request.person)
    may_open(request, community, found, sight)
    if "as" in request.POST:  # another kind: what was written stays
        keep_draft(request, found, kind=request.POST["as"])
        here = url("talk:new", slug=slug, space=space)
        return redirect(f"{here}?kind={request.POST['as'][:20]}")
    draft = queries.draft_for(request.person, found)
    kind = _kind(request, found, sight, draft)
    data = posted(request)
    begun = _begun(request, kind, draft)
    form = WriteForm(data, kind=kind, slots=bool(found.advert_share), initial=begun)
    shown = _previewed(request, found)
    attached = taken(request, found, None, form)
    if sends(request) and not form.errors and form.is_valid():
        said = {"actor": request.person, "space": found, **form.said(), "poll": poll_of(form)}
        if thread := carry_out(form, lambda: actions.write_post(**said, attached=attached)):
            return sent(request, url("talk:thread", slug=slug, number=thread.number))
    context = {
        "files": queries.waiting_files(request.person, found),
        "community": community, "space": found, "kind": kind, "opens": sight.opens(found),
        "form": form, "draft": draft, "preview": shown or "",
        "shop_here": (sells(found) or "product" in form.fields) and bool(find_shop(community)),
        "chosen": _chosen(request, community, form),
    }  # fmt: skip
    if shown is not None and partial(request):
        return show(request, "conversation/compose.html", "preview", context)
    status = 422 if form.errors else 200
    return show(request, "conversation/compose.html", None, context, status=status)


def _chosen(request: PersonRequest, community: "Community", form: WriteForm) -> str:
    """Return the title of the product that a new thread is about, as far as one is chosen."""
    if "product" not in form.fields:
        return ""
    code = str(form["product"].value() or "")[:12].replace("\0", "")
    found = named_products(community, [code] if code else [], viewer=request.person).views
    return found[code].product.title if code in found else ""


def may_open(
    request: PersonRequest, community: "Community", space: "Space", sight: "Sight"
) -> None:
    """Raise what keeps somebody from opening a thread in a space that they see."""
    if sight.opens(space):
        return
    require_member(request.person, community)
    if space.archived_at:
        raise SpacePutAway
    require(request.person, community, queries.type_of(space.type).opens or "posts.publish")


def _kind(request: PersonRequest, space: "Space", sight: "Sight", draft: "Draft | None") -> Any:
    """Return the kind that was asked for, that was begun, or the first that is offered."""
    offers = {kind.name: kind for kind in sight.opens(space)}
    asked = request.POST.get("kind") or request.GET.get("kind") or (draft.kind if draft else "")
    return offers.get(asked) or next(iter(offers.values()))


def _begun(request: PersonRequest, kind: Any, draft: "Draft | None") -> dict[str, Any]:
    """Return what stands in the form: what was begun before, and what the link brought along."""
    begun: dict[str, Any] = {"client_id": token()}
    if draft:
        begun |= {"title": draft.title, "source": draft.source, **draft.fields}
    brought = {one.name: request.GET[one.name][:200] for one in kind.asked
               if one.name in request.GET}  # fmt: skip
    return begun | brought


def keep_draft(request: PersonRequest, space: "Space", **more: Any) -> "Draft | None":
    """Save what stands in a form; or throw it away when asked to."""
    if "discard" in request.POST:
        thread = more.get("thread")
        actions.discard_draft(actor=request.person, space=space, thread=thread)
        return None
    describe(request, request.POST.getlist("attached"))
    fields = {
        name: said for name, said in request.POST.items()
        if name not in NOT_FIELDS and "." not in name
    }  # fmt: skip
    given: dict[str, Any] = {
        "kind": request.POST.get("kind", ""),
        "title": request.POST.get("title", ""),
        "source": request.POST.get("source", ""),
        "fields": fields,
    }
    return actions.save_draft(actor=request.person, space=space, **{**given, **more})


def _previewed(request: PersonRequest, space: "Space") -> str | None:
    """Return how the text will look, when that was asked for."""
    if "preview" not in request.POST:
        return None
    return queries.preview(space, request.POST.get("source", ""))


def _kept(request: PersonRequest, slug: str, saved: "Draft | None") -> HttpResponse:
    if partial(request):
        return show(request, "conversation/saved.html", None, {"draft": saved})
    if "discard" in request.POST:
        messages.success(request, _("The draft is thrown away."))
    return redirect("talk:drafts", slug=slug)


@require_POST
@signed_in
def draft(request: PersonRequest, slug: str, space: str) -> HttpResponse:
    """Keep a new thread while it is being written."""
    community = get_community(slug, viewer=request.person)
    found, sight = queries.look_into(community, space, viewer=request.person)
    if "discard" not in request.POST:
        may_open(request, community, found, sight)
    else:
        require_member(request.person, community)
    return _kept(request, slug, keep_draft(request, found))


@require_POST
@signed_in
def reply_draft(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Keep a reply while it is being written."""
    community = get_community(slug, viewer=request.person)
    thread = queries.get_thread(community, min(number, BIG), viewer=request.person)
    require_member(request.person, community)
    saved = keep_draft(request, thread.space, thread=thread, fields={}, title="", kind="")
    return _kept(request, slug, saved)


@require_http_methods(["GET", "POST"])
@signed_in
def reply(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Send a reply, or show how it will look; opened by hand it leads to the thread."""
    community = get_community(slug, viewer=request.person)
    thread = queries.get_thread(community, min(number, BIG), viewer=request.person)
    here = url("talk:thread", slug=slug, number=number)
    if request.method != "POST":
        return redirect(f"{here}#reply")
    require_member(request.person, community)
    form = reply_form(request.POST)
    shown = _previewed(request, thread.space)
    if shown is not None and partial(request):
        return show(request, "conversation/compose.html", "preview", {"preview": shown})
    attached = taken(request, thread.space, thread, form)
    if sends(request) and not form.errors and form.is_valid():
        said = {"actor": request.person, "thread": thread, **form.said(), "attached": attached}
        if post := carry_out(form, lambda: actions.reply(**said)):
            return sent(request, f"{here}?at={post.place}#p{post.place}")
    window = queries.read_thread(community, number, viewer=request.person)
    context = context_of(request, community, window, form=form, preview=shown or "")
    status = 422 if form.errors and shown is None else 200
    return show(request, "conversation/thread.html", None, context, status=status)


@require_GET
@signed_in
def drafts(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what somebody began to write in this community and has not sent."""
    community = get_community(slug, viewer=request.person)
    require_member(request.person, community)
    mine = [one for one in queries.drafts(request.person) if one.space.community_id == community.pk]
    context = {"community": community, "drafts": mine, "kind_of": queries.kind_of}
    return show(request, "conversation/drafts.html", None, context)
