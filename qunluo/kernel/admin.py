"""Looking into the log and the queue; the admin can read them and change nothing."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from qunluo.kernel.models import EventRecord, ParkedEvent, ScheduledJob, WorkerBeat


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows rows; adding, changing and deleting happen through actions only."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


@admin.register(EventRecord)
class EventRecordAdmin(ReadOnly):
    """The event log."""

    list_display = ("id", "at", "name", "community_id", "actor_id", "person_id", "audit")
    list_filter = ("audit", "at")
    search_fields = ("=name", "=community_id", "=person_id", "=actor_id")


@admin.register(ParkedEvent)
class ParkedEventAdmin(ReadOnly):
    """Deliveries that failed or wait."""

    list_display = ("id", "reaction", "event", "community_id", "state", "attempts", "next_try_at")
    list_filter = ("state", "reaction")
    list_select_related = ("event",)


@admin.register(ScheduledJob)
class ScheduledJobAdmin(ReadOnly):
    """Recurring jobs."""

    list_display = ("name", "key", "time_zone", "due_at", "last_run_at", "attempts")
    list_filter = ("name",)


@admin.register(WorkerBeat)
class WorkerBeatAdmin(ReadOnly):
    """Workers and when they were last seen."""

    list_display = ("name", "started_at", "seen_at")
