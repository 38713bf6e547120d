"""Recurring jobs, each due time once across all workers."""

from qunluo.kernel.schedule.registry import every

__all__ = ["every"]
