"""The books: one's own account, and the books of a community for who keeps them."""
