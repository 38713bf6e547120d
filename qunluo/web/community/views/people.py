"""The people of a community: the directory, and one of them."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from qunluo.community import queries
from qunluo.conversation.queries import times_honoured
from qunluo.growth.queries import seat_of
from qunluo.kernel.text import pick
from qunluo.people.queries import get_person, profile_for
from qunluo.web.community.forms import DirectoryForm
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show

PAGE = 30


@require_GET
@signed_in
def members(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the directory, or the part of it that somebody looks for."""
    community = queries.get_community(slug, viewer=request.person)
    roles = queries.roles()
    labels = {name: pick(role.label, get_language()) for name, role in roles.items()}
    form = DirectoryForm(request.GET, roles=[r for r in labels.items() if r[0] != "member"])
    filters = form.filters()
    after = request.GET.get("after")
    page = queries.members(
        community, viewer=request.person, filters=filters, after=after, limit=PAGE
    )
    context = {
        "community": community,
        "form": form,
        "filters": filters,
        "labels": labels,
        "cards": page.items,
        "count": queries.count_members(community, viewer=request.person, filters=filters),
        "more": "?" + urlencode({**filters, "after": page.next}) if page.next else "",
    }
    return show(request, "community/members.html", "more" if after else "people", context)


@require_GET
@signed_in
def member(request: PersonRequest, slug: str, handle: str) -> HttpResponse:
    """Show one member to another: the whole person, as far as they show themselves."""
    community = queries.get_community(slug, viewer=request.person)
    queries.require(request.person, community, "members.view")
    person = get_person(handle=handle)
    membership = queries.get_membership(person, community)
    charter = queries.public_charter(community)
    context = {
        "community": community,
        "values": charter.values if charter else {},
        "membership": membership,
        "profile": profile_for(person, request.person),
        "roles": [role for name, role in queries.roles().items()
                  if name in queries.standing(person, community).roles],
        "badges": queries.badges_of(person, community),
        "seat": seat_of(person, community),
        "tags": queries.own_tags(membership),
        "honoured": times_honoured(community, person.pk, viewer=request.person),
        "record": queries.may_open(request.person, membership),
    }  # fmt: skip
    return show(request, "community/member.html", None, context)
