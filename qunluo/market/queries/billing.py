"""Bills of providers, and what a shop's money came to."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, Sum

from qunluo.community import queries as communities
from qunluo.kernel.clock import now
from qunluo.ledger import queries as books
from qunluo.market.models import Bill, MerchantAccount, Order, OrderLine, Payment, Product, Refund
from qunluo.market.queries.gone_back import gone_back
from qunluo.market.queries.providers import known_providers
from qunluo.market.rules.permissions import ORDERS
from qunluo.market.rules.states import PAID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from qunluo.community.models import Community
    from qunluo.market.queries.shop import Viewer

THERE_AFTER = timedelta(hours=11)  # the last of them is drawn up at ten in the morning
CARD, TIER = Product.Kind.CARD, Product.Kind.TIER
DAYS_BACK, WINDOW, NEW = 7, 90, 30


@dataclass(frozen=True)
class Split:
    """Sales to members and to others within the window: orders, and whole minor units."""

    member_orders: int
    member_amount: int
    public_orders: int
    public_amount: int

    @property
    def orders(self) -> int:
        """Return how many orders there were."""
        return self.member_orders + self.public_orders

    @property
    def amount(self) -> int:
        """Return what they came to."""
        return self.member_amount + self.public_amount

    @property
    def member_share(self) -> float | None:
        """Return the share of members in it, None without any sales."""
        return self.member_amount / self.amount if self.amount else None


@dataclass(frozen=True)
class Finance:
    """What the money of a shop came to. Lines are (purpose, label, unit, amount).

    Royalties are (for whom, symbol, amount) of what was paid, less what went back of it: M21.
    """

    lines: tuple[tuple[str, str, str, int], ...]
    split: Split
    given_back: int
    fee_amount: int
    new_amount: int
    royalties: tuple[tuple[str, str, int], ...]
    bills: tuple[Bill, ...]
    days: int = WINDOW
    new_days: int = NEW

    @property
    def new_share(self) -> float | None:
        """Return the share of what was listed of late in the sales: M16. None without any."""
        return self.new_amount / self.split.amount if self.split.amount else None


def finance(community: "Community", *, viewer: "Viewer") -> Finance:
    """Return what the money of a shop came to within 90 days. PermissionMissing."""
    communities.require(viewer, community, ORDERS)
    since = now() - timedelta(days=WINDOW)
    paid = Order.objects.filter(community=community, state__in=PAID, paid_at__gte=since)
    paid = paid.exclude(gives=CARD)  # no sale until they are spent
    new = OrderLine.objects.filter(
        order__in=paid, product__listed_at__gte=F("order__paid_at") - timedelta(days=NEW)
    )
    back = Refund.objects.filter(
        order__community=community, wanted_at__gte=since, payment__counts=True
    ).exclude(order__gives=CARD)
    return Finance(
        lines=_lines(community),
        split=_split(paid),
        given_back=back.aggregate(sum=Sum("amount"))["sum"] or 0,
        fee_amount=paid.filter(gives=TIER).aggregate(sum=Sum("total"))["sum"] or 0,
        new_amount=new.aggregate(sum=Sum(F("amount") - F("discount")))["sum"] or 0,
        royalties=_royalties(paid),
        bills=tuple(bills(community)),
    )


def _royalties(paid: "QuerySet[Order]") -> tuple[tuple[str, str, int], ...]:
    """Return what is due for whom, less the part of it that went back with the price."""
    due = OrderLine.objects.filter(order__in=paid, royalty__gt=0)
    sums: dict[tuple[str, str], int] = {}
    for to, symbol, amount in due.values_list(
        "royalty_to", "symbol"
    ).annotate(sum=Sum("royalty")):  # fmt: skip
        sums[to, symbol] = amount
    touched = due.filter(order__refunded__gt=0).select_related("order")
    orders = {one.order_id: one.order for one in touched}
    back = gone_back(orders.values())
    worth: dict[tuple[int, int], list[OrderLine]] = {}
    for line in touched:
        worth.setdefault((line.order_id, line.product_id), []).append(line)
    for (order, pk), lines in worth.items():
        royalty, price = sum(one.royalty for one in lines), sum(one.paid for one in lines)
        gone = min(back[order].get(pk, 0), price)
        # Rounded against nobody: what is left of the price keeps its share, rounded down.
        left = royalty * (price - gone) // price if price else 0
        sums[lines[0].royalty_to, lines[0].symbol] -= royalty - left
    found = [(to, symbol, amount) for (to, symbol), amount in sums.items() if amount]
    return tuple(sorted(found, key=lambda one: (-one[2], one)))


def bills(community: "Community", limit: int = 30) -> "list[Bill]":
    """Return the bills that were compared last."""
    found = Bill.objects.filter(merchant__community=community).select_related("merchant")
    return list(found.order_by("-day", "-pk")[:limit])


def find_bill(community: "Community", pk: int, *, viewer: "Viewer") -> Bill | None:
    """Return a bill, for who looks after the orders. PermissionMissing."""
    communities.require(viewer, community, ORDERS)
    found = Bill.objects.filter(merchant__community=community, pk=pk)
    return found.select_related("merchant__community").first()


def due_bills() -> "list[tuple[MerchantAccount, date]]":
    """Return accounts and days whose bill should be there by now and was not compared."""
    known = known_providers()
    billed = [name for name, about in known.items() if about.bills]
    accounts = MerchantAccount.objects.filter(provider__in=billed).select_related("community")
    return [
        (account, day)
        for account in accounts
        for day in _days(account, known[account.provider].zone)
    ]


def bills_are_due() -> bool:
    """Tell whether any bill should be there that was not compared."""
    return bool(due_bills())


def numbers_of(account: MerchantAccount, since: datetime, until: datetime) -> frozenset[str]:
    """Return our numbers of what moved on an account within a time."""
    paid = Payment.objects.filter(
        merchant=account, state=Payment.State.PAID, paid_at__gte=since, paid_at__lt=until
    )
    back = Refund.objects.filter(
        payment__merchant=account, state=Refund.State.DONE, done_at__gte=since, done_at__lt=until
    )
    numbers = (*paid.values_list("number", flat=True), *back.values_list("number", flat=True))
    return frozenset(numbers)


def _days(account: MerchantAccount, zone: str) -> "Iterator[date]":
    """Yield the days of the last week whose bill is missing; an account that is off, one more."""
    place = ZoneInfo(zone)
    last = (now() - THERE_AFTER).astimezone(place).date() - timedelta(days=1)
    first = max(last - timedelta(days=DAYS_BACK - 1), account.added_at.astimezone(place).date())
    if first > last:
        return
    had = set(Bill.objects.filter(merchant=account, day__gte=first).values_list("day", flat=True))
    begin = datetime.combine(first, time(), place)
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        moved = account.active or numbers_of(
            account, begin + timedelta(days=number), begin + timedelta(days=number + 1)
        )
        if day not in had and moved:
            yield day


def _lines(community: "Community") -> tuple[tuple[str, str, str, int], ...]:
    wanted = {"escrow", "sales", "fees", "clearing", "prepaid", "cards"}
    return books.totals_of(community, wanted)


def _split(paid: "object") -> Split:
    member, public = Q(member=True), Q(member=False)
    found = paid.aggregate(  # type: ignore[attr-defined]
        member_orders=Count("pk", filter=member),
        member_amount=Sum("total", filter=member),
        public_orders=Count("pk", filter=public),
        public_amount=Sum("total", filter=public),
    )
    return Split(**{name: value or 0 for name, value in found.items()})
