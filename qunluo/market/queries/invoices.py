"""Receipts of what was paid, and invoices that buyers asked for; fetching is permission."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from qunluo.community import queries as communities
from qunluo.kernel import media
from qunluo.kernel.paging import Page, page
from qunluo.kernel.prepared import first
from qunluo.market.errors import InvoiceNotFound, NotPaid
from qunluo.market.models import InvoiceRequest, Payment, Shop
from qunluo.market.queries.orders import OrderView, get_order
from qunluo.market.queries.shop import get_shop
from qunluo.market.rules.permissions import ORDERS

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.market.queries.shop import Viewer

State = InvoiceRequest.State


@dataclass(frozen=True)
class Receipt:
    """What a paid order cost and what went back, as it stands now; whole minor units."""

    view: OrderView
    shop: Shop
    payment: Payment | None

    @property
    def paid_at(self) -> datetime | None:
        """Return when it was paid."""
        return self.view.order.paid_at

    @property
    def kept(self) -> int:
        """Return what was paid less what was decided to go back."""
        return self.view.order.total - self.view.order.refunded


def receipt(uid: str, *, viewer: "Viewer", community: "Community | None" = None) -> Receipt:
    """Return the receipt of an order, for its buyer and for who runs the shop.

    OrderNotFound, NotPaid.
    """
    view = get_order(uid, viewer=viewer, community=community)
    if view.order.paid_at is None or not view.order.total:
        raise NotPaid
    return Receipt(view, get_shop(view.order.community), view.payment)


def find_invoice(order_id: int) -> InvoiceRequest | None:
    """Return what was asked of an order, or None; fetch the order by permission first."""
    found: InvoiceRequest | None = first("", _of_order, [order_id])
    return found


def _of_order(given: Sequence[int]) -> "QuerySet[InvoiceRequest]":
    found = InvoiceRequest.objects.filter(order_id=given[0])
    return found.select_related("order__community", "order__buyer")


def get_invoice(uid: str, *, viewer: "Viewer") -> InvoiceRequest:
    """Return the invoice of an order (by its uid), for its buyer and for who runs the shop.

    OrderNotFound, InvoiceNotFound.
    """
    view = get_order(uid, viewer=viewer)
    found = find_invoice(view.order.pk)
    if found is None:
        raise InvoiceNotFound
    return found


def open_invoice(uid: str, *, viewer: "Viewer") -> BinaryIO:
    """Return the file of an invoice, opened for reading. OrderNotFound, InvoiceNotFound."""
    found = get_invoice(uid, viewer=viewer)
    if not found.file:
        raise InvoiceNotFound
    return media.open(found.file)


def invoices(
    community: "Community", *, viewer: "Viewer", state: str = "asked", after: str | None = None,
    limit: int = 50,
) -> Page[InvoiceRequest]:  # fmt: skip
    """Return the invoices that buyers asked for, the newest first. PermissionMissing."""
    communities.require(viewer, community, ORDERS)
    found = InvoiceRequest.objects.filter(order__community=community)
    if state in State.values:
        found = found.filter(state=state)
    return page(found.select_related("order__buyer", "by"), ["-id"], after, limit)


def invoices_waiting(community: "Community") -> int:
    """Return how many invoices wait to be issued."""
    return InvoiceRequest.objects.filter(order__community=community, state=State.ASKED).count()
