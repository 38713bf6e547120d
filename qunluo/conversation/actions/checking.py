"""What is looked at before words appear: lists of words, newcomers, slots for adverts.

A list that finds something makes nobody's post vanish: it is kept, its author is told under which
rule, and it appears when somebody who keeps order has read it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Sum

from qunluo.conversation.errors import InvalidPost
from qunluo.conversation.models import Draft, HeldPost, Post, Reading, Space, Thread
from qunluo.conversation.queries.adverts import ad_share, adverts_today
from qunluo.conversation.rules.spaces import type_of
from qunluo.governance import actions as governance
from qunluo.governance.errors import HeldForReview
from qunluo.governance.queries import Behaviour, Hit, rule_of
from qunluo.kernel.clock import now
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.conversation.queries.sight import Sight
    from qunluo.people.models import Person

R = TypeVar("R")
DAY = timedelta(days=1)
CHAT = "chat"
_letting_through: ContextVar[bool] = ContextVar("letting_through", default=False)


class Caught(Exception):
    """A list found a word; what was about to be said is kept instead."""

    def __init__(self, hit: Hit) -> None:
        super().__init__(hit.category)
        self.hit = hit


@contextmanager
def letting_through() -> Iterator[None]:
    """Say within this block what somebody has read and let through."""
    token = _letting_through.set(True)
    try:
        yield
    finally:
        _letting_through.reset(token)


def is_let_through() -> bool:
    """Return whether somebody has read what is about to be said and lets it through."""
    return _letting_through.get()


def look_over(
    actor: "Person", sight: "Sight", space: Space, words: Iterable[Any], *, files: int = 0
) -> None:
    """Look at words before they are said; private talk is nobody's to look at.

    Caught, NewcomerLimit. Needs a transaction.
    """
    if space.private or is_let_through():
        return
    text = "\n".join(str(one) for one in words if one)
    governance.check_newcomer(
        actor=actor,
        community=space.community,
        permissions=sight.permissions,
        joined_at=sight.joined_at,
        text=text,
        pictures=files,
        today=lambda: 0 if type_of(space.type).room else _posts_today(actor, space),
        behaviour=lambda: _behaviour(actor, sight),
    )
    if hit := governance.check_text(space.community, text):
        raise Caught(hit)


def refuse_words(space: Space, text: str) -> None:
    """Refuse a text that cannot wait, such as that of a step, when a list finds something."""
    if not text or space.private or is_let_through():
        return
    if hit := governance.check_text(space.community, text):
        rule = rule_of(hit.category)
        raise InvalidPost(
            word=hit.word,
            rule=rule,
            fields={
                "text": [
                    _(
                        "“{word}” touches a rule: {rule} Say it in other words, or reply first "
                        "and take the step when your reply has appeared."
                    )
                ]
            },
        )


def check_advert(actor: "Person", space: Space) -> None:
    """Refuse an advert where there is no slot for it; needs the queue for numbers of threads."""
    governance.check_advert(
        ad_share(space), a_day=space.advert_daily, today=adverts_today(space, actor)
    )


def or_held(
    say: Callable[[], R],
    *,
    actor: "Person",
    space: Space,
    given: Mapping[str, Any],
    client_id: str = "",
    thread: Thread | None = None,
    post: Post | None = None,
) -> R:
    """Say something; or keep it, when a list finds a word in it. HeldForReview."""
    try:
        return say()
    except Caught as caught:
        hit = caught.hit
    _keep(actor, space, given, client_id, thread, post, hit)
    raise HeldForReview(rule=rule_of(hit.category))


@write_tx
def _keep(
    actor: "Person",
    space: Space,
    given: Mapping[str, Any],
    client_id: str,
    thread: Thread | None,
    post: Post | None,
    hit: Hit,
) -> None:
    """Keep the words, once for each client id, and put them into the queue."""
    Draft.objects.filter(person=actor, thread=thread, space=space).delete()
    known = HeldPost.objects.filter(author=actor, client_id=client_id)
    if client_id and known.exclude(state=HeldPost.State.WITHDRAWN).exists():
        return
    held = HeldPost.objects.create(
        community=space.community,
        space=space,
        thread=thread,
        post=post,
        author=actor,
        given=dict(given),
        client_id=client_id,
        category=hit.category,
        found=hit.word,
        held_at=now(),
    )
    path = f"/c/{space.community.slug}/talk/in/{space.slug}/"
    if thread:
        path = f"/c/{space.community.slug}/talk/{thread.number}/"
    words = [str(given[key]) for key in ("title", "source") if given.get(key)]
    said = "\n\n".join([*words, *((given.get("poll") or {}).get("options") or ())])
    governance.hold_back(
        community=space.community,
        target=governance.Target(
            type="held",
            id=held.pk,
            author=actor,
            path=path,
            evidence=[{"name": actor.name, "text": said, "at": now().isoformat(),
                       "reported": True}],
        ),
        hit=hit,
    )  # fmt: skip


def _posts_today(actor: "Person", space: Space) -> int:
    """Return how many posts somebody wrote in a day, what is said in rooms and in private aside."""
    mine = Post.objects.filter(community=space.community_id, author=actor)
    mine = mine.exclude(thread__kind=CHAT)
    return mine.filter(written_at__gt=now() - DAY).count()


def _behaviour(actor: "Person", sight: "Sight") -> Behaviour:
    """Return what somebody has done here so far: days, posts read, reactions to their own."""
    here = {"community_id": sight.community_id}
    read = Reading.objects.filter(person=actor, thread__community_id=sight.community_id)
    warmed = Post.objects.filter(author=actor, removed_at=None, **here)
    days = (now() - sight.joined_at).days if sight.joined_at else 0
    return Behaviour(
        days=days,
        read=read.aggregate(n=Sum("read"))["n"] or 0,
        reactions=warmed.aggregate(n=Sum("reactions"))["n"] or 0,
    )
