"""Needs where they arise: the scene map, and who does what each time it happens (F10)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qunluo.conversation.queries.cards import ThreadCard
from qunluo.conversation.queries.handling import threads_of_kind

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.conversation.queries.sight import Viewer

WORRY, SERVES = "worry", "goal"
MOST = 200


@dataclass(frozen=True)
class Need:
    """A worry or need: where, when and with whom it arises, who looks after it, and how."""

    card: ThreadCard
    where: str
    when: str
    with_whom: str
    touchpoint: str
    serves_goal: bool

    @property
    def weight(self) -> int:
        """Return how many stand behind it, its author included."""
        return self.card.seconds + 1

    @property
    def untouched(self) -> bool:
        """Return whether nobody looks after it, or there is no word yet on what is done."""
        return self.card.assignee is None or not self.touchpoint


@dataclass(frozen=True)
class Moment:
    """What arises at one time in one place."""

    when: str
    needs: tuple[Need, ...]


@dataclass(frozen=True)
class Scene:
    """A place, with what arises there by time."""

    where: str
    moments: tuple[Moment, ...]

    @property
    def weight(self) -> int:
        """Return how many people stand behind what arises here."""
        return sum(need.weight for moment in self.moments for need in moment.needs)


@dataclass(frozen=True)
class SceneMap:
    """Every open need by place and time; the heaviest places first, unplaced ones at the end."""

    scenes: tuple[Scene, ...]
    needs: tuple[Need, ...]

    @property
    def plan(self) -> tuple[Need, ...]:
        """Return the needs that have an owner and a rule for each time they arise."""
        return tuple(need for need in self.needs if not need.untouched)

    @property
    def untouched(self) -> tuple[Need, ...]:
        """Return the needs without an owner or without a rule, the heaviest first."""
        return tuple(need for need in self.needs if need.untouched)

    @property
    def serving(self) -> int:
        """Return how many of the needs serve the one goal (F20)."""
        return sum(need.serves_goal for need in self.needs)


def scene_map(community: "Community", *, viewer: "Viewer") -> SceneMap:
    """Return the map of the open worries and needs that a viewer sees, at most 200."""
    page = threads_of_kind(
        community, WORRY, viewer=viewer, settled=False, heaviest=True, limit=MOST
    )
    needs = tuple(_need(card) for card in page.items if not card.gone)
    scenes = [
        Scene(where, tuple(Moment(when, tuple(found)) for when, found in _by(at, _when)))
        for where, at in _by(needs, _where)
    ]
    scenes.sort(key=lambda scene: (not scene.where, -scene.weight, scene.where))
    return SceneMap(tuple(scenes), needs)


def _need(card: ThreadCard) -> Need:
    said = {name: str(card.fields.get(name) or "") for name in
            ("where", "when", "with_whom", "touchpoint", SERVES)}  # fmt: skip
    serves = said.pop(SERVES) == "yes"
    return Need(card=card, serves_goal=serves, **said)


def _where(need: Need) -> str:
    return need.where


def _when(need: Need) -> str:
    return need.when


def _by(needs: Iterable[Need], what: Callable[[Need], str]) -> list[tuple[str, list[Need]]]:
    """Group by what people wrote, whatever the case and blanks; the first wording names it."""
    groups: dict[str, tuple[str, list[Need]]] = {}
    for need in needs:
        said = what(need)
        key = " ".join(said.casefold().split())
        groups.setdefault(key, (said, []))[1].append(need)
    return list(groups.values())
