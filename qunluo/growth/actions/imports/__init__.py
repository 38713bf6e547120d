"""Bringing customers and their past orders in."""

from qunluo.growth.actions.imports.running import run_import
from qunluo.growth.actions.imports.starting import cancel_import, queue_import, start_import

__all__ = ["cancel_import", "queue_import", "run_import", "start_import"]
