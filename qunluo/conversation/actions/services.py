"""Requests for services: asked, delivered, thanked; the ledger keeps the points meanwhile.

Of two steps at once the row of the request decides. The thread is locked first, then the request,
then the books, so that no two transactions wait for each other.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Q

from qunluo.community.queries import active_members, require_member
from qunluo.conversation import events
from qunluo.conversation.actions.checking import refuse_words
from qunluo.conversation.actions.messages import append, made_ready, writer_in
from qunluo.conversation.errors import (
    InvalidPost,
    NotEnoughPoints,
    NotReachable,
    NotYourMove,
    PriceChanged,
    RequestOpen,
    ServiceMoved,
    ServiceNotOffered,
    UnknownMove,
)
from qunluo.conversation.models import ServiceRequest, Thread
from qunluo.conversation.queries.services import (
    OFFERED_STATE,
    due_requests,
    free_points,
    price_of,
    side_of,
)
from qunluo.conversation.queries.sight import sight_of
from qunluo.conversation.rules import services as rules
from qunluo.conversation.rules import writing
from qunluo.conversation.rules.kinds import Move, kind_of
from qunluo.governance.queries import blocked_among
from qunluo.kernel.clock import now
from qunluo.kernel.ids import uuid7
from qunluo.kernel.outbox import publish
from qunluo.kernel.ratelimit import limit
from qunluo.kernel.tx import write_tx
from qunluo.ledger import actions as ledger
from qunluo.ledger.actions import Cause, Leg
from qunluo.ledger.errors import InsufficientFunds
from qunluo.ledger.queries import points_name

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.conversation.queries.sight import Sight
    from qunluo.ledger.models import Account, Hold
    from qunluo.people.models import Person

State = ServiceRequest.State
CAUSE, KIND = "service", "service"
ASKED_A_DAY, AT_ONCE = 30, 200
UNDELIVERED = [State.REQUESTED, State.ACCEPTED]

log = logging.getLogger(__name__)


def request_service(
    *, actor: "Person", thread: Thread, text: str, price: int | None = None
) -> ServiceRequest:
    """Ask for a service; what it costs is set aside. `text` becomes a public reply.

    `price` is what was shown: it is refused when it costs something else by now.
    InvalidPost, ServiceNotOffered, RequestOpen, PriceChanged, NotEnoughPoints, NotReachable,
    NotYourMove, UnknownMove, TooMany, SpaceNotFound, MembersOnly, Suspended, SpacePutAway.
    """
    limit("request-service", actor.pk, times=ASKED_A_DAY, seconds=86_400)
    _catch_up(actor, thread)
    return _request(actor, thread, writing.tidy(text), price)


def may_request(*, actor: "Person", thread: Thread) -> "Sight":
    """Return the sight of somebody who may ask for a service now; raises as `request_service`."""
    sight = writer_in(actor, thread.space)
    _may_ask(actor, thread, rules.steps()[rules.REQUEST])
    if ServiceRequest.objects.filter(thread=thread, asker=actor, due_at__gt=now()).exists():
        raise RequestOpen
    return sight


@write_tx
def _request(actor: "Person", thread: Thread, text: str, price: int | None) -> ServiceRequest:
    step = rules.steps()[rules.REQUEST]
    fresh = Thread.objects.select_related("space__community", "community").get(pk=thread.pk)
    sight = may_request(actor=actor, thread=fresh)
    if faults := writing.check_move(step, {"text": text}, now().date()):
        raise InvalidPost(fields=faults)
    refuse_words(fresh.space, text)
    row = _insert(actor, fresh)
    post = append(actor, fresh, made_ready(actor, fresh.space, text), sight, move=step.name)
    # The row of the thread is held from here on: it stands as it does until this is done.
    if post.thread.state != OFFERED_STATE or post.thread.opener_gone:
        raise ServiceNotOffered
    cost = price_of(post.thread)
    if price is not None and price != cost:
        raise PriceChanged(price=rules.points_said(cost, points_name(fresh.community_id)))
    publish(
        events.ServiceRequested(**_about(fresh, row), actor_id=actor.pk, person_id=row.provider_id,
                                price=cost)
    )  # fmt: skip
    if cost:
        row.price = cost
        row.hold = _set_aside(row, actor, fresh.community, row.due_at)
        row.save(update_fields=["price", "hold"])
    return row


@write_tx
def take_service_step(
    *,
    actor: "Person",
    request: ServiceRequest,
    step: str,
    text: str = "",
    fields: Mapping[str, Any] | None = None,
) -> ServiceRequest:
    """Take a request further; fetch it by queries.get_request. `text` becomes a public reply.

    Who may not write there any more settles what is theirs without words. UnknownMove,
    NotYourMove, ServiceMoved, InvalidPost, NotReachable, MembersOnly, Suspended, SpacePutAway.
    """
    Thread.objects.select_for_update().get(pk=request.thread_id)
    row = _locked(request.pk)
    thread, moment = row.thread, now()
    sight = sight_of(actor, thread.community, thread.space)
    stands = rules.standing(row.state, row.due_at, moment).name
    found = rules.decide(stands, step, side_of(row, sight))
    if found.name in rules.ACTIVE:
        require_member(actor, thread.community)
        _refuse_absent(thread, row.asker_id)
    text = writing.tidy(text)
    words = sight.writes(thread.space)
    if not words and (text or rules.decided(found)):
        writer_in(actor, thread.space)
    kept = _checked(thread, found, text, fields or {}, words=words)
    _go_on(row, found, actor.pk, moment)
    if kept:
        _rate(thread, kept)
    if text:
        refuse_words(thread.space, text)
        said = made_ready(actor, thread.space, text)
        append(actor, thread, said, sight, move=found.name)
    _move_points(row, found, actor)
    return row


def settle_requests() -> int:
    """Note what silence has decided, one request at a time; return how many."""
    count = 0
    for pk in due_requests(AT_ONCE):
        try:
            with write_tx():
                count += _by_itself(_locked(pk), "")
        except Exception:  # one broken row keeps no other from going on
            log.exception("Request %s for a service could not go on", pk)
    return count


@write_tx
def part_from_services(*, person_id: int, community_id: int) -> None:
    """Give back what is not delivered between somebody who can no longer take part and others."""
    mine = Q(asker_id=person_id) | Q(provider_id=person_id)
    _end_all(mine & Q(thread__community_id=community_id, state__in=UNDELIVERED), "part", person_id)


@write_tx
def close_services_in(space_id: int) -> None:
    """Give back what is not delivered of services in a space that was put away."""
    _end_all(Q(thread__space_id=space_id, state__in=UNDELIVERED), "close", None)


def close_service(thread: Thread, actor_id: int | None) -> None:
    """Give back what is not delivered of a service; needs a transaction that holds its thread."""
    _end_all(Q(thread=thread, state__in=UNDELIVERED), "close", actor_id)


def forget_requests(person: "Person") -> None:
    """End what an erased person takes no part in any more; what was delivered to them stands.

    Who offered it and is gone can be handed nothing: all of that goes back. Needs a transaction.
    """
    _end_all(Q(provider=person), "erase", None)
    _end_all(Q(asker=person, state__in=UNDELIVERED), "part", person.pk)


def _may_ask(actor: "Person", thread: Thread, step: Move) -> None:
    if not kind_of(thread.kind).requests:
        raise UnknownMove(move=step.name)
    if thread.author_id == actor.pk:
        raise NotYourMove(move=step.label, who=[rules.WHO[one] for one in step.who])
    if thread.state != OFFERED_STATE or thread.opener_gone:
        raise ServiceNotOffered
    _refuse_absent(thread, thread.author_id)
    if blocked_among(actor.pk, {thread.author_id}):
        raise NotReachable


def _refuse_absent(thread: Thread, person_id: int) -> None:
    """Refuse what needs the other side when they are no member now, or suspended. NotReachable."""
    here = active_members(thread.community).filter(person_id=person_id)
    if not here.exclude(suspended_until__gt=now()).exists():
        raise NotReachable


def _insert(actor: "Person", thread: Thread) -> ServiceRequest:
    """Write the row; the unique index lets one open request of a member through. RequestOpen."""
    moment = now()
    try:
        with write_tx():
            return ServiceRequest.objects.create(
                thread=thread,
                asker=actor,
                provider_id=thread.author_id,
                step=rules.REQUEST,
                turn_id=thread.author_id,
                requested_at=moment,
                moved_at=moment,
                due_at=rules.due(State.REQUESTED, moment, None),
            )
    except IntegrityError:
        raise RequestOpen from None


def _catch_up(actor: "Person", thread: Thread) -> None:
    """Note what silence has decided where it counts now: for this service, and for one's points."""
    over = Q(asker=actor, thread=thread) | Q(
        provider=actor, thread__community_id=thread.community_id, state=State.DELIVERED
    )
    due = ServiceRequest.objects.filter(over, due_at__lte=now()).values_list("pk", flat=True)
    for pk in list(due[:AT_ONCE]):
        with write_tx():
            _by_itself(_locked(pk), "")


