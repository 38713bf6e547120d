"""Changing what the community room knows."""

from qunluo.community.actions.grants import (
    expire_due_grants,
    found_ownership,
    grant,
    hand_over,
    revoke_grant,
)

__all__ = [
    "expire_due_grants",
    "found_ownership",
    "grant",
    "hand_over",
    "revoke_grant",
]
