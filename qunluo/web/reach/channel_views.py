"""The channels of a community at its desk: what they are for, what leaves by them, and the log."""

import re
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.conversation import actions, queries
from qunluo.reach import queries as reach
from qunluo.reach.errors import ChannelNotFound
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show
from qunluo.web.desk.desk import desk_of, tabs
from qunluo.web.reach.channel_forms import ChannelForm

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.reach.models import Channel


@require_GET
@signed_in
def channels(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the channels with their measures, and the kinds that can be attached."""
    community = desk_of(request, slug, queries.MANAGE_CHANNELS)
    found = queries.channels_here(community, viewer=request.person)
    kinds = reach.kinds_of_channel()
    has_mail = any(one.kind == "mail" for one in found)
    context = {
        "rows": queries.measures_of(found),
        "kinds": kinds,
        "offered": [one for one in kinds.values() if one.name != "mail" or not has_mail],
        "jobs": reach.jobs_of_channels(),
    }
    return _show(request, community, "channels.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def add(request: PersonRequest, slug: str, kind: str) -> HttpResponse:
    """Attach a channel of a kind."""
    community = desk_of(request, slug, queries.MANAGE_CHANNELS)
    if kind not in reach.kinds_of_channel():
        raise ChannelNotFound
    form = ChannelForm(posted(request), community=community, kind=kind)
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = {name: form.cleaned_data[name] for name in ("name", "job")}
        made = carry_out(
            form,
            lambda: actions.attach_channel(
                actor=request.person, community=community, kind=kind, given=form.given(),
                reach=form.reach(), **said,
            ),
        )  # fmt: skip
        if made:
            messages.success(request, _("Attached. It is in the log, with your name."))
            return redirect("reach:channel", slug=slug, pk=made.pk)
    context = {
        "form": form, "kind": form.kind, "channel": None, "mailbox": reach.answers_by_mail(),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return _show(request, community, "channel_form.html", context, status)


@require_GET
@signed_in
def one(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Show a channel: how well it does its job, its addresses, and what went through it."""
    community, channel = _channel(request, slug, pk)
    kind = reach.kinds_of_channel()[channel.kind]
    after = request.GET.get("after")
    sendings = reach.sendings_of(channel, after=after) if kind.carries else None
    came = reach.arrivals_of(channel, limit=20) if kind.brings else None
    context = {
        "channel": channel,
        "kind": kind,
        "job": reach.jobs_of_channels()[channel.job],
        "measure": queries.measure_of(channel),
        "address": reach.address_of_channel(channel),
        "secret": reach.secrets_of(channel).get("signing", ""),
        "secrets_now": len(reach.signing_secrets(channel)),
        "mailbox": reach.answers_by_mail(),
        "bound": len(reach.bound_people(channel)) if kind.person else 0,
        "sendings": sendings.items if sendings else [],
        "tries": reach.tries_of(sendings.items) if sendings else {},
        "more": f"?after={sendings.next}" if sendings and sendings.next else "",
        "arrivals": came.items if came else [],
        "states": _states(),
    }
    return _show(request, community, "channel.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def edit(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Change a channel."""
    community, channel = _channel(request, slug, pk)
    form = ChannelForm(posted(request), community=community, kind=channel.kind, channel=channel)
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = {name: form.cleaned_data[name] for name in ("name", "job")}
        done = carry_out(
            form,
            lambda: actions.change_channel(
                actor=request.person, community=community, channel=channel, given=form.given(),
                reach=form.reach(), **said,
            ),
        )  # fmt: skip
        if done:
            messages.success(request, _("Saved."))
            return redirect("reach:channel", slug=slug, pk=pk)
    context = {"form": form, "kind": form.kind, "channel": channel, "mailbox": True}
    status = 422 if form.errors else 200
    return _show(request, community, "channel_form.html", context, status)


@require_POST
@signed_in
def act(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Pause a channel or let it work, try it, let in what came, draw a new secret, remove it."""
    community, channel = _channel(request, slug, pk)
    given: dict[str, Any] = {"actor": request.person, "community": community, "channel": channel}
    wanted = request.POST.get("act", "")
    if wanted == "remove":
        actions.detach_channel(**given)
        messages.success(request, _("Removed. People, posts and history stay."))
        return redirect("reach:channels", slug=slug)
    if wanted == "try":
        actions.send_trial(**given)
        messages.success(request, _("A trial is on its way. Look at the log in a moment."))
    elif wanted == "secret":
        actions.renew_secret(**given)
        messages.success(request, _("There is a new secret; the old one counts for another day."))
    elif wanted == "let_in":
        number = re.fullmatch(r"[0-9]{1,18}", request.POST.get("arrival", ""))
        arrival = reach.refused_arrival(channel, int(number[0]) if number else 0)
        actions.let_in(actor=request.person, community=community, arrival=arrival)
        messages.success(request, _("It appears now."))
    elif wanted in {"pause", "resume"}:
        actions.change_channel(**given, active=wanted == "resume")
        messages.success(request, _("It works.") if wanted == "resume" else _("Paused."))
    return redirect("reach:channel", slug=slug, pk=pk)


@require_POST
@signed_in
def again(request: PersonRequest, slug: str, pk: int, sending: int) -> HttpResponse:
    """Carry a message once more."""
    community, channel = _channel(request, slug, pk)
    found = reach.sending_of(channel, sending)
    actions.send_again(actor=request.person, community=community, sending=found)
    messages.success(request, _("It is on its way again."))
    return redirect("reach:channel", slug=slug, pk=pk)


def _channel(request: PersonRequest, slug: str, pk: int) -> "tuple[Community, Channel]":
    community = desk_of(request, slug, queries.MANAGE_CHANNELS)
    return community, queries.get_channel(community, pk, viewer=request.person)


def _states() -> dict[str, str]:
    return {
        "waiting": _("waits"),
        "sent": _("arrived"),
        "dead": _("given up"),
        "dropped": _("left out"),
        "taken": _("taken in"),
        "refused": _("refused"),
        "opened": _("New thread"),
        "replied": _("Reply"),
        "answered": _("Accepted answer"),
        "moved": _("Step"),
        "removed": _("Removed post"),
        "joined": _("New member"),
        "trial": _("Trial"),
    }


def _show(
    request: PersonRequest,
    community: "Community",
    template: str,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    given = {"community": community, "desk_tabs": tabs(request, community), **context}
    return show(request, f"reach/{template}", None, given, status=status)
