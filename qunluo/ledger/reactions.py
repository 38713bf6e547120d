"""What the ledger answers to people."""

from qunluo.kernel.text import _
from qunluo.ledger import actions, queries
from qunluo.people.ports import own_data

own_data.contribute(
    "ledger",
    export=queries.own_documents,
    erase=actions.erase,
    blocks=queries.blockers,
    keeps=queries.KEEPS,
    holds=_("What came to your accounts and went from them, in money and in points"),
)
