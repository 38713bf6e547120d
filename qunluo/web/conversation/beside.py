"""What a form sends beside words: files, what they show, and a poll."""

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect

from qunluo.conversation import actions, queries
from qunluo.conversation.errors import AttachmentNotFound
from qunluo.kernel.errors import DomainError
from qunluo.web.core.forms import explain
from qunluo.web.core.requests import PersonRequest

if TYPE_CHECKING:
    from qunluo.conversation.models import Attachment, Space, Thread

SENT = "X-Sent"  # asked by our own script: answer with an address instead of leading there
PLACE = "X-Place"


def sends(request: PersonRequest) -> bool:
    """Return whether a form is sent, not looked at beforehand or freed of a file."""
    return request.method == "POST" and not request.POST.keys() & {"preview", "drop"}


def taken(request: PersonRequest, space: "Space", thread: "Thread | None", form: Any) -> list[str]:
    """Return the uids of the files that the form takes along; new ones are kept first."""
    if request.method != "POST":
        return []
    if request.POST.keys() & {"attached", "drop"} or request.FILES:
        form.wordless()
    if "drop" in request.POST:
        drop_file(request)
        return []
    return keep_files(request, space, thread, form)


def keep_files(
    request: PersonRequest, space: "Space", thread: "Thread | None", form: forms.Form
) -> list[str]:
    """Keep the files of a form and what they show; return the uids that the message takes along.

    A file that is refused is explained in the form; the others stay for the next try.
    """
    uids = [uid[:16] for uid in request.POST.getlist("attached")]
    for file in request.FILES.getlist("files"):
        try:
            uids.append(keep_file(request, space, thread, file).uid)
        except DomainError as error:
            explain(form, error)
    describe(request, uids)
    return list(dict.fromkeys(uids))


def keep_file(
    request: PersonRequest, space: "Space", thread: "Thread | None", file: "UploadedFile[Any]"
) -> "Attachment":
    """Keep one file for what is being written."""
    return actions.attach(
        actor=request.person,
        space=space,
        thread=thread,
        data=file.read(),
        name=file.name or "",
        alt=request.POST.get("alt", ""),
    )


def describe(request: PersonRequest, uids: Iterable[str]) -> None:
    """Keep what was said about pictures; one that is gone meanwhile needs no words."""
    for uid in uids:
        if (alt := request.POST.get(f"alt.{uid}")) is not None:
            with suppress(AttachmentNotFound):
                mine = queries.own_attachment(uid, owner=request.person)
                actions.describe_attachment(actor=request.person, attachment=mine, alt=alt)


def drop_file(request: PersonRequest) -> None:
    """Throw away the file whose button was pressed; one that is gone already is fine."""
    with suppress(AttachmentNotFound):
        mine = queries.own_attachment(request.POST.get("drop", "")[:16], owner=request.person)
        actions.discard_attachment(actor=request.person, attachment=mine)


def sent(request: PersonRequest, place: str) -> HttpResponse:
    """Lead to what was written; our own script, which may have been offline, only hears where."""
    if SENT not in request.headers:
        return redirect(place)
    return HttpResponse(status=204, headers={PLACE: place})


def poll_of(form: forms.Form) -> dict[str, Any] | None:
    """Return the poll that a form asks for, or None when it names no answers."""
    given = form.cleaned_data
    options = [line for line in str(given.get("options") or "").splitlines() if line.strip()]
    if not options:
        return None
    return {"options": options} | {
        name: given.get(name) for name in ("multiple", "results", "until")
    }