def _set_aside(
    row: ServiceRequest, asker: "Person", community: "Community", until: datetime | None
) -> "Hold":
    """Hold the price on the asker's wallet; NotEnoughPoints says how many are missing."""
    wallet = _wallet(community, asker)
    try:
        return ledger.hold(
            account=wallet,
            amount=row.price,
            key=f"service:{uuid7()}",
            expires_at=until,
            cause=Cause(CAUSE, str(row.pk)),
            actor=asker,
        )
    except InsufficientFunds:
        free, called = free_points(asker, community), points_name(community.pk)
        raise NotEnoughPoints(
            missing=rules.points_said(row.price - free, called),
            price=rules.points_said(row.price, called),
            free=rules.points_said(free, called),
        ) from None


def _wallet(community: "Community", person: "Person") -> "Account":
    return ledger.ensure_account(
        community=community, purpose="wallet", unit=rules.POINTS, person=person
    )


def _locked(pk: UUID) -> ServiceRequest:
    rows = ServiceRequest.objects.select_for_update(of=("self",)).select_related(
        "thread__space__community", "thread__community", "hold__account__unit", "asker", "provider"
    )
    return rows.get(pk=pk)


def _checked(
    thread: Thread, step: Move, text: str, fields: Mapping[str, Any], *, words: bool
) -> dict[str, Any]:
    """Return the fields that a step says; what cannot be said is not asked for. InvalidPost."""
    today = now().date()
    faults = writing.check_move(step, {"text": text}, today) if words else {}
    kept, wrong = writing.check_fields(kind_of(thread.kind).asked_by(step.name), fields, today)
    if faults | wrong:
        raise InvalidPost(fields=faults | wrong)
    return kept


