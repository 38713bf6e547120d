"""What everybody may read: the newest of a public space, and one thread for a picture of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from qunluo.conversation.errors import ThreadNotFound
from qunluo.conversation.models import Post, Space, Thread
from qunluo.conversation.queries.cards import NOBODY
from qunluo.conversation.queries.early import open_to_all
from qunluo.conversation.queries.threads import look_at
from qunluo.conversation.rules.kinds import Kind, kind_of
from qunluo.conversation.rules.markup import plain
from qunluo.people.queries import Card, described, person_card

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.conversation.queries.sight import Viewer

WORDS, CHAT = 400, "chat"


@dataclass(frozen=True)
class Opener:
    """A thread of a public space with the post that opened it."""

    number: int
    name: str
    opened_at: datetime
    author: Card
    post: Post


@dataclass(frozen=True)
class Shareable:
    """What a picture of a thread may show; names are empty where nobody has agreed to them."""

    thread: Thread
    kind: Kind
    title: str
    words: str
    author: str
    honoured: str


def newest_openers(space: Space, *, limit: int) -> list[Opener]:
    """Return the newest threads of a space that everybody may read, as strangers see them.

    ThreadNotFound when the space is not public.
    """
    if space.visibility != Space.Visibility.PUBLIC:
        raise ThreadNotFound
    posts = (
        Post.objects.filter(open_to_all("thread__"), thread__space=space, place=1, removed_at=None)
        .exclude(thread__kind=CHAT)
        .select_related("thread")
        .order_by("-thread__opened_at", "-pk")[:limit]
    )
    faces = person_card({post.author_id for post in posts})
    return [
        Opener(
            post.thread.number,
            post.thread.title or post.thread.excerpt,
            post.thread.opened_at,
            faces.get(post.author_id, NOBODY),
            post,
        )
        for post in posts
    ]


def shareable(community: "Community", number: int, *, viewer: "Viewer") -> Shareable:
    """Return what a picture of a thread shows; only of what everybody may read. ThreadNotFound.

    The author's own name stands on their own picture; others see it when what the author says of
    themself is open to everybody, and likewise for whom the thread honours.
    """
    thread, _sight = look_at(community, number, viewer=None)
    opener = Post.objects.filter(thread=thread, place=1, removed_at=None).first()
    if opener is None or thread.kind == CHAT:
        raise ThreadNotFound
    viewer_id = viewer.pk if viewer else None
    people = [thread.author_id, thread.assignee_id or 0]
    open_to_all = {pk: one for pk, one in described(people).items() if one.public}
    names = {pk: one.card.name for pk, one in open_to_all.items()}
    if viewer_id in people and viewer is not None:
        names[viewer_id] = str(getattr(viewer, "name", ""))
    kind = kind_of(thread.kind)
    honours = any(one.type == "person" for one in kind.fields)
    return Shareable(
        thread=thread,
        kind=kind,
        title=thread.title,
        words=plain(opener.html, WORDS),
        author=names.get(thread.author_id, ""),
        honoured=names.get(thread.assignee_id or 0, "") if honours else "",
    )
