"""Posts of apps: what a channel brought, under a name that says so. They call nobody by name."""

from typing import TYPE_CHECKING

from django.db import IntegrityError

from qunluo.community.errors import CommunityClosed
from qunluo.conversation import events
from qunluo.conversation.actions.checking import is_let_through
from qunluo.conversation.actions.messages import Said, first_sent
from qunluo.conversation.actions.writing import inserted
from qunluo.conversation.errors import InvalidPost, SpaceNotFound, SpacePutAway
from qunluo.conversation.models import Space, Thread
from qunluo.conversation.queries.channels import kind_in
from qunluo.conversation.rules import markup
from qunluo.conversation.rules import writing as rules
from qunluo.conversation.rules.kinds import kinds
from qunluo.governance.actions import check_text
from qunluo.governance.errors import HeldForReview
from qunluo.governance.queries import rule_of
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person


@write_tx
def write_as_app(
    author: "Person | None", space: Space, title: str, source: str, client_id: str
) -> Thread:
    """Open a thread in the name of an app; the same client_id again is the first one.

    What a list of words finds is not said until somebody has read it and lets it through.
    CommunityClosed, HeldForReview, InvalidPost, SpaceNotFound, SpacePutAway.
    """
    kind = kinds().get(kind_in(space))
    if author is None or kind is None:
        raise SpaceNotFound
    _check_open(space)
    if first := first_sent(author, client_id):
        return first.thread
    title = title or markup.plain(markup.render(source), 60)
    said = rules.check_thread(kind, title, source, {}, now().date())
    if said.faults:
        raise InvalidPost(fields=said.faults)
    _look(space, f"{said.title}\n{said.source}")
    html = markup.render(said.source, {}, f"/c/{space.community.slug}/talk/")
    ready = Said(said.source, html, markup.plain(html), [])
    try:
        with write_tx():
            thread, post = inserted(author, space, kind, said, ready, client_id)
    except IntegrityError:
        if first := first_sent(author, client_id):
            return first.thread
        raise
    publish(
        events.ThreadOpened(
            community_id=space.community_id,
            actor_id=author.pk,
            person_id=author.pk,
            thread_id=thread.pk,
            post_id=post.pk,
            space_id=space.pk,
            kind=kind.name,
            number=thread.number,
        )
    )
    return thread


def _check_open(space: Space) -> None:
    if space.community.stage == "closed":
        raise CommunityClosed(community=space.community.name)
    if space.archived_at:
        raise SpacePutAway


def _look(space: Space, text: str) -> None:
    if is_let_through():
        return
    if hit := check_text(space.community, text):
        raise HeldForReview(rule=rule_of(hit.category))
