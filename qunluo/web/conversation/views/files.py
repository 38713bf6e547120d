"""Files: adding them while one writes, taking them away again, and opening them."""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qunluo.community.queries import get_community, require_member
from qunluo.conversation import actions, queries
from qunluo.conversation.errors import AttachmentNotFound
from qunluo.kernel.errors import DomainError
from qunluo.web.conversation.beside import keep_file
from qunluo.web.conversation.views.threads import BIG
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show

if TYPE_CHECKING:
    from qunluo.conversation.models import Attachment

RANGE = re.compile(r"bytes=(\d{0,12})-(\d{0,12})")
AT_ONCE = 1024 * 1024
NAMELESS = {"picture": "picture.webp", "audio": "recording", "video": "video", "file": "file.pdf"}


@require_POST
@signed_in
def add(request: PersonRequest, slug: str, space: str) -> HttpResponse:
    """Keep files for the thread or reply that is being written here; answer with their rows."""
    community = get_community(slug, viewer=request.person)
    found = queries.get_space(community, space, viewer=request.person)
    require_member(request.person, community)
    number = request.POST.get("thread", "")
    thread = None
    if number.isdecimal() and number.isascii() and int(number) <= BIG:
        thread = queries.get_thread(community, int(number), viewer=request.person)
    kept, refused = [], []
    for file in request.FILES.getlist("files"):
        try:
            kept.append(keep_file(request, found, thread, file))
        except DomainError as error:
            refused.append((file.name, " ".join(error.say(_)).strip()))
    context = {"community": community, "files": kept, "refused": refused}
    return show(request, "conversation/waiting.html", None, context, status=422 if refused else 200)


@require_POST
@signed_in
def drop(request: PersonRequest, slug: str, uid: str) -> HttpResponse:
    """Throw away a file that was not sent yet."""
    get_community(slug, viewer=request.person)
    mine = queries.own_attachment(uid, owner=request.person)
    actions.discard_attachment(actor=request.person, attachment=mine)
    return HttpResponse(status=204)


@require_safe
def file(request: PersonRequest, slug: str, uid: str) -> HttpResponseBase:
    """Send a file to who may see its post now; a recording in parts, if asked."""
    community = get_community(slug, viewer=request.person)
    one = queries.get_attachment(uid, viewer=request.person)
    if one.community_id != community.pk:
        raise AttachmentNotFound
    return send(request, one, small="small" in request.GET)


def send(request: PersonRequest, one: "Attachment", *, small: bool = False) -> HttpResponseBase:
    """Return the answer that carries a file that was fetched with permission."""
    # Handed over whole, so that whoever fetches it slowly keeps no thread of the server waiting.
    with queries.open_attachment(one, small=small) as source:
        size = source.seek(0, 2)
        asked = RANGE.fullmatch(request.headers.get("Range", ""))
        first, last = _range(asked, size) if asked else (0, size - 1)
        if first > last:
            refused = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
            return _dressed(refused, one)
        source.seek(first)
        part = source.read(last - first + 1)
    response = HttpResponse(part, status=206 if asked else 200, content_type=one.type)
    if asked:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return _dressed(response, one)


def _dressed(response: HttpResponseBase, one: "Attachment") -> HttpResponseBase:
    """Say that nothing in it runs, that it is for this person, and what it is called."""
    papers = one.sort == "file"
    name = quote(one.name or NAMELESS[one.sort])
    response["Content-Disposition"] = (
        f"{'attachment' if papers else 'inline'}; filename*=UTF-8''{name}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    # Whoever may no longer see it must not find it in the cache of the browser either.
    response["Cache-Control"] = "private, no-store"
    response["Accept-Ranges"] = "bytes"
    return response


def _range(asked: re.Match[str], size: int) -> tuple[int, int]:
    """Return first and last byte; first behind last for a range that is not there.

    Players ask from somewhere on, and go on asking: they get as much as they soon need.
    """
    first, last = asked.groups()
    if first:
        return int(first), min(int(last) if last else int(first) + AT_ONCE - 1, size - 1)
    return (max(0, size - int(last)), size - 1) if last and int(last) else (1, 0)
