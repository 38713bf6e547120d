"""Recurring jobs, each due time once across all workers."""

from qunluo.kernel.schedule.registry import every
from qunluo.kernel.schedule.runner import cancel, next_due, plan, run_due

__all__ = ["cancel", "every", "next_due", "plan", "run_due"]
