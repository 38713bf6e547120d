"""Who talks with whom, kept from what is said; the home stream goes by it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from qunluo.conversation.models import Post, Tie
from qunluo.conversation.rules.ranking import TIE_DAYS
from qunluo.kernel.clock import now
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person

BATCH = 1000


@write_tx
def note_answer(community_id: int, post_id: int, actor_id: int, opener_id: int | None) -> None:
    """Note that who wrote a reply talked with whom it answers: a post, or else the opener."""
    post = Post.objects.filter(pk=post_id).values("thread_id", "reply_to", "written_at").first()
    if post is None:
        return
    answered = opener_id
    if post["reply_to"]:
        there = Post.objects.filter(thread_id=post["thread_id"], place=post["reply_to"])
        answered = there.values_list("author_id", flat=True).first()
    note_talk(community_id, actor_id, answered, post["written_at"])


@write_tx
def note_talk(community_id: int, one: int | None, other: int | None, at: datetime) -> None:
    """Note that two people talked with each other; nothing happens for one alone."""
    if one is None or other is None or one == other:
        return
    if at < now() - timedelta(days=TIE_DAYS):
        return
    pairs = [(one, other), (other, one)]
    Tie.objects.bulk_create(
        (Tie(community_id=community_id, person_id=a, other_id=b, talked_at=at) for a, b in pairs),
        ignore_conflicts=True,
    )
    both = Q(person_id=one, other_id=other) | Q(person_id=other, other_id=one)
    # Never back: events may come again, and in another order.
    Tie.objects.filter(both, community_id=community_id, talked_at__lt=at).update(talked_at=at)


@write_tx
def forget_old_ties() -> int:
    """Delete ties of people who have not talked for 90 days, some at a time; return how many."""
    past = Tie.objects.filter(talked_at__lt=now() - timedelta(days=TIE_DAYS))
    return Tie.objects.filter(pk__in=list(past.values_list("pk", flat=True)[:BATCH])).delete()[0]


@write_tx
def forget_ties(person: "Person") -> None:
    """Delete whom an erased person talked with, and that others did with them."""
    Tie.objects.filter(Q(person=person) | Q(other=person)).delete()
