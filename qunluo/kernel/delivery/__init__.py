"""Handing events to reactions: at least once, in order per community, with retries."""

from qunluo.kernel.delivery.engine import Courier, drain
from qunluo.kernel.delivery.registry import reacts_to

__all__ = ["Courier", "drain", "reacts_to"]
