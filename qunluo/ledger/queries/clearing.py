"""What is booked with a payment provider, as its bill should tell it."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

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

    Whoever books a payment names as its cause the number that the provider was told.
    """
    found = Posting.objects.filter(
        account__community=community, account__purpose="clearing", account__label=provider
    )
    if since:
        found = found.filter(transfer__occurred_at__gte=since)
    if until:
        found = found.filter(transfer__occurred_at__lt=until)
    rows = found.order_by("pk").values_list(
        "transfer__cause_id", "amount", "account__unit__code", "transfer_id"
    )
    for ours, amount, currency, transfer in rows.iterator(CHUNK):
        yield Entry(ours, amount, currency, str(transfer))
