"""Linking what was said or done in talk to a value of the charter."""

from typing import TYPE_CHECKING

from qunluo.conversation.errors import PostGone
from qunluo.conversation.models import Post, Space
from qunluo.governance.actions import Target, link_act
from qunluo.governance.errors import AmongFew

if TYPE_CHECKING:
    from qunluo.governance.models import Act
    from qunluo.people.models import Person

READ_BY_ALL = (Space.Visibility.PUBLIC, Space.Visibility.MEMBERS)


def link_post(*, actor: "Person", post: Post, value: str, sentence: str) -> "Act":
    """Link a post to a value: its author did it; of a step in a thread, whoever took the step.

    Fetch the post by get_post. What not all members read, for now or at all, stays there: AmongFew.
    PostGone, and what governance.link_act raises.
    """
    space = post.thread.space
    if post.removed_at:
        raise PostGone
    if space.visibility not in READ_BY_ALL or post.thread.held_back:
        raise AmongFew
    target = Target(
        type="post",
        id=post.pk,
        author=post.author,
        path=f"/c/{space.community.slug}/talk/{post.thread.number}/?at={post.place}#p{post.place}",
    )
    return link_act(
        actor=actor,
        community=space.community,
        target=target,
        happened_at=post.written_at,
        value=value,
        sentence=sentence,
    )
