"""The parts in which a share is paid: what each covers, and the order with which it is paid."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from qunluo.kernel.clock import now
from qunluo.kernel.money import Money
from qunluo.market import queries
from qunluo.market.actions.ordering import order_of, write_order
from qunluo.market.models import Instalment, Order, ShareContract, ShareDelivery, Stock, Variant
from qunluo.market.queries.quotes import Quote, QuotedLine
from qunluo.market.rules.pricing import Priced
from qunluo.market.rules.shares import covers
from qunluo.market.rules.wishes import Delivery, Wish, digest

VIRTUAL = Delivery("virtual")


def divide(contract: ShareContract, left: Sequence[ShareDelivery]) -> Instalment:
    """Write down the parts of a price and what each covers; return the first."""
    season, moment = contract.season, now()
    spans = covers(len(left), contract.parts)
    sizes = [last - first + 1 for first, last in spans]
    amounts = Money(contract.price, contract.currency).split(sizes)
    parts = []
    for n, ((first, last), amount) in enumerate(zip(spans, amounts, strict=True)):
        lead = left[first].begins_at - timedelta(days=season.lead_days)
        due = moment if n == 0 else max(moment, lead)
        parts.append(
            Instalment(
                contract=contract,
                number=n + 1,
                amount=amount.minor,
                boxes=sizes[n],
                due_at=due,
                grace_until=due + timedelta(days=season.grace_days) if n else None,
                first=left[first],
                last=left[last],
            )
        )
    Instalment.objects.bulk_create(parts)
    return parts[0]


def quote_of(contract: ShareContract, amount: int, stock: Stock | None = None) -> Quote:
    """Return the order to be of a part: its price was agreed on, whatever is asked for by now."""
    shop = queries.get_shop(contract.season.community)
    variant = Variant.objects.select_related("product").get(pk=contract.variant_id)
    variant.most = None  # each part is an order, and all of them are one share
    line = QuotedLine(variant, 1, Priced(amount, amount), stock)
    return Quote(shop, (line,), VIRTUAL, 0, None, contract.member)


def order_key(part: Instalment) -> str:
    """Return the key of the order of a part, which places it once."""
    return f"share:{part.contract.uid}:{part.number}:{part.tries}"


def digest_of(contract: ShareContract) -> str:
    """Return what stands for the choice in an order."""
    return digest([Wish(contract.variant_id, 1)], VIRTUAL)


def place_order_of(part: Instalment, until: datetime) -> Order:
    """Place the order of a part; the contract's row is held."""

    def place(order: Order) -> None:
        Instalment.objects.filter(pk=part.pk).update(order=order)

    made = quote_of(part.contract, part.amount)
    order = order_of(part.contract.person, made, order_key(part), digest_of(part.contract), "")
    order.expires_at = until
    write_order(order, made, place)
    part.order = order
    return order
