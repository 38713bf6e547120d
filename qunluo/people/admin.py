"""Persons in the admin: to help with access, never to read their hearts."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from qunluo.people.models import ApiToken, Person

if TYPE_CHECKING:
    PersonAdminBase = admin.ModelAdmin[Person]
    TokenAdminBase = admin.ModelAdmin[ApiToken]
else:
    PersonAdminBase = TokenAdminBase = admin.ModelAdmin


@admin.register(Person)
class PersonAdmin(PersonAdminBase):
    """Shows who has an account; what they write about themselves stays theirs."""

    list_display = ("name", "email", "handle", "joined_at", "is_active")
    search_fields = ("name", "email", "handle")
    fields = ("name", "email", "handle", "language", "time_zone", "joined_at", "erased_at",
              "is_active", "is_staff", "is_superuser")  # fmt: skip
    readonly_fields = ("email", "handle", "joined_at", "erased_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: accounts are opened by their owners."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Person | None = None) -> bool:
        """Refuse: an account is erased by its owner, its row stays."""
        return False


@admin.register(ApiToken)
class ApiTokenAdmin(TokenAdminBase):
    """Shows which tokens exist."""

    list_display = ("prefix", "name", "person", "expires_at", "revoked_at")
    list_select_related = ("person",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: a token speaks for its owner, who makes it."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """Refuse: only its owner ends a token."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """Refuse, for the same reason."""
        return False
