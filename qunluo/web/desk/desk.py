"""What every page of the desk needs: the community, the right to be here, the tabs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qunluo.community import queries
from qunluo.growth.queries import hosts_customers
from qunluo.kernel.text import pick
from qunluo.web.core.belonging import may
from qunluo.web.core.links import url_or_nothing
from qunluo.web.core.requests import PersonRequest
from qunluo.web.core.show import show

if TYPE_CHECKING:
    from qunluo.community.models import Community

# Pages that one comes to from a tab, and that have an address of their own.
BELOW = {
    "market:desk": ("cards", "codes", "coupons", "dealers", "services", "tiers", "trace"),
    "claims:desk": ("invoices",),
}


@dataclass(frozen=True)
class Tab:
    """One page of the desk in its navigation."""

    text: str
    href: str
    current: bool


def desk_of(request: PersonRequest, slug: str, permission: str = "desk.view") -> "Community":
    """Return the community for somebody who may be at its desk; Forbidden says who may."""
    community = queries.get_community(slug, viewer=request.person)
    queries.require(request.person, community, permission)
    return community


def tabs(request: PersonRequest, community: "Community") -> list[Tab]:
    """Return the pages of the desk that this viewer may open: people before everything else."""
    wanted = [
        (_("Today"), "desk:home", "desk.view"),
        (_("Members"), "desk:members", "members.manage"),
        (_("Applications"), "desk:applications", "members.admit"),
        (_("Queue"), "order:queue", "posts.moderate"),
        (_("Appeals"), "desk:appeals", "members.remove"),
        (_customers(request, community), "growth:customers", "customers.view"),
        (_("First hundred"), "growth:founding", "invitations.manage"),
        (_("Roles"), "desk:roles", "grants.manage"),
        (_("Shop"), "market:desk", "shop.manage"),
        (_("Orders"), "market:desk_orders", "orders.manage"),
        (_("After-sales"), "claims:desk", "disputes.decide"),
        (_("Books"), "ledger:books", "ledger.view"),
        (_("Buying together"), "campaigns:desk", "shop.manage"),
        (_("Shares"), "shares:desk", "orders.manage"),
        (_("Channels"), "reach:channels", "channels.manage"),
        (_("Guide"), "founding:guide", "community.edit"),
        (_("Settings"), "founding:settings", "community.edit"),
        (_("Export"), "growth:exports", "export.community"),
        (_("Log"), "desk:audit", "audit.view"),
    ]
    return [
        Tab(text, href, _here(request.path, href, name))
        for text, name, permission in wanted
        if (may(request, community, permission) or _own_customers(request, community, name))
        and (href := url_or_nothing(name, slug=community.slug))
    ]


def _customers(request: PersonRequest, community: "Community") -> str:
    return _("Customers") if may(request, community, "customers.view") else _("Your customers")


def _own_customers(request: PersonRequest, community: "Community", name: str) -> bool:
    """Tell whether a page is that of the customers whom this host looks after."""
    return name == "growth:customers" and hosts_customers(request.person, community)


def show_desk(
    request: PersonRequest,
    community: "Community",
    template: str,
    context: dict[str, Any],
    block: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with a page of the desk."""
    given = {
        "community": community,
        "desk_tabs": tabs(request, community),
        "role_labels": role_labels(),
        "measure_labels": {
            "warning": _("A warning"),
            "suspension": _("A suspension"),
            "removal": _("A removal"),
            "refusal": _("A declined application"),
            "takedown": _("A removed post"),
            "label": _("A note on a post"),
        },
        **context,
    }
    return show(request, f"desk/{template}", block, given, status=status)


def role_labels() -> dict[str, str]:
    """Return what each role, and the badge of the first hundred, is called for the reader."""
    labels = {name: pick(role.label, get_language()) for name, role in queries.roles().items()}
    return {**labels, "founding100": _("First hundred")}


def _here(path: str, href: str, name: str) -> bool:
    if name == "desk:home":
        return path == href
    desk = href.rsplit("/", 2)[0]
    return path.startswith((href, *(f"{desk}/{part}/" for part in BELOW.get(name, ()))))
