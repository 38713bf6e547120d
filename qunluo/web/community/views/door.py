"""The door for strangers, and the home for members."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from qunluo.community import actions, queries
from qunluo.conversation import queries as talk
from qunluo.governance.queries import own_measures
from qunluo.kernel.clock import now
from qunluo.people.queries import profile_for
from qunluo.web.community.forms import PledgeForm
from qunluo.web.core.belonging import is_member, may, standing
from qunluo.web.core.emblem import MOST_DOTS
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import partial, show
from qunluo.web.core.streaming import stream_page
from qunluo.web.core.visitors import same_for_visitors
from qunluo.web.core.words import glossary

if TYPE_CHECKING:
    from qunluo.community.models import Community, Membership
    from qunluo.community.queries import PublicCharter, Standing
    from qunluo.people.queries import Profile

KEEPERS = ("owner", "operator", "cco", "host")
NEWCOMERS, OFFERS, FACES, STREAM = 3, 6, 24, 8
WELCOME_LASTS = timedelta(days=14)
WELCOMED = "welcomed"  # communities whose welcome this browser has put away
FOUNDING = "founding"
SUSPENSION = "suspension"


@require_GET
@same_for_visitors
def home(request: PersonRequest, slug: str) -> HttpResponse:
    """Show members their home, and everyone else the door."""
    community = queries.get_community(slug, viewer=request.person)
    here = standing(request, community)
    if not is_member(request, community):
        return show(request, "community/door.html", None, door_of(request, community))
    if here and here.suspended_until:
        return show(request, "community/suspended.html", None, _suspended(request, community, here))
    if request.GET.get("after"):
        context = {
            "community": community,
            **stream_page(request, community=community, limit=STREAM),
        }
        return show(request, "community/stream.html", "more", context)
    if partial(request):
        context = {
            "community": community,
            **stream_page(request, community=community, limit=STREAM),
        }
        return show(request, "community/stream.html", "fresh", context)
    return show(request, "community/home.html", None, _home(request, community))


@require_POST
@signed_in
def welcomed(request: PersonRequest, slug: str) -> HttpResponse:
    """Put the welcome away."""
    community = queries.get_community(slug, viewer=request.person)
    queries.get_membership(request.person, community)
    away = request.session.get(WELCOMED, [])
    request.session[WELCOMED] = sorted({*away, community.pk})
    return redirect("community:home", slug=slug)


@require_GET
@same_for_visitors
def about(request: PersonRequest, slug: str) -> HttpResponse:
    """Show the door to members as well."""
    community = queries.get_community(slug, viewer=request.person)
    return show(request, "community/door.html", None, door_of(request, community))


def door_of(
    request: PersonRequest, community: "Community", charter: "PublicCharter | None" = None
) -> dict[str, Any]:
    """Return what the door shows; `charter` is the draft in a preview."""
    charter = charter or queries.public_charter(community)
    values = charter.values if charter else {}
    return {
        "community": community,
        "charter": charter,
        "values": values,
        "words": glossary(values),
        "terms": queries.entry_terms(community),
        "rules": queries.current_rules(community),
        "rate": queries.acceptance_rate(community),
        "keepers": keepers(request, community),
        "dots": _dots(community),
        "application": queries.last_application(request.person, community),
        "lapsed": queries.lapsed_membership(request.person, community),
        "open_spaces": [
            card.space
            for card in talk.spaces(community, viewer=None)
            if community.stage == "published"
        ],
    }


def _dots(community: "Community") -> list[str]:
    """Return a seed for each of its people, of as many as the picture has room for."""
    return [f"{community.slug}-{n}" for n in range(min(community.member_count, MOST_DOTS))]


def keepers(request: PersonRequest, community: "Community") -> list["Profile"]:
    """Return who keeps the door, as far as they show themselves to this viewer."""
    return [profile_for(person, request.person) for person in queries.who_holds(community, KEEPERS)]


def _suspended(request: PersonRequest, community: "Community", here: "Standing") -> dict[str, Any]:
    """Return what a suspended member needs: what was decided and why, and the way to appeal."""
    decisions = own_measures(request.person, community)
    standing_one = (one for one in decisions if one.kind == SUSPENSION and not one.overturned_at)
    measure = next(standing_one, None)
    return {
        "community": community,
        "until": here.suspended_until,
        "measure": measure,
        "appeal": getattr(measure, "appeal", None),
    }


def _home(request: PersonRequest, community: "Community") -> dict[str, Any]:
    member = queries.get_membership(request.person, community)
    actions.mark_active(membership=member)
    charter = queries.public_charter(community)
    values = charter.values if charter else {}
    change = queries.change_wanted(community)
    cards = queries.members(community, viewer=request.person, limit=FACES).items
    others = [card for card in cards if card.person.pk != request.person.pk]
    arrived = [card for card in others if card.membership.via != FOUNDING]
    return {
        "community": community,
        "member": member,
        "values": values,
        "words": glossary(values),
        "label": queries.entry_terms(community).label,
        "others": others,
        "newcomers": arrived[:NEWCOMERS],
        "welcome": _welcome(request, community, member),
        "offering": [card for card in others if card.offers][:OFFERS],
        "rules_state": queries.rules_state(member),
        "change": change,
        "pledge": queries.pledge_of(request.person, community),
        "pledge_form": PledgeForm(acts=change.acts if change else ()),
        "goal": queries.operating_goal(community),
        "waiting": queries.waiting_count(community)
        if may(request, community, "members.admit")
        else 0,
        "blocking": _unfinished(request, community),
        "dots": _dots(community),
        **stream_page(request, community=community, limit=STREAM),
        "spaces": talk.spaces(community, viewer=request.person),
    }


def _welcome(
    request: PersonRequest, community: "Community", member: "Membership"
) -> dict[str, Any] | None:
    """Return the words that greet a newcomer and who says them, for two weeks at most."""
    words = queries.entry_terms(community).welcome
    if not words or member.via == FOUNDING or now() - member.joined_at > WELCOME_LASTS:
        return None
    if community.pk in request.session.get(WELCOMED, []):
        return None
    said_by = [profile_for(member.host, request.person)] if member.host else []
    said_by += keepers(request, community)
    return {"words": words, "by": next(iter(said_by), None)}


def _unfinished(request: PersonRequest, community: "Community") -> int:
    """Return how many things still hold back publishing, for those who can do something."""
    if community.stage != "private" or not may(request, community, "community.edit"):
        return 0
    return sum(len(state.reasons) for state in queries.closed_gates(community, ["publish"]))
