"""What reach keeps about a person belongs to them: declared to people when the house starts."""

from qunluo.kernel.text import _
from qunluo.people.ports import own_data
from qunluo.reach.actions import forget_person
from qunluo.reach.queries import own_documents

own_data.contribute(
    "reach",
    export=own_documents,
    erase=forget_person,
    holds=_(
        "Mails and notices of the last months, how you want to be reached, and what came and went"
        " by channels"
    ),
)
