"""Doors for other systems: webhooks, WeChat, letters; and the links that channels carry."""

import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community.queries import find_community
from qunluo.conversation import actions as talk
from qunluo.conversation.errors import ThreadNotFound
from qunluo.conversation.queries import get_thread
from qunluo.kernel.errors import DomainError
from qunluo.kernel.ids import uuid7
from qunluo.kernel.ratelimit import limit
from qunluo.reach import actions, queries
from qunluo.reach.actions import Message
from qunluo.reach.errors import ChannelNotFound, NotSigned, UnreadableMessage
from qunluo.web.core.links import url
from qunluo.web.core.requests import PersonRequest

if TYPE_CHECKING:
    from qunluo.reach.models import Channel

LONGEST, SHORTEST_KEY = 64 * 1024, 20
BIG = 2**31 - 1
MINUTE = 60
TEXT = "text"


@require_GET
def carried(request: PersonRequest, code: str, number: int) -> HttpResponse:
    """Lead to a thread by a link that a channel carried, and note who came back by it."""
    channel = queries.channel_by_code(code)
    community = find_community(channel.community_id)
    if community is None or number > BIG:
        raise ThreadNotFound
    person = request.person if request.person.is_authenticated else None
    try:
        thread = get_thread(community, number, viewer=person)
    except ThreadNotFound:
        if person is None:
            return redirect_to_login(request.get_full_path())
        raise
    if person is not None:
        actions.note_visit(person=person, channel=channel, thread_id=thread.pk)
    return redirect(url("talk:thread", slug=community.slug, number=number))


@csrf_exempt  # other systems post here; the secret address or the signature is the key
@require_POST
def hook(request: HttpRequest, key: str) -> HttpResponse:
    """Take a message of another system; what it answers is JSON, also when it refuses."""
    try:
        channel = queries.channel_by_key(key, "inbox")
        limit("hook", channel.pk, times=120, seconds=MINUTE)
        body = request.read(LONGEST + 1)
        message_id = queries.signed_id(channel, request.headers, body)
        _arrival, new = actions.arrive(channel, _message(body, message_id))
    except DomainError as error:
        message, next_step = error.say(lambda text: text)
        said = {"code": error.code, "message": message, "next_step": next_step}
        return JsonResponse(said, status=error.status)
    return JsonResponse({"taken": True, "new": new}, status=202 if new else 200)


@csrf_exempt  # WeChat's server posts here; it signs and seals
@require_http_methods(["GET", "POST"])
def wechat(request: HttpRequest, key: str) -> HttpResponse:
    """Answer WeChat's server: who we are, or to what somebody sent to the account."""
    try:
        channel = queries.channel_by_key(key, "account")
        if request.method == "GET":
            told = queries.account_door().echo(queries.channel_way(channel), request.GET.dict())
            return _plain(told or "", 200 if told else 403)
        return _heard(request, channel)
    except ChannelNotFound:
        return _plain("", 403)
    except DomainError:
        return _plain("success")  # else it would come again


def _heard(request: HttpRequest, channel: "Channel") -> HttpResponse:
    """Answer to what somebody sent to an account."""
    door, way = queries.account_door(), queries.channel_way(channel)
    heard = door.hear(way, request.GET.dict(), request.read(LONGEST + 1))
    if heard is None:
        return _plain("", 403)
    said = ""
    if heard.type == TEXT:
        limit("wechat", f"{channel.pk}:{heard.sender}", times=20, seconds=10 * MINUTE)
        said = talk.hear_account(channel, heard.sender, heard.id, heard.text)
    return HttpResponse(door.answer(way, heard, said), content_type="application/xml")


def _plain(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain")


@csrf_exempt  # a mail service posts letters here; it proves itself with a key
@require_POST
def mail_in(request: HttpRequest) -> HttpResponse:
    """Take a letter as it came (message/rfc822) from a mail service."""
    held = settings.MAIL_KEY
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if len(held) < SHORTEST_KEY or not constant_time_compare(given, held):
        return JsonResponse({"code": NotSigned.code, "message": NotSigned.message}, status=403)
    outcome = actions.receive_mail(request.read(queries.LONGEST_LETTER + 1))
    return JsonResponse({"outcome": outcome})


def _message(body: bytes, message_id: str) -> Message:
    """Return what another system says: text, and title, url and id if there are any."""
    try:
        said = json.loads(body) if len(body) <= LONGEST else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise UnreadableMessage
    text, title, link = (_text(said, name) for name in ("text", "title", "url"))
    if not text.strip() and not title.strip():
        raise UnreadableMessage(fields={"text": [UnreadableMessage.next_step]})
    link = link if link.startswith(("https://", "http://")) and " " not in link else ""
    own = message_id or _text(said, "id")
    return Message(own or str(uuid7()), text or title, title, link)


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and name == "id":
        value = str(value)
    return value if isinstance(value, str) else ""
