"""Changing what one wrote; the versions before are kept."""

from typing import TYPE_CHECKING, Any

from django.db.models import F

from qunluo.conversation import events
from qunluo.conversation.actions.checking import look_over, or_held
from qunluo.conversation.actions.messages import Said, call, made_ready, writer_in
from qunluo.conversation.errors import InvalidPost, NotYourPost, PostGone
from qunluo.conversation.models import Post, Revision, Thread
from qunluo.conversation.rules import writing as rules
from qunluo.conversation.rules.kinds import kind_of
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person


def edit_post(*, actor: "Person", post: Post, source: str, title: str | None = None) -> Post:
    """Change what one wrote; the version before is kept. `title` counts for openers only.

    NotYourPost, PostGone, InvalidPost; HeldForReview leaves what stands until somebody has read it.
    """
    return or_held(
        lambda: _edit(actor, post, source, title),
        actor=actor,
        space=post.thread.space,
        thread=post.thread,
        post=post,
        given={"source": source, "title": title},
    )


@write_tx
def _edit(actor: "Person", post: Post, source: str, title: str | None) -> Post:
    thread = post.thread
    sight = writer_in(actor, thread.space)
    if post.author_id != actor.pk:
        raise NotYourPost
    opens = post.place == 1
    kept = thread.title if title is None else " ".join(rules.tidy(title).split())
    source = rules.tidy(source)
    faults = rules.check_text(source)
    if opens and not kept and kind_of(thread.kind).title == "needed":
        faults["title"] = [_("Give it a title, so that others find it.")]
    elif len(kept) > rules.TITLE_LENGTH:
        faults["title"] = [_("At most 120 characters; the rest belongs into the text.")]
    if faults:
        raise InvalidPost(fields=faults)
    if source == post.source and kept == thread.title:
        return post
    look_over(actor, sight, thread.space, [kept if opens else "", source])
    locked = Thread.objects.select_for_update().get(pk=thread.pk)
    said = made_ready(actor, thread.space, source)
    changed = Post.objects.filter(pk=post.pk, removed_at=None, versions=post.versions).update(
        source=said.source, html=said.html, edited_at=now(), versions=F("versions") + 1
    )
    if not changed:
        raise PostGone if Post.objects.filter(pk=post.pk, removed_at__isnull=False) else edited()
    Revision.objects.create(
        post=post,
        number=post.versions + 1,
        title=thread.title if opens else "",
        source=post.source,
        written_at=post.edited_at or post.written_at,
    )
    _retell(locked, post, said, kept)
    call(actor, locked, post, said, edited=True)
    post.refresh_from_db()
    publish(
        events.PostEdited(
            community_id=thread.space.log_id,
            actor_id=actor.pk,
            person_id=actor.pk,
            thread_id=thread.pk,
            post_id=post.pk,
            number=thread.number,
        )
    )
    return post


def edited() -> InvalidPost:
    """Return the refusal of an edit of a version that is no longer the last one."""
    return InvalidPost(
        fields={"source": [_("You have changed this on another device meanwhile; load it again.")]}
    )


def _retell(thread: Thread, post: Post, said: Said, title: str) -> None:
    """Let the lists show the new words."""
    columns: dict[str, Any] = {}
    if post.place == 1 and not thread.opener_gone:
        columns = {"title": title, "excerpt": said.excerpt}
    elif post.place == thread.posts:
        columns = {"last_excerpt": said.excerpt}
    if columns:
        Thread.objects.filter(pk=thread.pk).update(**columns)
