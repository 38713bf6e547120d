"""The ledger: double entry for money, points and credit; only this room writes the books."""
