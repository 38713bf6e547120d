"""The log of acts: what was done for each value of the charter, and who saw it."""

from datetime import datetime
from typing import Any

from ninja import Query, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.people import PersonCard, card
from qunluo.api.shapes import Given, Id, Listing, Paging, Shown, listing
from qunluo.conversation import actions as talk
from qunluo.conversation import queries as talking
from qunluo.governance import actions, queries
from qunluo.kernel.text import _

area = Area("acts", "Acts")


class ValueCount(Shown):
    """How often a value of the charter was shown."""

    value: str
    acts: int
    people: int
    last_at: datetime | None
    current: bool = Field(description=_("Whether the charter names it now."))
    untouched: bool = Field(description=_("Nobody showed it in 90 days."))


class Act(Shown):
    """Something that was done, and the value it shows."""

    id: int
    value: str
    sentence: str
    path: str
    doer: PersonCard
    linked_by: PersonCard
    own: bool = Field(description=_("Whether who did it wrote it down themself."))
    happened_at: datetime
    linked_at: datetime
    seconds: int
    seconded: bool = Field(description=_("Whether the caller stands behind it."))


class ActWish(Given):
    """The value that it shows, and how, in one sentence."""

    value: str = Field(max_length=60, description=_("One of the values of the charter."))
    sentence: str = Field(max_length=400)


class ActRemoval(Given):
    """The rule that the sentence breaks, and what happened."""

    rule_id: str = Field(max_length=40, description=_("Of a rule that the member accepted."))
    reason: str = Field(max_length=400, description=_("The member reads it."))


class ActFilter(Paging):
    """Which acts."""

    value: str = Field("", max_length=60, description=_("Only those of this value."))


@area.read("/communities/{slug}/values", list[ValueCount], scope="communities:read", public=True)
def values(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """Count the acts for each value."""
    names = list(ValueCount.model_fields)
    found = queries.value_counts(community_of(request, slug))
    return [{name: getattr(one, name) for name in names} for one in found]


@area.read("/communities/{slug}/acts", Listing[Act], scope="communities:read")
def acts(request: Caller, slug: SlugPath, wanted: Query[ActFilter]) -> dict[str, Any]:
    """List acts."""
    found = queries.acts(
        community_of(request, slug),
        viewer=request.person,
        value=wanted.value,
        after=wanted.after,
        limit=wanted.limit,
    )
    return listing(request, found.items, found.next, _act)


@area.write("POST", "/posts/{post_id}/act", Act, scope="talk:write", status=201)
def link_post(request: Caller, post_id: Id, wish: ActWish) -> Status[dict[str, Any]]:
    """Link a post to a value."""
    post = talking.get_post(post_id, viewer=request.person)
    made = talk.link_post(actor=request.person, post=post, **wish.model_dump())
    return Status(201, _shown(request, made.pk))


@area.write("POST", "/votes/{vote_id}/act", Act, scope="communities:write", status=201)
def link_vote(request: Caller, vote_id: Id, wish: ActWish) -> Status[dict[str, Any]]:
    """Link a decided vote to a value."""
    vote = queries.get_vote(vote_id, viewer=request.person).vote
    made = actions.link_vote(actor=request.person, vote=vote, **wish.model_dump())
    return Status(201, _shown(request, made.pk))


@area.write("PUT", "/acts/{act_id}/second", Act, scope="communities:write")
def second_act(request: Caller, act_id: Id) -> dict[str, Any]:
    """Stand behind an act."""
    found = queries.get_act(act_id, viewer=request.person)
    actions.second_act(actor=request.person, act=found.act)
    return _shown(request, act_id)


@area.write("DELETE", "/acts/{act_id}/second", Act, scope="communities:write")
def unsecond_act(request: Caller, act_id: Id) -> dict[str, Any]:
    """Stand behind an act no longer."""
    found = queries.get_act(act_id, viewer=request.person)
    actions.unsecond_act(actor=request.person, act=found.act)
    return _shown(request, act_id)


@area.write("DELETE", "/acts/{act_id}", None, scope="communities:write", status=204)
def withdraw_act(request: Caller, act_id: Id) -> Status[None]:
    """Take an act out of the log."""
    found = queries.get_act(act_id, viewer=request.person)
    actions.withdraw_act(actor=request.person, act=found.act)
    return Status(204, None)


@area.write("POST", "/acts/{act_id}/remove", None, scope="desk:write", status=204)
def remove_act(request: Caller, act_id: Id, wish: ActRemoval) -> Status[None]:
    """Remove an act under a rule."""
    found = queries.get_act(act_id, viewer=request.person)
    actions.remove_act(actor=request.person, act=found.act, **wish.model_dump())
    return Status(204, None)


def _shown(request: Caller, pk: int) -> dict[str, Any]:
    return _act(queries.get_act(pk, viewer=request.person))


def _act(one: queries.ActView) -> dict[str, Any]:
    plain = ("id", "value", "sentence", "path", "own", "happened_at", "linked_at", "seconds")
    return {
        **{name: getattr(one.act, name) for name in plain},
        "doer": card(one.doer),
        "linked_by": card(one.linked_by),
        "seconded": one.seconded,
    }
