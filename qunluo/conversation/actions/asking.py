"""Asking to be let into a circle on the map; its host answers, and the one who asked hears it."""

from typing import TYPE_CHECKING

from django.db import IntegrityError

from qunluo.community.queries import active_members
from qunluo.conversation import events
from qunluo.conversation.actions.circles import MOST_IN_A_CIRCLE, bring, host_of
from qunluo.conversation.errors import (
    AlreadyInside,
    AskedAlready,
    AskedLately,
    AskingSettled,
    CircleFull,
    InvalidAsking,
    NotReachable,
)
from qunluo.conversation.models import CircleAsking, Space
from qunluo.conversation.queries.askings import find_asking, listed_circle
from qunluo.conversation.rules import asking as rules
from qunluo.governance.queries import blocked_among, deaf_to
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.ratelimit import limit
from qunluo.kernel.tx import write_tx
from qunluo.reach.actions import News, notify, read_about

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

State = CircleAsking.State
CIRCLE = "circle"


def ask_into_circle(
    *, actor: "Person", community: "Community", slug: str, text: str
) -> CircleAsking:
    """Ask to be let into a circle that stands on the map, with a sentence.

    InvalidAsking, AlreadyInside, AskedAlready, AskedLately, NotReachable, SpaceNotFound,
    MembersOnly, Suspended, TooMany.
    """
    space = listed_circle(community, slug, viewer=actor)
    said, faults = rules.check_asking(text)
    if faults:
        raise InvalidAsking(fields=faults)
    limit("ask-circle", actor.pk, times=rules.ASKED_A_DAY, seconds=86_400)
    return _ask(actor, space, said)


@write_tx
def _ask(actor: "Person", space: Space, said: str) -> CircleAsking:
    if space.members.filter(person=actor).exists():
        raise AlreadyInside
    # The host's row is held, so that nobody asks a host who is just leaving (rooms.take_out).
    keeps = space.members.select_for_update().filter(host=True)
    hosts = set(keeps.values_list("person_id", flat=True))
    if not hosts or blocked_among(actor.pk, hosts) == hosts:
        raise NotReachable
    before = CircleAsking.objects.filter(space=space, person=actor)
    open_one = before.filter(state=State.ASKED).first()
    if open_one and open_one.text == said:
        return open_one  # the same sent twice is one
    refused = before.filter(state=State.REFUSED).order_by("-settled_at").first()
    if open_one:
        raise AskedAlready
    again = refused.settled_at + rules.AGAIN_AFTER if refused and refused.settled_at else now()
    if again > now():
        raise AskedLately(day=again.date())
    try:
        with write_tx():
            made = CircleAsking.objects.create(space=space, person=actor, text=said, asked_at=now())
    except IntegrityError:
        return before.get(state=State.ASKED)
    publish(
        events.CircleAsked(
            actor_id=actor.pk, person_id=actor.pk, space_id=space.pk, asking_id=made.pk
        )
    )
    return made


@write_tx
def withdraw_asking(*, actor: "Person", community: "Community", slug: str) -> None:
    """Ask no more, wherever the circle stands by now. AskingSettled, SpaceNotFound, MembersOnly."""
    mine = CircleAsking.objects.filter(
        space__community=community, space__slug=slug, person=actor, state=State.ASKED
    )
    if not mine.update(state=State.WITHDRAWN, settled_at=now(), settled_by=actor):
        listed_circle(community, slug, viewer=actor)
        raise AskingSettled


@write_tx
def answer_asking(
    *, actor: "Person", space: Space, asking_id: int, accept: bool, reason: str = ""
) -> CircleAsking:
    """Let somebody who asks into one's circle, or say why not; the host does.

    InvalidAsking, AskingSettled, CircleFull, NotTheHost, SpaceNotFound, Suspended.
    """
    host_of(actor, space)
    said, faults = (reason, {}) if accept else rules.check_reason(reason)
    if faults:
        raise InvalidAsking(fields=faults)
    open_ones = CircleAsking.objects.filter(space=space, pk=asking_id, state=State.ASKED)
    asking = open_ones.select_related("person").first()
    here = active_members(space.community)
    if asking is None or not here.filter(person_id=asking.person_id).exists():
        raise AskingSettled
    if blocked_among(actor.pk, [asking.person_id]):
        raise AskingSettled
    inside = set(space.members.values_list("person_id", flat=True))
    if accept and len(inside) >= MOST_IN_A_CIRCLE:
        raise CircleFull(most=MOST_IN_A_CIRCLE)
    settled = open_ones.update(
        state=State.ACCEPTED if accept else State.REFUSED,
        reason="" if accept else said,
        settled_at=now(),
        settled_by=actor,
    )
    if not settled:
        raise AskingSettled
    read_about(actor.pk, CIRCLE, space.pk)
    if accept and asking.person_id not in inside:
        bring(space, actor, [asking.person_id])
    publish(
        events.CircleAnswered(
            actor_id=actor.pk, person_id=asking.person_id, space_id=space.pk,
            asking_id=asking.pk, accepted=accept,
        )
    )  # fmt: skip
    asking.refresh_from_db()
    return asking


def tell_of_asking(event: events.CircleAsked | events.CircleAnswered) -> int:
    """Tell the host that somebody asks, or the one who asked what the host said."""
    asking = find_asking(event.asking_id)
    if asking is None:
        return 0
    space = asking.space
    if isinstance(event, events.CircleAnswered):
        what = "let_into_circle" if event.accepted else "not_let_into_circle"
        people, reason = {asking.person_id}, "yours"
    elif asking.state == State.ASKED:
        what, reason = "asks_into_circle", "waits"
        people = set(space.members.filter(host=True).values_list("person_id", flat=True))
        people -= deaf_to(asking.person_id, people)
    else:
        return 0
    return notify(
        people,
        News(
            what=what,
            reason=reason,
            key=f"circle:{space.pk}:{what}",
            cause=f"asking{asking.pk}",
            community_id=space.community_id,
            actor_id=event.actor_id,
            subject=CIRCLE,
            subject_id=space.pk,
            scopes=(f"community:{space.community_id}", f"space:{space.pk}"),
            at=event.at,
        ),
    )


@write_tx
def forget_askings(person: "Person") -> None:
    """Delete where an erased person asked to be let in, and what they answered to others."""
    CircleAsking.objects.filter(person=person).delete()
    CircleAsking.objects.filter(settled_by=person).update(reason="")
