"""Polls as a viewer may see them: who asked decides when results show."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from qunluo.conversation.models import Poll, PollAnswer
from qunluo.kernel.clock import now


@dataclass(frozen=True)
class Option:
    """One answer; votes and share are empty while results are not shown."""

    place: int
    text: str
    votes: int | None
    share: int | None
    mine: bool


@dataclass(frozen=True)
class PollView:
    """A poll: its options, how many answered, and whether the viewer has."""

    post_id: int
    options: list[Option]
    multiple: bool
    results: str
    until: datetime | None
    ended: bool
    people: int
    answered: bool
    shown: bool


def has_ended(poll: Poll) -> bool:
    """Return whether a poll takes no more answers."""
    return poll.closed_at is not None or (poll.until is not None and poll.until <= now())


def polls_of(posts: Iterable[int], person_id: int | None) -> Mapping[int, PollView]:
    """Return the polls of posts by the post's id; two queries, none without posts."""
    wanted = list(posts)
    if not wanted:
        return {}
    polls = list(Poll.objects.filter(post_id__in=wanted))
    given: dict[int, list[tuple[int, list[int]]]] = {poll.pk: [] for poll in polls}
    rows = PollAnswer.objects.filter(poll__in=polls).values_list("poll_id", "person_id", "chosen")
    for poll_id, person, chosen in rows:
        given[poll_id].append((person, chosen))
    return {poll.post_id: _view(poll, given[poll.pk], person_id) for poll in polls}


def _view(poll: Poll, given: list[tuple[int, list[int]]], person_id: int | None) -> PollView:
    counts = Counter(place for _person, chosen in given for place in chosen)
    mine = next((chosen for person, chosen in given if person == person_id), None)
    ended = has_ended(poll)
    shown = ended or poll.results == "always" or (poll.results == "answered" and mine is not None)
    people = len(given)
    options = [
        Option(
            place,
            text,
            counts[place] if shown else None,
            round(100 * counts[place] / people) if shown and people else 0 if shown else None,
            place in (mine or []),
        )
        for place, text in enumerate(poll.options)
    ]
    return PollView(
        poll.post_id, options, poll.multiple, poll.results, poll.until, ended, people,
        mine is not None, shown,
    )  # fmt: skip
