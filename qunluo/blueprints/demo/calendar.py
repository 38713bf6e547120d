"""What the farm plans to say: a month that appeared by itself, and the days to come."""

from contextlib import suppress
from datetime import datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from qunluo.blueprints.demo.cast import read
from qunluo.conversation import actions, queries
from qunluo.kernel.errors import DomainError

if TYPE_CHECKING:
    from qunluo.blueprints.demo.stage import Stage
    from qunluo.blueprints.demo.story import Plot

MORNING = 7.0
LAST = 88  # the day on which what is still to come was planned
ATTRIBUTES = ("useful", "fun", "warm", "beneficial")
ANSWERING, ANSWERS = 12, (4, 5, 3, 4, 5, 2)
LOOKS = (4, 5, 5, 3, 4)  # how those who answered found that it sounds


def calendar(plot: "Plot", stage: "Stage") -> None:
    """Plan when each item is written, when it appears and who says how it sounded."""
    for told in read("calendar.toml")["item"]:
        day = told["day"]
        local = plot.start.astimezone(ZoneInfo(stage.zone)).date() + timedelta(days=int(day))
        hour = time(int(MORNING + 15 * (day % 1)))
        at = datetime.combine(local, hour, ZoneInfo(stage.zone))
        write = min(day - 2, LAST)
        plot.at(write, 21.0, stage.zone, partial(_write, plot, stage, told, at))
    for day, name in ((34, "fit"), (36, "lead"), (86, "fit")):
        plot.at(day, 19.0, stage.zone, partial(_ask, stage, name))
        plot.at(day + 14, 19.5, stage.zone, actions.end_surveys)


def _ask(stage: "Stage", name: str) -> None:
    """Ask every member a short question, and let some answer at once."""
    actions.open_survey(actor=stage.owner, community=stage.community, question=name)
    for at, who in enumerate(stage.members[:ANSWERING]):
        with suppress(DomainError):
            rating = ANSWERS[at % len(ANSWERS)]
            actions.answer_survey(
                actor=who, community=stage.community, question=name, rating=rating
            )


def _write(plot: "Plot", stage: "Stage", told: dict[str, Any], at: datetime) -> None:
    author = {"owner": stage.owner, "operator": stage.operators[0]}.get(told["by"])
    author = author or stage.chance.choice(stage.members[:20])
    item = actions.plan_item(
        actor=author,
        space=queries.get_space(stage.community, told["space"], viewer=author),
        title=told["title"],
        source=told["text"],
        target=told["for"],
        values=told.get("values", []),
        causes=told.get("causes", []),
        licence=told.get("licence", "reserved"),
        together=[stage.operators[0].handle] if told.get("with") else [],
        publish_at=at,
        ticks=[name for name, _words in queries.checklist(stage.community)],
        **dict(zip(ATTRIBUTES, told["give"], strict=True)),
    )
    actions.schedule_item(actor=author, item=item)
    day = (at - plot.start).days
    minute = at.hour + 1 / 60
    plot.at(day + _ahead(plot, at, day), minute, stage.zone, actions.publish_due)
    plot.at(day + 1, 20.5, stage.zone, partial(_answer, stage, item.uid))


def _ahead(plot: "Plot", at: datetime, day: int) -> int:
    """Return by how much the local day of a moment is another than the day of the story."""
    local = plot.start.astimezone(at.tzinfo).date()
    return (at.date() - local).days - day


def _answer(stage: "Stage", uid: str) -> None:
    """Let some members say how it sounded; who has left or wrote it says nothing."""
    item = queries.find_item(uid, community=stage.community, viewer=stage.owner)
    for look in LOOKS:
        try:
            actions.rate_item(actor=stage.chance.choice(stage.members), item=item, rating=look)
        except DomainError:
            continue
