"""The kernel's tables."""

from qunluo.kernel.models.delivery import Origin, ParkedEvent, ReactionCursor, WorkerBeat
from qunluo.kernel.models.events import EventRecord
from qunluo.kernel.models.once import OnceKey, RateBucket
from qunluo.kernel.models.schedule import ScheduledJob
from qunluo.kernel.models.whisper import Whisper

__all__ = [
    "EventRecord",
    "OnceKey",
    "Origin",
    "ParkedEvent",
    "RateBucket",
    "ReactionCursor",
    "ScheduledJob",
    "Whisper",
    "WorkerBeat",
]
