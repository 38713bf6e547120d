"""Looking for something: in one community, or in all that one belongs to."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from qunluo.community.queries import get_community
from qunluo.conversation import queries
from qunluo.kernel.ratelimit import limit
from qunluo.web.conversation.forms import say
from qunluo.web.core.links import url
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.conversation.queries import Hit

HITS = 20


class SearchForm(forms.Form):
    """What is looked for, and what narrows it; a wrong day is said beside its field."""

    q = forms.CharField(label=_("Search"), required=False)
    where = forms.ChoiceField(label=_("Where"), required=False)
    author = forms.CharField(label=_("Who wrote it"), required=False, max_length=60)
    kind = forms.ChoiceField(label=_("What it is"), required=False)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    pictures = forms.BooleanField(label=_("With a picture"), required=False)

    def __init__(self, *args: Any, spaces: "list[Any]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(one.name, say(one.label)) for one in queries.kinds().values()]
        self.fields["where"].choices = [("", _("Everywhere")), *((s.slug, s.name) for s in spaces)]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [("", _("Everything")), *kinds]  # type: ignore[attr-defined]

    def narrowing(self) -> queries.Narrowing:
        """Return what narrows the search; what is wrong in it narrows nothing."""
        said = self.cleaned_data
        return queries.Narrowing(
            space=said.get("where", ""),
            author=said.get("author", ""),
            kind=said.get("kind", ""),
            since=said.get("since"),
            until=said.get("until"),
            pictures=said.get("pictures", False),
        )


@require_GET
def search(request: PersonRequest, slug: str) -> HttpResponse:
    """Look for something in a community, as far as the viewer may read."""
    community = get_community(slug, viewer=request.person)
    if not request.person.is_authenticated:
        limit("search", get_adapter().get_client_ip(request), times=60, seconds=60)
    return _found(request, community)


@require_GET
@signed_in
def everywhere(request: PersonRequest) -> HttpResponse:
    """Look for something in all communities of the viewer."""
    return _found(request, None)


def _found(request: PersonRequest, community: "Community | None") -> HttpResponse:
    spaces = queries.spaces_to_look_in(request.person, community) if community else []
    form = SearchForm(request.GET, spaces=spaces)
    form.is_valid()
    after = request.GET.get("after")
    answer = queries.search(
        request.person,
        str(form.cleaned_data.get("q", "")),
        community=community,
        narrowing=form.narrowing(),
        after=after,
        limit=HITS,
    )
    asked = {k: v for k, v in request.GET.items() if v and k in form.fields}
    context = {
        "community": community,
        "form": form,
        "found": answer,
        "narrowed": bool(form.narrowing()) or bool(form.errors),
        "href": address_of,
        "here_url": url("talk:search", slug=community.slug) if community else url("talk:find"),
        "more": "?" + urlencode({**asked, "after": answer.next}) if answer.next else "",
    }
    page = "conversation/search.html" if community else "conversation/find.html"
    return show(request, page, "more" if after else "results", context)


def address_of(hit: "Hit") -> str:
    """Return where a post that was found stands."""
    base = url("talk:thread", slug=hit.community.slug, number=hit.number)
    return f"{base}?at={hit.place}#p{hit.place}"
