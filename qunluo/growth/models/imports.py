"""An import in progress, and the rows it has read so far."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class CustomerImport(models.Model):
    """One upload of customers and orders: read into staging rows, then applied all at once."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", "uploaded"
        QUEUED = "queued", "queued"
        READING = "reading", "reading"
        APPLYING = "applying", "applying"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    dry_run = models.BooleanField(default=False)
    filename = models.CharField(max_length=200)
    file = models.CharField(max_length=300)
    orders_filename = models.CharField(max_length=200, blank=True)
    orders_file = models.CharField(max_length=300, blank=True)
    options = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    bytes_total = models.BigIntegerField(default=0)
    bytes_done = models.BigIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    errors_count = models.PositiveIntegerField(default=0)
    problem = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    attempts_before = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community"],
                condition=Q(state__in=["queued", "reading", "applying"]),
                name="one_running_import_per_community",
            )
        ]
        indexes = [models.Index(fields=["community", "-id"])]

    def __str__(self) -> str:
        return f"{self.filename} ({self.state})"


class StagedCustomer(models.Model):
    """A row of the customers' file, cleaned; `rank` counts the rows about the same customer."""

    job = models.ForeignKey(CustomerImport, models.CASCADE, related_name="+", db_index=False)
    line = models.PositiveIntegerField()
    leader = models.PositiveIntegerField()
    rank = models.PositiveIntegerField()
    external_id = models.CharField(max_length=80)
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=20)
    email = models.CharField(max_length=254)
    birthday = models.DateField(null=True)
    tags = models.TextField()
    note = models.TextField()
    source = models.CharField(max_length=80)
    consent = models.CharField(max_length=8)
    last_order_on = models.DateField(null=True)
    orders_count = models.PositiveIntegerField(null=True)
    amount_minor = models.BigIntegerField(null=True)
    must_exist = models.BooleanField(default=False)
    customer = models.BigIntegerField(null=True)
    is_new = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["job", "leader", "rank"], name="staged_customer_leader")]

    def __str__(self) -> str:
        return f"line {self.line}"


class StagedOrder(models.Model):
    """A row of the orders' file, cleaned; `leader` points at the staged customer, if any."""

    job = models.ForeignKey(CustomerImport, models.CASCADE, related_name="+", db_index=False)
    line = models.PositiveIntegerField()
    leader = models.PositiveIntegerField()
    customer = models.BigIntegerField(null=True)
    on = models.DateField(db_column="bought_on")
    quantity_milli = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    reference = models.CharField(max_length=80)
    item = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["job", "leader"], name="staged_order_leader")]

    def __str__(self) -> str:
        return f"line {self.line}"


class RowError(models.Model):
    """A row that could not be taken, with its line and why; `code` says why in rules/cells.py."""

    job = models.ForeignKey(
        CustomerImport, models.CASCADE, related_name="row_errors", db_index=False
    )
    file = models.CharField(max_length=9)  # customers | orders
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=80, blank=True)
    value = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=30)
    cells = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["job", "id"], name="row_error_job")]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.code}"


class CommunityExport(models.Model):
    """A whole community written into an archive, kept for a while and then deleted."""

    class State(models.TextChoices):
        QUEUED = "queued", "queued"
        WRITING = "writing", "writing"
        READY = "ready", "ready"
        FAILED = "failed", "failed"
        DELETED = "deleted", "deleted"

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    file = models.CharField(max_length=300, blank=True)
    size = models.BigIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["community", "-id"])]

    def __str__(self) -> str:
        return f"{self.file} ({self.state})"
