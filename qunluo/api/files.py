"""What comes with words: files of posts, and polls."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpResponse
from ninja import File, Form, Path, Status
from ninja.files import UploadedFile
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath
from qunluo.api.shapes import Given, Id, Shown
from qunluo.api.spaces import SpacePath, space_of
from qunluo.api.talk import Post, post_at, thread_of
from qunluo.conversation import actions, queries
from qunluo.kernel.media import MOST_FILE, FileTooLarge
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from qunluo.conversation import models as rows

area = Area("files", "Talk")
UidPath = Annotated[str, Path(max_length=16, pattern=r"^[A-Z0-9]+$")]


class Attachment(Shown):
    """A file that waits for a message, or stands in one."""

    uid: str = Field(description=_("Name it in `attached` when the message is sent."))
    sort: str = Field(description=_("picture, audio, video or file."))
    type: str
    name: str
    alt: str = Field(description=_("What it shows or holds, in words."))
    size: int = Field(description=_("In bytes, as it was sent."))
    width: int
    height: int
    added_at: datetime


class AttachmentWish(Given):
    """What is told about a file that is added."""

    thread: int = Field(0, ge=0, le=2**31 - 1, description=_("Number, when it is for a reply."))
    alt: str = Field("", max_length=300)


class AttachmentChange(Given):
    """What a file shows or holds, in words."""

    alt: str = Field(max_length=300)


class PlannedPoll(Given):
    """A poll that opens when an item appears."""

    options: list[Annotated[str, Field(max_length=80)]] = Field(min_length=2, max_length=10)
    multiple: bool = False
    results: str = Field("answered", description=_("always, answered or closed."))
    days: int | None = Field(
        None, ge=1, le=90, description=_("From the moment it appears; empty for good.")
    )


class PollAnswer(Given):
    """Which answers are chosen, by their places from 0 on."""

    chosen: list[int] = Field(max_length=10)


@area.write(
    "POST",
    "/communities/{slug}/spaces/{space}/files",
    Attachment,
    scope="talk:write",
    status=201,
    keyed=False,
    also=(429,),
)
def add_file(
    request: Caller,
    slug: SlugPath,
    space: SpacePath,
    upload: File[UploadedFile],
    wish: Form[AttachmentWish],
) -> Status["rows.Attachment"]:
    """Add a file to what is being written."""
    found = space_of(request, slug, space)
    thread = thread_of(request, slug, wish.thread) if wish.thread else None
    if (upload.size or 0) > MOST_FILE:
        raise FileTooLarge(megabytes=MOST_FILE // 1024**2)
    return Status(
        201,
        actions.attach(
            actor=request.person,
            space=found,
            thread=thread,
            data=upload.read(),
            name=upload.name or "",
            alt=wish.alt,
        ),
    )


@area.read("/files/{uid}", None, scope="talk:read", public=True, media="application/octet-stream")
def download_file(request: Caller, uid: UidPath) -> HttpResponse:
    """Send a file."""
    one = queries.get_attachment(uid, viewer=request.person)
    with queries.open_attachment(one) as source:
        response = HttpResponse(source.read(), content_type="application/octet-stream")
    response["Content-Disposition"] = "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@area.write("PATCH", "/files/{uid}", Attachment, scope="talk:write")
def describe_file(request: Caller, uid: UidPath, wish: AttachmentChange) -> "rows.Attachment":
    """Say what a file shows."""
    one = queries.get_attachment(uid, viewer=request.person)
    return actions.describe_attachment(actor=request.person, attachment=one, alt=wish.alt)


@area.write("DELETE", "/files/{uid}", None, scope="talk:write", status=204)
def discard_file(request: Caller, uid: UidPath) -> Status[None]:
    """Take away a file that was not sent yet."""
    one = queries.get_attachment(uid, viewer=request.person)
    actions.discard_attachment(actor=request.person, attachment=one)
    return Status(204, None)


@area.write("PUT", "/posts/{post_id}/poll/answer", Post, scope="talk:write")
def answer_poll(request: Caller, post_id: Id, wish: PollAnswer) -> dict[str, Any]:
    """Answer a poll."""
    found = queries.get_post(post_id, viewer=request.person)
    actions.answer_poll(actor=request.person, post=found, chosen=wish.chosen)
    return post_at(request, found.thread.community.slug, found.thread.number, found.place)


@area.write("POST", "/posts/{post_id}/poll/end", Post, scope="talk:write")
def end_poll(request: Caller, post_id: Id) -> dict[str, Any]:
    """End a poll."""
    found = queries.get_post(post_id, viewer=request.person)
    actions.close_poll(actor=request.person, post=found)
    return post_at(request, found.thread.community.slug, found.thread.number, found.place)
