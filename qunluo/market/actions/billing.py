"""Comparing the bills of providers with the books, day by day, and booking what they kept."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx
from qunluo.ledger import actions as ledger
from qunluo.ledger import queries as books
from qunluo.ledger.actions import Leg, Wanted
from qunluo.ledger.queries import BillRow, Entry, Report
from qunluo.market import events, queries
from qunluo.market.actions.one_by_one import one_by_one
from qunluo.market.models import Bill, MerchantAccount
from qunluo.market.ports import BillLine, ProviderRefused, ProviderUnreachable
from qunluo.market.rules.permissions import MANAGE

if TYPE_CHECKING:
    from qunluo.people.models import Person

MOST_FINDINGS = 200


def check_due_bills() -> int:
    """Compare the bills that should be there by now; return how many were.

    A provider that gives no answer is asked again in an hour, for a week.
    """
    return one_by_one(_tried, queries.due_bills())


def check_bill(*, actor: "Person", account: MerchantAccount, day: date) -> Bill:
    """Compare the bill of a day once more, now. PermissionMissing, ProviderUnreachable,

    ProviderRefused.
    """
    communities.require(actor, account.community, MANAGE)
    return _compare(account, day, actor_id=actor.pk)


def _tried(due: tuple[MerchantAccount, date]) -> bool:
    try:
        _compare(*due)
    except (ProviderUnreachable, ProviderRefused):
        return False
    return True


def _compare(account: MerchantAccount, day: date, *, actor_id: int | None = None) -> Bill:
    """Fetch a bill outside any transaction, compare it, and keep what was found."""
    provider = queries.provider_of(account.provider)
    lines = provider.bill(queries.merchant_of(account), day)
    report = books.reconcile(map(_row, lines), _booked(account, day, lines))
    return _keep_bill(account, day, lines, report, actor_id)


@write_tx
def _keep_bill(
    account: MerchantAccount,
    day: date,
    lines: Sequence[BillLine],
    report: Report,
    actor_id: int | None,
) -> Bill:
    fees: Counter[str] = Counter()
    for line in lines:
        fees[line.currency] += line.fee
    wrong = [asdict(one) for one in report.findings if one.result != "matched"]
    bill, _made = Bill.objects.update_or_create(
        merchant=account,
        day=day,
        defaults={
            "matched": report.counts.get("matched", 0),
            "differs": len(wrong),
            "findings": wrong[:MOST_FINDINGS],
            "fees": {currency: fee for currency, fee in fees.items() if fee},
            "checked_at": now(),
        },
    )
    for currency, fee in bill.fees.items():
        _book_fee(account, day, currency, fee)
    publish(
        events.BillChecked(
            community_id=account.community_id,
            actor_id=actor_id,
            provider=account.provider,
            day=day,
            matched=bill.matched,
            differs=bill.differs,
        )
    )
    return bill


def _book_fee(account: MerchantAccount, day: date, currency: str, fee: int) -> None:
    """Book what a provider kept of a day: less lies with it. A bill that changed adds the rest."""
    clearing, fees = ledger.ensure_accounts(
        community=account.community,
        wanted=[Wanted("clearing", currency, label=account.provider), Wanted("fees", currency)],
    )
    cause = ledger.Cause("bill", f"{account.pk}-{day.isoformat()}-{currency}")
    rest = fee - books.booked_for(account.community, cause, clearing)
    if rest:
        ledger.post(
            community=account.community,
            kind="fee",
            legs=[Leg(clearing, rest), Leg(fees, -rest)],
            key=f"{cause.type}:{cause.id}:{fee}",
            cause=cause,
            occurred_at=_end(account, day),
        )


def _row(line: BillLine) -> BillRow:
    kind = "payment" if line.amount > 0 else "refund"
    return BillRow(line.ref, line.number, abs(line.amount), line.currency, kind)


def _booked(account: MerchantAccount, day: date, lines: Sequence[BillLine]) -> list[Entry]:
    """Return what is booked under the numbers on a bill, and what was booked on its day."""
    begin = _end(account, day) - timedelta(days=1)
    named = {line.number for line in lines}
    around = books.clearing_entries(
        account.community,
        account.provider,
        since=begin - timedelta(days=1),
        until=begin + timedelta(days=2),
    )
    known = queries.numbers_of(account, begin, begin + timedelta(days=1))
    return [one for one in around if one.ours in named or one.ours in known]


def _end(account: MerchantAccount, day: date) -> datetime:
    zone = ZoneInfo(queries.known_providers()[account.provider].zone)
    return datetime.combine(day + timedelta(days=1), time(), zone)
