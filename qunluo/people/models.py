"""Persons, and the tokens with which their programs speak for them."""

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models

from qunluo.kernel.clock import now
from qunluo.kernel.ids import short_code
from qunluo.kernel.prepared import first
from qunluo.kernel.sessions import brought
from qunluo.people import rules


class PersonManager(BaseUserManager["Person"]):
    """Creates persons for Django's own commands; everything else calls people.actions."""

    def create_user(self, email: str | None, password: str | None, **fields: Any) -> "Person":
        """Return a new person who may sign in with the address and password."""
        person = self.model(email=rules.normal_email(email), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get(self, *args: Any, **wanted: Any) -> "Person":
        """Return a person as any manager does; by id, as each page asks, without a new query."""
        pk = wanted.get("pk")
        if type(self) is not PersonManager or args or len(wanted) != 1 or not isinstance(pk, int):
            return super().get(*args, **wanted)
        found = brought(pk) or first("", _by_id, [pk])
        if found is None:
            raise self.model.DoesNotExist
        return cast("Person", found)

    def create_superuser(self, email: str, password: str | None, **fields: Any) -> "Person":
        """Return a new administrator of the installation."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


def _by_id(given: Sequence[int]) -> "models.QuerySet[Person]":
    return Person.objects.filter(pk=given[0])


class Person(AbstractBaseUser, PermissionsMixin):
    """A whole person, in as many communities as they like; one row for ever, emptied on erasure.

    `email` holds only an address proven to be theirs (or entered by an operator), so other rooms
    may match people by it; an address merely claimed at sign-up waits in allauth's table.
    """

    email = models.EmailField(unique=True, null=True, blank=True)
    name = models.CharField(max_length=60)
    handle = models.CharField(max_length=12, unique=True, default=short_code)
    intro = models.CharField(max_length=300, blank=True)
    offers = models.JSONField(default=list, blank=True)
    thoughts = models.TextField(max_length=2000, blank=True)
    worries = models.TextField(max_length=2000, blank=True)
    wishes = models.TextField(max_length=2000, blank=True)
    tags = models.JSONField(default=list, blank=True)
    picture = models.CharField(max_length=120, blank=True)
    visibility = models.JSONField(default=rules.default_visibility, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    time_zone = models.CharField(max_length=60, default="Asia/Shanghai")
    joined_at = models.DateTimeField(default=now)
    erased_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.name or self.handle

    def get_full_name(self) -> str:
        """Return the name; Django's admin asks for it."""
        return self.name

    def get_short_name(self) -> str:
        """Return the name; Django's admin asks for it."""
        return self.name


class ApiToken(models.Model):
    """A personal token: only its digest is kept, the secret is shown once."""

    person = models.ForeignKey("people.Person", models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"
