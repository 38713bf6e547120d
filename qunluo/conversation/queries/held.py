"""What waits for a look: for who wrote it, and nobody else; judges read the copy in the queue."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qunluo.conversation.errors import HeldNotFound
from qunluo.conversation.models import HeldPost
from qunluo.governance.queries import held_case, label_of, rule_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qunluo.community.models import Community
    from qunluo.governance.models import Case
    from qunluo.people.models import Person


@dataclass(frozen=True)
class HeldView:
    """Words of one's own that wait or came back: the rule they touch, and how it stands."""

    held: HeldPost
    label: "Mapping[str, str]"
    rule: "Mapping[str, str]"

    @property
    def title(self) -> str:
        """Return the title that they would have."""
        return str(self.held.given.get("title") or "")

    @property
    def source(self) -> str:
        """Return the words."""
        return str(self.held.given.get("source") or "")


def held_posts(person: "Person", community: "Community") -> list[HeldView]:
    """Return what waits or came back of somebody's words here, the newest first."""
    found = HeldPost.objects.filter(author=person, community=community)
    shown = found.exclude(state=HeldPost.State.WITHDRAWN).select_related("space", "thread")
    return [_view(one) for one in shown.order_by("-pk")[:100]]


def get_held(pk: int, *, viewer: "Person") -> HeldView:
    """Return one's own words that wait; HeldNotFound."""
    found = HeldPost.objects.filter(pk=pk, author=viewer).select_related("community", "space")
    held = found.first()
    if held is None or held.state == HeldPost.State.WITHDRAWN:
        raise HeldNotFound
    return _view(held)


def case_of(held: HeldPost) -> "Case | None":
    """Return the entry of the queue about words that wait."""
    return held_case(held.pk, held.community_id)


def _view(held: HeldPost) -> HeldView:
    return HeldView(held, label_of(held.category), rule_of(held.category))
