"""The members, looked through, kept as segments, and cared for several at a time."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from qunluo.community import actions, queries
from qunluo.community.errors import SegmentNotFound
from qunluo.kernel.tx import write_tx
from qunluo.people.queries import get_person
from qunluo.web.core.once import repeatable
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.desk.desk import desk_of, role_labels, show_desk
from qunluo.web.desk.forms import FILTERS, MemberFilter, SegmentForm, host_choices

PAGE = 28


@require_GET
@signed_in
def members(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the members that the filter leaves."""
    community = desk_of(request, slug, "members.manage")
    labels = role_labels()
    given = QueryDict(mutable=True)
    given.update({name: request.GET[name] for name in FILTERS if request.GET.get(name)})
    form = MemberFilter(given, roles=list(labels.items()), hosts=host_choices(community))
    filters = form.asked()
    after = request.GET.get("after")
    ask: dict[str, Any] = {"viewer": request.person, "filters": filters}
    page = queries.members(community, **ask, after=after, limit=PAGE)
    context = {
        "form": form,
        "filters": filters,
        "labels": labels,
        "cards": page.items,
        "count": queries.count_members(community, **ask),
        "segments": queries.segments(community, viewer=request.person),
        "segment_form": SegmentForm(),
        "hosts": host_choices(community),
        "query": urlencode(filters),
        "more": "?" + urlencode({**filters, "after": page.next}) if page.next else "",
    }
    return show_desk(request, community, "members.html", context, "more" if after else "found")


@require_POST
@signed_in
def together(request: PersonRequest, slug: str) -> HttpResponse:
    """Tag the chosen members, or give them a host."""
    community = desk_of(request, slug, "members.manage")
    chosen = [
        queries.get_member(int(pk), viewer=request.person)
        for pk in request.POST.getlist("member")
        if pk.isdecimal()
    ]
    tag, host = request.POST.get("tag", "").strip(), request.POST.get("host", "")
    person = get_person(pk=int(host)) if host.isdecimal() else None
    with write_tx():  # what is refused for one of them is done for none
        for membership in (one for one in chosen if one.community_id == community.pk):
            if tag:
                actions.tag_member(actor=request.person, membership=membership, name=tag)
            if person:
                actions.assign_host(actor=request.person, membership=membership, host=person)
    back = redirect(_back(slug, request.POST.get("query", "")))
    if not chosen or not (tag or person):
        messages.warning(request, _("Choose members, and a tag or a host for them."))
        return repeatable(back)
    done = ngettext("Done for %(n)s member.", "Done for %(n)s members.", len(chosen))
    messages.success(request, done % {"n": len(chosen)})
    return back


@require_POST
@signed_in
def save_segment(request: PersonRequest, slug: str) -> HttpResponse:
    """Keep the filter that is set under a name."""
    community = desk_of(request, slug, "members.manage")
    filters = QueryDict(request.POST.get("query", "")).dict()
    segment = actions.save_segment(
        actor=request.person,
        community=community,
        name=request.POST.get("name", ""),
        filters={name: value for name, value in filters.items() if name in FILTERS},
    )
    messages.success(request, _("Saved as “%(name)s”.") % {"name": segment.name})
    return redirect(_back(slug, request.POST.get("query", "")))


@require_POST
@signed_in
def delete_segment(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Forget a segment; its members stay what they are."""
    community = desk_of(request, slug, "members.manage")
    segment = queries.get_segment(pk, viewer=request.person)
    if segment.community_id != community.pk:
        raise SegmentNotFound
    actions.delete_segment(actor=request.person, segment=segment)
    messages.success(request, _("The segment is gone; its members stay what they are."))
    return redirect("desk:members", slug=slug)


def _back(slug: str, query: str) -> str:
    kept = {name: value for name, value in QueryDict(query).items() if name in FILTERS}
    return reverse("desk:members", kwargs={"slug": slug}) + (f"?{urlencode(kept)}" if kept else "")
