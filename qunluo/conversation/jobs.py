"""Recurring work of conversation."""

from qunluo.conversation import actions
from qunluo.kernel.schedule import every


@every(at="04:20")
def throw_away_unsent_files() -> None:
    """Delete files that were added to a message that nobody sent within a week."""
    while actions.tidy_attachments():
        pass
