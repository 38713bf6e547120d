"""The tables of governance."""

from qunluo.governance.models.acts import Act, ActSecond
from qunluo.governance.models.checks import CheckSettings, Trust
from qunluo.governance.models.distance import Distance
from qunluo.governance.models.measures import Appeal, Measure
from qunluo.governance.models.reports import Case, Report
from qunluo.governance.models.votes import Ballot, Vote, Voter

__all__ = [
    "Act",
    "ActSecond",
    "Appeal",
    "Ballot",
    "Case",
    "CheckSettings",
    "Distance",
    "Measure",
    "Report",
    "Trust",
    "Vote",
    "Voter",
]
