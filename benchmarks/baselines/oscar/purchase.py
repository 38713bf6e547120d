"""One purchase by django-oscar's basket and place_order: python -m … ROUNDS EACH prints JSON.

The same purchase as ours: one virtual thing that is counted, of somebody who is known, paid from
what they have with the shop. Of payment oscar keeps a source and an event; books it has none.
"""

import json
import os
import sys
import time
import warnings
from decimal import Decimal
from typing import Any

import django
import psutil

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.baselines.oscar.settings"
django.setup()
warnings.filterwarnings("ignore", module="haystack")  # its simplest index keeps nothing

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from oscar.core.loading import get_class, get_model  # type: ignore[import-not-found] # noqa: E402

BUYERS = 20
Basket, Order = get_model("basket", "Basket"), get_model("order", "Order")
Selector = get_class("partner.strategy", "Selector")
OrderCreator = get_class("order.utils", "OrderCreator")
Calculator = get_class("checkout.calculators", "OrderTotalCalculator")
Surcharges = get_class("checkout.applicator", "SurchargeApplicator")
NoShipping = get_class("shipping.methods", "NoShippingRequired")
Applicator = get_class("offer.applicator", "Applicator")
EventHandler = get_class("order.processing", "EventHandler")


def product() -> Any:
    """One thing that needs no sending and is counted."""
    kind = get_model("catalogue", "ProductClass").objects.create(
        name="Course", requires_shipping=False, track_stock=True
    )
    made = get_model("catalogue", "Product").objects.create(title="Rice", product_class=kind)
    partner = get_model("partner", "Partner").objects.create(name="Farm")
    made.stockrecords.create(
        partner=partner, partner_sku="rice", price=Decimal("10.00"), num_in_stock=10**6
    )
    return made


def buy(user: Any, thing: Any, source_type: Any) -> Any:
    """Put it in a basket and order it, as the views of the checkout do."""
    strategy = Selector().strategy(user=user)
    basket = Basket.objects.create(owner=user)
    basket.strategy = strategy
    basket.add_product(thing, 1)
    Applicator().apply(basket, user)
    method = NoShipping()
    charge = method.calculate(basket)
    surcharges = Surcharges().get_applicable_surcharges(basket)
    total = Calculator().calculate(basket, charge, surcharges)
    with transaction.atomic():
        basket.freeze()
        order = OrderCreator().place_order(
            basket=basket, total=total, shipping_method=method, shipping_charge=charge,
            user=user, surcharges=surcharges,
        )  # fmt: skip
        source = order.sources.create(
            source_type=source_type, currency=total.currency, amount_allocated=total.incl_tax,
            amount_debited=total.incl_tax, reference=order.number,
        )  # fmt: skip
        paid, _made = get_model("order", "PaymentEventType").objects.get_or_create(name="paid")
        event = order.payment_events.create(
            event_type=paid, amount=total.incl_tax, reference=source.reference
        )
        for line in order.lines.all():
            event.line_quantities.create(line=line, quantity=line.quantity)
        basket.submit()
    return order


def cpu(server: Any) -> float:
    """Seconds of processor time so far, here and in the server."""
    return time.process_time() + (sum(server.cpu_times()[:2]) if server else 0.0)


def main(rounds: int, each: int) -> None:
    """Fill a shop, buy and tell what one purchase costs."""
    call_command("migrate", verbosity=0)
    people = [get_user_model().objects.create_user(f"p{n}") for n in range(BUYERS)]
    thing = product()
    source_type = get_model("payment", "SourceType").objects.create(name="Balance")
    server = None
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            server = psutil.Process(cursor.fetchone()[0])
    taken = []
    for _round in range(rounds + 1):
        began = cpu(server)
        for number in range(each):
            buy(people[number % BUYERS], thing, source_type)
        taken.append((cpu(server) - began) / each)
    with CaptureQueriesContext(connection) as asked:
        buy(people[0], thing, source_type)
    told = [one["sql"] for one in asked.captured_queries]
    plain = [s for s in told if not s.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))]
    print(json.dumps({"cpu": min(taken[1:]), "queries": len(plain)}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
