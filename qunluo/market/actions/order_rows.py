"""Taking the row of an order, and what every event of one tells."""

from typing import Any

from qunluo.market.models import Order


def locked(pk: int) -> Order:
    """Take the row of an order, always before those of its payments; inside a transaction."""
    found = Order.objects.select_for_update(of=("self",)).select_related("community", "buyer")
    return found.get(pk=pk)


def about(order: Order, actor_id: int | None = None) -> dict[str, Any]:
    """Return the fields that every event of an order has."""
    return {
        "community_id": order.community_id,
        "actor_id": actor_id,
        "person_id": order.buyer_id,
        "order_id": order.pk,
    }
