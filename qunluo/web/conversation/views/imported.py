"""Chats from elsewhere: bringing one in, and whose names came along."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from qunluo.community.queries import get_community, require_member
from qunluo.conversation import actions, queries
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.links import url
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show

if TYPE_CHECKING:
    from qunluo.community.models import Community

MOST = 5_000_000  # bytes that a page takes; the command line takes more
FORMATS = [
    ("wechat-text", gettext_lazy("Text of WeChat or QQ: name and time above each message")),
    ("csv", gettext_lazy("Table (CSV) with time, author and text")),
    ("irc", gettext_lazy("IRC log: [09:14] <name> text")),
]


class ChatForm(forms.Form):
    """A file, what wrote it, and where its messages go."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("At most 5 MB; the command line takes larger ones."),
    )
    format = forms.ChoiceField(
        label=gettext_lazy("Format"), choices=FORMATS, widget=forms.RadioSelect()
    )
    room = forms.CharField(
        label=gettext_lazy("Chat room"),
        max_length=60,
        help_text=gettext_lazy("The name of a room; it is opened when there is none."),
    )
    day = forms.DateField(
        label=gettext_lazy("First day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Only for a log that tells hours but not days."),
    )

    def clean_file(self) -> Any:
        """Refuse what is too large for a page."""
        given = self.cleaned_data["file"]
        if given.size > MOST:
            raise forms.ValidationError(_("At most 5 MB; the command line takes larger ones."))
        return given


@require_http_methods(["GET", "POST"])
@signed_in
def imported(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the names of imported chats with their links, and bring a chat in."""
    community = get_community(slug, viewer=request.person)
    after = request.GET.get("after")
    found = queries.imported_authors(community, viewer=request.person, after=after)
    form = ChatForm(posted(request), request.FILES or None, initial={"format": "wechat-text"})
    if request.method == "POST" and form.is_valid():
        done = carry_out(form, lambda: _bring(request, community, form.cleaned_data))
        if done:
            told = ngettext("%(n)s message came in.", "%(n)s messages came in.", done.new)
            messages.success(request, told % {"n": done.new})
            return redirect("talk:imported", slug=slug)
    links = {
        one.pk: request.build_absolute_uri(url("talk:claim", slug=slug, code=one.code))
        for one in found.items
    }
    context = {"community": community, "found": found, "form": form, "links": links}
    status = 422 if form.errors else 200
    return show(request, "conversation/imported.html", None, context, status=status)


def _bring(request: PersonRequest, community: "Community", said: dict[str, Any]) -> actions.Brought:
    log = queries.read_chat_log(
        said["file"].read(),
        format=said["format"],
        time_zone=community.time_zone,
        filename=said["file"].name,
        day=said["day"],
    )
    return actions.import_chat(
        actor=request.person, community=community, log=log, room=said["room"]
    )


@require_http_methods(["GET", "POST"])
@signed_in
def claim(request: PersonRequest, slug: str, code: str) -> HttpResponse:
    """Show whose messages a link leads to, and hand them to who says that they are theirs."""
    community = get_community(slug, viewer=request.person)
    require_member(request.person, community)
    author = queries.author_by_code(community, code)
    if request.method == "POST":
        actions.claim_author(actor=request.person, community=community, code=code)
        messages.success(request, _("They stand under your name now."))
        return redirect("talk:space", slug=slug, space=author.space.slug)
    context = {"community": community, "author": author, "words": queries.first_words(author)}
    return show(request, "conversation/claim.html", None, context)


@require_POST
@signed_in
def release(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Undo a claim."""
    community = get_community(slug, viewer=request.person)
    author = queries.get_imported_author(community, min(pk, 2**31 - 1), viewer=request.person)
    actions.release_author(actor=request.person, author=author)
    messages.success(request, _("The messages stand under the old name again."))
    return redirect("talk:imported", slug=slug)
