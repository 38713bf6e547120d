"""Keeping what can be found: after each event, and anew as a whole.

Everything here may run again at any time: a document is made from its post as it stands now.
"""

from collections.abc import Callable, Iterable, Sequence

from django.db import connection

from qunluo.conversation.models import Document, Post, Tagging, Topic
from qunluo.conversation.ports import Source, sources
from qunluo.conversation.queries.search import (
    POST,
    count_posts,
    posts_after,
    unfound_posts,
)
from qunluo.conversation.rules.markup import plain, topics
from qunluo.conversation.rules.search import document
from qunluo.kernel.tx import write_tx

CHUNK = 500
Progress = Callable[[int, int], None]


@write_tx
def index_posts(ids: Iterable[int]) -> None:
    """Let posts be found as they stand, under their topics; forget those that do not stand."""
    wanted = sorted(set(ids))
    posts = Post.objects.select_related("thread").filter(pk__in=wanted).order_by("pk")
    standing = [post for post in posts if post.removed_at is None and post.source]
    pictured = _pictured(standing)
    _keep([_found(post, pictured=post.pk in pictured) for post in standing])
    gone = set(wanted) - {post.pk for post in standing}
    forget(POST, gone)
    Tagging.objects.filter(post_id__in=gone).delete()
    _tag(standing)


@write_tx
def index_thread(thread_id: int) -> None:
    """Index the posts of a thread anew; those of a long one are forgotten and come back by a job.

    So that nobody waits behind one transaction over a hundred thousand posts.
    """
    posts = Post.objects.filter(thread_id=thread_id)
    if posts.count() > 2 * CHUNK:
        Document.objects.filter(post__thread_id=thread_id).delete()
    else:
        index_posts(posts.values_list("pk", flat=True))


@write_tx
def index(source: str, targets: Iterable[int]) -> None:
    """Let things of a registered source be found as they are now; forget those that are gone."""
    wanted = sorted(set(targets))
    known = [one for one in sources[source].documents(wanted) if one.title or one.text]
    _keep(
        Document(source=source, target=one.target, words=document([source], one.title, one.text))
        for one in sorted(known, key=lambda one: one.target)
    )
    forget(source, set(wanted) - {one.target for one in known})


@write_tx
def forget(source: str, targets: Iterable[int]) -> None:
    """Let things not be found any more."""
    if gone := list(targets):
        Document.objects.filter(source=source, target__in=gone).delete()


def rebuild_search(progress: Progress = lambda _done, _total: None) -> int:
    """Make every document anew, a few hundred at a time, while people go on searching.

    Returns how many there are. Needed after a version that reads texts in another way.
    """
    total, done, last = count_posts(), 0, 0
    while ids := posts_after(last, CHUNK):
        index_posts(ids)
        last, done = ids[-1], done + len(ids)
        progress(min(done, total), total)
    for source in sources:
        for targets in _targets(source):
            index(source.name, targets)
    _tidy_up()
    return Document.objects.count()


def index_missing(limit: int = CHUNK) -> int:
    """Index posts that came without an event, as from an archive; return how many."""
    ids = unfound_posts(limit)
    index_posts(ids)
    return len(ids)


def index_missing_others() -> None:
    """Index what came to the other sources without an event."""
    for source in sources:
        for targets in _targets(source):
            known = Document.objects.filter(source=source.name, target__in=targets)
            missing = set(targets) - set(known.values_list("target", flat=True))
            if missing:
                index(source.name, missing)


def _targets(source: Source) -> Iterable[Sequence[int]]:
    last = 0
    while targets := source.after(last, CHUNK):
        yield targets
        last = targets[-1]


def _found(post: Post, *, pictured: bool) -> Document:
    thread = post.thread
    scopes = [
        POST, f"c{post.community_id}", f"s{thread.space_id}", f"a{post.author_id}",
        f"k{thread.kind}",
    ]  # fmt: skip
    title = thread.title if post.place == 1 else ""
    text = plain(post.html, len(post.html) + 1)
    words = document([*scopes, *(["p"] if pictured else [])], title, text)
    return Document(source=POST, target=post.pk, post=post, words=words)


def _pictured(posts: Sequence[Post]) -> set[int]:
    """Return which of the posts show a picture."""
    return {post.pk for post in posts if "<img " in post.html}


def _keep(documents: Iterable[Document]) -> None:
    Document.objects.bulk_create(
        documents,
        update_conflicts=True,
        unique_fields=["source", "target"],
        update_fields=["post", "words"],
    )


def _tag(posts: Sequence[Post]) -> None:
    """Put posts under the topics that they carry, and under no others."""
    wanted = {post.pk: topics(post.source) for post in posts}
    kept = set()
    for tagging in Tagging.objects.filter(post__in=posts).select_related("topic"):
        if tagging.topic.key in wanted[tagging.post_id]:
            kept.add((tagging.post_id, tagging.topic.key))
        else:
            tagging.delete()
    for post in posts:
        for key, name in wanted[post.pk].items():
            if (post.pk, key) not in kept:
                topic, _new = Topic.objects.get_or_create(
                    community_id=post.community_id, key=key, defaults={"name": name}
                )
                Tagging.objects.get_or_create(topic=topic, post=post)


@write_tx
def _tidy_up() -> None:
    """Drop what points nowhere, and let SQLite read the words once more and in one piece."""
    names = [POST, *(source.name for source in sources)]
    Document.objects.exclude(source__in=names).delete()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for act in ("rebuild", "optimize"):
                cursor.execute(
                    "INSERT INTO conversation_search(conversation_search) VALUES (%s)", [act]
                )
