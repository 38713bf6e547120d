"""Looking into communities; changes go through actions only, so nothing here writes."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from qunluo.community import models


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows rows; adding, changing and deleting happen through actions."""

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


@admin.register(models.Community)
class CommunityAdmin(ReadOnly):
    """Communities and which of their doors are open."""

    list_display = ("name", "slug", "stage", "recruiting", "selection", "member_count", "blueprint")
    list_filter = ("stage", "selection", "blueprint")
    search_fields = ("name", "slug")


@admin.register(models.CharterVersion)
class CharterVersionAdmin(ReadOnly):
    """Published charters."""

    list_display = ("community", "number", "published_at", "note")
    list_select_related = ("community",)


@admin.register(models.RulesVersion)
class RulesVersionAdmin(ReadOnly):
    """Published rules."""

    list_display = ("community", "number", "published_at")
    list_select_related = ("community",)


@admin.register(models.Grant)
class GrantAdmin(ReadOnly):
    """Who holds what; the way to find out who can help with a community."""

    list_display = ("community", "person", "kind", "name", "granted_at", "expires_at", "revoked_at")
    list_filter = ("kind", "name")
    list_select_related = ("community", "person")
