"""Where the cells of a map stand: those that share people stand beside each other."""

from collections.abc import Mapping, Sequence

Place = tuple[int, int]
BESIDE: tuple[Place, ...] = ((1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1))


def placed(sizes: Mapping[int, int], shared: Mapping[tuple[int, int], int]) -> dict[int, Place]:
    """Return a place (axial coordinates) for each cell; the same cells always stand the same.

    The largest stands in the middle. Each next one is that which shares most with those that
    stand, at the free place beside most of these people; else as near to the middle as there is.

    >>> placed({1: 5, 2: 3}, {(1, 2): 2})
    {1: (0, 0), 2: (1, 0)}
    """
    found: dict[int, Place] = {}
    left = sorted(sizes, key=lambda cell: (-sizes[cell], cell))
    while left:
        cell = max(left, key=lambda one: (_pull(one, found, shared), sizes[one], -one))
        left.remove(cell)
        found[cell] = _best(cell, found, shared)
    return found


def _pull(cell: int, found: Mapping[int, Place], shared: Mapping[tuple[int, int], int]) -> int:
    return sum(_between(cell, other, shared) for other in found)


def _between(one: int, other: int, shared: Mapping[tuple[int, int], int]) -> int:
    return shared.get((min(one, other), max(one, other)), 0)


def _best(cell: int, found: Mapping[int, Place], shared: Mapping[tuple[int, int], int]) -> Place:
    if not found:
        return 0, 0
    taken = {place: other for other, place in found.items()}
    free: list[Place] = []
    for q, r in taken:
        free += [(q + dq, r + dr) for dq, dr in BESIDE if (q + dq, r + dr) not in taken]

    def worth(place: Place) -> tuple[int, int, int]:
        around = _around(place, taken)
        pull = sum(_between(cell, other, shared) for other in around)
        return pull, -_far(place), -free.index(place)

    return max(free, key=worth)


def _around(place: Place, taken: Mapping[Place, int]) -> Sequence[int]:
    q, r = place
    return [taken[q + dq, r + dr] for dq, dr in BESIDE if (q + dq, r + dr) in taken]


def _far(place: Place) -> int:
    q, r = place
    return (abs(q) + abs(r) + abs(q + r)) // 2
