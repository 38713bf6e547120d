"""Changing what the growth room knows."""

from qunluo.growth.actions.imports import cancel_import, queue_import, run_import, start_import

__all__ = ["cancel_import", "queue_import", "run_import", "start_import"]
