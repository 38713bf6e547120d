"""Short questions to every member: whether they are asked, answering, and what came of them."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Path, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath, community_of
from qunluo.api.shapes import Given, Shown
from qunluo.api.texts import picked
from qunluo.conversation import actions, queries
from qunluo.kernel.text import _

area = Area("surveys", "Together")
QuestionPath = Annotated[str, Path(max_length=10, pattern=r"^[a-z]+$")]
HERE = "/communities/{slug}/surveys"


class SurveyRound(Shown):
    """A round that has ended."""

    number: int
    opened_at: datetime
    ended_at: datetime
    n: int | None = Field(description=_("How many answered; null of fewer than five."))
    mean: float | None
    spread: list[int] | None = Field(description=_("How often 1, 2, 3, 4 and 5 were given."))


class Survey(Shown):
    """A short question to every member."""

    question: str
    title: str
    asks: str
    means: str
    ends_at: datetime | None = Field(description=_("When the round ends; null while none runs."))
    may_answer: bool
    answered: bool
    rounds: list[SurveyRound] = Field(description=_("Only for who publishes for the community."))


class SurveyRating(Given):
    """An answer."""

    rating: int = Field(ge=1, le=5)


@area.read(HERE, list[Survey], scope="talk:read")
def surveys(request: Caller, slug: SlugPath) -> list[dict[str, Any]]:
    """List the short questions."""
    return [_show(request, slug, name) for name in queries.survey_names()]


@area.write("POST", HERE + "/{question}", Survey, scope="talk:write", status=201)
def open_survey(request: Caller, slug: SlugPath, question: QuestionPath) -> Status[dict[str, Any]]:
    """Ask every member."""
    community = community_of(request, slug)
    actions.open_survey(actor=request.person, community=community, question=question)
    return Status(201, _show(request, slug, question))


@area.write("POST", HERE + "/{question}/answer", Survey, scope="talk:write")
def answer_survey(
    request: Caller, slug: SlugPath, question: QuestionPath, wish: SurveyRating
) -> dict[str, Any]:
    """Answer a short question."""
    community = community_of(request, slug)
    given: dict[str, Any] = {"community": community, "question": question}
    actions.answer_survey(actor=request.person, rating=wish.rating, **given)
    return _show(request, slug, question)


@area.write("POST", HERE + "/{question}/end", Survey, scope="talk:write")
def end_survey(request: Caller, slug: SlugPath, question: QuestionPath) -> dict[str, Any]:
    """End a round."""
    community = community_of(request, slug)
    actions.end_survey(actor=request.person, community=community, question=question)
    return _show(request, slug, question)


def _show(request: Caller, slug: str, name: str) -> dict[str, Any]:
    found = queries.survey(community_of(request, slug), name, viewer=request.person)
    plain = ("ends_at", "may_answer", "answered")
    return {
        **{one: getattr(found, one) for one in plain},
        "question": name,
        **{one: picked(getattr(found.question, one)) for one in ("title", "asks", "means")},
        "rounds": [
            {
                **{one: getattr(past, one) for one in ("number", "opened_at", "ended_at")},
                "n": past.outcome.n if past.outcome else None,
                "mean": past.outcome.mean if past.outcome else None,
                "spread": list(past.outcome.spread) if past.outcome else None,
            }
            for past in found.rounds
        ],
    }
