"""What may be done in a shop, by the names of community/definitions/permissions.toml."""

MANAGE, ORDERS = "shop.manage", "orders.manage"
DISPUTES = "disputes.decide"
