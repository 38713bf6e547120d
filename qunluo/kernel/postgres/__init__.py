"""PostgreSQL as Django speaks to it, and in two ways quicker (base.py)."""
