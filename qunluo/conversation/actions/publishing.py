"""Publishing what was planned: once, however often and by however many it is tried.

An item and the thread it becomes are written in one transaction, and the thread under an id that
follows from the item: a crash leaves both or neither, and two at once make one.
"""

from typing import TYPE_CHECKING

from django.utils import translation

from qunluo.community.queries import require, require_member
from qunluo.conversation import events
from qunluo.conversation.actions.planning import FROM_PLAN
from qunluo.conversation.actions.writing import write_post
from qunluo.conversation.models import PlannedItem, Thread
from qunluo.conversation.queries.calendar import PUBLISH, due_items
from qunluo.conversation.queries.checks import automatic_checks
from qunluo.conversation.rules.calendar import Words
from qunluo.kernel.clock import now
from qunluo.kernel.errors import DomainError, TooMany
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx
from qunluo.reach.actions import News, notify

if TYPE_CHECKING:
    from qunluo.people.models import Person

State = PlannedItem.State
ITEM = "item"


def publish_due() -> int:
    """Let everything appear whose time has come; return how many did."""
    appeared = 0
    for pk in due_items():
        try:
            appeared += publish_item(pk) is not None
        except TooMany:
            continue  # its author wrote much just now; the next minute tries again
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
        attached=list(item.files.order_by("pk").values_list("uid", flat=True)),
        client_id=f"{FROM_PLAN}{item.uid}",
        planned=planned,
    )


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
