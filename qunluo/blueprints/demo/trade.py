"""The customers a demo community had before: its old list, brought in and written to."""

import csv
import random
from datetime import date, timedelta
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

from qunluo.growth import actions, queries
from qunluo.growth.queries.customers import customers
from qunluo.kernel.clock import now

if TYPE_CHECKING:
    from qunluo.blueprints.demo.stage import Stage
    from qunluo.growth.models import Customer

HEADERS = {
    "zh-hans": (
        ["会员号", "姓名", "手机", "邮箱", "来源", "同意联系"],
        ["会员号", "下单日期", "数量", "金额"],
        ("是", "否"),
    ),
    "en": (
        ["Customer number", "Name", "Phone", "E-mail", "Source", "Consent"],
        ["Customer number", "Order date", "Quantity", "Amount"],
        ("yes", "no"),
    ),
}


def bring_customers(stage: "Stage") -> None:
    """Import the old list and its orders, as the owner would from a shop's Excel sheet."""
    people, orders = old_lists(stage)
    job = actions.start_import(
        actor=stage.owner,
        community=stage.community,
        file=BytesIO(people),
        filename="customers.csv",
        orders_file=BytesIO(orders),
        orders_filename="orders.csv",
    )
    actions.queue_import(actor=stage.owner, job=job, choices=queries.Choices())
    actions.run_import(job.pk)
    actions.spread_customers(actor=stage.owner, community=stage.community)


def old_lists(stage: "Stage") -> tuple[bytes, bytes]:
    """Return the customers and their orders as the bytes of two CSV files."""
    rng, wanted = stage.rng, stage.data["customers"]
    header, order_header, (yes, no) = HEADERS[stage.language]
    people, orders = [header], [order_header]
    for number in range(1, wanted["count"] + 1):
        key = f"{stage.data['slug'][:2].upper()}{number:04}"
        email = f"{key.lower()}@example.com" if rng.random() < 0.7 else ""
        agreed = yes if rng.random() < 0.85 else no
        name, phone = stage.cast.stranger(), _phone(rng, stage.language)
        people.append([key, name, phone, email, rng.choice(wanted["sources"]), agreed])
        orders += [[key, *order] for order in _orders(rng, now().date())]
    return _table(people), _table(orders)


def invite_some(stage: "Stage", share: float = 0.35) -> "list[tuple[Customer, str]]":
    """Give some customers a link of their own; return those who will come, with their codes."""
    page = customers(stage.community, viewer=stage.owner, limit=100)
    coming = []
    for customer in page.items:
        if customer.invited_at is None and stage.rng.random() < share:
            invitation = actions.invite_customer(actor=stage.owner, customer=customer)
            if stage.rng.random() < 0.4:
                coming.append((customer, invitation.code))
    return coming


def _orders(rng: random.Random, today: date) -> list[list[str]]:
    """Return a buyer's history: most bought a few times and then fell silent."""
    last = today - timedelta(days=int(rng.expovariate(1 / 140)))
    days = sorted(last - timedelta(days=rng.randint(7, 40) * n) for n in range(rng.randint(1, 9)))
    return [
        [day.isoformat(), str(rng.choice([1, 1, 1, 2])), f"{rng.randrange(4500, 26000) / 100:.2f}"]
        for day in days
    ]


def _phone(rng: random.Random, language: str) -> str:
    if language == "zh-hans":
        return f"13{rng.randrange(10**8, 10**9)}"
    return f"+49 151 {rng.randrange(10**7, 10**8)}"


def _table(rows: list[list[str]]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")
