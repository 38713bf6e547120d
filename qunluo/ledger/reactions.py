"""What the ledger answers to people."""

from pathlib import Path

from qunluo.kernel.delivery import reacts_to
from qunluo.kernel.text import _
from qunluo.ledger import actions, queries
from qunluo.ledger.events import PointsGiven
from qunluo.people.ports import own_data
from qunluo.reach.ports import Subject, sentences, subjects

own_data.contribute(
    "ledger",
    export=queries.own_documents,
    erase=actions.erase,
    blocks=queries.blockers,
    keeps=queries.KEEPS,
    holds=_("What came to your accounts and went from them, in money and in points"),
)

sentences.brought_by(Path(__file__).parent / "definitions" / "notices.toml")
subjects.answered_by("points", Subject(queries.known_wallets))


@reacts_to(PointsGiven)
def tell_of_points(event: PointsGiven) -> None:
    """Tell whom points came to."""
    actions.tell_of_points(event)
