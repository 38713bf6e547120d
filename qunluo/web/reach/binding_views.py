"""How a member is reached by the accounts of a community, such as on WeChat."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qunluo.community.queries import get_community, require_member
from qunluo.conversation.queries import channels_to_bind
from qunluo.kernel.ratelimit import limit
from qunluo.reach import actions, queries
from qunluo.reach.errors import ChannelNotFound
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show


@require_GET
@signed_in
def binding(request: PersonRequest, slug: str) -> HttpResponse:
    """Show by which accounts one can be reached here."""
    community = get_community(slug, viewer=request.person)
    require_member(request.person, community)
    rows = [(one, queries.binding_of(one, request.person)) for one in channels_to_bind(community)]
    return show(request, "reach/binding.html", None, {"community": community, "rows": rows})


@require_POST
@signed_in
def bind(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Show a code to send to the account, or stop being reached by it."""
    community = get_community(slug, viewer=request.person)
    require_member(request.person, community)
    channel = next((one for one in channels_to_bind(community) if one.pk == pk), None)
    if channel is None:
        raise ChannelNotFound
    if request.POST.get("act") == "stop":
        actions.unbind(person=request.person, channel=channel)
        messages.success(request, _("You are no longer reached there."))
        return redirect("reach:binding", slug=slug)
    limit("binding", request.person.pk, times=10, seconds=3600)
    code = actions.begin_binding(actor=request.person, channel=channel)
    context = {"community": community, "channel": channel, "code": code}
    return show(request, "reach/binding_code.html", None, context)
