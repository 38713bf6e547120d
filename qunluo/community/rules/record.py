"""Limits of the member record; plain Python."""

from qunluo.community.rules.permissions import roles

CLOSE_CARE_LIMIT = 20  # 「精确、深入跟踪的人数为20人左右」(1:21)
TAG_LENGTH = 30
NOTE_LENGTH = 2000
HOSTING = "members.notes"


def hosting_roles() -> list[str]:
    """Return the roles whose holders can be a member's host."""
    return [role.name for role in roles().values() if HOSTING in role.permissions]


def clean_tag(name: str) -> str:
    """Return a tag without the # and surplus spaces that people type."""
    return " ".join(name.replace("\0", "").split()).lstrip("#").strip()


def free_slot(taken: set[int]) -> int | None:
    """Return the lowest free place of close care, or None when all are taken."""
    return next((slot for slot in range(1, CLOSE_CARE_LIMIT + 1) if slot not in taken), None)
