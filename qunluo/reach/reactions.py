"""What reach keeps about a person belongs to them: declared to people when the house starts."""

from qunluo.kernel.text import _
from qunluo.people.ports import own_data
from qunluo.reach.actions import forget_person
from qunluo.reach.queries import own_mail

own_data.contribute(
    "reach",
    export=own_mail,
    erase=forget_person,
    holds=_("Which mails were sent to you in the last month, and what became of them"),
)
