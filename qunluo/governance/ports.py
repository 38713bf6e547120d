"""What is asked of the rooms above before somebody decides about what was said."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

    Check = Callable[[Person, Community, str, int], None]


class Benches:
    """Rooms that know who may not judge a thing, such as who sells what a post compares."""

    def __init__(self) -> None:
        """Start with none."""
        self._checks: list[Check] = []

    def register(self, check: "Check") -> None:
        """Let a room raise why somebody may not judge a target (type, id); once at the start."""
        self._checks.append(check)

    def check(self, actor: "Person", community: "Community", target: tuple[str, int]) -> None:
        """Raise what keeps somebody from judging a target."""
        for one in self._checks:
            one(actor, community, *target)


benches = Benches()
