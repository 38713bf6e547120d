"""Handing events to reactions: at least once, in order per community, with retries."""

from qunluo.kernel.delivery.cursors import ensure as ensure_cursors
from qunluo.kernel.delivery.engine import Courier, drain
from qunluo.kernel.delivery.registry import reacts_to

__all__ = ["Courier", "drain", "ensure_cursors", "reacts_to"]
