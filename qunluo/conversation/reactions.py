"""What conversation answers to people, and whom it tells."""

from qunluo.conversation import actions, queries
from qunluo.kernel.text import _
from qunluo.people.ports import own_data

own_data.contribute(
    "conversation",
    export=queries.own_documents,
    erase=actions.erase,
    keeps=[
        _("That somebody wrote at a place in a thread and when, without words and without a name."),
        _("Reactions in the counts under posts, without a name."),
    ],
    holds=_("What you wrote with its earlier versions, your drafts, reactions and reading marks"),
)
