"""What is booked with a payment provider, as its bill should tell it."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import OuterRef
from django.db.models.functions import Coalesce

from qunluo.ledger.models import Posting
from qunluo.ledger.rules.reconcile import Entry

if TYPE_CHECKING:
    from qunluo.community.models import Community

CHUNK = 2000


def clearing_entries(
    community: "Community",
    provider: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[Entry]:
    """Yield what is booked on the clearing account of a provider, under the number of its cause.

    A correction belongs to what it corrects: to its time, and to its kind. Whoever books a payment
    names as its cause the number that the provider was told.
    """
    found = Posting.objects.filter(
        account__community=community, account__purpose="clearing", account__label=provider
    )
    found = found.annotate(
        when=Coalesce("transfer__corrects__occurred_at", "transfer__occurred_at"),
        corrected=Posting.objects.filter(
            account=OuterRef("account"), transfer=OuterRef("transfer__corrects")
        ).values("amount")[:1],
    )
    if since:
        found = found.filter(when__gte=since)
    if until:
        found = found.filter(when__lt=until)
    rows = found.order_by("pk").values_list(
        "transfer__cause_id", "amount", "account__unit__code", "corrected"
    )
    for ours, amount, currency, corrected in rows.iterator(CHUNK):
        yield Entry(ours, amount, currency, Entry("", corrected or amount, "").side)
