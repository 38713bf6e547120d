"""What conversation answers to people, and whom it tells."""

from pathlib import Path

from qunluo.community.actions import write_to
from qunluo.conversation import actions, queries
from qunluo.conversation.events import ThreadHandled, ThreadMoved
from qunluo.kernel.delivery import reacts_to
from qunluo.kernel.text import _
from qunluo.people.ports import own_data
from qunluo.people.queries import person_card

LETTERS = Path(__file__).parent / "definitions" / "letters.toml"

own_data.contribute(
    "conversation",
    export=queries.own_documents,
    erase=actions.erase,
    media=queries.own_files,
    keeps=[
        _("That somebody wrote at a place in a thread and when, without words and without a name."),
        _("Reactions in the counts under posts, without a name."),
    ],
    holds=_(
        "What you wrote with its files and earlier versions, your drafts, reactions, answers to"
        " polls and reading marks"
    ),
)


@reacts_to(ThreadHandled, ThreadMoved)
def tell_the_author(event: ThreadHandled | ThreadMoved) -> None:
    """Write to the author of feedback at each change, so that none ends in silence (C04)."""
    thread = queries.find_thread(event.thread_id)
    if thread is None or event.actor_id is None or event.actor_id == thread.author_id:
        return
    if not queries.kind_of(thread.kind).letters:
        return
    actor = person_card([event.actor_id])[event.actor_id]
    write_to(
        thread.author_id,
        thread.community,
        "moved",
        path=f"/c/{thread.community.slug}/talk/{thread.number}/",
        words={
            "title": thread.title,
            "told": queries.told(thread, event.move, actor.name, thread.author.language),
        },
        letters=LETTERS,
    )
