"""Talk among chosen people: of two, and small circles with their own rules; nobody approves it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError

from qunluo.community.queries import members_called, require_member
from qunluo.conversation import events
from qunluo.conversation.actions.messages import writer_in
from qunluo.conversation.actions.rooms import begin_chat, take_out
from qunluo.conversation.errors import (
    CircleFull,
    InvalidSpace,
    NotReachable,
    NotTheHost,
    NotToOneself,
    SpaceNotFound,
)
from qunluo.conversation.models import CircleAsking, Reading, Space, SpaceMember
from qunluo.conversation.queries.circles import chat_of, talk_of_two
from qunluo.conversation.rules import spaces as rules
from qunluo.conversation.rules.writing import tidy
from qunluo.governance.queries import blocked_among
from qunluo.kernel.clock import now
from qunluo.kernel.ids import short_code
from qunluo.kernel.outbox import publish
from qunluo.kernel.ratelimit import limit
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

TALKS_A_DAY, CIRCLES_A_DAY, INVITED_AN_HOUR = 50, 10, 100
MOST_IN_A_CIRCLE = 200


def talk_with(*, actor: "Person", community: "Community", handle: str) -> Space:
    """Return the talk of two members, begun when there is none yet.

    MembersOnly, Suspended, NotToOneself, SpaceNotFound, TooMany.
    """
    require_member(actor, community)
    other = members_called(community, [handle]).get(handle)
    if other is None:
        raise SpaceNotFound
    if other.person_id == actor.pk:
        raise NotToOneself
    if found := talk_of_two(community, actor.pk, other.person_id):
        return found
    if blocked_among(actor.pk, [other.person_id]):
        raise NotReachable
    limit("talk", actor.pk, times=TALKS_A_DAY, seconds=86_400)
    try:
        return _begin(community, actor, [other.person_id], pair=_pair(actor.pk, other.person_id))
    except IntegrityError:
        # Both pressed at the same moment: there is one talk, and it is there now.
        if found := talk_of_two(community, actor.pk, other.person_id):
            return found
        raise


def begin_circle(
    *,
    actor: "Person",
    community: "Community",
    name: str,
    purpose: str = "",
    rules_text: str = "",
    people: Iterable[str] = (),
    listed: bool = False,
) -> Space:
    """Begin a small circle with those whom one names (names or handles); one keeps its rules.

    A `listed` one stands on the map of cells: its name, purpose, rules, host and size.

    InvalidSpace, MembersOnly, Suspended, TooMany.
    """
    require_member(actor, community)
    given = _checked(name, purpose, rules_text)
    ids = _named(community, people, {actor.pk})
    limit("circle", actor.pk, times=CIRCLES_A_DAY, seconds=86_400)
    return _begin(community, actor, ids, **given, listed=listed)


@write_tx
def edit_circle(
    *,
    actor: "Person",
    space: Space,
    name: str,
    purpose: str = "",
    rules_text: str = "",
    listed: bool | None = None,
) -> Space:
    """Change name, purpose and rules of a circle, and whether it stands on the map of cells.

    Its host does. NotTheHost, InvalidSpace.
    """
    host_of(actor, space)
    given: dict[str, Any] = dict(_checked(name, purpose, rules_text))
    if listed is not None:
        given["listed"] = listed
    Space.objects.filter(pk=space.pk).update(**given)
    space.refresh_from_db(fields=list(given))
    return space


def invite_to_circle(*, actor: "Person", space: Space, people: Iterable[str]) -> list[int]:
    """Bring members into a circle, by name or handle; return the ids of those who are new.

    Everybody in it may. InvalidSpace, SpaceNotFound, CircleFull, Suspended, TooMany.
    """
    limit("invite", actor.pk, times=INVITED_AN_HOUR, seconds=3600)
    return _invite(actor, space, list(people))


@write_tx
def _invite(actor: "Person", space: Space, people: list[str]) -> list[int]:
    writer_in(actor, space)
    if not space.private or space.pair:
        raise SpaceNotFound
    inside = set(space.members.values_list("person_id", flat=True))
    ids = _named(space.community, people, set())
    new = [pk for pk in ids if pk not in inside]
    if len(inside) + len(new) > MOST_IN_A_CIRCLE:
        raise CircleFull(most=MOST_IN_A_CIRCLE)
    bring(space, actor, new)
    return new


@write_tx
def leave_circle(*, actor: "Person", space: Space) -> None:
    """Leave a circle; whoever has been in it longest keeps it then. SpaceNotFound."""
    mine = _membership(actor.pk, space)
    if mine is None or space.pair:
        raise SpaceNotFound
    take_out(mine)
    publish(_left(actor, space, actor.pk))


@write_tx
def take_out_of_circle(*, actor: "Person", space: Space, person_id: int) -> None:
    """Take somebody out of a circle; its host does. NotTheHost, SpaceNotFound."""
    host_of(actor, space)
    theirs = _membership(person_id, space)
    if theirs is None or person_id == actor.pk:
        raise SpaceNotFound
    take_out(theirs)
    publish(_left(actor, space, person_id))


@write_tx
def _begin(community: "Community", actor: "Person", others: list[int], **columns: Any) -> Space:
    space = Space.objects.create(
        community=community,
        slug=f"t-{short_code(8).lower()}",
        type="chat",
        visibility=Space.Visibility.PEOPLE,
        opened_at=now(),
        **columns,
    )
    begin_chat(space, actor)
    bring(space, actor, [actor.pk, *others])
    return space


def bring(space: Space, actor: "Person", ids: Iterable[int]) -> None:
    """Let people in: what was said before them counts as read, what comes calls them.

    Who had asked to be let in has their answer.
    """
    moment, thread = now(), chat_of(space)
    for pk in ids:
        # First the asking, then the place in the circle, as whoever answers it takes them: two
        # who let the same one in at once wait for one another in one order.
        CircleAsking.objects.filter(
            space=space, person_id=pk, state=CircleAsking.State.ASKED
        ).update(state=CircleAsking.State.ACCEPTED, settled_at=moment, settled_by=actor)
        host = pk == actor.pk and not space.pair
        SpaceMember.objects.create(
            space=space, person_id=pk, host=host, joined_at=moment, invited_by=actor
        )
        Reading.objects.get_or_create(
            thread=thread,
            person_id=pk,
            defaults={"read": thread.posts, "following": Reading.Following.FOLLOWED},
        )
        publish(
            events.PrivateTalkJoined(
                actor_id=actor.pk, person_id=pk, space_id=space.pk, thread_id=thread.pk
            )
        )


def _left(actor: "Person", space: Space, person_id: int) -> events.PrivateTalkLeft:
    return events.PrivateTalkLeft(actor_id=actor.pk, person_id=person_id, space_id=space.pk)


def _membership(person_id: int, space: Space) -> SpaceMember | None:
    found = SpaceMember.objects.select_related("space").filter(space=space, person_id=person_id)
    return found.first()


def host_of(actor: "Person", space: Space) -> None:
    """Refuse whoever is not the host of a circle. NotTheHost, SpaceNotFound, Suspended."""
    writer_in(actor, space)
    mine = _membership(actor.pk, space)
    if mine is None or space.pair:
        raise SpaceNotFound
    if not mine.host:
        raise NotTheHost


def _checked(name: str, purpose: str, rules_text: str) -> dict[str, str]:
    given = {"name": tidy(name), "purpose": tidy(purpose), "rules": tidy(rules_text)}
    if wrong := rules.faults(given):
        raise InvalidSpace(fields=wrong)
    return given


def _named(community: "Community", people: Iterable[str], known: set[int]) -> list[int]:
    """Return the ids of members by name or handle; InvalidSpace names who is none."""
    words = [word.strip().lstrip("@") for word in people if word.strip()][:MOST_IN_A_CIRCLE]
    found = members_called(community, words)
    if strange := [word for word in words if word not in found]:
        text = _("There is no member of this name here.")
        raise InvalidSpace(fields={"people": [f"{', '.join(strange)[:80]}: ", text][1:]})
    ids = {found[word].person_id for word in words}
    return sorted(ids - known)


def _pair(one: int, other: int) -> str:
    return "-".join(str(pk) for pk in sorted((one, other)))
