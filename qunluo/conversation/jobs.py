"""Recurring work of conversation."""

from qunluo.conversation import actions, queries
from qunluo.kernel.schedule import every
from qunluo.reach import queries as reach


@every(at="04:20")
def throw_away_unsent_files() -> None:
    """Delete files that were added to a message that nobody sent within a week."""
    while actions.tidy_attachments():
        pass


@every(minutes=1, atomic=False, when=lambda: queries.due_items(1))
def publish_what_is_due() -> None:
    """Let items of the calendar appear whose time has come."""
    actions.publish_due()


@every(minutes=10, atomic=False, when=lambda: queries.ended_rounds(1))
def end_what_was_asked() -> None:
    """End the rounds of questions whose time is over, and take the names from their answers."""
    actions.end_surveys()


@every(minutes=1, atomic=False, when=lambda: queries.rounds_to_tell_of(1))
def tell_the_others_of_questions() -> None:
    """Tell the members of a large community of a question, some hundreds at a time."""
    actions.tell_of_surveys()


@every(minutes=1, atomic=False, when=lambda: queries.opened_to_all(1))
def announce_what_is_open_now() -> None:
    """Tell the others of what some could read first, once it is for everybody."""
    actions.announce_due()


@every(minutes=10, atomic=False, when=lambda: queries.due_requests(1))
def settle_requests_for_services() -> None:
    """Note which requests for services silence has decided, and move their points."""
    actions.settle_requests()


@every(minutes=1, atomic=False, when=lambda: reach.waiting_arrivals(1))
def take_in_what_waits() -> None:
    """Let what programs sent beyond their share of an hour appear in the next one."""
    actions.take_in_waiting()


@every(minutes=1, atomic=False, when=lambda: queries.unfound_posts(1))
def find_what_came_without_an_event() -> None:
    """Let posts be found that no event told of: those of an archive, and of versions before."""
    while actions.index_missing():
        pass


@every(at="04:40", atomic=False)
def find_what_else_came_without_an_event() -> None:
    """Let people be found, and what else can be, that no event told of."""
    actions.index_missing_others()


@every(at="04:50")
def forget_who_talked_long_ago() -> None:
    """Keep who talks with whom for 90 days only."""
    while actions.forget_old_ties():
        pass
