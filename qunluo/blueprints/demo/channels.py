"""What carries word of a community elsewhere: a weather station, and letters that are answered."""

from functools import partial
from typing import TYPE_CHECKING, Any

from qunluo.conversation import actions, queries
from qunluo.kernel.text import pick
from qunluo.reach.actions import Message, arrive

if TYPE_CHECKING:
    from qunluo.blueprints.demo.stage import Stage
    from qunluo.blueprints.demo.story import Plot

STATION = {"en": "Weather station", "zh": "气象小站"}
LETTERS = {"en": "Letters", "zh": "回信"}
NEWS = [
    (62, {"en": "Frost tonight", "zh": "今夜有霜"},
     {"en": "Down to −1 °C between four and six.", "zh": "凌晨四点到六点，最低零下 1 ℃。"}),
    (83, {"en": "Rain at last", "zh": "终于下雨了"},
     {"en": "18 mm since midnight; the barrel is full.", "zh": "零点以来 18 毫米，雨水桶满了。"}),
]  # fmt: skip


def channels(plot: "Plot", stage: "Stage") -> None:
    """Plan when the channels are attached, and what one of them brings."""
    plot.at(60, 9.0, stage.zone, partial(_attach, plot, stage))


def _attach(plot: "Plot", stage: "Stage") -> None:
    community, owner = stage.community, stage.owner
    offered = queries.spaces_to_write_in(community)
    language = community.language
    if not offered:
        return
    common: dict[str, Any] = {"given": {}, "actor": owner, "community": community}
    station = actions.attach_channel(
        kind="inbox", name=str(pick(STATION, language)), job="serve",
        reach={"space": offered[0].pk}, **common,
    )  # fmt: skip
    actions.attach_channel(
        kind="mail", name=str(pick(LETTERS, language)), job="serve", reach={}, **common
    )
    for day, title, text in NEWS:
        message = Message(f"demo-{day}", str(pick(text, language)), str(pick(title, language)))
        plot.at(day, 6.5, stage.zone, partial(arrive, station, message))