def _rate(thread: Thread, kept: Mapping[str, Any]) -> None:
    """Count how it was; the thread was read under its lock, so that no rating is lost."""
    if not thread.opener_gone:
        fields = kind_of(thread.kind).kept(thread.fields, kept)
        Thread.objects.filter(pk=thread.pk).update(fields=fields)


def _end_all(which: Q, step: str, actor_id: int | None) -> None:
    """End requests by themselves, in the order of their ids."""
    found = ServiceRequest.objects.filter(which, due_at__isnull=False).order_by("pk")
    for pk in list(found.values_list("pk", flat=True)):
        _by_itself(_locked(pk), step, actor_id)


def _by_itself(row: ServiceRequest, step: str, actor_id: int | None = None) -> bool:
    """Take a step that nobody takes by hand; what silence decided before counts first."""
    moment = now()
    if row.due_at is None:
        return False
    if row.due_at <= moment:
        step, actor_id = rules.states()[row.state].silence, None
    found = rules.steps().get(step)
    if found is None or row.state not in found.came_from:
        return False
    _go_on(row, found, actor_id, moment)
    _move_points(row, found, None)
    return True


def _go_on(row: ServiceRequest, step: Move, actor_id: int | None, moment: datetime) -> None:
    """Move the row if it still stands where it was read, and tell. ServiceMoved."""
    before, state = row.state, rules.states()[step.to]
    sides = {"provider": row.provider_id, "asker": row.asker_id}
    columns = {
        "state": step.to,
        "step": step.name,
        "turn_id": sides.get(state.waits_for),
        "moved_at": moment,
        "due_at": rules.due(step.to, moment, row.due_at),
    }
    if not ServiceRequest.objects.filter(pk=row.pk, state=before).update(**columns):
        row.refresh_from_db(fields=["state"])
        raise ServiceMoved(state=rules.states()[row.state].label)
    for name, value in columns.items():
        setattr(row, name, value)
    event = events.ServiceDecided if rules.decided(step) else events.ServiceMoved
    other = row.asker_id if actor_id == row.provider_id else row.provider_id
    publish(
        event(**_about(row.thread, row), actor_id=actor_id, person_id=other, step=step.name,
              before=before, after=step.to)
    )  # fmt: skip


def _move_points(row: ServiceRequest, step: Move, actor: "Person | None") -> None:
    """Let the books follow: hand over, give back, or hold for as long as silence takes now.

    Where silence hands over, the hold has no end of its own; where it gives back, the hold ends
    with it, so that the points are free from that second on.
    """
    if row.hold is None:
        return
    state = rules.states()[step.to]
    if step.to == State.DONE:
        wallet = _wallet(row.thread.community, row.provider)
        to = [Leg(wallet, row.hold.amount)]
        ledger.capture(hold=row.hold, to=to, key=f"service:{row.pk}", kind=KIND, actor=actor)
        return
    until = None if state.silence == "hand_over" else row.due_at
    if state.open and until == row.hold.expires_at:
        return
    ledger.release(hold=row.hold)
    if state.open:
        row.hold = _set_aside(row, row.asker, row.thread.community, until)
        row.save(update_fields=["hold"])


def _about(thread: Thread, row: ServiceRequest) -> dict[str, Any]:
    return {
        "community_id": thread.space.log_id,
        "request_id": str(row.pk),
        "thread_id": thread.pk,
        "number": thread.number,
    }
