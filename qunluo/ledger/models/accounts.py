"""What is counted, whose it is, and how much there is of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from qunluo.ledger.rules.purposes import NAME_LENGTH


class Unit(models.Model):
    """What a community counts: a currency, its points, or its store credit in a currency.

    Each community has books of its own, so that nobody's money ever lies with another's. The code
    is "CNY", "points" or "credit-CNY"; the exponent is how many decimals an amount has.
    """

    class Kind(models.TextChoices):
        CURRENCY = "currency", "currency"
        POINTS = "points", "points"
        CREDIT = "credit", "credit"

    community = models.ForeignKey("community.Community", models.PROTECT, related_name="units")
    code = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    currency = models.CharField(max_length=3, blank=True)
    exponent = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="one_unit_of_a_code"),
            models.CheckConstraint(
                condition=Q(kind="points", currency="") | ~Q(kind="points") & ~Q(currency=""),
                name="points_have_no_currency",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class PointsName(models.Model):
    """What a community calls its points: in English one and many of them, and in Chinese."""

    community = models.OneToOneField(
        "community.Community", models.CASCADE, related_name="points_name"
    )
    one = models.CharField(max_length=NAME_LENGTH)
    many = models.CharField(max_length=NAME_LENGTH)
    zh = models.CharField(max_length=NAME_LENGTH)

    def __str__(self) -> str:
        return self.many


class Account(models.Model):
    """Where something of one unit lies; for what, definitions/accounts.toml tells by `purpose`.

    An account that may be overdrawn has no running balance: what it holds is added up when asked.
    So nobody waits for another at the account into which everybody pays.
    """

    class Owner(models.TextChoices):
        PERSON = "person", "person"
        COMMUNITY = "community", "community"
        SYSTEM = "system", "system"

    community = models.ForeignKey("community.Community", models.PROTECT, related_name="accounts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="accounts", db_index=False)
    owner = models.CharField(max_length=10, choices=Owner.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="accounts"
    )
    purpose = models.CharField(max_length=20)
    label = models.CharField(max_length=40, blank=True)
    overdraws = models.BooleanField()
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(owner="person", person__isnull=False)
                | Q(owner__in=["community", "system"], person__isnull=True),
                name="an_account_has_one_owner",
            ),
            models.CheckConstraint(
                condition=~Q(owner="person") | Q(overdraws=False),
                name="nobody_overdraws_a_wallet",
            ),
            models.UniqueConstraint(
                fields=["community", "person", "unit", "purpose", "label"],
                condition=Q(person__isnull=False),
                name="one_account_of_a_person",
            ),
            models.UniqueConstraint(
                fields=["community", "unit", "purpose", "label"],
                condition=Q(person__isnull=True),
                name="one_account_of_a_purpose",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.label or self.person_id or ''}"


class Balance(models.Model):
    """What lies on an account that may not be overdrawn, and how much of it is held back.

    The database keeps it by itself: a row comes with its account, `posted` follows each transfer
    as it is sealed, `held` follows the holds. `last` is the transfer that moved it last.
    """

    account = models.OneToOneField(
        Account, models.PROTECT, primary_key=True, related_name="balance"
    )
    posted = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    last = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(held__gte=0, posted__gte=F("held")), name="ledger_never_overdrawn"
            )
        ]

    def __str__(self) -> str:
        return f"{self.posted} ({self.held} held)"
