"""What may be done with the books, by the names of community/definitions/permissions.toml."""

VIEW, MANAGE, GIVE = "ledger.view", "ledger.manage", "points.give"
