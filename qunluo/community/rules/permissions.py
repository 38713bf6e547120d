"""Which role may do what: read from definitions/permissions.toml, decided nowhere else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from qunluo.kernel.definitions import load_file

DEFINITIONS = Path(__file__).parents[1] / "definitions" / "permissions.toml"
MEMBER = "member"
OWNER = "owner"
CCO = "cco"


@dataclass(frozen=True)
class Permission:
    """One thing that may be done in a community; `when_closed` even after its end."""

    name: str
    label: dict[str, str]
    help: dict[str, str]
    when_closed: bool = False


@dataclass(frozen=True)
class Role:
    """What a person may be in a community; `given_by` names the roles that may give it."""

    name: str
    kind: str
    rank: int
    label: dict[str, str]
    help: dict[str, str]
    given_by: tuple[str, ...]
    expires: bool
    permissions: frozenset[str]


@cache
def permissions() -> dict[str, Permission]:
    """Return every permission by name, in the order of the file."""
    return {name: Permission(name, **entry) for name, entry in _read()["permissions"].items()}


@cache
def roles() -> dict[str, Role]:
    """Return every role by name, highest rank first."""
    found = {
        name: Role(
            name,
            kind=entry["kind"],
            rank=entry["rank"],
            label=entry["label"],
            help=entry["help"],
            given_by=tuple(entry["given_by"]),
            expires=entry["expires"],
            permissions=frozenset(entry["permissions"]),
        )
        for name, entry in _read()["roles"].items()
    }
    return dict(sorted(found.items(), key=lambda item: -item[1].rank))


def permissions_from(held: Iterable[str]) -> frozenset[str]:
    """Return what the roles together allow; an unknown role allows nothing."""
    known = roles()
    return frozenset().union(*(known[name].permissions for name in held if name in known))


def after_the_end(allowed: Iterable[str]) -> frozenset[str]:
    """Return what remains of some permissions once a community has closed."""
    known = permissions()
    return frozenset(name for name in allowed if known[name].when_closed)


def roles_allowing(permission: str) -> list[Role]:
    """Return the roles that bring a permission, the lowest rank that suffices first."""
    return sorted(
        (role for role in roles().values() if permission in role.permissions),
        key=lambda role: role.rank,
    )


def rank_of(held: Iterable[str]) -> int:
    """Return the highest rank among the roles; -1 for somebody who holds none."""
    known = roles()
    return max((known[name].rank for name in held if name in known), default=-1)


def may_give(giver: Iterable[str], role: Role) -> bool:
    """Return whether somebody with the giver's roles may give or take back the role."""
    return bool(set(giver) & set(role.given_by))


def _read() -> Mapping[str, Any]:
    return load_file(DEFINITIONS)
