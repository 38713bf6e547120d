"""Handing events to reactions: at least once, in order per community, with retries."""

from qunluo.kernel.delivery.registry import reacts_to

__all__ = ["reacts_to"]
