"""What a demo community proposes, decides by vote, holds back for a look and reports."""

import random
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from qunluo.blueprints.demo.cast import read
from qunluo.conversation import actions as talk
from qunluo.conversation import queries as talking
from qunluo.governance import actions, queries
from qunluo.governance.errors import HeldForReview
from qunluo.kernel.clock import now
from qunluo.kernel.errors import DomainError

if TYPE_CHECKING:
    from qunluo.blueprints.demo.stage import Stage
    from qunluo.blueprints.demo.story import Plot
    from qunluo.conversation.models import Space
    from qunluo.people.models import Person

EVENING = 19.5


def order(plot: "Plot", stage: "Stage") -> None:
    """Plan votes, a proposal with a task, reports, a held post, acts for values, and circles."""
    told = read("order_zh.toml" if stage.language.startswith("zh") else "order_en.toml")
    for day, act in (
        (58, _report), (64, _settle), (72, _propose), (80, _see), (81, _gather), (86, _wait),
        (88, _hold), (89, _complain),
    ):  # fmt: skip
        plot.at(day, EVENING, stage.zone, partial(act, plot, stage, told))


def _report(plot: "Plot", stage: "Stage", told: Any) -> None:
    """Let a member report a post in which nobody finds anything wrong."""
    case = _complain(plot, stage, told)
    if case is not None:
        answer = told["report"]["answer"]
        plot.at(59, EVENING, stage.zone, partial(_decide, stage, case, answer))


def _decide(stage: "Stage", case: Any, reason: str) -> None:
    actions.decide_case(actor=_judge(stage, case), case=case, outcome="nothing", reason=reason)


def _complain(_plot: "Plot", stage: "Stage", told: Any) -> Any:
    """Let a member report the newest thread that somebody else opened."""
    reporter = _people(stage)[0]
    cards = talking.stream(reporter, community=stage.community).items
    card = next((one for one in cards if one.author.id != reporter.pk), None)
    if card is None:
        return None
    thread = talking.get_thread(stage.community, card.number, viewer=reporter)
    with suppress(DomainError):
        text = told["report"]["text"]
        return talk.report_thread(actor=reporter, thread=thread, text=text).case
    return None


def _settle(plot: "Plot", stage: "Stage", told: Any) -> None:
    """Put a question to the vote that most agree with."""
    vote = actions.open_vote(actor=stage.owner, community=stage.community, **told["settled"])
    plot.at(66, EVENING, stage.zone, partial(_cast, stage, vote, 0.8))
    plot.at(72, EVENING, stage.zone, actions.close_due_votes)


def _wait(plot: "Plot", stage: "Stage", told: Any) -> None:
    """Put a question to the vote that is still open in the end."""
    vote = actions.open_vote(actor=stage.owner, community=stage.community, **told["waiting"])
    plot.at(88, EVENING, stage.zone, partial(_cast, stage, vote, 0.4))


def _propose(plot: "Plot", stage: "Stage", told: Any) -> None:
    """Let a member propose something, others talk it over, and everybody vote."""
    author, said = _people(stage)[1], told["proposal"]
    space = _space(stage, author)
    if space is None:
        return
    thread = talk.write_post(
        actor=author, space=space, kind="proposal", title=said["title"], source=said["text"]
    )
    talk.reply(actor=_people(stage)[2], thread=thread, source=said["reply"])
    plot.at(75, EVENING, stage.zone, partial(_vote_on, plot, stage, thread.number, said["task"]))


def _vote_on(plot: "Plot", stage: "Stage", number: int, task: str) -> None:
    thread = talking.get_thread(stage.community, number, viewer=stage.owner)
    vote = talk.put_to_vote(
        actor=stage.owner,
        thread=thread,
        task=task,
        task_person=_people(stage)[1].handle,
        task_due_on=now().date() + timedelta(days=30),
    )
    plot.at(77, EVENING, stage.zone, partial(_cast, stage, vote, 0.9))
    plot.at(83, EVENING, stage.zone, actions.close_due_votes)


def _cast(stage: "Stage", vote: Any, share: float) -> None:
    """Let most of the electorate vote, more of them in favour."""
    chance = random.Random(f"{stage.data['slug']}/{vote.question}")  # noqa: S311 - a story
    for person in [stage.owner, *stage.members]:
        if chance.random() < share:
            choice = chance.choice(["yes", "yes", "yes", "no", "abstain"])
            with suppress(DomainError):
                actions.cast_ballot(actor=person, vote=vote, choice=choice)


def _hold(_plot: "Plot", stage: "Stage", told: Any) -> None:
    """Let somebody quote words that a list holds back."""
    author, said = _people(stage)[0], told["held"]
    space = _space(stage, author)
    if space is not None:
        with suppress(HeldForReview):
            talk.write_post(actor=author, space=space, title=said["title"], source=said["text"])


def _see(_plot: "Plot", stage: "Stage", told: Any) -> None:
    """Let members write down what others did for a value, and others say that they saw it too."""
    people, values = _people(stage), queries.values_of(stage.community)
    cards = talking.stream(people[0], community=stage.community, order="newest").items
    for at, (sentence, card, value) in enumerate(zip(told["acts"], cards, values, strict=False)):
        writer = next(one for one in people[at:] if one.pk != card.author.id)
        with suppress(DomainError):
            thread = talking.read_thread(stage.community, card.number, viewer=writer, after=0)
            post = talking.get_post(thread.posts[0].id, viewer=writer)
            act = talk.link_post(actor=writer, post=post, value=value, sentence=sentence)
            for other in people[at + 3 : at + 6]:
                with suppress(DomainError):
                    actions.second_act(actor=other, act=act)


def _gather(_plot: "Plot", stage: "Stage", told: Any) -> None:
    """Let members begin small circles with rules of their own, on the map of cells."""
    people = _people(stage)
    for at, said in enumerate(told["circles"]):
        circle = talk.begin_circle(
            actor=people[at],
            community=stage.community,
            name=said["name"],
            purpose=said["purpose"],
            rules_text=said["rules"],
            people=[one.handle for one in people[at : at + 3 + at]],
            listed=True,
        )
        with suppress(DomainError):  # a small community may have nobody outside
            talk.ask_into_circle(
                actor=people[-1 - at], community=stage.community, slug=circle.slug,
                text=said["asks"],
            )  # fmt: skip


def _space(stage: "Stage", author: "Person") -> "Space | None":
    """Return the first space in which somebody may open a proposal."""
    for card in talking.spaces(stage.community, viewer=author):
        if any(kind.name == "proposal" for kind in card.opens):
            card.space.community = stage.community
            return card.space
    return None


def _people(stage: "Stage") -> "list[Person]":
    """Return the members without a role, in the order in which they came."""
    return [one for one in stage.members if one not in stage.operators and one != stage.owner]


def _judge(stage: "Stage", case: Any) -> "Person":
    part = {case.author_id, *queries.reporters(case)}
    return next(one for one in [*stage.operators, stage.owner] if one.pk not in part)
