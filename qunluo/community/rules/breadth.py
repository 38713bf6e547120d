"""How wide a community is: the entropy of its tags (F11)."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log2

FEWEST_TAGGED = 5


@dataclass(frozen=True)
class Breadth:
    """0 when everybody shares one tag, 1 when tags are spread evenly; None with too few people."""

    score: float | None
    tags: int
    people: int

    @property
    def formula(self) -> dict[str, str]:
        """Return what the number means, in both languages."""
        return {
            "en": f"Entropy of {self.tags} tags on {self.people} members ÷ the highest possible "
            f"entropy. From 0 (all alike) to 1 (all different); shown from {FEWEST_TAGGED} tagged "
            "members. It should fall as a community finds its focus.",
            "zh": f"{self.people} 位成员身上 {self.tags} 种标签的熵 ÷ 最大可能的熵。"
            f"0 表示人人相同，1 表示各不相同；至少 {FEWEST_TAGGED} 位有标签的成员才显示。"
            "社群越聚焦，这个数应当越低。",
        }


def breadth(counts: Iterable[int], people: int) -> Breadth:
    """Return the breadth from how often each tag is held, by so many tagged people."""
    held = [count for count in counts if count > 0]
    total = sum(held)
    if people < FEWEST_TAGGED or not total:
        return Breadth(None, len(held), people)
    if len(held) == 1:
        return Breadth(0.0, 1, people)
    entropy = -sum(count / total * log2(count / total) for count in held)
    return Breadth(round(entropy / log2(len(held)), 4), len(held), people)
