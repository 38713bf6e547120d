"""Publishing what was planned: once, however often and by however many it is tried.

An item and the thread it becomes are written in one transaction, and the thread under an id that
follows from the item: a crash leaves both or neither, and two at once make one.
"""

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import DatabaseError
from django.utils import translation

from qunluo.community.queries import require, require_member
from qunluo.conversation import events
from qunluo.conversation.actions.planning import FROM_PLAN
from qunluo.conversation.actions.writing import write_post
from qunluo.conversation.models import PlannedItem, Thread
from qunluo.conversation.queries.calendar import PUBLISH
from qunluo.conversation.queries.checks import automatic_checks
from qunluo.conversation.queries.coming import due_items, opened_to_all
from qunluo.conversation.rules.calendar import Words
from qunluo.conversation.rules.kinds import kind_of
from qunluo.conversation.rules.polls import appearing
from qunluo.kernel.clock import now
from qunluo.kernel.errors import DomainError, TooMany
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx
from qunluo.reach.actions import News, notify

if TYPE_CHECKING:
    from qunluo.people.models import Person

State = PlannedItem.State
ITEM = "item"
log = logging.getLogger(__name__)
BROKEN: Words = {
    "en": "Something went wrong on our side. Look it over and schedule it again.",
    "zh": "系统这边出了点问题。请再看一遍，然后重新排期。",
}


def publish_due() -> int:
    """Let everything appear whose time has come; return how many did."""
    appeared = 0
    for pk in due_items():
        try:
            appeared += publish_item(pk) is not None
        except TooMany as refused:
            _wait(pk, refused.retry_after)
        except DatabaseError:
            log.exception("Item %s could not be written; it is tried again", pk)
        except Exception:  # one broken item keeps no other from appearing
            log.exception("Item %s could not appear", pk)
            _hold_broken(pk)
    return appeared


@write_tx
def publish_item(pk: int) -> Thread | None:
    """Let an item appear if it is due and has not; None when another was first or it is held.

    What keeps it from appearing is kept with it and told to its authors. TooMany.
    """
    due = PlannedItem.objects.select_for_update(of=("self",)).filter(
        pk=pk, state=State.SCHEDULED, publish_at__lte=now()
    )
    item = due.select_related("space__community", "community", "author").first()
    if item is None:
        return None
    if stopped := [one for one in automatic_checks(item) if one.state == "stop"]:
        _hold(item, stopped[0].why)
        return None
    try:
        thread = _say(item, item.author)
    except TooMany:
        raise
    except DomainError as error:
        _hold(item, _reason(error))
        return None
    if thread.plan != item.uid:  # something else was said under its id
        _hold(item, BROKEN)
        return None
    mark_published(thread)
    return thread


@write_tx
def mark_published(thread: Thread) -> bool:
    """Note that an item appeared as a thread, by its time or after a look; once."""
    item = PlannedItem.objects.filter(uid=thread.plan).exclude(state=State.PUBLISHED).first()
    if item is None:
        return False
    PlannedItem.objects.filter(pk=item.pk).update(
        state=State.PUBLISHED, thread=thread, published_at=thread.opened_at, reason={}
    )
    publish(
        events.ItemPublished(
            community_id=item.community_id, actor_id=item.author_id, person_id=item.author_id,
            item_id=item.pk, thread_id=thread.pk, number=thread.number,
        )
    )  # fmt: skip
    return True


def announce_due() -> int:
    """Let everybody else hear of what some could read first; return of how many threads."""
    told = 0
    for pk in opened_to_all():
        try:
            told += _announce(pk)
        except Exception:  # one broken thread keeps no other from being told
            log.exception("That thread %s opened to everybody could not be told", pk)
    return told


@write_tx
def _announce(pk: int) -> bool:
    due = Thread.objects.filter(pk=pk, announce_at__lte=now())
    thread = due.select_related("space").first()
    if thread is None or not due.update(announce_at=None):
        return False
    post_id = thread.messages.filter(place=1).values_list("pk", flat=True).first()
    if thread.opener_gone or post_id is None:
        return False
    about_somebody = any(one.type == "person" for one in kind_of(thread.kind).fields)
    publish(
        events.ThreadOpenedToAll(
            community_id=thread.space.log_id,
            actor_id=thread.author_id,
            person_id=(about_somebody and thread.assignee_id) or thread.author_id,
            thread_id=thread.pk,
            post_id=post_id,
            space_id=thread.space_id,
            number=thread.number,
        )
    )
    return True


def tell_of_held(item: PlannedItem, people: set[int], event: events.ItemHeld) -> int:
    """Tell the authors of an item that it waits, and that nothing is lost."""
    return notify(
        people,
        News(
            what="item_held",
            reason="waits",
            key=f"item:{item.pk}:held",
            cause=f"e{event.id}",
            community_id=item.community_id,
            subject=ITEM,
            subject_id=item.pk,
            scopes=(f"community:{item.community_id}",),
            at=event.at,
        ),
    )


def _say(item: PlannedItem, author: "Person") -> Thread:
    require_member(author, item.community)
    planned = {"plan": item.uid}
    if item.open_at and item.open_at > now():
        require(author, item.community, PUBLISH)  # who lost it lets nobody read before others
        planned |= {
            "until": item.open_at.isoformat(), "kind": item.early_kind, "name": item.early_name,
        }  # fmt: skip
    return write_post(
        actor=author,
        space=item.space,
        kind=item.kind,
        title=item.title,
        source=item.source,
        fields=item.fields,
        poll=appearing(item.poll, now()),
        attached=list(item.files.order_by("pk").values_list("uid", flat=True)),
        client_id=f"{FROM_PLAN}{item.uid}",
        planned=planned,
    )


@write_tx
def _wait(pk: int, seconds: int) -> None:
    """Let all that is due of an author wait until they may say more; the order stays."""
    moment = now()
    author = PlannedItem.objects.filter(pk=pk).values("author_id")
    due = PlannedItem.objects.filter(
        author_id__in=author, state=State.SCHEDULED, publish_at__lte=moment
    )
    due.update(try_at=moment + timedelta(seconds=seconds))


@write_tx
def _hold_broken(pk: int) -> None:
    item = PlannedItem.objects.filter(pk=pk, state=State.SCHEDULED).first()
    if item is not None:
        _hold(item, BROKEN)


def _hold(item: PlannedItem, reason: Words) -> None:
    PlannedItem.objects.filter(pk=item.pk).update(state=State.HELD, reason=dict(reason))
    publish(
        events.ItemHeld(community_id=item.community_id, person_id=item.author_id, item_id=item.pk)
    )


def _reason(error: DomainError) -> Words:
    """Return what keeps an item from appearing, and what to do, in both languages."""
    told = {}
    for code, language in (("en", "en"), ("zh", "zh-hans")):
        with translation.override(language):
            told[code] = " ".join(filter(None, error.say(translation.gettext)))
    return told
