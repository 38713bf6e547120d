"""Votes: what is asked, one's ballot, results, and what a yes bound somebody to."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.community.queries import (
    get_community,
    members_called,
    operating_goal,
    require,
    require_member,
)
from qunluo.conversation import actions as talk
from qunluo.conversation import queries as talking
from qunluo.governance import actions, queries
from qunluo.governance.errors import InvalidVote, VoteNotFound
from qunluo.people.queries import get_person
from qunluo.web.conversation.views.threads import BIG
from qunluo.web.core.belonging import may
from qunluo.web.core.forms import carry_out, posted
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show
from qunluo.web.governance.forms import BallotForm, NoteForm, VoteForm

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.governance.queries import VoteView
    from qunluo.people.models import Person


def choice_labels() -> dict[str, str]:
    """Return what the choices of every vote are called."""
    return {"yes": _("In favour"), "no": _("Against"), "abstain": _("I abstain")}


def outcome_words() -> dict[str, str]:
    """Return how a vote can end, in words."""
    return {
        "passed": _("Passed"),
        "failed": _("Not passed"),
        "quorum": _("Too few voted"),
        "chosen": _("Decided"),
    }


@require_GET
@signed_in
def votes(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the votes of a community, the newest first."""
    community = get_community(slug, viewer=request.person)
    page = queries.votes(community, viewer=request.person, after=request.GET.get("after"))
    context = {
        "community": community,
        "votes": page.items,
        "more": f"?after={page.next}" if page.next else "",
        "opens": may(request, community, queries.OPEN_VOTES),
        "goal": operating_goal(community),
        "outcomes": outcome_words(),
    }
    return show(request, "governance/votes.html", None, context)


@require_http_methods(["GET", "POST"])
@signed_in
def new(request: PersonRequest, slug: str) -> HttpResponse:
    """Put a question to everybody."""
    community = get_community(slug, viewer=request.person)
    require(request.person, community, queries.OPEN_VOTES)
    form = VoteForm(posted(request))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = carry_out(form, lambda: _open(request.person, community, said))
        if made:
            messages.success(request, _("The vote is open. Every member has one vote."))
            return redirect("order:vote", slug=slug, pk=made.pk)
    context = {"community": community, "form": form, "thread": None}
    status = 422 if form.errors else 200
    return show(request, "governance/vote_new.html", None, context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def proposal(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Lead to the vote on a proposal, or put it to the vote."""
    community = get_community(slug, viewer=request.person)
    thread = talking.get_thread(community, min(number, BIG), viewer=request.person)
    require_member(request.person, community)
    known = queries.vote_of_thread(community, thread.number)
    if known and thread.state != "discussing":
        return redirect("order:vote", slug=slug, pk=known.pk)
    able = talk.may_put_to_vote(request.person, thread)
    form = VoteForm(posted(request), proposal=True)
    if request.method == "POST" and form.is_valid():
        said = {"actor": request.person, "thread": thread, **form.cleaned_data}
        if made := carry_out(form, lambda: talk.put_to_vote(**said)):
            messages.success(request, _("The vote is open. Every member has one vote."))
            return redirect("order:vote", slug=slug, pk=made.pk)
    context = {"community": community, "form": form, "thread": thread, "able": able,
               "needed": queries.vote_limits().seconds}  # fmt: skip
    status = 422 if form.errors else 200
    return show(request, "governance/vote_new.html", None, context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def vote(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Show a vote, and take one's ballot."""
    community = get_community(slug, viewer=request.person)
    view = _view(request, community, pk)
    choices = [(line.choice, _label(line.choice, line.option)) for line in view.lines]
    form = BallotForm(posted(request), choices=choices)
    if request.method == "POST" and form.is_valid():
        said = {"actor": request.person, "vote": view.vote, **form.cleaned_data}
        if carry_out(form, lambda: actions.cast_ballot(**said)):
            messages.success(request, _("Your vote is cast. Thank you."))
            return redirect("order:vote", slug=slug, pk=pk)
    context = {
        "community": community, "view": view, "vote": view.vote, "form": form,
        "note": NoteForm(), "labels": dict(choices), "outcomes": outcome_words(),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return show(request, "governance/vote.html", None, context, status=status)


@require_POST
@signed_in
def done(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Report what a vote had decided as done."""
    community = get_community(slug, viewer=request.person)
    view = _view(request, community, pk)
    actions.finish_task(actor=request.person, vote=view.vote, note=request.POST.get("note", ""))
    messages.success(request, _("It is written down as done. Well kept."))
    return redirect("order:vote", slug=slug, pk=pk)


def _view(request: PersonRequest, community: "Community", pk: int) -> "VoteView":
    view = queries.get_vote(pk, viewer=request.person)
    if view.vote.community_id != community.pk:
        raise VoteNotFound
    return view


def _label(choice: str, option: str) -> str:
    return option or choice_labels()[choice]


def _open(actor: "Person", community: "Community", said: dict[str, Any]) -> Any:
    word = said.pop("task_person").strip().lstrip("@")
    found = members_called(community, [word]).get(word) if word else None
    if word and found is None:
        raise InvalidVote(fields={"task_person": [_("There is no member of this name here.")]})
    owner = get_person(pk=found.person_id) if found else None
    options = said.pop("options").splitlines()
    return actions.open_vote(
        actor=actor, community=community, options=options, task_owner=owner, **said
    )
