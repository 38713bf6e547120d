"""What an API token may be, and what is kept of it; plain Python."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from qunluo.kernel.text import _
from qunluo.people.rules.profile import LENGTHS

TOKEN_PREFIX = "qlt_"  # noqa: S105 -- tells our tokens apart when one leaks
TOKEN_DAYS = (7, 30, 90, 365)


@dataclass(frozen=True)
class Scope:
    """What a token may do."""

    name: str
    label: str


# <area>:write includes <area>:read; `read` and `write` cover every area.
SCOPES = (
    Scope("read", _("Read everything you can read")),
    Scope("write", _("Do everything you can do")),
    Scope("profile:read", _("Read your profile, settings and own data")),
    Scope("profile:write", _("Change your profile and settings")),
    Scope("communities:read", _("Read your communities and their charters")),
    Scope("communities:write", _("Found, join, run and leave communities")),
    Scope("members:read", _("Read members, applications and grants")),
    Scope("members:write", _("Look after members, decide on applications, give roles")),
    Scope("talk:read", _("Read the talk that you can read")),
    Scope("talk:write", _("Write, react and move threads in your name")),
    Scope("invitations:read", _("Read invitations and the founding hundred")),
    Scope("invitations:write", _("Invite people")),
    Scope("customers:read", _("Read imported customers")),
    Scope("customers:write", _("Import, change and invite customers")),
    Scope("shop:read", _("See shops, your cart, your addresses and your orders")),
    Scope("shop:write", _("Order, pay and call off in your name")),
    Scope("selling:read", _("Read orders, payments and settings of the shops you run")),
    Scope("selling:write", _("Run your shops: products, prices, orders, refunds, store credit")),
    Scope("desk:read", _("Read the audit log, removals and failed deliveries")),
    Scope("desk:write", _("Remove members, decide appeals, replay failed deliveries")),
    Scope("export:read", _("Download whole communities as archives")),
    Scope("export:write", _("Start an archive of a community")),
)


def digest(secret: str) -> str:
    """Return what is stored of a token; a plain hash suffices for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_faults(
    name: str, scopes: Sequence[str], days: int | None, *, live: int, most: int
) -> dict[str, list[str]]:
    """Return what is wrong with a wish for a token, by field."""
    wrong: dict[str, list[str]] = {}
    if not 1 <= len(name) <= LENGTHS["name"]:
        wrong["name"] = [_("Name the program or purpose this token is for.")]
    elif live >= most:
        wrong["name"] = [_("You have very many tokens; revoke one you no longer use.")]
    if not scopes or not set(scopes) <= {scope.name for scope in SCOPES}:
        wrong["scopes"] = [_("Choose at least one permission.")]
    if days is not None and not 1 <= days <= max(TOKEN_DAYS):
        wrong["days"] = [_("Choose how long the token lives, at most a year.")]
    return wrong
